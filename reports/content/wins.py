"""What was won in a period, and why leads were rejected: rows to tell of beside the promises."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery

from leads.models import Clock, Entry, Handoff, Lead
from reports.content.numbers import money
from reports.content.summary import won_detail
from reports.metrics import leads_behind
from reports.metrics.addresses import figure_address
from slas.models import Agreement
from slas.rules.periods import Period
from slas.rules.words import duration, plain

MOST = 4


@dataclass(frozen=True)
class Won:
    lead: Lead
    amount: str
    detail: str


@dataclass(frozen=True)
class Reason:
    """One reason: how many were rejected for it, and its bar in hundredths of the commonest."""

    name: str
    count: int
    width: str
    address: str


def won(agreement: Agreement, period: Period, now: dt.datetime) -> list[Won]:
    """The latest few customers of the period; one query."""
    first = Clock.objects.filter(handoff__lead=OuterRef("pk")).order_by("handoff__at", "pk")
    leads = (
        leads_behind("customers", agreement, period.start, period.end, now=now)
        .select_related("owner")
        .annotate(waited=Subquery(first.values("first_follow_up_business_seconds")[:1]))
        .order_by("-customer_at", "-pk")
    )
    return [_won(lead, period.tz) for lead in leads[:MOST]]


def _won(lead: Lead, tz: str) -> Won:
    amount = "" if lead.amount is None else money(lead.amount, lead.currency)
    detail, waited = won_detail(lead, tz), lead.waited  # type: ignore[attr-defined]
    if waited is not None:
        after = "at once" if waited == 0 else f"after {duration(waited)}"
        detail = f"{detail}, followed up {after}"
    return Won(lead, amount, detail[:1].upper() + detail[1:])


def rejected_of(agreement: Agreement, start: dt.datetime, end: dt.datetime, last: dt.datetime):
    """The standing entries that rejected handoffs of the period, in effect at `last`."""
    handoffs = Handoff.objects.of(agreement).within(start, end).filter(rejected_at__lte=last)
    return Entry.objects.standing().filter(
        type=Entry.Type.REJECTED, handoff__in=handoffs, recorded_at=F("handoff__rejected_at")
    )


def reasons(agreement: Agreement, period: Period, now: dt.datetime) -> list[Reason]:
    """Why Sales rejected handoffs of the period, the commonest first; one query."""
    entries = rejected_of(agreement, period.start, period.end, now).order_by()
    found = Counter(
        {row["reason"]: row["count"] for row in entries.values("reason").annotate(count=Count("pk"))}
    )
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    most = ordered[0][1] if ordered else 1
    return [
        Reason(
            _capital(plain(reason)) or "No reason given",
            count,
            f"{100 * count / most:.1f}",
            figure_address(agreement, "rejected_share", period, reason=reason),
        )
        for reason, count in ordered
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
