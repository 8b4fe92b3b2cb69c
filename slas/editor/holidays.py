"""The public holidays of a draft's term, each with a switch to open on it; countries and their regions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from slas.models import WorkingTime
from slas.rules.opening_hours import WEEKDAY_NAMES
from slas.rules.words import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slas.rules.business_time import Calendar

A_YEAR = timedelta(days=365)
NEXT_CLOSED = 5
LONGEST_CODE = WorkingTime._meta.get_field("holiday_region").max_length or 0


@dataclass(frozen=True, slots=True)
class Holiday:
    """One public holiday; `is_open`: on it work goes on; `aside`: why that would change nothing."""

    day: date
    name: str
    is_open: bool
    aside: str

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def words(self) -> str:
        return short_date(self.day)


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A date that is closed though its weekday is open, and why."""

    words: str
    name: str
    is_own: bool


def short_date(day: date) -> str:
    """ "Fri 1 Jan 2027"."""
    return f"{WEEKDAY_NAMES[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def holiday_rows(public: Mapping[date, str], worked: Iterable[str], calendar: Calendar) -> list[Holiday]:
    """Every public holiday of the term, in order."""
    open_on = set(worked)
    rows = []
    for day, name in sorted(public.items()):
        is_open = day.isoformat() in open_on
        usual = calendar.special.get(day, calendar.week[day.weekday()])
        aside = "" if usual or is_open else f"{WEEKDAY_NAMES[day.weekday()]}, closed anyway"
        rows.append(Holiday(day, name, is_open, aside))
    return rows


def by_year(rows: Iterable[Holiday]) -> list[tuple[int, list[Holiday]]]:
    return [(year, list(found)) for year, found in groupby(rows, key=lambda row: row.day.year)]


def next_closed(
    calendar: Calendar, names: Mapping[str, str], own: Iterable[str], first: date, last: date
) -> list[ClosedDay]:
    """The first dates from `first` on that are closed though their weekday is open."""
    closed_by_us = set(own)
    days = [*calendar.holidays, *(day for day, hours in calendar.special.items() if not hours)]
    ahead = [
        day
        for day in sorted(set(days))
        if first <= day <= last and (calendar.week[day.weekday()] or calendar.special.get(day))
    ]
    return [
        ClosedDay(short_date(day), names.get(day.isoformat(), ""), day.isoformat() in closed_by_us)
        for day in ahead[:NEXT_CLOSED]
    ]


def region_choices(country: str) -> list[tuple[str, str]]:
    """Code and name of the regions of a country that have holidays of their own, by name; none for most."""
    import holidays  # 150 ms: only where somebody asks

    known = holidays.list_supported_countries(include_aliases=False)
    if not known.get(country):
        return []
    aliases: dict[str, str] = {}
    for name, code in getattr(holidays, country).subdivisions_aliases.items():
        if len(name) > len(aliases.get(code, "")):
            aliases[code] = name
    codes = [code for code in known[country] if len(code) <= LONGEST_CODE]
    return sorted(((code, aliases.get(code, code)) for code in codes), key=lambda one: one[1])
