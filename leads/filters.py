"""The lead list's filters: from the address to a queryset, and to chips that can each be taken away."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from leads.forms import LeadFilter
from leads.models import Handoff, Lead
from smarketing.accounts.models import User

_SEARCHED = ("first_name", "last_name", "email", "company", "phone")
NONE = "(none)"


class Chip(NamedTuple):
    """One filter in words, and the address without it."""

    name: str
    value: str
    without: str


def filtered(form: LeadFilter, reader: User, now: dt.datetime) -> QuerySet[Lead]:
    """The leads that the filters leave; a filter that says nothing sensible leaves all, and says so."""
    form.is_valid()
    chosen: dict[str, Any] = form.cleaned_data
    leads: QuerySet[Lead] = Lead.objects.all()
    leads = searched(leads, chosen.get("q", ""))
    if chosen.get("stage"):
        leads = leads.filter(stage=chosen["stage"])
    if slug := chosen.get("agreement"):
        leads = leads.filter(agreement=None) if slug == "none" else leads.filter(agreement__slug=slug)
    for name in ("source", "campaign"):
        if value := chosen.get(name):
            leads = leads.filter(**({name: ""} if value == NONE else {f"{name}__iexact": value}))
    if batch := chosen.get("batch"):
        leads = leads.filter(batch=batch)
    leads = _held_by(leads, chosen.get("owner", ""), reader)
    return _with_clock(leads, chosen.get("clock", ""), now)


def searched(leads: QuerySet[Lead], words: str) -> QuerySet[Lead]:
    """The leads that have each of the words in their name, e-mail, company or phone."""
    for word in words.split():
        leads = leads.filter(_any_of(word))
    return leads


def with_state(leads: QuerySet[Lead], now: dt.datetime) -> QuerySet[Lead]:
    """Annotate `clock_state`: that of the last handoff's clock at `now`; None where there is no handoff."""
    last: Any = Handoff.objects.filter(lead=OuterRef("pk")).with_state(now).order_by("-at", "-id")
    return leads.annotate(clock_state=Subquery(last.values("state")[:1]))


def chips(form: LeadFilter, query: QueryDict) -> list[Chip]:
    """The filters that hold, in the order of the form."""
    found = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if not value:
            continue
        words = dict(getattr(field, "choices", ())).get(value, value)
        found.append(Chip(str(field.label or name.capitalize()), str(words), without(query, name)))
    return found


def without(query: QueryDict, *names: str) -> str:
    """The address's query without these and without a place."""
    query = query.copy()
    for name in (*names, "after", "before"):
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return query.urlencode()


def _any_of(word: str) -> Q:
    found = Q()
    for name in _SEARCHED:
        found |= Q(**{f"{name}__icontains": word})
    return found


def _held_by(leads: QuerySet[Lead], owner: str, reader: User) -> QuerySet[Lead]:
    if owner == "nobody":
        return leads.filter(owner=None, owner_text="")
    if owner:
        return leads.filter(owner=reader.pk if owner == "me" else int(owner))
    return leads


def _with_clock(leads: QuerySet[Lead], state: str, now: dt.datetime) -> QuerySet[Lead]:
    if state == "not_handed_over":
        return leads.filter(handoffs=None)
    if state:
        handoffs = Handoff.objects.last_of_leads().with_state(now)
        return leads.filter(pk__in=handoffs.filter(Q(state=state)).values("lead"))
    return leads
