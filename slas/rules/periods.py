"""Weeks, months, quarters and days in a time zone: half-open, from instant to instant."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from slas.rules.business_time import Calendar
from slas.rules.words import MONTHS
from slas.rules.zones import in_utc, local_day, start_of_day

__all__ = [
    "KINDS",
    "Period",
    "local_day",
    "parse_period",
    "period_of",
    "share_passed",
    "start_of_day",
]

KINDS = ("day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end) in UTC. `key`: "2018-05-07", "2018-W18" (ISO), "2018-05" or "2018-Q1"."""

    kind: str
    key: str
    start: datetime
    end: datetime
    tz: str

    @property
    def first_day(self) -> date:
        return _first_day_of_key(self.key)[1]

    @property
    def last_day(self) -> date:
        return _following(self.kind, self.first_day) - timedelta(days=1)

    @property
    def label(self) -> str:
        """In words: "7 May 2018", "Week 18, 2018", "May 2018", "Q1 2018"."""
        first = self.first_day
        if self.kind == "week":
            year, week, _ = first.isocalendar()
            return f"Week {week}, {year}"
        if self.kind == "quarter":
            return f"Q{(first.month + 2) // 3} {first.year}"
        month = f"{MONTHS[first.month - 1]} {first.year}"
        return month if self.kind == "month" else f"{first.day} {month}"

    def contains(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def next(self) -> "Period":
        return _period(self.kind, _following(self.kind, self.first_day), self.tz)

    def previous(self) -> "Period":
        day_before = self.first_day - timedelta(days=1)
        return _period(self.kind, _FIRST_DAYS[self.kind](day_before), self.tz)


def period_of(kind: str, at: datetime, tz: str) -> Period:
    """The period of this kind in which the instant lies."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of period. Choose one of {', '.join(KINDS)}.")
    period = _period(kind, _FIRST_DAYS[kind](local_day(at, tz)), tz)
    # Where a clock is put back over midnight the old date returns for a while (St. John's, 1987 to
    # 2011): those minutes belong to the period that has begun.
    return period.next() if in_utc(at) >= period.end else period


def parse_period(key: str, tz: str) -> Period:
    """The period that the key names: 2018-Q1, 2018-05, 2018-W18 or 2018-05-07."""
    kind, first = _first_day_of_key(key)
    return _period(kind, first, tz)


def share_passed(period: Period, calendar: Calendar, at: datetime) -> Fraction:
    """Share of the period's open business time that has passed at the instant, from 0 to 1.

    A period without any opening has passed 0 until it is over, then 1.
    """
    if at >= period.end:
        return Fraction(1)
    total = calendar.elapsed(period.start, period.end)
    return Fraction(calendar.elapsed(period.start, at), total) if total else Fraction(0)


def _period(kind: str, first: date, tz: str) -> Period:
    end = start_of_day(_following(kind, first), tz)
    return Period(kind, _KEYS[kind](first), start_of_day(first, tz), end, tz)


_FIRST_DAYS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
}


def _week_key(first: date) -> str:
    year, week, _ = first.isocalendar()
    return f"{year:04d}-W{week:02d}"


_KEYS: dict[str, Callable[[date], str]] = {
    "day": lambda first: first.isoformat(),
    "week": _week_key,
    "month": lambda first: f"{first.year:04d}-{first.month:02d}",
    "quarter": lambda first: f"{first.year:04d}-Q{(first.month + 2) // 3}",
}


def _following(kind: str, first: date) -> date:
    """The first day of the period after the one that begins on `first`."""
    if kind in ("day", "week"):
        return first + timedelta(days=1 if kind == "day" else 7)
    months = first.year * 12 + first.month - 1 + (1 if kind == "month" else 3)
    return date(months // 12, months % 12 + 1, 1)


_KEY = re.compile(r"(\d{4})-(?:Q([1-4])|W(\d\d)|(\d\d)(?:-(\d\d))?)", re.ASCII)


def _first_day_of_key(key: str) -> tuple[str, date]:
    match = _KEY.fullmatch(key) if isinstance(key, str) else None
    try:
        if match is None:
            raise ValueError
        year, quarter, week, month, day = (int(part) if part else None for part in match.groups())
        if year is None or not 2 <= year <= 9998:
            raise ValueError
        if quarter is not None:
            return "quarter", date(year, quarter * 3 - 2, 1)
        if week is not None:
            return "week", date.fromisocalendar(year, week, 1)
        return ("month" if day is None else "day"), date(year, month or 0, 1 if day is None else day)
    except ValueError:
        raise ValueError(
            f"{key!r} is no period. Write a quarter as 2018-Q1, a month as 2018-05, a week as 2018-W18, "
            "a day as 2018-05-07."
        ) from None
