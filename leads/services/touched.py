"""Marks on past days whose figures may have changed, for the nightly check to look at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from leads.models import TouchedDay
from slas.models import Agreement, FrozenTerms
from slas.rules.zones import local_day, start_of_day


def touch(agreement: Agreement, instant: dt.datetime, reason: str, now: dt.datetime) -> None:
    """Mark the local day of `instant` if it was over at `now` (product: what was true before today's midnight
    of the agreement changed). In the transaction of the change.
    """
    touch_many([(agreement.pk, instant)], reason, now)


def touch_many(changes: Iterable[tuple[int, dt.datetime]], reason: str, now: dt.datetime) -> int:
    """Mark the local days, over at `now`, of many (agreement id, instant): one row a day, two queries.

    Returns the number of marks.
    """
    changes = list(changes)
    zones = zones_of({agreement for agreement, _ in changes}, now)
    days = {(agreement, local_day(instant, zones[agreement])) for agreement, instant in changes}
    return mark({(a, day) for a, day in days if day < local_day(now, zones[a])}, reason, now)


def mark(days: Iterable[tuple[int, dt.date]], reason: str, now: dt.datetime) -> int:
    """Write one mark for each (agreement id, day)."""
    rows = [
        TouchedDay(agreement_id=agreement, day=day, touched_at=now, reason=reason)
        for agreement, day in sorted(days)
    ]
    TouchedDay.objects.bulk_create(rows)
    return len(rows)


def zones_of(agreements: Iterable[int], now: dt.datetime) -> dict[int, str]:
    """The zone of each agreement: that of its version in force at `now`, else of the last signed, else UTC.

    One query.
    """
    agreements = set(agreements)
    zones = dict.fromkeys(agreements, "UTC")
    if not agreements:
        return zones
    signed = FrozenTerms.objects.filter(version__agreement__in=agreements, version__status="signed")
    for frozen in signed.select_related("version").order_by("version__in_force_at"):
        version = frozen.version
        in_force_at = version.in_force_at or now  # signed ones have it
        if in_force_at <= now or zones[version.agreement_id] == "UTC":
            zones[version.agreement_id] = frozen.terms().tz
    return zones


def earliest_change(
    old: Iterable[dt.datetime | None], new: Iterable[dt.datetime | None]
) -> dt.datetime | None:
    """The earliest of the instants that differ, before or after; None where none does."""
    changed = [
        instant
        for before, after in zip(old, new, strict=True)
        if before != after
        for instant in (before, after)
        if instant is not None
    ]
    return min(changed, default=None)


def midnight(now: dt.datetime, tz: str) -> dt.datetime:
    """The first instant of today in the zone."""
    return start_of_day(local_day(now, tz), tz)
