"""Opening hours as they are written: weekdays, `HH:MM` intervals, dates; checked, with sentences."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 24 * 60

Minutes = tuple[int, int]
Hours = tuple[Minutes, ...]

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def minute_of(text: Any) -> int:
    """'09:30' as minutes since midnight, '24:00' as 1440."""
    if not isinstance(text, str) or not (match := _TIME.fullmatch(text)):
        raise ValueError(f"{text!r} is no time of day. Write it as 09:30, or 24:00 for midnight.")
    return int(match[1]) * 60 + int(match[2]) if match[1] else MINUTES_A_DAY


def time_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def hours_of(intervals: Any, where: str) -> Hours:
    """[['09:00', '12:00'], ...] as sorted minutes; none empty, none overlapping another.

    `where` ("Monday", "2026-12-24") begins the sentence of the ValueError.
    """
    if isinstance(intervals, str) or not isinstance(intervals, Sequence):
        raise ValueError(f"{where}: the hours are a list of openings, each [from, to].")
    hours = tuple(sorted(_interval(pair, where) for pair in intervals))
    for (opens, closes), (later, ends) in pairwise(hours):
        if later < closes:
            raise ValueError(
                f"{where}: {_between(opens, closes)} and {_between(later, ends)} overlap. "
                "Make them one opening, or part them."
            )
    return hours


def _interval(pair: Any, where: str) -> Minutes:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise ValueError(f"{where}: an opening is [from, to], such as ['09:00', '17:00'].")
    try:
        opens, closes = minute_of(pair[0]), minute_of(pair[1])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if closes <= opens:
        raise ValueError(
            f"{where}: {_between(opens, closes)} does not end after it starts. "
            "Hours past midnight are two openings, to 24:00 and from 00:00 on the next day."
        )
    return opens, closes


def _between(opens: int, closes: int) -> str:
    return f"{time_text(opens)} to {time_text(closes)}"


def week_of(week: Any) -> tuple[Hours, ...]:
    """Seven `Hours`, Monday first; a missing day is closed; at least one day opens."""
    if not isinstance(week, Mapping):
        raise ValueError("The week names its days mon to sun, each with a list of openings.")
    for name in week:
        if name not in WEEKDAYS:
            raise ValueError(f"{name!r} is no day of the week. Use mon, tue, wed, thu, fri, sat, sun.")
    days = tuple(hours_of(week.get(name, ()), WEEKDAY_NAMES[number]) for number, name in enumerate(WEEKDAYS))
    if not any(days):
        raise ValueError("The week has no opening. Open it for at least one interval.")
    return days


def day_of(value: Any) -> date:
    """A date, or its text YYYY-MM-DD, as a date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{value!r} is no date. Write it as 2026-12-24.")


def days_of(values: Any) -> frozenset[date]:
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise ValueError("The holidays are a list of dates.")
    return frozenset(day_of(value) for value in values)


def special_of(special: Any) -> dict[date, Hours]:
    if not isinstance(special, Mapping):
        raise ValueError("The special hours name dates, each with its own list of openings.")
    return {(day := day_of(key)): hours_of(hours, day.isoformat()) for key, hours in special.items()}


def split_week(week: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[list[str]]]:
    """A week in which 22:00 to 06:00 may stand for a night, as the two intervals it is kept as.

    Nothing is checked but what is needed for the split: `Calendar` refuses the rest.
    """
    days: dict[str, list[list[str]]] = {name: [] for name in WEEKDAYS}
    for name, intervals in week.items():
        for opens, closes in intervals:
            if closes > opens:
                days[name].append([opens, closes])
                continue
            days[name].append([opens, "24:00"])
            if closes > "00:00":
                days[WEEKDAYS[(WEEKDAYS.index(name) + 1) % 7]].append(["00:00", closes])
    return {name: sorted(hours) for name, hours in days.items() if hours}
