"""A second opinion on rules, as short and as slow as can be: Kleene's logic with True, False and None."""

from datetime import UTC, timedelta
from typing import Any

from slas.rules.conditions import Attribute, Did, DidNot, Facts, Group, IsPersona, ScoreAtLeast

NAMES = {True: "passed", False: "failed", None: "unknown"}


def verdict(part: Any, facts: Facts) -> bool | None:
    if isinstance(part, Group):
        found = [verdict(one, facts) for one in part.parts]
        if part.how == "all":
            return min(found, key=[False, None, True].index)
        return min(found, key=[True, None, False].index)
    if isinstance(part, IsPersona):
        return verdict(facts.personas[part.key].rule, facts)
    if isinstance(part, ScoreAtLeast):
        fit, behaviour = points(facts)
        return {"fit": fit, "behaviour": behaviour, "total": fit + behaviour}[part.of] >= part.points
    if isinstance(part, Did):
        return len(ages(part.kind, facts, part.days)) >= part.times
    if isinstance(part, DidNot):
        return not ages(part.kind, facts, part.days)
    return attribute(part, facts.attributes.get(part.field))


def ages(kind: str, facts: Facts, days: int | None) -> list[timedelta]:
    """How old each thing done is, the newest first."""
    found = sorted(
        facts.as_of.astimezone(UTC) - one.at.astimezone(UTC) for one in facts.behaviour if one.kind == kind
    )
    return [age for age in found if age >= timedelta() and (days is None or age < timedelta(days=days))]


def attribute(part: Attribute, said: Any) -> bool | None:
    said = None if isinstance(said, str) and not said.strip() else said
    if part.op in ("known", "unknown"):
        return (said is None) == (part.op == "unknown")
    if part.field == "email" and said is not None:
        said = said.split("@")[-1].strip() if "@" in said else None
    if not said and said != 0:
        return None
    if isinstance(said, int):
        return said >= part.number if part.op == "at_least" else said <= part.number
    values, said = [small(value) for value in part.texts], small(said)
    if part.op in ("contains", "not_contains"):
        return any(value in said for value in values) == (part.op == "contains")
    return (said in values) == (part.op in ("in", "domain_in"))


def small(text: str) -> str:
    """Letter by letter, of the alphabets we know; İ has no small letter of its own."""
    known = [*range(0x80), *range(0xC0, 0x180), *range(0x370, 0x530)]
    return "".join(
        one.lower() if ord(one) in known and len(one.lower()) == 1 else one for one in text.strip()
    )


def points(facts: Facts) -> tuple[int, int]:
    fit = sum(rule.points for rule in facts.scoring.fit if verdict(rule.when, facts))
    behaviour = 0
    for rule in facts.scoring.behaviour:
        for age in ages(rule.did, facts, None)[: rule.most]:
            left = abs(rule.points)
            while rule.days and age >= timedelta(days=rule.days):
                age -= timedelta(days=rule.days)
                left = left // 2 if rule.fades == "halves" else 0
            behaviour += left if rule.points > 0 else -left
    return fit, behaviour
