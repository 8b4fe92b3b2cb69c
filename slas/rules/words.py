"""Instants, durations, numbers and weeks in the words of the page (design README, "Words")."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from slas.rules.business_time import Calendar
from slas.rules.opening_hours import WEEKDAY_NAMES, Hours
from slas.rules.zones import in_utc, zone_of

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
STAGE_NAMES = {
    "lead": "lead",
    "mql": "MQL",
    "accepted": "accepted lead",
    "sql": "SQL",
    "opportunity": "opportunity",
    "customer": "customer",
    "recycled": "recycled lead",
    "disqualified": "disqualified lead",
}


def duration(seconds: int) -> str:
    """Whole seconds in words: "45 s", "32 min", "3 h 10 min", "48 h"; minutes rounded down."""
    if seconds < 0:
        return f"minus {duration(-seconds)}"
    if 0 < seconds < 60:
        return f"{seconds} s"
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if not hours:
        return f"{minutes} min"
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def exact_duration(seconds: int) -> str:
    """The same without rounding, for what was agreed: "1 h 30 min 5 s"."""
    rest = seconds % 60
    return f"{duration(seconds - rest)} {rest} s" if seconds > 60 and rest else duration(seconds)


def instant(at: datetime, tz: str, now: datetime | None = None) -> str:
    """ "Thursday 19 November, 15:10", local to `tz`; with the year where `now` is of another year."""
    local = in_utc(at).astimezone(zone_of(tz))
    here = local.date() if now is None else in_utc(now).astimezone(zone_of(tz)).date()
    return f"{weekday_date(local.date(), here)}, {local:%H:%M}"


def weekday_date(day: date, today: date | None = None) -> str:
    """ "Thursday 19 November"; with the year where `today` is of another year."""
    text = f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return text if today is None or today.year == day.year else f"{text} {day.year}"


def long_date(day: date) -> str:
    """ "19 November 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def place(tz: str) -> str:
    """The zone as people say it: "Copenhagen", "Sao Paulo", "UTC"."""
    return tz.rsplit("/", 1)[-1].replace("_", " ")


def clock_time(minute: int) -> str:
    """Minutes since midnight as "9", "8:30" or "24"."""
    return f"{minute // 60}:{minute % 60:02d}" if minute % 60 else str(minute // 60)


def describe_hours(hours: Hours) -> str:
    """ "9 to 12 and 13 to 17"; "closed" without an opening."""
    return listed([f"{clock_time(a)} to {clock_time(b)}" for a, b in hours]) or "closed"


def describe_week(calendar: Calendar) -> str:
    """ "Monday to Friday 9 to 17, Copenhagen"; closed days are left out."""
    runs = []
    for hours, group in groupby(range(7), key=lambda number: calendar.week[number]):
        days = list(group)
        if hours:
            runs.append(f"{_days(days)} {describe_hours(hours)}")
    return f"{', '.join(runs)}, {place(calendar.tz)}"


def _days(numbers: Sequence[int]) -> str:
    names = [WEEKDAY_NAMES[number] for number in numbers]
    return f"{names[0]} to {names[-1]}" if len(names) > 2 else listed(names)


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; empty for nothing."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 attempt", "5 attempts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number_text(number: Decimal | int | float | Fraction) -> str:
    """Without trailing zeros, thousands parted by commas: "1,240", "0.5"."""
    value = Decimal(str(number)) if not isinstance(number, Fraction) else Decimal(str(float(number)))
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal | Fraction) -> str:
    """A share as "90%", "87.5%"."""
    return f"{number_text(share * 100)}%"


def plain(key: str) -> str:
    """A key of the terms as words: wrong_contact_data is "wrong contact data"."""
    return key.replace("_", " ")
