"""The picture of a week: a row a day, what is open, what a change closes, and how many hours that makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.rules.opening_hours import WEEKDAY_NAMES
from slas.rules.words import duration, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slas.rules.opening_hours import Hours, Minutes

NOON = (11 * 60, 15 * 60)  # a break within is lunch


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a day, in hours from midnight as SVG takes them; `kind`: open or gone."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Day:
    """One row: the name of its weekday, its hours in words and in sum; `gone`: what the change closes."""

    name: str
    spans: tuple[Span, ...]
    words: str
    gone: str
    sum: str
    is_changed: bool

    @property
    def short(self) -> str:
        return self.name[:3]


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence with its figure apart: how many hours a week is open."""

    before: str
    figure: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.figure}{self.after}"


def days_of(week: Sequence[Hours], was: Sequence[Hours] | None) -> list[Day]:
    """Seven rows, Monday first; `was`: the week it is compared with."""
    return [
        _day(name, week[number], was[number] if was else week[number])
        for number, name in enumerate(WEEKDAY_NAMES)
    ]


def _day(name: str, hours: Hours, was: Hours) -> Day:
    gone = without(was, hours)
    minutes = open_minutes([hours])
    return Day(
        name=name,
        spans=(*(_span("open", *one) for one in hours), *(_span("gone", *one) for one in gone)),
        words=hours_text(hours) or "closed",
        gone=hours_text(gone),
        sum=duration(minutes * 60) if minutes else "",
        is_changed=hours != was,
    )


def _span(kind: str, opens: int, closes: int) -> Span:
    return Span(kind, f"{opens / 60:.5g}", f"{(closes - opens) / 60:.5g}")


def hours_text(hours: Hours) -> str:
    """ "9:00 to 12:00, 12:30 to 17:00"; blank without an opening."""
    return ", ".join(f"{wall(opens)} to {wall(closes)}" for opens, closes in hours)


def wall(minute: int) -> str:
    """ "9:00"."""
    return f"{minute // 60}:{minute % 60:02d}"


def without(hours: Hours, other: Hours) -> Hours:
    """What of `hours` is not in `other`; both sorted."""
    left = list(hours)
    for opens, closes in other:
        left = [
            piece
            for begin, end in left
            for piece in ((begin, min(end, opens)), (max(begin, closes), end))
            if piece[0] < piece[1]
        ]
    return tuple(left)


def open_minutes(week: Sequence[Hours]) -> int:
    return sum(closes - opens for hours in week for opens, closes in hours)


def answer(week: Sequence[Hours], was: Sequence[Hours] | None = None, version: int = 0) -> Answer:
    """ "With the lunch break, a week has 37.5 open hours instead of 40 in version 2."."""
    minutes = open_minutes(week)
    figure = _open_hours(minutes)
    if was is None:
        return Answer("A week has ", figure, ".")
    if tuple(week) == tuple(was):
        return Answer("A week has ", figure, f", as in version {version}.")
    before = open_minutes(was)
    if before == minutes:
        return Answer("A week has ", figure, f" as in version {version}, at other times.")
    lead = _break(week, was)
    return Answer(f"{lead} week has ", figure, f" instead of {_hours(before)} in version {version}.")


def _break(week: Sequence[Hours], was: Sequence[Hours]) -> str:
    """ "With the lunch break, a", where nothing changes but that a break is made in each day that changes."""
    breaks: list[Minutes] = []
    for hours, before in zip(week, was, strict=True):
        gone = without(before, hours)
        edges = {edge for one in before for edge in one}
        if without(hours, before) or edges & {edge for one in gone for edge in one}:
            return "A"
        breaks += gone
    is_lunch = all(NOON[0] <= opens and closes <= NOON[1] for opens, closes in breaks)
    kind = "lunch break" if is_lunch else "break"
    return f"With the {kind}{'' if len(set(breaks)) == 1 else 's'}, a"


def _hours(minutes: int) -> str:
    return number_text(minutes / 60) if minutes % 15 == 0 else duration(minutes * 60)


def _open_hours(minutes: int) -> str:
    if minutes % 15:
        return f"{duration(minutes * 60)} of open time"
    return f"{_hours(minutes)} open hour{'' if minutes == 60 else 's'}"
