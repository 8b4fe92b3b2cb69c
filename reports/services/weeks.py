"""ISO weeks of an agreement and when the report of each is due."""

import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass

from reports.services.nights import DAY, Night, due_since, night_of
from slas.models import Agreement, Version
from slas.rules.periods import Period, local_day, parse_period
from slas.rules.zones import instant_of, wall_seconds, zone_of


@dataclass(frozen=True)
class Week:
    """A week of an agreement: its last night with a version in force, and when its report is due."""

    period: Period
    night: Night
    due_at: dt.datetime


def parse_week(key: str) -> dt.date:
    """The Monday of the week named (2018-W18); ValueError with a sentence for another kind of key."""
    named = parse_period(key, "UTC")
    if named.kind != "week":
        raise ValueError(f"{key!r} is no week. Write it as 2018-W18.")
    return named.first_day


def week_of(agreement: Agreement, versions: list[Version], key: str) -> Week | None:
    """The week named (2018-W18); None if no version was in force in it. ValueError as `parse_week`."""
    return _week(agreement, versions, parse_week(key))


def weeks_due(
    agreement: Agreement, versions: list[Version], now: dt.datetime, stored: Container[str] = ()
) -> Iterator[Week]:
    """Every week that ended after `nights_due_from`, whose report is due at `now` and not `stored`, in
    order."""
    if not versions:
        return
    since = due_since(agreement, versions)
    day = local_day(since, "UTC") - DAY  # a zone may be a day behind
    monday, last = day - dt.timedelta(days=day.weekday()), local_day(now, "UTC")
    while monday <= last:
        if _key(monday) not in stored:
            week = _week(agreement, versions, monday)
            if week is not None and since < week.period.end and week.due_at <= now:
                yield week
        monday += dt.timedelta(days=7)


def _key(monday: dt.date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _week(agreement: Agreement, versions: list[Version], monday: dt.date) -> Week | None:
    nights = (night_of(agreement, versions, monday + days * DAY) for days in range(6, -1, -1))
    night = next((night for night in nights if night is not None), None)
    if night is None:
        return None
    period = night.period("week")
    return Week(period, night, due_at(night.version, period))


def due_at(version: Version, week: Period) -> dt.datetime:
    """The version's weekday and hour after the week has ended, in its zone; an hour that a DST change skips
    is reached at the jump."""
    terms = version.terms()
    day = week.last_day + DAY + terms.report_weekday * DAY
    return instant_of(wall_seconds(day, terms.report_hour * 60, zone_of(terms.tz)))
