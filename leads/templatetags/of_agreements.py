"""How many leads agreements and campaigns have, for pages that know no leads; a lead's campaign."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django import template
from django.db.models import Count

from leads.models import Lead
from slas.models import Agreement
from slas.rules.fields import fold
from slas.rules.words import counted
from slas.services.campaigns import campaign_called
from smarketing.now import this_second

register = template.Library()
RECENT = timedelta(days=30)

Counts = dict[Any, int]


@register.simple_tag
def leads_of_agreements() -> Counts:
    """Leads of the last 30 days by the key of their agreement; None: of no agreement. One query."""
    recent = Lead.objects.filter(created_at__gt=this_second() - RECENT).order_by()
    return dict(recent.values_list("agreement").annotate(Count("pk")))


@register.filter
def leads_of(counts: Counts, agreement: int | None) -> str:
    """ "12 leads"."""
    return counted(counts.get(agreement, 0), "lead")


@register.simple_tag
def leads_of_campaigns(agreement: Agreement) -> Counts:
    """Its leads by the folded name of their campaign. One query."""
    named = Lead.objects.of(agreement).exclude(campaign="").order_by()
    found: Counter[str] = Counter()
    for name, number in named.values_list("campaign").annotate(Count("pk")):
        found[fold(name.strip())] += number
    return dict(found)


@register.filter
def leads_of_campaign(counts: Counts, name: str) -> str:
    """ "1,240"."""
    return f"{counts.get(fold(name.strip()), 0):,}"


@register.inclusion_tag("leads/_campaign_note.html")
def campaign_note(lead: Lead, *, panel: bool = False) -> dict[str, Any]:
    """How Sales is to follow up the lead's campaign: one query where it names one."""
    return {"campaign": campaign_called(lead.agreement_id, lead.campaign), "panel": panel}
