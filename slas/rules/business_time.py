"""Business time: which seconds count, and when so many of them have passed.

Openings are expanded once into sorted arrays of UTC seconds with running sums, a stretch at a
time and only as far as somebody asks; every question is then a bisection (product section 3,
rules 2 and 3).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from slas.rules.opening_hours import (
    WEEKDAYS,
    Hours,
    days_of,
    special_of,
    time_text,
    week_of,
)
from slas.rules.openings import MARGIN, Table, covers, joined, position
from slas.rules.zones import (
    DAY,
    EPOCH_DAY,
    FIRST_DAY,
    LAST_DAY,
    in_utc,
    instant_of,
    offset_seconds,
    seconds_of,
    wall_seconds,
    zone_of,
)

_STRETCH = 45  # days expanded at first; each extension doubles what is there
_FAR = 15_000  # days: forty years from what is known, start anew
_CLOSINGS_KEPT = 4_000  # dates: ten years
_TOO_FAR = "That much business time ends beyond the year 9999. Give a shorter time."
_ORDINALS = (FIRST_DAY.toordinal(), LAST_DAY.toordinal())
_END = (_ORDINALS[1] + 1 - EPOCH_DAY) * DAY


class Closing(NamedTuple):
    """The last closing of a local date, in seconds since 1970."""

    day: date
    at: int


class Calendar:
    """Opening hours of one place: a week, holidays, and special hours for single dates.

    `week` maps mon..sun to lists of ['HH:MM', 'HH:MM'] ('24:00' ends the day), `special` maps
    dates to such lists (empty: closed), `holidays` are dates and win over both. Dates are local
    to `tz`. ValueError with a sentence for an unknown zone, a bad interval or date, and a week
    without an opening. A value: equal and hashed by what it says, never changed.
    """

    __slots__ = ("_closings", "_hash", "_special", "_table", "_week", "holidays", "tz", "zone")

    tz: str
    zone: ZoneInfo
    holidays: frozenset[date]

    def __init__(
        self,
        tz: str,
        week: Mapping[str, Any],
        holidays: Iterable[date | str] = (),
        special: Mapping[Any, Any] | None = None,
    ) -> None:
        self.zone = zone_of(tz)
        self.tz = tz
        self._week = week_of(week)
        self.holidays = days_of(holidays)
        self._special = special_of({} if special is None else special)
        self._hash = hash((tz, self._week, self.holidays, tuple(sorted(self._special.items()))))
        self._table: Table | None = None
        self._closings: dict[int, int | None] = {}

    # -- what it says ---------------------------------------------------------------------------

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Calendar":
        """The calendar of stories.md: tz, week, holidays and special, none missing."""
        if not isinstance(data, Mapping):
            raise ValueError("The calendar is an object with tz, week, holidays and special.")
        for field in ("tz", "week", "holidays", "special"):
            if field not in data:
                raise ValueError(f"The calendar has no {field}. Add it.")
        return cls(data["tz"], data["week"], data["holidays"], _given(data["special"]))

    def as_data(self) -> dict[str, Any]:
        """The canonical JSON shape: days in the week's order, dates and intervals sorted."""
        return {
            "tz": self.tz,
            "week": {name: _texts(hours) for name, hours in zip(WEEKDAYS, self._week, strict=True) if hours},
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "special": {day.isoformat(): _texts(self._special[day]) for day in sorted(self._special)},
        }

    @property
    def week(self) -> tuple[Hours, ...]:
        """Seven tuples of (from, to) in minutes since midnight, Monday first."""
        return self._week

    @property
    def special(self) -> dict[date, Hours]:
        """A copy: date -> tuple of (from, to) in minutes since midnight."""
        return dict(self._special)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calendar):
            return NotImplemented
        return self is other or (
            self._hash == other._hash
            and (self.tz, self._week, self.holidays, self._special)
            == (other.tz, other._week, other.holidays, other._special)
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Calendar({self.as_data()!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Calendar.from_data, (self.as_data(),)

    # -- days -----------------------------------------------------------------------------------

    def hours_on(self, day: date) -> Hours:
        """The hours of a local date, in minutes since its midnight; a holiday has none."""
        if day in self.holidays:
            return ()
        special = self._special.get(day)
        return self._week[day.weekday()] if special is None else special

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The openings of a local date as (start, end) in UTC."""
        return tuple((instant_of(a), instant_of(b)) for a, b in self.openings_s(day))

    def openings_s(self, day: date) -> list[tuple[int, int]]:
        """The same as seconds since 1970; none outside the years that a calendar covers."""
        if not FIRST_DAY <= day <= LAST_DAY:
            return []
        found = []
        for opens, closes in self.hours_on(day):
            start = wall_seconds(day, opens, self.zone)
            end = wall_seconds(day, closes, self.zone)
            if end > start:  # skipped by a change of the clock: no opening
                found.append((start, end))
        return found

    def is_open_day(self, day: date) -> bool:
        """Whether the local date has any opening."""
        return bool(self.openings_s(day))

    def closings_from(self, day: date) -> Iterator["Closing"]:
        """The last closing of each local date that opens, from `day` on, in order."""
        for ordinal in range(max(day, FIRST_DAY).toordinal(), LAST_DAY.toordinal() + 1):
            at = self._closings.get(ordinal, 0)
            if at == 0:
                openings = self.openings_s(date.fromordinal(ordinal))
                at = openings[-1][1] if openings else None
                if len(self._closings) < _CLOSINGS_KEPT:
                    self._closings[ordinal] = at
            if at is not None:
                yield Closing(date.fromordinal(ordinal), at)

    def next_opening(self, at: datetime) -> tuple[datetime, datetime]:
        """The first opening that ends after the instant: the running one, or else the next."""
        second = seconds_of(in_utc(at).replace(microsecond=0))
        opens, end = self.next_opening_s(second)
        return instant_of(opens), instant_of(end)

    def next_opening_s(self, second: int) -> tuple[int, int]:
        table = self._covering(second)
        while (i := bisect_right(table.closes, second)) == len(table.closes):
            table = self._further(table)
        return table.opens[i], table.closes[i]

    def is_open(self, at: datetime) -> bool:
        """Whether business time passes at the instant (an opening counts, a closing does not)."""
        return self.next_opening(at)[0] <= in_utc(at)

    # -- time -----------------------------------------------------------------------------------

    def deadline(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant >= start (UTC) at which so many business seconds have elapsed."""
        start = in_utc(start)
        if isinstance(seconds, bool) or not isinstance(seconds, int):
            raise ValueError(f"{seconds!r} is no number of business seconds. Give a whole number.")
        if start.microsecond:
            return self._fractional_deadline(start, seconds)
        return instant_of(self.deadline_s(seconds_of(start), seconds))

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Business seconds in [start, end); 0 where end is not after start."""
        start, end = in_utc(start), in_utc(end)
        whole_start, whole_end = start.replace(microsecond=0), end.replace(microsecond=0)
        micros = self.elapsed_s(seconds_of(whole_start), seconds_of(whole_end)) * 1_000_000
        if start.microsecond and self.is_open(whole_start):
            micros -= start.microsecond
        if end.microsecond and self.is_open(whole_end):
            micros += end.microsecond
        return max(micros, 0) // 1_000_000

    def deadline_s(self, start: int, seconds: int) -> int:
        """`deadline` in seconds since 1970."""
        if seconds <= 0:
            if seconds == 0:
                return start
            raise ValueError(f"A deadline of {seconds} seconds lies before its start. Give 0 or more.")
        table = self._table
        if table is None or not covers(table, start):
            table = self._covering(start)
        target = position(table, start) + seconds
        while not table.passed or table.passed[-1] < target:
            if start + seconds > _END:  # no need to expand eight thousand years to say so
                raise ValueError(_TOO_FAR)
            table = self._further(table)
            target = position(table, start) + seconds
        i = bisect_left(table.passed, target)
        return table.closes[i] - (table.passed[i] - target)

    def elapsed_s(self, start: int, end: int) -> int:
        """`elapsed` in seconds since 1970."""
        if end <= start:
            return 0
        table = self._table
        if table is None or not (covers(table, start) and covers(table, end)):
            table = self._grown(self._covering(start), end)
        return position(table, end) - position(table, start)

    def _fractional_deadline(self, start: datetime, seconds: int) -> datetime:
        whole = start.replace(microsecond=0)
        if seconds == 0:
            return start
        if not self.is_open(whole):
            return self.deadline(whole, seconds)
        # The fraction is already gone: it is missing at the end, perhaps beyond a closing.
        last = self.deadline_s(seconds_of(whole), seconds + 1)
        return instant_of(last - 1) + timedelta(microseconds=start.microsecond)

    # -- the table ------------------------------------------------------------------------------

    def _covering(self, second: int) -> Table:
        """A table that holds every opening near the instant: the known one, grown, or a new one
        where the known one is so far away that growing would be a waste."""
        table, day = self._table, second // DAY + EPOCH_DAY
        if table is None or not table.first - _FAR <= day <= table.last + _FAR:
            table = self._expand(day - MARGIN - 7, day + _STRETCH)
        return self._grown(table, second)

    def _grown(self, table: Table, second: int) -> Table:
        """The table, at least doubled where it does not reach the instant yet."""
        day = second // DAY + EPOCH_DAY
        if day - MARGIN < table.first:
            span = max(table.last - table.first, table.first - day + MARGIN)
            table = self._expand(table.first - span, table.last, table)
        if day + MARGIN > table.last:
            span = max(table.last - table.first, day - table.last + MARGIN)
            table = self._expand(table.first, table.last + span, table)
        if not covers(table, second):
            raise ValueError("That instant lies outside the years that a calendar covers.")
        return table

    def _further(self, table: Table) -> Table:
        if table.last >= _ORDINALS[1]:
            raise ValueError(_TOO_FAR)
        return self._expand(table.first, table.last + table.last - table.first + 1, table)

    def _expand(self, first: int, last: int, old: Table | None = None) -> Table:
        """A table of the dates first..last that keeps what the old one knows; stored as a whole,
        so that threads never see half of one."""
        first, last = max(first, _ORDINALS[0]), min(last, _ORDINALS[1])
        if old is None:
            spans = self._spans(first, last + 1)
        else:
            known = zip(old.opens, old.closes, strict=True)
            spans = [*self._spans(first, old.first), *known, *self._spans(old.last + 1, last + 1)]
        self._table = joined(first, last, spans)
        return self._table

    def _spans(self, first: int, stop: int) -> list[tuple[int, int]]:
        """Openings of the dates first..stop-1 in seconds since 1970.

        A date whose midnights have one offset needs no look at the zone for its hours.
        """
        spans: list[tuple[int, int]] = []
        if first >= stop:
            return spans
        day = date.fromordinal(first)
        offset = offset_seconds(day, 0, self.zone)
        for ordinal in range(first, stop):
            following = date.fromordinal(ordinal + 1)
            next_offset = offset_seconds(following, 0, self.zone)
            if next_offset == offset:
                midnight = (ordinal - EPOCH_DAY) * DAY - offset
                spans += [(midnight + a * 60, midnight + b * 60) for a, b in self.hours_on(day)]
            else:
                spans += self.openings_s(day)
            day, offset = following, next_offset
        return spans


def _texts(hours: Hours) -> list[list[str]]:
    return [[time_text(opens), time_text(closes)] for opens, closes in hours]


def _given(special: Any) -> Any:
    if not isinstance(special, Mapping):
        raise ValueError("The special hours name dates, each with its own list of openings.")
    return special


@lru_cache(maxsize=512)
def _calendar_of(key: str, data: "_ByKey") -> Calendar:
    return Calendar.from_data(data.data)


class _ByKey:
    """Carries the data past the cache, which looks at the key alone."""

    __slots__ = ("data",)

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByKey)

    def __hash__(self) -> int:
        return 0


def calendar_of(data: Mapping[str, Any]) -> Calendar:
    """`Calendar.from_data`, but the same object for the same data: judging many stories shares it."""
    return _calendar_of(repr(data), _ByKey(data))
