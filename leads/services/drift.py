"""What is stored beside the journal and could differ from it: found, told and mended (for `audit`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leads.models import Entry, Handoff, Lead
from leads.services.projecting import Reckoned, reckon
from leads.services.refreshing import refresh, stored_clocks, stored_pauses
from leads.services.shape import ended_at, lead_columns
from leads.services.tiers import certain_window_key
from leads.stories import BATCH, Shelf


@dataclass(frozen=True, slots=True)
class Difference:
    """One stored value that is not what the journal and the frozen terms say. `pk` is that of the row."""

    table: str  # "lead", "handoff" or "clock"
    pk: int
    lead_id: int
    column: str
    stored: Any
    expected: Any

    def __str__(self) -> str:
        return (
            f"{self.table.capitalize()} {self.pk}, {self.column}: stored {_shown(self.stored)}, "
            f"the journal says {_shown(self.expected)}."
        )


def _shown(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return "nothing" if value in (None, "", ()) else str(value)


def drift(handoffs: QuerySet[Handoff], now: dt.datetime) -> Iterator[Difference]:
    """Every difference in the clocks of these handoffs (a missing or an orphaned one too), in the handoffs
    themselves and in their leads. Streams by id, seven queries a batch, and writes nothing.
    """
    shelf, last = Shelf(), 0
    while batch := list(handoffs.order_by("pk").filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield from _clock_drift(list(reckon(batch, now, shelf)))
        yield from _handoff_drift(batch, shelf)
        yield from lead_drift(Lead.objects.filter(pk__in={handoff.lead_id for handoff in batch}))


def lead_drift(leads: QuerySet[Lead]) -> Iterator[Difference]:
    """Every difference in the stage, the arrivals and the owner of these leads. Streams by id."""
    last = 0
    while batch := list(leads.order_by("pk").filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        journals = standing_entries(lead.pk for lead in batch)
        for lead in batch:
            expected = lead_columns(lead, journals[lead.pk])
            for column, value in expected.items():
                if getattr(lead, column) != value:
                    yield Difference("lead", lead.pk, lead.pk, column, getattr(lead, column), value)


def drift_of_everything(now: dt.datetime) -> Iterator[Difference]:
    """`drift` of every handoff, and of the leads that were never handed over."""
    yield from drift(Handoff.objects.all(), now)
    yield from lead_drift(Lead.objects.filter(handoffs=None))


def mend(differences: Iterable[Difference], now: dt.datetime) -> int:
    """Bring every row named by the differences to what the journal says now. Returns how many leads.

    What a trigger keeps from ever changing (the tier of a handoff) is told by `drift`, not mended here.
    """
    leads = sorted({difference.lead_id for difference in differences})
    for first in range(0, len(leads), BATCH):
        _mend_leads(leads[first : first + BATCH], now)
    return len(leads)


@transaction.atomic
def _mend_leads(ids: list[int], now: dt.datetime) -> None:
    leads = list(Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    journals = standing_entries(ids)
    for lead in leads:
        wrong = {
            column: value
            for column, value in lead_columns(lead, journals[lead.pk]).items()
            if getattr(lead, column) != value
        }
        if wrong:
            Lead.objects.filter(pk=lead.pk).update(**wrong)
    handoffs = list(Handoff.objects.filter(lead__in=ids))
    for handoff in handoffs:
        ended = ended_at(handoff, journals[handoff.lead_id])
        if handoff.ended_at != ended:
            Handoff.objects.filter(pk=handoff.pk).update(ended_at=ended)
    refresh(handoffs, now, reason="The audit mended what was stored.")


def standing_entries(lead_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """The stage moves, assignments and decisions that stand, by lead, in the order of the journal."""
    found: dict[int, list[Entry]] = defaultdict(list)
    entries = Entry.objects.filter(lead__in=list(lead_ids)).shaping()
    for entry in entries.order_by("id"):
        found[entry.lead_id].append(entry)
    return found


def _clock_drift(reckoned: list[Reckoned]) -> Iterator[Difference]:
    ids = [each.handoff.pk for each in reckoned]
    clocks, pauses = stored_clocks(ids), stored_pauses(ids)
    for each in reckoned:
        handoff = each.handoff
        where = ("clock", handoff.pk, handoff.lead_id)
        stored, expected = clocks.get(handoff.pk), each.clock
        if stored is None or expected is None:
            if stored is not expected:
                yield Difference(*where, "row", stored and "a clock", expected and "a clock")
        else:
            for column, value in expected.items():
                if stored[column] != value:
                    yield Difference(*where, column, stored[column], value)
        if tuple(each.pauses) != pauses.get(handoff.pk, ()):
            yield Difference(*where, "pauses", pauses.get(handoff.pk, ()), tuple(each.pauses))
        if handoff.rejected_at != each.rejected_at:
            yield Difference(
                "handoff", handoff.pk, handoff.lead_id, "rejected_at", handoff.rejected_at, each.rejected_at
            )


def _handoff_drift(handoffs: list[Handoff], shelf: Shelf) -> Iterator[Difference]:
    journals = standing_entries({handoff.lead_id for handoff in handoffs})
    for handoff in handoffs:
        where = ("handoff", handoff.pk, handoff.lead_id)
        ended = ended_at(handoff, journals[handoff.lead_id])
        if handoff.ended_at != ended:
            yield Difference(*where, "ended_at", handoff.ended_at, ended)
        matched = handoff.measured and handoff.moved_to_id is None  # by a move: not at the handoff
        key = certain_window_key(shelf.terms(handoff), handoff) if matched else None
        if key is not None and key != handoff.window_key:
            yield Difference(*where, "window_key", handoff.window_key, key)
