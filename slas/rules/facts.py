"""What is known of one lead, and whether it meets a rule: three-valued, since what is unknown does not
count as met."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from slas.rules.behaviour import Behaviour
from slas.rules.fields import domain_of, field_of, fold, number_of, text_of
from slas.rules.grammar import (
    Attribute,
    Condition,
    Did,
    DidNot,
    Group,
    IsPersona,
    Persona,
    ScoreAtLeast,
    text_meets,
)
from slas.rules.scoring import NO_SCORING, Score, Scoring, score
from slas.rules.zones import in_utc

Result = Literal["passed", "failed", "unknown"]


@dataclass(frozen=True)
class Facts:
    """What is known of one lead as of an instant. `attributes`: names as in FIELDS and "extra.<Column>".

    `personas` and `scoring` are those of the terms (checked by check_personas and check_scoring).
    Instants are kept in UTC. ValueError for an instant without a zone.
    """

    attributes: Mapping[str, Any]
    behaviour: tuple[Behaviour, ...]
    as_of: datetime
    personas: Mapping[str, Persona] = field(default_factory=dict)
    scoring: Scoring = NO_SCORING

    def __post_init__(self) -> None:
        utc = tuple(Behaviour(one.kind, in_utc(one.at)) for one in self.behaviour)
        object.__setattr__(self, "behaviour", utc)
        object.__setattr__(self, "as_of", in_utc(self.as_of))

    @cached_property
    def score(self) -> Score:
        """The score of its own scoring, reckoned once."""
        return score(self.scoring, self)

    def meets(self, group: Group) -> bool:
        return meets(group, self)

    @cached_property
    def _personas_met(self) -> dict[str, "Result"]:
        return {}

    def fits(self, key: str) -> "Result":
        """Whether the lead meets the rule of that persona, found out once."""
        if key not in self._personas_met:
            self._personas_met[key] = truth(self.persona(key).rule, self)
        return self._personas_met[key]

    def persona(self, key: str) -> Persona:
        """ValueError with a sentence if there is none of that key."""
        if key not in self.personas:
            raise ValueError(f"There is no persona {key}. Make it, or take it out of the rule.")
        return self.personas[key]

    def persona_name(self, key: str) -> str:
        return self.personas[key].name if key in self.personas else key

    def times(self, kind: str, days: int | None) -> int:
        """How often it was done in the last `days` days, at `as_of` included (None: ever till then)."""
        since = None if days is None else self.as_of - timedelta(days=days)
        return sum(
            one.kind == kind and one.at <= self.as_of and (since is None or one.at > since)
            for one in self.behaviour
        )


def meets(group: Group | Condition, facts: Facts) -> bool:
    """Whether it passes; unknown does not."""
    return truth(group, facts) == "passed"


def truth(part: Group | Condition, facts: Facts) -> Result:
    """Passed, failed or unknown, without words: what sets of leads are sifted with."""
    match part:
        case Group(how, parts):
            return together(how, [truth(one, facts) for one in parts])
        case Attribute():
            return attribute_truth(part, facts.attributes)
        case Did(kind, times, days):
            return _said(facts.times(kind, days) >= times)
        case DidNot(kind, days):
            return _said(facts.times(kind, days) == 0)
        case ScoreAtLeast(of, points):
            return _said(facts.score.of(of) >= points)
        case IsPersona(key):
            return facts.fits(key)


def together(how: str, results: list[Result]) -> Result:
    """All: failed if any failed, else unknown if any is, else passed. Any: the other way round."""
    decides: Result = "failed" if how == "all" else "passed"
    otherwise: Result = "passed" if how == "all" else "failed"
    if decides in results:
        return decides
    return "unknown" if "unknown" in results else otherwise


def _said(yes: bool) -> Result:
    return "passed" if yes else "failed"


def attribute_truth(condition: Attribute, attributes: Mapping[str, Any]) -> Result:
    """Passed, failed or unknown, by what a field says alone."""
    kind, op = field_of(condition.field).kind, condition.op
    if kind == "number":
        number = number_of(attributes, condition.field)
        if op in ("known", "unknown"):
            return _said((number is not None) == (op == "known"))
        if number is None:
            return "unknown"
        return _said(number >= condition.number if op == "at_least" else number <= condition.number)
    text = text_of(attributes, condition.field)
    if op in ("known", "unknown"):
        return _said(bool(text) == (op == "known"))
    text = domain_of(text) if kind == "email" else fold(text)
    return _said(text_meets(condition, text)) if text else "unknown"
