"""Counting time (stories.md): which seconds count for a clock, after closures and pauses."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from slas.rules.business_time import Calendar

Span = tuple[int, int]


class Pause(NamedTuple):
    """A pause in seconds since 1970, ended by its `resumed` or by the cap; None: held for good."""

    begin: int
    end: int | None


class CountableTime:
    """Countable seconds, pauses aside: elapsed ones, or the calendar's less those that closures took.

    `closures` maps a date to the second at which its closure was first recorded.
    "A known closure closes its date, but only for seconds from its recording on."
    """

    __slots__ = ("_calendar", "_closed", "_elapsed")

    def __init__(self, hours: str, calendar: Calendar, closures: dict[date, int]) -> None:
        self._elapsed = hours == "elapsed"
        self._calendar = calendar
        self._closed = [] if self._elapsed or not closures else closed_spans(calendar, closures)

    def passed(self, start: int, end: int) -> int:
        """Countable seconds in [start, end)."""
        if end <= start:
            return 0
        if self._elapsed:
            return end - start
        passed = self._calendar.elapsed_s(start, end)
        return passed - _overlap(self._closed, start, end) if self._closed else passed

    def after(self, start: int, seconds: int) -> int:
        """The earliest second >= start at which so many countable seconds have passed."""
        if self._elapsed:
            return start + seconds
        end = self._calendar.deadline_s(start, seconds)
        lost = 0
        for opens, closes in self._closed:
            if seconds == 0 or opens >= end:
                break
            # The end can't lie inside a closed stretch: all of it must pass in addition.
            if closes > start:
                lost += closes - max(opens, start)
                end = self._calendar.deadline_s(start, seconds + lost)
        return end


def closed_spans(calendar: Calendar, closures: dict[date, int]) -> list[Span]:
    """The parts of openings that closures take, from each recording on, sorted."""
    spans = [
        (max(opens, recorded), closes)
        for day, recorded in closures.items()
        for opens, closes in calendar.openings_s(day)
        if closes > recorded
    ]
    return sorted(spans)


def _overlap(spans: Iterable[Span], start: int, end: int) -> int:
    return sum(max(0, min(b, end) - max(a, start)) for a, b in spans)


def effective_pauses(
    raw: Sequence[tuple[int, int | None]], time: CountableTime, cap: int | None
) -> tuple[Pause, ...]:
    """Pauses (begin, resumed or None) as they hold under the cap.

    "Once the countable seconds spent in all pauses reach the cap, the clock runs on although paused,
    then and in every later pause."
    """
    pauses: list[Pause] = []
    left = cap
    for begin, resumed in raw:
        end = resumed
        if left is not None:
            if left <= 0:
                break
            spent = None if resumed is None else time.passed(begin, resumed)
            if spent is None or spent >= left:
                end = _used_up(time, begin, left)
            left -= left if spent is None else spent
        if end is None or end > begin:
            pauses.append(Pause(begin, end))
    return tuple(pauses)


def _used_up(time: CountableTime, begin: int, seconds: int) -> int | None:
    try:
        return time.after(begin, seconds)
    except ValueError:  # beyond the years that there are: nothing ends it
        return None


class ClockTime:
    """The countable time of one clock: from its start on, pauses left out."""

    __slots__ = ("_time", "pauses", "start")

    def __init__(self, start: int, time: CountableTime, pauses: tuple[Pause, ...]) -> None:
        self.start = start
        self._time = time
        self.pauses = pauses

    def passed(self, until: int) -> int:
        """Countable seconds from the start to the instant."""
        total = self._time.passed(self.start, until)
        for begin, end in self.pauses:
            total -= self._time.passed(begin, until if end is None else min(end, until))
        return total

    def after(self, seconds: int) -> int | None:
        """The earliest instant at which so many have passed; None if a pause holds it for good."""
        cursor = self.start
        for begin, end in self.pauses:
            stretch = self._time.passed(cursor, begin)
            if stretch >= seconds:
                return self._time.after(cursor, seconds)
            if end is None:
                return None
            seconds -= stretch
            cursor = end
        return self._time.after(cursor, seconds)
