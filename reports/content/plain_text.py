"""A letter as plain text of 72 columns, in the order of its HTML."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from reports.content.letter import Letter, Line, Section
from reports.content.numbers import NOTHING
from reports.content.promises import PromiseLine

_HEADINGS = {
    "marketing": "◖ MARKETING PROMISES",
    "sales": "◗ SALES PROMISES",
    "shared": "◖◗ BOTH SIDES PROMISE",
}


def letter_text(letter: Letter) -> str:
    """The whole letter; lines over 72 columns are folded by the outbox."""
    blocks = [" ".join(letter.sentences)]
    blocks += ["\n".join([_HEADINGS[side], *map(_promise, lines)]) for side, lines in letter.sides]
    blocks += ["\n".join(_section(section)) for section in letter.sections]
    blocks += [f"{letter.button}:\n{letter.url}"]
    blocks += [letter.small] if letter.small else []
    return "\n\n".join(blocks)


def _promise(line: PromiseLine) -> str:
    mark = "-" if line.mark == NOTHING else line.mark
    return f"{mark} {line.label}: {line.figure} {_beside(line.detail)}; {line.word}"


def _beside(detail: str) -> str:
    """The count in brackets: "89.4% (93 of 104), at least 90%"."""
    return detail if detail.startswith("of ") else f"({detail})"


def _section(section: Section) -> Iterator[str]:
    yield section.title.upper()
    if section.note:
        yield section.note
    yield from _table(section)
    for line in section.lines:
        yield from _line(line)
    if section.more:
        yield f"{section.more}:"[:1].upper() + f"{section.more}:"[1:]
        yield section.more_url


def _line(line: Line) -> Iterator[str]:
    yield f"{line.mark or '-'} {line.text}{f': {line.end}' if line.end else ''}"
    if line.detail:
        yield f"  {line.detail}"
    if line.url:
        yield f"  {line.url}"


def _table(section: Section) -> Iterator[str]:
    """Columns padded; numbers to the right, the first column and bars to the left."""
    if not section.rows:
        return
    rows = [section.columns, *section.rows]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(section.columns))]
    for row in rows:
        cells = [
            _padded(cell, width, right=place > 0 and "▇" not in "".join(line[place] for line in rows))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
