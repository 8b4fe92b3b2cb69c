"""Nights: the local days of an agreement, each ended by its midnight; which of them are due."""

import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass

from slas.models import Agreement, Version
from slas.rules.business_time import Calendar
from slas.rules.periods import Period, local_day, period_of, start_of_day
from slas.rules.terms import AgreementTerms

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Night:
    """The local day [start, end) of an agreement, with the version that was in force on it."""

    agreement: Agreement
    version: Version
    day: dt.date
    start: dt.datetime
    end: dt.datetime

    @property
    def terms(self) -> AgreementTerms:
        return self.version.terms()

    @property
    def tz(self) -> str:
        return self.terms.tz

    def period(self, kind: str) -> Period:
        """The week, month or quarter in which the night lies."""
        return period_of(kind, self.end - SECOND, self.tz)

    def __str__(self) -> str:
        return f"{self.agreement}, night of {self.day}"


def begins(version: Version) -> dt.datetime:
    """Since when a signed version is in force."""
    if version.in_force_at is None:
        raise ValueError(f"{version} is not signed, so it was never in force.")
    return version.in_force_at


def due_since(agreement: Agreement, versions: list[Version]) -> dt.datetime:
    """From when on nights and weeks are due: since the agreement was recorded here, and in force."""
    return max(agreement.nights_due_from, min(begins(version) for version in versions))


def night_of(agreement: Agreement, versions: list[Version], day: dt.date) -> Night | None:
    """The night of `day`: with the last version in force at any moment of it; None if there is none.

    `versions` are the agreement's signed ones, in any order, frozen terms selected.
    """
    nights = (_night(agreement, version, day) for version in versions)
    in_force = [night for night in nights if _is_in_force(night)]
    return max(in_force, key=lambda night: begins(night.version), default=None)


def _night(agreement: Agreement, version: Version, day: dt.date) -> Night:
    tz = version.terms().tz
    return Night(agreement, version, day, start_of_day(day, tz), start_of_day(day + DAY, tz))


def _is_in_force(night: Night) -> bool:
    """Whether its version was in force at any moment of the day (a date that a zone skipped has none)."""
    since, until = begins(night.version), night.version.ended_at
    return max(since, night.start) < (night.end if until is None else min(until, night.end))


def nights_due(
    agreement: Agreement, versions: list[Version], now: dt.datetime, stored: Container[dt.date] = ()
) -> Iterator[Night]:
    """Every night from that of `nights_due_from` on that is over at `now` and not `stored` yet, in order."""
    if not versions:
        return
    since = due_since(agreement, versions)
    tz = min(versions, key=lambda version: abs(begins(version) - since)).terms().tz
    day = local_day(since, tz) - DAY  # another version's zone may be a day behind
    while start_of_day(day, tz) <= now:
        night = None if day in stored else night_of(agreement, versions, day)
        if night is not None and since < night.end <= now:
            yield night
        day += DAY


def reach_of(day: dt.date) -> dt.date:
    """The last night whose figures a change of `day` can move: the end of its quarter, or of its week if
    later."""
    quarter_end = _first_of_next_quarter(day) - DAY
    return max(quarter_end, day + (6 - day.weekday()) * DAY)


def _first_of_next_quarter(day: dt.date) -> dt.date:
    months = day.year * 12 + (day.month + 2) // 3 * 3
    return dt.date(months // 12, months % 12 + 1, 1)


def calendar_at(calendar: Calendar, closed: list[tuple[dt.date, dt.datetime]], at: dt.datetime) -> Calendar:
    """The calendar with the closures that were in force at `at`; `closed` are (date, recorded_at)."""
    dates = frozenset(day for day, recorded_at in closed if recorded_at <= at)
    if not dates - calendar.holidays:
        return calendar
    return Calendar.from_data(calendar.as_data() | {"holidays": sorted(calendar.holidays | dates)})
