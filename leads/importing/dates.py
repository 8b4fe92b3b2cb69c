"""Dates and times as people write them -> instants; day or month first is decided for the whole file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from slas.rules.zones import start_of_day

from .reading import ImportFailed

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")

_DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<last>\d{4}))"
    r"(?:(?:[T ]|, ?)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<sec>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?"
    r" ?(?P<offset>Z|z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?"
)
_SHORT_YEAR = re.compile(r"(\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{2}[-/.]\d{1,2}[-/.]\d{1,2})(?!\d).*")
_EARLIEST = 1970


class BadValue(ValueError):
    """A cell that can't be used: what it is and how to mend it, to follow the name of its column."""


def orders_that_fit(text: str) -> frozenset[Order]:
    """Which orders of day and month a cell allows; all of them where that makes no difference."""
    match = _DATE.fullmatch(text)
    if not match or match["year"]:
        return frozenset(ORDERS)
    first, second = int(match["first"]), int(match["second"])
    if first == second and first <= 12:
        return frozenset(ORDERS)
    fits: set[Order] = set()
    if second <= 12:
        fits.add("dmy")
    if first <= 12:
        fits.add("mdy")
    return frozenset(fits) or frozenset(ORDERS)


class DatesInDoubt(ImportFailed):
    """The order of day and month has to be stated: an example, its column, what it means in each order."""

    def __init__(self, sentence: str, *, on_page: str, column: str, text: str, means: dict[str, str]) -> None:
        super().__init__(sentence, on_page=on_page)
        self.column, self.text, self.means = column, text, means


class OrderFinder:
    """Collects the dates of a whole file and says which order they are in.

    A single value that fits only one order decides for all; none, or two that contradict each other,
    and it has to be stated.
    """

    def __init__(self) -> None:
        self._decided: dict[Order, tuple[str, str]] = {}
        self._open: tuple[str, str] | None = None
        self._seen: set[str] = set()

    def look_at(self, header: str, text: str) -> None:
        if text in self._seen or not text:
            return
        if len(self._seen) < 100_000:
            self._seen.add(text)
        fits = orders_that_fit(text)
        if len(fits) == 1:
            self._decided.setdefault(next(iter(fits)), (header, text))
        elif len(fits) == 2 and self._open is None:
            self._open = (header, text)

    def order(self) -> Order:
        """The one order of the file (ymd where no date leaves a doubt); ImportFailed with an example."""
        if len(self._decided) > 1:
            (column, one), (_, other) = self._decided["dmy"], self._decided["mdy"]
            what = (
                f"The dates contradict each other: {one} in “{column}” has the day first, {other} the month."
            )
            raise DatesInDoubt(
                f"{what} Say which is right with --dates dmy or --dates mdy; "
                "the others come back as rejected rows.",
                on_page=f"{what} Say which is right; the others come back as rejected rows.",
                column=column,
                text=one,
                means={"dmy": f"The day is first, as in {one}", "mdy": f"The month is first, as in {other}"},
            )
        if self._decided:
            return next(iter(self._decided))
        if self._open is None:
            return "ymd"
        column, text = self._open
        means = _readings(text)
        day_first = means["dmy"].rsplit(" ", 1)[0]
        what = f"“{text}” in the column “{column}” can be {day_first} or {means['mdy']}."
        raise DatesInDoubt(
            f"{what} Say which with --dates dmy (day first) or --dates mdy (month first).",
            on_page=f"{what} Say which it is.",
            column=column,
            text=text,
            means=means,
        )


def _readings(text: str) -> dict[str, str]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise AssertionError(text)
    first, second, year = int(match["first"]), int(match["second"]), match["last"]
    months = [f"{dt.date(2000, month, 1):%B}" for month in (second, first)]
    return {"dmy": f"{first} {months[0]} {year}", "mdy": f"{second} {months[1]} {year}"}


def first_doubt(columns: Iterable[tuple[str, str]]) -> OrderFinder:
    """An OrderFinder that has seen these (header, text) pairs."""
    finder = OrderFinder()
    for header, text in columns:
        finder.look_at(header, text)
    return finder


