"""Figures by source, campaign, owner, tier or month: the group of a row, as an expression of its queryset."""

import datetime as dt

from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from leads.models import Entry
from reports.metrics.populations import Population, tier_of
from reports.metrics.question import BadQuestion, Question
from slas.rules.periods import period_of

GROUPINGS = ("source", "campaign", "owner", "tier", "month")
NO_GROUP = "(none)"
ALL = ""  # the key of figures that are not grouped


def check_grouping(by: str) -> None:
    if by not in GROUPINGS:
        raise BadQuestion(f"“{by}” is no grouping. Choose one of {', '.join(GROUPINGS)}.")


def group_of(by: str, population: Population, question: Question):
    """The group of a row; NULL for none."""
    if by == "month":
        return _month(population, question)
    if by == "owner":
        return _owner(population)
    if by == "tier":
        return _filled(tier_of(population, question))
    return _filled(F(f"{population.lead}{by}"))


def group_keys(by: str, found: set[str], question: Question) -> list[str]:
    """The keys in the order to show them: months in time, all of the period; others by name, none last."""
    if by == "month":
        return [key for key, _ in _months(question)]
    return sorted(found, key=lambda key: (key == NO_GROUP, key.casefold(), key))


def _filled(expression):
    return NullIf(expression, Value(""), output_field=CharField())


def _months(question: Question) -> list[tuple[str, dt.datetime]]:
    """Key and end of each month that the period touches, in the agreement's zone."""
    month = period_of("month", question.start, question.terms.tz)
    months = [(month.key, month.end)]
    while month.end < question.end:
        month = month.next()
        months.append((month.key, month.end))
    return months


def _month(population: Population, question: Question) -> Case:
    """By instants from our own calendar, so that both databases agree with the zone data we use."""
    whens = [When(**{f"{population.event}__lt": end}, then=Value(key)) for key, end in _months(question)]
    return Case(*whens, output_field=CharField())


def _owner(population: Population):
    """Clocks: the holder at the deadline, or at the stop if that came first. Handoffs without a clock: the
    owner at the handoff. Leads: the owner at the event counted."""
    if population.is_leads:
        return _owner_at("pk", population.event)
    if population.name == "clocks":
        return _holder("")
    without_clock = _owner_at(f"{population.lead}id", population.event)
    return Case(
        When(clock__isnull=False, then=_holder("clock__")), default=without_clock, output_field=CharField()
    )


def _holder(clock: str):
    return Coalesce(F(f"{clock}holder__email"), _filled(F(f"{clock}holder_text")), output_field=CharField())


def _owner_at(lead: str, instant: str) -> Subquery:
    """To whom the last standing assignment at or before the instant gave the lead."""
    held = Entry.objects.assignments().standing().filter(lead=OuterRef(lead), at__lte=OuterRef(instant))
    who = Coalesce(F("to_owner__email"), _filled(F("to_owner_text")), output_field=CharField())
    return Subquery(held.order_by("-at", "-id").values(who=who)[:1])
