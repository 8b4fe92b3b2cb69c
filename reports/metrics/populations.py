"""The sets that figures are counted over: leads by a first arrival, handoffs, clocks."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from leads.models import Clock, Handoff, Lead
from reports.metrics.question import Question


@dataclass(frozen=True)
class Population:
    """Rows whose `event` (a field path) lies in the period.

    `rows` gives all rows of the agreement; `lead` and `handoff` are the paths to those, "" for the row
    itself, and None where there is no one handoff.
    """

    name: str
    event: str
    rows: Callable[[Question], QuerySet]
    lead: str = ""
    handoff: str | None = None

    @property
    def is_leads(self) -> bool:
        return self.handoff is None

    def of(self, question: Question) -> QuerySet:
        """The rows of the question's period and scope."""
        queryset = self.rows(question).filter(question.happened(self.event))
        return _in_scope(queryset, self, question)


def _in_scope(queryset: QuerySet, population: Population, question: Question) -> QuerySet:
    if question.scope is None:
        return queryset
    field, value = question.scope
    if field == "tier":
        tiers = queryset.alias(scope_tier=tier_of(population, question))
        return tiers.filter(scope_tier__in=question.tier_names(value))
    return queryset.filter(**{f"{population.lead}{field}": value})


def tier_of(population: Population, question: Question):
    """The name of the window of the row's handoff: for a lead that of its first one."""
    if population.handoff is not None:
        return question.tier(population.handoff)
    handoffs = Handoff.objects.filter(lead=OuterRef("pk"))
    return Subquery(handoffs.order_by("at", "id").values(tier_name=question.tier())[:1])


def _leads(question: Question) -> QuerySet:
    return Lead.objects.of(question.agreement)


def _handoffs(question: Question) -> QuerySet:
    return Handoff.objects.of(question.agreement).with_state(question.last)


def _clocks(question: Question) -> QuerySet:
    """Only measured handoffs that a window matched have one."""
    return Clock.objects.filter(handoff__agreement=question.agreement)


CREATED = Population("leads", "created_at", _leads)
MQLS = Population("mqls", "mql_at", _leads)
ACCEPTED = Population("accepted", "accepted_at", _leads)
SQLS = Population("sqls", "sql_at", _leads)
OPPORTUNITIES = Population("opportunities", "opportunity_at", _leads)
CUSTOMERS = Population("customers", "customer_at", _leads)
HANDOFFS = Population("handoffs", "at", _handoffs, lead="lead__", handoff="")
CLOCKS = Population("clocks", "handoff__at", _clocks, lead="handoff__lead__", handoff="handoff__")
