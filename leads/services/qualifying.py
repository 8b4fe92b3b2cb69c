"""Leads that become MQLs by themselves: stage lead, and they meet the signed definition (product section 2).

After each change of one lead `settle` looks at it; what time or a new version brings, and what an import
left, is found in sets by the tick. A recycled lead never comes back by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from leads.conditions import passing
from leads.models import Entry, Lead, Stage
from leads.services.door import Visit, enter
from leads.services.knowing import facts_of
from leads.services.pipeline import hand_over
from leads.services.refusal import Refused
from leads.services.scoring import rescore
from slas.models import Version
from slas.rules.conditions import Facts, Group, evaluate, missing
from slas.rules.terms import AgreementTerms

BATCH = 500
MOST = 1_000  # in one tick: the next takes the rest, and other ticks have their turn
HISTORY = dt.timedelta(days=30)


def settle(lead: Lead, now: dt.datetime) -> None:
    """What a change of a lead (its fields, its agreement, what it did) brings by itself: its score lines
    follow, and it may become an MQL. In the transaction of the change; `lead` is brought up to date.
    """
    with transaction.atomic():
        rescore(Lead.objects.filter(pk=lead.pk), now)
        qualify_by_itself(lead, now)


def qualify_by_itself(lead: Lead, now: dt.datetime) -> bool:
    """Make it an MQL, by nobody, if the version in force says that whoever meets its definition is one; hand
    it over too, if the version says so and MQLs are what it hands over. Whether it became one.

    What an import brought long after it happened is not handed over: Sales would get work that is years old.
    """
    if lead.stage != Stage.LEAD or lead.agreement is None:
        return False
    version = lead.agreement.version_at(now)
    if version is None or (rule := rule_by_itself(version.terms())) is None:
        return False
    with transaction.atomic():
        with enter(lead, by=None, now=now) as visit:
            facts = facts_of(visit.lead, version.terms(), visit.now)
            if visit.lead.stage != Stage.LEAD or not facts.meets(rule):
                return False
            is_history = _is_history(visit.lead, facts)
            visit.move(Entry.Type.MOVED, Stage.MQL, note=_why(rule, facts, is_history))
        if not is_history and hands_over_by_itself(version.terms()):
            _hand_over(lead, visit)
    return True


def rule_by_itself(terms: AgreementTerms) -> Group | None:
    """The rule that makes a lead an MQL by itself; None where nothing does."""
    definition = terms.definition(Stage.MQL.value)
    return definition.rule if definition is not None and definition.by_itself else None


def hands_over_by_itself(terms: AgreementTerms) -> bool:
    """Whether whoever becomes an MQL by itself passes to Sales at once."""
    return terms.hand_over_by_itself and terms.handoff_stage == Stage.MQL


def qualify_due(now: dt.datetime, most: int = MOST) -> int:
    """The same for the leads that meet a definition at `now` and were not looked at since: time passed, a
    version came into force, an import brought them. How many became MQLs, `most` at the most.

    One query for each agreement where nothing is due. Of two ticks at once, one has each lead.
    """
    done = 0
    for version in Version.objects.in_force(now).select_related("agreement", "frozen").order_by("pk"):
        for lead in _one_by_one(candidates(version, now)):
            if done >= most:
                return done
            done += qualify_by_itself(lead, now)
    return done


def candidates(version: Version, now: dt.datetime) -> QuerySet[Lead]:
    """The leads of its agreement, still at the stage lead, that meet the version's definition at `now`."""
    terms = version.terms()
    rule = rule_by_itself(terms)
    if rule is None:
        return Lead.objects.none()
    leads = Lead.objects.filter(agreement=version.agreement_id, stage=Stage.LEAD)
    return leads.filter(passing(rule, as_of=now, personas=terms.personas))


def _one_by_one(leads: QuerySet[Lead]) -> Iterator[Lead]:
    last = 0
    while batch := list(leads.select_related("agreement").order_by("pk").filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _hand_over(lead: Lead, visit: Visit) -> None:
    """What stands in the way of a handoff keeps no lead from being an MQL."""
    try:
        hand_over(lead, by=None, now=visit.now)
    except Refused:
        return


def _is_history(lead: Lead, facts: Facts) -> bool:
    """Imported more than a month after it came to be, and it did nothing in the last month."""
    if lead.batch_id is None or lead.recorded_at - lead.created_at <= HISTORY:
        return False
    return facts.as_of - max([lead.created_at, *(one.at for one in facts.behaviour)]) > HISTORY


def _why(rule: Group, facts: Facts, is_history: bool) -> str:
    """ "Qualifies: the country is Denmark and the score is 61."."""
    why = missing(evaluate(rule, facts), facts)
    if is_history:
        return f"{why} It was imported long after it came to be, so it waits for somebody to hand it over."
    return why
