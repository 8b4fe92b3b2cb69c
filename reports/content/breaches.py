"""The worst breaches of a period that is over: handoffs behind `clocks_breached`, the latest first."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, DateTimeField, F, Value, Window
from django.db.models.functions import Coalesce, Least

from leads.models import Handoff, Lead
from reports.content.numbers import late_text
from reports.metrics import handoffs_behind
from slas.models import Agreement
from slas.rules.periods import Period

MOST = 5


@dataclass(frozen=True)
class Late:
    lead: Lead
    late: str
    worked: bool
    holder: str


@dataclass(frozen=True)
class Breaches:
    rows: list[Late]
    count: int


def worst_breaches(agreement: Agreement, period: Period, now: dt.datetime) -> Breaches:
    """The worst few, and how many there are in all; one query."""
    end = Value(now, output_field=DateTimeField())
    worked = Least(Coalesce(F("clock__stopped_at"), end), end)
    handoffs = (
        handoffs_behind("clocks_breached", agreement, period.start, period.end, now=now)
        .select_related("lead", "clock__holder")
        .annotate(together=Window(Count("pk")))
        .order_by(F("clock__deadline_at") - worked, "pk")
    )
    rows = list(handoffs[:MOST])
    return Breaches([_late(row, now) for row in rows], rows[0].together if rows else 0)


def _late(handoff: Handoff, now: dt.datetime) -> Late:
    clock = handoff.clock
    worked = clock.stopped_at is not None and clock.stopped_at <= now
    until = clock.stopped_at if worked and clock.stopped_at else now
    seconds = int((until - clock.deadline_at).total_seconds()) if clock.deadline_at else 0
    return Late(handoff.lead, late_text(seconds), worked, str(clock.holder or clock.holder_text))
