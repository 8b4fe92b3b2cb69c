"""One pass over a file before anything is stored: the order of its dates, and which rows are of one lead."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from .dates import ORDERS, DateReader, Order, OrderFinder
from .mapping import Mapping
from .presets import DATE_FIELDS, EVENT_DATE
from .reading import MAX_ROWS, ImportFailed, Table, UnreadableFile


class Numbered(Protocol):
    @property
    def number(self) -> int: ...


AnyRow = TypeVar("AnyRow", bound=Numbered)


class Groups:
    """Which rows may be of one lead: linked, however far apart, by a common external id or e-mail."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._parent: dict[int, int] = {}
        self._last: dict[int, int] = {}

    def add(self, number: int, keys: Iterable[str]) -> None:
        """The next row, with what it may be known by."""
        keys = list(keys)
        roots = {self._root(self._first[key]) for key in keys if key in self._first}
        if roots:
            root = min(roots)
            for other in roots - {root}:
                self._parent[other] = root
            self._parent[number] = root
            self._last[root] = number
        for key in keys:
            self._first.setdefault(key, number)

    def close(self) -> None:
        """All rows are in: only what links rows is kept."""
        self._first = {}

    def _root(self, number: int) -> int:
        parents = self._parent
        while number in parents:
            above = parents[number]
            if above in parents:
                parents[number] = parents[above]
            number = above
        return number

    def together(self, rows: Iterable[AnyRow]) -> Iterator[list[AnyRow]]:
        """The rows in lists, those of one lead in one list, in the order of the file."""
        waiting: dict[int, list[AnyRow]] = defaultdict(list)
        for row in rows:
            root = self._root(row.number)
            if root not in self._last:
                yield [row]
                continue
            waiting[root].append(row)
            if self._last[root] == row.number:
                yield waiting.pop(root)
        yield from waiting.values()


class Survey:
    """What one pass over the file found: rows counted, dates looked at, the rows of one lead linked."""

    def __init__(self, table: Table, mapping: Mapping) -> None:
        self.rows = 0
        self.groups = Groups()
        self.finder = OrderFinder()
        self._dates = [
            (column.index, column.header)
            for column in mapping.columns
            if any(target.field in (*DATE_FIELDS, EVENT_DATE) for target in column.targets)
        ]
        self._keys = [
            (column.index, target.field)
            for column in mapping.columns
            for target in column.targets
            if target.field in ("external_id", "email")
        ]
        for number, cells in table.rows():
            self._look_at(number, cells, len(table.headers))
        self.groups.close()

    def _look_at(self, number: int, cells: list[str], width: int) -> None:
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Split it into smaller files.")
        if len(cells) != width:
            return
        for index, header in self._dates:
            self.finder.look_at(header, cells[index].strip())
        self.groups.add(number, _keys(self._keys, cells))


def _keys(columns: list[tuple[int, str]], cells: list[str]) -> Iterator[str]:
    for index, field in columns:
        value = cells[index].strip()
        if value:
            yield f"i{value}" if field == "external_id" else f"e{value.casefold()}"


def date_reader(survey: Survey, stated: str, now: dt.datetime) -> DateReader:
    """A DateReader in the order stated, else in that of the file; ImportFailed where it leaves a doubt."""
    if stated and stated not in ORDERS:
        raise ImportFailed(f"“{stated}” is no order of dates. Use one of: {', '.join(ORDERS)}.")
    order: Order = stated or survey.finder.order()
    return DateReader(order, now)
