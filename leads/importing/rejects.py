"""The rows that were not taken, as a CSV: the file's own columns, then `row` and `reason`."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from .mapping import REJECT_COLUMNS
from .reading import ImportFailed, Table

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")  # wide ones too
_PASSED_OVER = " \u00a0\ufeff\u200b\u2060\u3000"  # blanks that a spreadsheet may drop before it looks
_HARMLESS = re.compile(r"[-+]?\d+(?:[.,]\d+)*|\+[\d ()]+")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it.

    Plain numbers (-5, +45) and phone numbers of a plus, digits, blanks and brackets stay as they are.
    Imported again, the apostrophe is taken off.
    """
    if begins_formula(cell) and not _HARMLESS.fullmatch(cell):
        return f"'{cell}"
    return cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that `guarded` put before it."""
    return cell[1:] if cell[:1] == "'" and begins_formula(cell[1:]) else cell


def begins_formula(cell: str) -> bool:
    return cell.lstrip(_PASSED_OVER).startswith(FORMULA)


class Rejects:
    """Writes the file, UTF-8, with the separator of the file that was imported; there is nothing in `path`
    until all of it is. Without a path it only counts.
    """

    def __init__(self, table: Table, width: int, path: Path | None) -> None:
        self.count = 0
        self.first: list[tuple[int, str]] = []
        self._table = table
        self._width = width
        self._path = path
        self._part = path.with_name(f"{path.name}.{os.getpid()}.part") if path else None
        self._file: IO[str] | None = None

    def __enter__(self) -> Rejects:
        if self._part is not None:
            try:
                self._file = self._part.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise ImportFailed(
                    f"The rejected rows can't be written to {self._path}: {error.strerror}. "
                    "Name another file."
                ) from error
            self._writer = csv.writer(self._file, delimiter=self._table.delimiter)
            headers = self._table.headers[: self._width]
            self._writer.writerow([*map(guarded, headers), *REJECT_COLUMNS])
        return self

    def add(self, number: int, cells: Sequence[str], reason: str) -> None:
        """A row with the reason why it was not taken."""
        self.count += 1
        if len(self.first) < 20:
            self.first.append((number, reason))
        if self._file is None:
            return
        width = self._width
        filled = [*map(guarded, cells[:width]), *[""] * (width - len(cells))]
        beyond = [cell for cell in cells[len(self._table.headers) :] if cell.strip()]
        if beyond:
            reason += f" Beyond the last column stood: {', '.join(beyond)}."
        self._writer.writerow([*filled, number, guarded(reason)])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None or self._part is None or self._path is None:
            return
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)
