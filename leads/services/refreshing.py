"""Writing clocks: the only code that does. Works in sets, because imports feed it tens of thousands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leads.models import Clock, ClockPause, Handoff, Lead
from leads.services.projecting import CLOCK_COLUMNS, Reckoned, Span, reckon
from leads.services.touched import earliest_change, mark, midnight
from leads.stories import BATCH, Shelf
from slas.rules.zones import local_day

_INSTANTS = tuple(name for name in CLOCK_COLUMNS if name.endswith("_at"))
_WRITTEN = tuple(name.removesuffix("_id") for name in CLOCK_COLUMNS)

Stored = dict[int, dict[str, Any]]


def refresh(
    handoffs: Iterable[Handoff | int],
    now: dt.datetime,
    *,
    reason: str = "What is known of a lead changed.",
) -> int:
    """Bring the clocks of these handoffs (rows, ids or a queryset) to what the journal says at `now`.

    Writes Clock, ClockPause and Handoff.rejected_at where they differ, and marks the past days that
    change (TouchedDay). The leads are locked first, so that no entry slips in between reading and
    writing. About ten queries for each 2,000 handoffs. Returns how many clocks were written.
    """
    written, shelf = 0, Shelf()
    for ids in _batches(handoffs):
        with transaction.atomic():
            _lock_leads(ids)
            rows = list(Handoff.objects.filter(pk__in=ids).order_by("pk"))
            written += write_clocks(list(reckon(rows, now, shelf)), now, reason)
    return written


def _batches(handoffs: Iterable[Handoff | int], size: int = BATCH) -> Iterator[list[int]]:
    """Ids, `size` at a time; a queryset is read by its id, so that memory stays bounded."""
    if isinstance(handoffs, QuerySet) and not handoffs.query.is_sliced:
        ids, last = handoffs.order_by("pk").values_list("pk", flat=True), 0
        while batch := list(ids.filter(pk__gt=last)[:size]):
            yield batch
            last = batch[-1]
        return
    given = iter([handoff if isinstance(handoff, int) else handoff.pk for handoff in handoffs])
    while batch := list(islice(given, size)):
        yield batch


def _lock_leads(handoff_ids: list[int]) -> None:
    """In the order of their ids, so that two writers never wait for each other."""
    leads = Handoff.objects.filter(pk__in=handoff_ids).values("lead")
    list(Lead.objects.filter(pk__in=leads).order_by("pk").select_for_update().values_list("pk"))


def write_clocks(reckoned: Sequence[Reckoned], now: dt.datetime, reason: str) -> int:
    """Store what differs, with the marks of the past days it changes; the leads have to be locked."""
    ids = [each.handoff.pk for each in reckoned]
    stored = stored_clocks(ids)
    spans = stored_pauses(ids) if stored else {}
    wrong = [each for each in reckoned if _differs(each, stored, spans)]
    gone = [each.handoff.pk for each in wrong if each.clock is None]
    if gone:
        Clock.objects.filter(pk__in=gone).delete()
    _upsert([each for each in wrong if each.clock is not None])
    _write_pauses([each for each in wrong if each.pauses or each.handoff.pk in spans])
    rejections = _write_rejections(reckoned)
    _mark_days(wrong, rejections, stored, now, reason)
    return len(wrong)


def stored_clocks(ids: Iterable[int]) -> Stored:
    """The columns of the clocks of these handoffs, by handoff id."""
    rows = Clock.objects.filter(pk__in=ids).values_list("pk", *CLOCK_COLUMNS)
    return {pk: dict(zip(CLOCK_COLUMNS, values, strict=True)) for pk, *values in rows}


def stored_pauses(ids: Iterable[int]) -> dict[int, tuple[Span, ...]]:
    """The stretches in which these clocks stand, by handoff id."""
    found: dict[int, tuple[Span, ...]] = {}
    rows = ClockPause.objects.filter(clock__in=ids).order_by("clock", "begins_at")
    for clock, begins_at, ends_at in rows.values_list("clock_id", "begins_at", "ends_at"):
        found[clock] = (*found.get(clock, ()), (begins_at, ends_at))
    return found


def _differs(each: Reckoned, stored: Stored, spans: dict[int, tuple[Span, ...]]) -> bool:
    pk = each.handoff.pk
    return each.clock != stored.get(pk) or tuple(each.pauses) != spans.get(pk, ())


def _upsert(wrong: Sequence[Reckoned]) -> None:
    Clock.objects.bulk_create(
        [Clock(handoff_id=each.handoff.pk, **(each.clock or {})) for each in wrong],
        update_conflicts=True,
        unique_fields=["handoff"],
        update_fields=_WRITTEN,
    )


def _write_pauses(wrong: Sequence[Reckoned]) -> None:
    if not wrong:
        return
    ClockPause.objects.filter(clock__in=[each.handoff.pk for each in wrong]).delete()
    ClockPause.objects.bulk_create(
        ClockPause(clock_id=each.handoff.pk, begins_at=begin, ends_at=end)
        for each in wrong
        for begin, end in each.pauses
    )


def _write_rejections(reckoned: Sequence[Reckoned]) -> list[tuple[Reckoned, dt.datetime | None]]:
    """Store the rejections in effect; the changed ones, each with what was stored before."""
    changed = []
    for each in reckoned:
        before = each.handoff.rejected_at
        if before != each.rejected_at:
            each.handoff.rejected_at = each.rejected_at
            changed.append((each, before))
    if changed:
        Handoff.objects.bulk_update([each.handoff for each, _ in changed], ["rejected_at"])
    return changed


def _mark_days(
    wrong: Sequence[Reckoned],
    rejections: Sequence[tuple[Reckoned, dt.datetime | None]],
    stored: Stored,
    now: dt.datetime,
    reason: str,
) -> None:
    """Mark the earliest local day that each change reaches, where that day is over."""
    changes = [(each, _earliest(each, stored.get(each.handoff.pk))) for each in wrong]
    changes += [(each, earliest_change([before], [each.rejected_at])) for each, before in rejections]
    midnights = {each.tz: midnight(now, each.tz) for each, _ in changes}
    days = {
        (each.handoff.agreement_id, local_day(instant, each.tz))
        for each, instant in changes
        if instant is not None and instant < midnights[each.tz]
    }
    if days:
        mark(days, reason, now)


def _earliest(each: Reckoned, before: dict[str, Any] | None) -> dt.datetime | None:
    return earliest_change(_instants(before), _instants(each.clock))


def _instants(clock: dict[str, Any] | None) -> list[dt.datetime | None]:
    return [clock[name] if clock else None for name in _INSTANTS]
