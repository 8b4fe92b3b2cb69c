"""What is asked: which agreement, which period, up to which instant, for all leads or a scope."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Case, CharField, Q, Value, When

from slas.models import Agreement, Version
from slas.rules.terms import AgreementTerms
from smarketing.now import this_second

# {"source": "email"}, as a promise has it, or ("source", "email").
Scope = Mapping[str, str] | tuple[str, str]
SCOPE_FIELDS = ("source", "campaign", "tier")

_INSTANT_BEFORE = dt.timedelta(microseconds=1)  # stored instants are whole seconds


class BadQuestion(ValueError):
    """Asked for something that does not exist; the text is a sentence to show."""


@dataclass(frozen=True)
class Question:
    """A period [start, end) of an agreement. `last` is the last instant whose events count, inclusive."""

    agreement: Agreement
    start: dt.datetime
    end: dt.datetime
    last: dt.datetime
    scope: tuple[str, str] | None = None

    @cached_property
    def versions(self) -> list[Version]:
        """Signed versions, oldest first."""
        return list(self.agreement.versions_signed())[::-1]

    @cached_property
    def terms(self) -> AgreementTerms:
        """Those in force at the period's start, else the first version's. BadQuestion if none was signed."""
        if not self.versions:
            raise BadQuestion(f"{self.agreement} has no signed version yet, so it has no terms to count by.")
        begun = [v for v in self.versions if v.in_force_at is not None and v.in_force_at <= self.start]
        return (begun or self.versions[:1])[-1].terms()

    @cached_property
    def _windows(self) -> list[tuple[int, str, str]]:
        """(version id, window key, window name) of every signed version."""
        return [(v.pk, w.key, w.name) for v in self.versions for w in v.terms().windows]

    def tier(self, prefix: str = "") -> Case:
        """The name of the window a handoff is in, blank where none matched; `prefix` leads to the handoff."""
        names = [
            When(**{f"{prefix}version_id": version, f"{prefix}window_key": key}, then=Value(name))
            for version, key, name in self._windows
        ]
        return Case(*names, default=Value(""), output_field=CharField())

    def tier_names(self, key_or_name: str) -> list[str]:
        """The window names a tier's key or name stands for."""
        return [name for _, key, name in self._windows if key_or_name in (key, name)]

    def happened(self, field: str) -> Q:
        """That `field` lies in the period and not after the last instant that counts."""
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end, f"{field}__lte": self.last})


def ask(
    agreement: Agreement,
    start: dt.datetime,
    end: dt.datetime,
    *,
    until: dt.datetime | None = None,
    now: dt.datetime | None = None,
    scope: Scope | None = None,
) -> Question:
    """A question; BadQuestion with a sentence for a scope that is none, or a period that ends too early."""
    if end < start:
        raise BadQuestion("The period ends before it starts.")
    last = until - _INSTANT_BEFORE if until is not None else now or this_second()
    return Question(agreement, start, end, last, _pair(scope))


def _pair(scope: Scope | None) -> tuple[str, str] | None:
    if not scope:
        return None
    field, value = next(iter(scope.items())) if isinstance(scope, Mapping) else scope
    if field not in SCOPE_FIELDS:
        raise BadQuestion(f"“{field}” is no scope. Choose one of {', '.join(SCOPE_FIELDS)}.")
    return field, value
