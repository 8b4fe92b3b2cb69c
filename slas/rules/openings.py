"""Openings as sorted seconds with running sums, and where an instant lies among them."""

from bisect import bisect_right
from typing import NamedTuple

from slas.rules.zones import DAY, EPOCH_DAY

MARGIN = 3  # days: more than any zone is away from UTC


class Table(NamedTuple):
    """The openings of the dates first..last (ordinals), as seconds since 1970.

    `passed[i]` is the business time up to the END of opening i, counted from an arbitrary zero.
    """

    first: int
    last: int
    opens: list[int]
    closes: list[int]
    passed: list[int]


def joined(first: int, last: int, spans: list[tuple[int, int]]) -> Table:
    opens: list[int] = []
    closes: list[int] = []
    passed: list[int] = []
    total = 0
    for opening, end in spans:
        # A local date that came twice (Juneau, 1867) is counted once.
        start = max(opening, closes[-1]) if closes else opening
        if end > start:
            total += end - start
            opens.append(start)
            closes.append(end)
            passed.append(total)
    return Table(first, last, opens, closes, passed)


def covers(table: Table, second: int) -> bool:
    day = second // DAY + EPOCH_DAY
    return table.first + MARGIN <= day <= table.last - MARGIN


def position(table: Table, second: int) -> int:
    """Business time from the table's zero to the instant."""
    i = bisect_right(table.closes, second)
    if i == len(table.closes):
        return table.passed[-1] if table.passed else 0
    return table.passed[i] - table.closes[i] + max(second, table.opens[i])
