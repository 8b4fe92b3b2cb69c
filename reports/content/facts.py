"""What happened and what waits, as rows to tell of: breaches, wins, deadlines ahead, rejections. Queries
only."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Least

from leads.models import Clock, Entry, Handoff, Lead
from leads.models.clock import ClockQuerySet
from reports.metrics import leads_behind
from slas.models import Agreement

JUST_BEFORE = dt.timedelta(microseconds=1)  # stored instants are whole seconds


NOBODYS = Q(handoff__lead__owner=None, handoff__lead__owner_text="")


@dataclass(frozen=True)
class Span:
    """What is told of: [start, end) of an agreement, and with what had happened by `end`."""

    agreement: Agreement
    start: dt.datetime
    end: dt.datetime

    @property
    def last(self) -> dt.datetime:
        return self.end - JUST_BEFORE


def _of(agreement: Agreement) -> ClockQuerySet:
    people = ("handoff__lead__owner", "holder")
    return Clock.objects.filter(agreement=agreement, handoff__measured=True).select_related(*people)


def breached(span: Span) -> ClockQuerySet:
    """Clocks whose deadline passed in the span without a follow-up in time; the latest worked first."""
    clocks = _of(span.agreement).filter(deadline_at__gte=span.start, deadline_at__lt=span.end)
    end = Value(span.end, output_field=DateTimeField())
    worked = Least(Coalesce(F("stopped_at"), end), end)
    return clocks.in_state(span.last, "breached").order_by(F("deadline_at") - worked, "pk")


def late_seconds(clock: Clock, at: dt.datetime) -> int:
    """How long after the deadline it was worked, or is waiting at `at`; elapsed seconds."""
    worked = clock.stopped_at if clock.stopped_at and clock.stopped_at <= at else at
    return int((worked - clock.deadline_at).total_seconds()) if clock.deadline_at else 0


def was_worked(clock: Clock, at: dt.datetime) -> bool:
    return clock.stopped_at is not None and clock.stopped_at <= at


def won(span: Span) -> QuerySet[Lead]:
    """The customers of the span, in the order in which they were won."""
    leads = leads_behind("customers", span.agreement, span.start, span.end, until=span.end)
    return leads.select_related("owner").order_by("customer_at", "pk")


def handed_over(span: Span) -> int:
    return Handoff.objects.of(span.agreement).within(span.start, span.end).count()


def met(span: Span) -> int:
    """Clocks that a follow-up of the span stopped in time."""
    stopped = Q(outcome="met", stopped_at__gte=span.start, stopped_at__lt=span.end)
    return _of(span.agreement).filter(stopped).count()


def entered_late(span: Span) -> int:
    """Of those met, the ones that are only so by an entry made after the deadline."""
    late = Q(outcome="met", entered_late=True, stopped_at__gte=span.start, stopped_at__lt=span.end)
    return _of(span.agreement).filter(late).count()


def due(agreement: Agreement, now: dt.datetime, until: dt.datetime) -> ClockQuerySet:
    """Clocks of held leads that run out in [now, until) unless somebody follows up; the first to run out
    first."""
    ahead = _of(agreement).waiting().filter(deadline_at__gte=now, deadline_at__lt=until).exclude(NOBODYS)
    return ahead.in_state(now, "running", "at_risk").order_by("deadline_at", "pk")


def unassigned(agreement: Agreement, now: dt.datetime) -> ClockQuerySet:
    """Clocks that still run although nobody holds the lead; the first to run out first."""
    alone = _of(agreement).waiting().filter(NOBODYS, handoff__ended_at=None)
    return alone.in_state(now, "running", "at_risk").order_by("deadline_at", "pk")


def overdue(agreement: Agreement, now: dt.datetime, *, but: Span) -> ClockQuerySet:
    """Breached and not followed up to this moment, where the lead is still with Sales; the newest first.
    Left out are deadlines of the span `but`, which are told of apart."""
    late = _of(agreement).waiting().filter(handoff__ended_at=None, deadline_at__lt=now)
    others = late.exclude(deadline_at__gte=but.start, deadline_at__lt=but.end)
    return others.in_state(now, "breached").order_by("-deadline_at", "pk")


def undecided(agreement: Agreement, now: dt.datetime, until: dt.datetime) -> ClockQuerySet:
    """Clocks whose time to accept or reject ends in [now, until): silence will accept them."""
    open_ = Q(acceptance_outcome="", handoff__ended_at=None)
    ends = Q(acceptance_deadline_at__gte=now, acceptance_deadline_at__lt=until)
    return _of(agreement).filter(open_, ends).order_by("acceptance_deadline_at", "pk")


def rejections(span: Span) -> Counter[str]:
    """How many handoffs were rejected in the span, by the reason given; those still in effect."""
    handoffs = Handoff.objects.of(span.agreement).filter(
        rejected_at__gte=span.start, rejected_at__lt=span.end
    )
    entries = Entry.objects.standing().filter(
        type=Entry.Type.REJECTED, handoff__in=handoffs, recorded_at=F("handoff__rejected_at")
    )
    return Counter(entries.values_list("reason", flat=True))


def some(rows: QuerySet[Any], most: int) -> tuple[list[Any], int]:
    """The first rows, and how many there are in all."""
    shown = list(rows[: most + 1])
    return shown[:most], len(shown) if len(shown) <= most else rows.count()
