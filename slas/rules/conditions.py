"""One door to rules: their grammar, whether a lead meets one and why, and what can be said without a lead."""

from slas.rules.analysing import (
    Asked,
    asked_about,
    check_personas,
    check_rule,
    check_scoring,
    contradiction,
    hides,
)
from slas.rules.facts import Facts, Result, meets, truth
from slas.rules.finding import Finding, evaluate, missing
from slas.rules.grammar import (
    MATCHES,
    SCORES,
    Attribute,
    Condition,
    Did,
    DidNot,
    Group,
    IsPersona,
    Persona,
    ScoreAtLeast,
    condition_from,
)

__all__ = [
    "MATCHES",
    "SCORES",
    "Asked",
    "Attribute",
    "Condition",
    "Did",
    "DidNot",
    "Facts",
    "Finding",
    "Group",
    "IsPersona",
    "Persona",
    "Result",
    "ScoreAtLeast",
    "asked_about",
    "check_personas",
    "check_rule",
    "check_scoring",
    "condition_from",
    "contradiction",
    "evaluate",
    "hides",
    "meets",
    "missing",
    "truth",
]
