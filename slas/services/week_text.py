"""A week of opening hours as people type it: "mon-thu 09:00-12:00 13:00-17:00; fri 09:00-15:00"."""

import re

from slas.rules.opening_hours import WEEKDAY_NAMES, WEEKDAYS, split_week
from slas.services.refusal import Refused

_HOURS = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})", re.ASCII)
_EXAMPLE = "Write it as “mon-fri 09:00-17:00”."


def week_of_text(text: str) -> dict[str, list[list[str]]]:
    """The week as the rules keep it; hours past midnight (22:00-06:00) become two intervals.

    Days (mon, mon-fri, Monday) come before their hours; commas, semicolons and spaces part them alike.
    Refused with a sentence for anything else. Overlaps are refused by `Calendar`.
    """
    week: dict[str, list[list[str]]] = {}
    days: list[str] = []
    days_have_hours = True
    for word in re.split(r"[\s,;]+", text.strip().lower().replace("\N{EN DASH}", "-")):
        if hours := _HOURS.fullmatch(word):
            if not days:
                raise Refused(f"“{word}” stands before any day. {_EXAMPLE}")
            for day in days:
                week.setdefault(day, []).append(_interval(word, *hours.groups()))
            days_have_hours = True
        else:
            if days_have_hours:
                days = []
            days += _days(word)
            days_have_hours = False
    if not days_have_hours:
        raise Refused(f"“{text}” names a day without hours. {_EXAMPLE}")
    return split_week(week)


def _interval(word: str, opens: str, closes: str) -> list[str]:
    opens, closes = opens.zfill(5), closes.zfill(5)
    if opens == closes:
        raise Refused(f"“{word}” ends when it begins. For a whole day write 00:00-24:00.")
    if opens == "24:00":
        raise Refused(f"“{word}” begins at 24:00. Write it as 00:00 of the next day.")
    for time in (opens, closes):
        if time != "24:00" and (time[:2] > "23" or time[3:] > "59"):
            raise Refused(
                f"“{time}” in “{word}” is no time of day. Write it as 09:30, or 24:00 for midnight."
            )
    return [opens, closes]


def _days(word: str) -> list[str]:
    ends = [_day(part) for part in word.split("-")]
    if None in ends or len(ends) > 2:
        raise Refused(f"“{word}” is neither a day nor hours. {_EXAMPLE}")
    first, last = WEEKDAYS.index(str(ends[0])), WEEKDAYS.index(str(ends[-1]))
    return [WEEKDAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]


def _day(word: str) -> str | None:
    """mon, or Monday in full, as mon; None for anything else."""
    names = [name.lower() for name in WEEKDAY_NAMES]
    if word in WEEKDAYS:
        return word
    return WEEKDAYS[names.index(word)] if word in names else None
