"""Bytes of an export -> header and rows of text cells; UnreadableFile with a sentence for anything else."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MAX_BYTES = 40_000_000
MAX_ROWS = 250_000
_BLOCK = 1 << 20
_LONGEST_HEADER = 1 << 16

_MAGIC = (
    (b"PK\x03\x04", "This is an Excel file or another archive"),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file"),
    (b"%PDF", "This is a PDF"),
    (b"\x1f\x8b", "This is a compressed file"),
    (b"\xff\xfe", "This file is in UTF-16"),
    (b"\xfe\xff", "This file is in UTF-16"),
)
_SAVE_AS = "Save it as CSV (UTF-8) and import that."
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})
_NAMES = {"utf-8": "UTF-8", "cp1252": "Windows-1252 (Latin-1)", "latin-1": "Latin-1"}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


class ImportFailed(ValueError):
    """The file or the request as a whole can't be used: one sentence, and nothing was stored.

    `on_page`: the sentence where columns and dates are chosen on a page and not by options of a command.
    """

    def __init__(self, sentence: str, *, on_page: str = "") -> None:
        super().__init__(sentence)
        self.on_page = on_page or sentence


class UnreadableFile(ImportFailed):
    """The file is no CSV that can be read."""


@dataclass(frozen=True)
class Table:
    """A readable CSV: header names (stripped), how it is written, and its rows, as often as wanted.

    `rows()` reads the file anew each time, in bounded memory; the file has to stay open as long.
    """

    file: IO[bytes]
    name: str
    headers: tuple[str, ...]
    encoding: str
    delimiter: str
    begin: int

    @property
    def how(self) -> str:
        """How it was read, in words."""
        return f"{_NAMES[self.encoding]}, separated by {_DELIMITERS[self.delimiter]}"

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that holds anything, with its number in a spreadsheet (the header is row 1).

        Cells are as written, not stripped; a row may be longer or shorter than the header.
        """
        records = _records(self.file, self.begin, self.encoding, self.delimiter)
        header_seen = False
        for number, cells in enumerate(records, start=1):
            if not any(map(str.strip, cells)):
                continue
            if not header_seen:
                header_seen = True
                continue
            yield number, cells


def read_table(file: IO[bytes], name: str) -> Table:
    """Recognise a CSV in a seekable binary file: encoding, separator, header.

    UTF-8 (with or without BOM) where every byte of the file fits, else Windows-1252, the superset of
    Latin-1 that offices write, else Latin-1. Comma, semicolon or tab: whichever the header line has
    most of outside quotes. UnreadableFile with a sentence: too big, empty, binary, UTF-16.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"{name} has {size / 1e6:,.0f} MB; an import takes at most {MAX_BYTES / 1e6:.0f} MB. "
            "Split it into smaller files."
        )
    file.seek(0)
    head = file.read(_LONGEST_HEADER)
    _refuse_binary(head, name)
    begin = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    encoding = _encoding(file, begin)
    delimiter, begin = _delimiter(file, begin, encoding)
    headers = _headers(_records(file, begin, encoding, delimiter), name)
    return Table(file, name, headers, encoding, delimiter, begin)


def _refuse_binary(head: bytes, name: str) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile(f"{name}: {what[0].lower()}{what[1:]}. {_SAVE_AS}")
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise UnreadableFile(f"{name} is empty. It needs a header line and a line for each lead.")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if b"\x00" in head.split(b"\n", 1)[0] or controls * 50 > len(head):
        raise UnreadableFile(f"{name} is no text file. {_SAVE_AS}")


def _encoding(file: IO[bytes], begin: int) -> str:
    """The first of UTF-8 and Windows-1252 that fits every byte, else Latin-1, which always does."""
    for encoding in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(begin)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _delimiter(file: IO[bytes], begin: int, encoding: str) -> tuple[str, int]:
    """The separator of the header line, and where the table begins (after Excel's own `sep=;` line)."""
    file.seek(begin)
    line = file.readline(_LONGEST_HEADER)
    stated = re.fullmatch(rb"sep=([,;\t])\r?\n?", line)
    if stated:
        return stated[1].decode(), begin + len(line)
    while line and not line.strip():
        line = file.readline(_LONGEST_HEADER)
    bare = re.sub(r'"[^"]*"', "", re.split(r"[\r\n]", line.decode(encoding, "replace").lstrip())[0])
    return max(_DELIMITERS, key=bare.count), begin


def _records(file: IO[bytes], begin: int, encoding: str, delimiter: str) -> Iterator[list[str]]:
    file.seek(begin)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            f"Line {reader.line_num} of the file holds a cell of more than {csv.field_size_limit():,} "
            "characters. A closing quote is missing there or before it."
        ) from error
    finally:
        if not file.closed:  # whoever stopped reading may have closed it before this is collected
            text.detach()


def _headers(records: Iterator[list[str]], name: str) -> tuple[str, ...]:
    cells = next((cells for cells in records if any(map(str.strip, cells))), None)
    if cells is None:
        raise UnreadableFile(f"{name} is empty. It needs a header line and a line for each lead.")
    if "\n" in "".join(cells) and next(records, None) is None:
        raise UnreadableFile(
            f"{name} has a quote in its header line that is never closed, so all of it reads as the header: "
            "close the quote or delete it."
        )
    headers = tuple(" ".join(cell.split()) or f"column {place}" for place, cell in enumerate(cells, start=1))
    for place, header in enumerate(headers, start=1):
        first = headers.index(header) + 1
        if first != place:
            raise UnreadableFile(
                f"The header has “{header}” twice, in columns {first} and {place}. Rename one of them."
            )
        if "\x00" in header:
            raise UnreadableFile(f"The header of {name} holds a NUL character. {_SAVE_AS}")
    return headers
