"""Rules in words: what a lead does that meets one, what a persona is, and what gives points."""

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import (
    Names,
    begun,
    fading,
    group_title,
    is_long,
    phrase,
    points_text,
    quoted,
    times,
)
from slas.rules.grammar import Condition, Group, Persona, Personas, by_key
from slas.rules.scoring import BehaviourRule, FitRule, Scoring


def describe_rule(group: Group, personas: Personas = ()) -> str:
    """ "is in Denmark or Sweden, has a score of at least 60, and never unsubscribed": read after "An MQL is
    a lead that ...". Without a full stop; every value of the rule is in it."""
    parts = [_part(part, _names(personas)) for part in group.parts]
    if group.how == "any":
        return _either(parts)
    if len(parts) == 2 and not any(map(is_long, parts)):
        return " and ".join(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def describe_persona(persona: Persona, personas: Personas = ()) -> str:
    """ "The persona Buyer is a lead that has a job title that contains purchasing."."""
    return f"The persona {quoted(persona.name)} is a lead that {describe_rule(persona.rule, personas)}."


def describe_scoring(scoring: Scoring, personas: Personas = ()) -> list[str]:
    """A clause for each rule, those of fit first: "Attended a webinar: 12 points, halved every 21 days."."""
    names = _names(personas)
    return [
        *(describe_fit_rule(rule, names) for rule in scoring.fit),
        *(describe_behaviour_rule(rule) for rule in scoring.behaviour),
    ]


def describe_fit_rule(rule: FitRule, names: Names) -> str:
    """ "Job title contains Head: 15 points."."""
    return f"{group_title(rule.when, names)}: {points_text(rule.points)}."


def describe_behaviour_rule(rule: BehaviourRule) -> str:
    """ "Saw the pricing page, at most twice: 5 points, for 30 days."."""
    most = "" if rule.most is None else f", at most {times(rule.most)}"
    did = begun(BEHAVIOURS[rule.did].did)
    return f"{did}{most}: {points_text(rule.points)}, {fading(rule.fades, rule.days)}."


def _names(personas: Personas) -> Names:
    known = by_key(personas)
    return lambda key: known[key].name if key in known else key


def _part(part: Condition | Group, names: Names) -> str:
    if not isinstance(part, Group):
        return phrase(part, names)
    phrases = [phrase(one, names) for one in part.conditions()]
    return _either(phrases) if part.how == "any" else _both(phrases)


def _either(parts: list[str]) -> str:
    """ "either a or b"; "or" before each where a part is long, so that it is clear what belongs together."""
    if len(parts) == 1:
        return parts[0]
    joint = ", or " if any(map(is_long, parts)) else " or "
    if len(parts) == 2 or joint == ", or ":
        return f"either {joint.join(parts)}"
    return f"either {', '.join(parts[:-1])} or {parts[-1]}"


def _both(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    together = " and ".join(parts)
    return f"both {together}" if len(parts) == 2 else f"all together {', '.join(parts[:-1])} and {parts[-1]}"