class DateReader:
    """Reads the dates of one file: `order` of day and month, `now` as the latest that is allowed."""

    def __init__(self, order: Order, now: dt.datetime) -> None:
        self.order = order
        self.now = now
        self._known: dict[tuple[str, str], dt.datetime] = {}

    def instant(self, text: str, zone: str) -> dt.datetime:
        """The instant, in UTC, cut to whole seconds. A date alone is its first instant in `zone`.

        BadValue: no date, a two-digit year, no such day or time, a wall time that is missing or comes
        twice in `zone`, the future, before 1970.
        """
        known = self._known.get((text, zone))
        if known is not None:
            return known
        at = self._read(text, zone)
        if at > self.now:
            raise BadValue(f"{text} is in the future. Leave it blank until it has happened.")
        if at.year < _EARLIEST:
            raise BadValue(f"{text} lies before {_EARLIEST}. Check the year.")
        if len(self._known) < 200_000:
            self._known[text, zone] = at
        return at

    def _read(self, text: str, zone: str) -> dt.datetime:
        match = _DATE.fullmatch(text)
        if match is None:
            raise BadValue(_why_no_date(text))
        day = self._day(match, text)
        if match["hour"] is None:
            return start_of_day(day, zone)
        wall = dt.datetime.combine(day, _time(match, text))
        if match["offset"]:
            return wall.replace(tzinfo=_offset(match["offset"], text)).astimezone(dt.UTC)
        return _from_wall(wall, zone, text)

    def _day(self, match: re.Match[str], text: str) -> dt.date:
        if match["year"]:
            parts = int(match["year"]), int(match["month"]), int(match["day"])
        else:
            parts = self._turned(int(match["first"]), int(match["second"]), int(match["last"]), text)
        try:
            day = dt.date(*parts)
        except ValueError:
            raise BadValue(f"{text} is no day of the calendar.") from None
        if day.year > self.now.year + 1:
            raise BadValue(f"{text} is in the future. Leave it blank until it has happened.")
        if day.year < _EARLIEST - 1:
            raise BadValue(f"{text} lies before {_EARLIEST}. Check the year.")
        return day

    def _turned(self, first: int, second: int, year: int, text: str) -> tuple[int, int, int]:
        if first == second:
            return year, first, second
        if self.order == "ymd":
            raise BadValue(f"{text} does not begin with the year. Write it as 2018-02-26.")
        day, month = (first, second) if self.order == "dmy" else (second, first)
        if month > 12 and day <= 12:
            wanted = "day" if self.order == "dmy" else "month"
            raise BadValue(f"{text} does not have the {wanted} first. Write it as 2018-02-26.")
        return year, month, day


def _why_no_date(text: str) -> str:
    if _SHORT_YEAR.fullmatch(text):
        return f"{text} has a year of two digits. Write all four, as in 2018-02-26."
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return f"{text} is a number, not a date. Format the column as a date (2018-02-26) before saving."
    return f"“{text[:60]}” is no date we can read. Write it as 2018-02-26 or 2018-02-26 14:30."


def _time(match: re.Match[str], text: str) -> dt.time:
    hour, half = int(match["hour"]), (match["half"] or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise BadValue(f"{text} has no hour from 1 to 12.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return dt.time(hour, int(match["minute"]), int(match["sec"] or 0))
    except ValueError:
        raise BadValue(f"{text} has no time of the day. Write it as 14:30 or 14:30:00.") from None


def _offset(text: str, whole: str) -> dt.tzinfo:
    if text in ("Z", "z", "UTC", "GMT"):
        return dt.UTC
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        raise BadValue(f"{whole} has no offset we know. Write it as +01:00 or Z.")
    ahead = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-ahead if text[0] == "-" else ahead)


def _from_wall(wall: dt.datetime, zone: str, text: str) -> dt.datetime:
    """A stated wall time that exists once in the zone (interfaces.md: otherwise it is rejected)."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    at = local.astimezone(dt.UTC)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        if at.astimezone(local.tzinfo).replace(tzinfo=None) != wall:
            raise BadValue(
                f"{text} does not exist in {zone}: the clocks were put forward over it. Correct the time."
            )
        raise BadValue(
            f"{text} comes twice in {zone}: the clocks were put back over it. Add the offset, as in +01:00."
        )
    return at
