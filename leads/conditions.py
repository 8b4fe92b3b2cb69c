"""Rules as SQL, for sets of leads: the twin of slas.rules.facts. leads/tests/test_conditions.py holds both
together on random rules and leads.

A rule has no "not" around a condition, so of three truth values SQL needs only one: what passes. Failed and
unknown are both left out, and no condition is ever NULL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThanOrEqual, In

from leads.folding import Beside, ContainsAny, Domain, Folded
from leads.models import Behaviour, Lead
from leads.models.lead import LeadQuerySet
from leads.points import score_sum
from slas.models import Version
from slas.rules.conditions import Attribute, Condition, Did, DidNot, Group, IsPersona, Persona, ScoreAtLeast
from slas.rules.fields import EXTRA, field_of
from slas.rules.grammar import Personas, by_key, folded
from slas.rules.terms import AgreementTerms


def passing(
    rule: Group | Condition,
    *,
    as_of: dt.datetime,
    personas: Personas = (),
    version: Version | None = None,
    lead: str = "",
) -> Q:
    """Exactly the leads that `slas.rules.conditions.meets` says yes to, as they are known now, as of `as_of`
    (aware), to filter leads with, or rows that the path `lead` ("lead__") leads from.

    Scores are those of the stored lines: under the version in force at `as_of` of the agreement that the lead
    belongs to, or under `version`. ValueError for a persona that is not among `personas`.
    """
    return _Compiler(as_of, by_key(personas), version, lead).compile(rule)


def leads_passing(
    rule: Group | None, terms: AgreementTerms, *, as_of: dt.datetime, version: Version | None = None
) -> LeadQuerySet:
    """The leads that meet a rule of these terms; without a rule, all."""
    if rule is None:
        return Lead.objects.all()
    return Lead.objects.filter(passing(rule, as_of=as_of, personas=terms.personas, version=version))


class _Compiler:
    """One rule's way into SQL."""

    def __init__(
        self, as_of: dt.datetime, personas: Mapping[str, Persona], version: Version | None, lead: str
    ) -> None:
        self.as_of, self.personas, self.lead = as_of, personas, lead
        self.version = version.pk if version else None

    def compile(self, part: Group | Condition) -> Q:
        match part:
            case Group(how, parts):
                return reduce(and_ if how == "all" else or_, (self.compile(one) for one in parts))
            case Attribute():
                return self._attribute(part)
            case Did(kind, times, days):
                return Q(Exists(self._done(kind, days)[times - 1 : times]))
            case DidNot(kind, days):
                return ~Q(Exists(self._done(kind, days)))
            case ScoreAtLeast(of, points):
                summed = score_sum(of, self.as_of, lead=self.lead, version=self.version)
                return Q(GreaterThanOrEqual(summed, points))
            case IsPersona(key):
                return self._persona(key)

    def _persona(self, key: str) -> Q:
        if key not in self.personas:
            raise ValueError(f"There is no persona {key}. Make it, or take it out of the rule.")
        return self.compile(self.personas[key].rule)

    def _done(self, kind: str, days: int | None) -> Any:
        """What stands of a kind, done in the last `days` days, at `as_of` included."""
        done = Behaviour.objects.standing().filter(
            lead=OuterRef(f"{self.lead}pk"), kind=kind, at__lte=self.as_of
        )
        if days is not None:
            done = done.filter(at__gt=self.as_of - dt.timedelta(days=days))
        return done.order_by()

    def _attribute(self, condition: Attribute) -> Q:
        kind = field_of(condition.field).kind
        if kind == "number":
            return self._number(condition)
        text = self._text(condition.field)
        known = ~Q(Exact(Folded(text), Value("")))
        if condition.op in ("known", "unknown"):
            return known if condition.op == "known" else ~known
        said = Domain(text) if kind == "email" else Folded(text)
        return _says(condition, said)

    def _text(self, name: str) -> Combinable:
        """The column that holds the field, or the one that an import kept beside the others."""
        if name.startswith(EXTRA):
            return Beside(F(f"{self.lead}extra"), name.removeprefix(EXTRA))
        return F(f"{self.lead}{name}")

    def _number(self, condition: Attribute) -> Q:
        column = f"{self.lead}{condition.field}"
        match condition.op:
            case "known" | "unknown":
                return Q((f"{column}__isnull", condition.op == "unknown"))
            case "at_least":
                return Q((f"{column}__isnull", False), (f"{column}__gte", condition.number))
            case _:
                return Q((f"{column}__isnull", False), (f"{column}__lte", condition.number))


def _says(condition: Attribute, said: Folded | Domain) -> Q:
    """What a folded text, or a domain, has to be; an unknown one ("") is none of it."""
    wanted = folded(condition.texts)
    known = ~Q(Exact(said, Value("")))
    match condition.op:
        case "in" | "domain_in":
            return Q(In(said, wanted))
        case "not_in" | "business":
            return known & ~Q(In(said, wanted))
        case "contains":
            return Q(ContainsAny(said, wanted))
        case _:
            return known & ~Q(ContainsAny(said, wanted))
