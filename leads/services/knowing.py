"""What is known of leads, as the values that conditions are asked about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from leads.models import Behaviour, Lead
from leads.services.tiers import Tier, attributes_of, tier_of, windows_ask
from slas.models import Version
from slas.rules.behaviour import Behaviour as Deed
from slas.rules.conditions import Facts
from slas.rules.terms import AgreementTerms


def behaviour_of(
    lead_ids: Iterable[int | None], known_at: dt.datetime | None = None
) -> dict[int, tuple[Deed, ...]]:
    """What these leads did, by lead, as it stands now or was known at `known_at`: one query."""
    rows = Behaviour.objects.filter(lead__in=[pk for pk in lead_ids if pk is not None])
    rows = rows.standing() if known_at is None else rows.known_at(known_at)
    found: dict[int, list[Deed]] = defaultdict(list)
    for lead, kind, at in rows.order_by("at", "id").values_list("lead_id", "kind", "at"):
        found[lead].append(Deed(kind, at))
    return {lead: tuple(deeds) for lead, deeds in found.items()}


def facts_of(lead: Lead, terms: AgreementTerms, at: dt.datetime) -> Facts:
    """All that conditions of `terms` may ask about the lead at `at`: one query."""
    return terms.facts(attributes_of(lead), behaviour_of([lead.pk]).get(lead.pk, ()), at)


def tier_at(version: Version, lead: Lead, at: dt.datetime) -> Tier:
    """The tier of a lead that is handed over under `version` at `at`, as it is known now: one query at most,
    none where no window asks what the lead did."""
    terms = version.terms()
    did = behaviour_of([lead.pk]).get(lead.pk, ()) if windows_ask(terms).kinds else ()
    return tier_of(terms, terms.facts(attributes_of(lead), did, at))
