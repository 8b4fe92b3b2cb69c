"""What can be said of a rule without a lead: what it asks for, that nothing can match it, that another
hides it, that it is made of itself. Sound, not complete: never a false alarm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import label_of, quoted
from slas.rules.grammar import (
    Attribute,
    Condition,
    Did,
    DidNot,
    Group,
    IsPersona,
    Persona,
    Personas,
    ScoreAtLeast,
    by_key,
    folded,
    text_meets,
)
from slas.rules.scoring import Scoring
from slas.rules.words import listed

MOST_ASKED = 1_000  # conditions of a rule with those of its personas, as often as they stand in it
MOST_WAYS = 1_000  # ways to meet a rule that are looked at one by one; beyond it nothing is said


@dataclass(frozen=True, slots=True)
class Asked:
    """What an evaluation needs to know: names of fields, kinds of behaviour, and whether the score."""

    fields: frozenset[str]
    kinds: frozenset[str]
    score: bool


def asked_about(group: Group | None, personas: Personas, scoring: Scoring) -> Asked:
    """All that the rule asks about, through its personas and, if it asks for the score, through scoring."""
    known = by_key(personas)
    conditions = list(through(group, known)) if group else []
    scored = any(isinstance(one, ScoreAtLeast) for one in conditions)
    if scored:
        conditions += [one for rule in scoring.fit for one in through(rule.when, known)]
    done = [rule.did for rule in scoring.behaviour] if scored else []
    return Asked(
        frozenset(one.field for one in conditions if isinstance(one, Attribute)),
        frozenset([*done, *(one.kind for one in conditions if isinstance(one, Did | DidNot))]),
        scored,
    )


def through(group: Group, personas: dict[str, Persona]) -> Iterator[Condition]:
    """Its conditions, and those of the personas in it in their place, each persona once."""
    waiting, seen = [group], set()
    while waiting:
        for condition in waiting.pop().conditions():
            if not isinstance(condition, IsPersona):
                yield condition
            elif condition.key not in seen:
                seen.add(condition.key)
                waiting.append(_persona(condition.key, personas, "The rule").rule)


# --- Personas --------------------------------------------------------------------------------


def check_personas(personas: Personas) -> None:
    """ValueError for two of one key or name, for one that is not there, and for one made of itself."""
    personas = list(personas.values() if isinstance(personas, Mapping) else personas)
    for what, names in (("key", [one.key for one in personas]), ("name", [one.name for one in personas])):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"Two personas have the {what} {name}. Give each its own.")
    known = by_key(personas)
    for persona in personas:
        _check_names(persona.rule, known, f"Persona {persona.name}")
    safe: set[str] = set()
    for persona in personas:
        _check_circle([persona], known, safe)
    for persona in personas:
        _check_size(persona.rule, known, f"Persona {persona.name}")


def _check_circle(path: list[Persona], known: dict[str, Persona], safe: set[str]) -> None:
    """Follows personas into personas; `safe` are those that no circle can be reached from."""
    for key in _personas_in(path[-1].rule):
        keys = [one.key for one in path]
        if key in keys:
            circle = path[keys.index(key) :]
            made = ", which is made of ".join([*(one.name for one in circle[1:]), circle[0].name])
            raise ValueError(f"Persona {circle[0].name} is made of {made}. Take one out of the circle.")
        if key not in safe:
            _check_circle([*path, known[key]], known, safe)
    safe.add(path[-1].key)


def _personas_in(rule: Group) -> list[str]:
    return [one.key for one in rule.conditions() if isinstance(one, IsPersona)]


def check_rule(rule: Group, personas: Personas, what: str = "The rule") -> None:
    """ValueError if it names a persona that is not there, or asks for too much through its personas."""
    known = by_key(personas)
    _check_names(rule, known, what)
    _check_size(rule, known, what)


def _check_names(rule: Group, known: dict[str, Persona], what: str) -> None:
    for key in _personas_in(rule):
        _persona(key, known, what)


def _check_size(rule: Group, known: dict[str, Persona], what: str) -> None:
    """Personas made of personas grow with every step, and are asked for as often as they stand there."""
    waiting, asked = [rule], 0
    while waiting:
        inner = waiting.pop()
        asked += sum(1 for _ in inner.conditions())
        waiting += [_persona(key, known, what).rule for key in _personas_in(inner)]
        if asked > MOST_ASKED and (waiting or inner is not rule):
            raise ValueError(
                f"{what} is made of more than {MOST_ASKED:,} conditions, those of its personas included. "
                "Take some personas out."
            )


def _persona(key: str, known: dict[str, Persona], what: str) -> Persona:
    if key not in known:
        raise ValueError(f"{what} names the persona {key}, which is not there. Make it, or take it out.")
    return known[key]


def check_scoring(scoring: Scoring, personas: Personas) -> None:
    """ValueError if points for fit name a persona that is not there, or one that asks for a score or for
    behaviour: they would be circular. Give it personas that `check_personas` has passed."""
    known = by_key(personas)
    for rule in scoring.fit:
        check_rule(rule.when, known, f"Scoring rule {rule.key}")
        for key in _personas_in(rule.when):
            if any(not isinstance(one, Attribute) for one in through(known[key].rule, known)):
                raise ValueError(
                    f"Scoring rule {rule.key} is circular: persona {known[key].name} asks for a score or for "
                    "what somebody did. Ask for fields only."
                )


# --- Nothing can match it, or another matches it first ----------------------------------------


def contradiction(group: Group) -> str | None:
    """Why no lead can meet it, in a sentence; None where none is found."""
    clashes = []
    for way in _ways(group) or [[]]:
        clashes.append(_clash(way))
        if clashes[-1] is None:
            return None
    return clashes[0]


def hides(earlier: Group | None, later: Group | None) -> bool:
    """Whether all that meet `later` are seen to meet `earlier` (None: all leads do). A rule that nothing
    can meet is hidden by none: `contradiction` speaks of it."""
    if earlier is None:
        return True
    ways = None if later is None else _ways(later)
    if not ways:
        return False
    possible = [way for way in ways if _clash(way) is None]
    return bool(possible) and all(_follows(earlier, way) for way in possible)


def _ways(group: Group) -> list[list[Condition]] | None:
    """Each way to meet it, as the conditions that have to be met together; None: too many to look at."""
    parts = [
        [list(way) for way in _inner_ways(part)] if isinstance(part, Group) else [[part]]
        for part in group.parts
    ]
    if group.how == "any":
        return [way for ways in parts for way in ways]
    if prod(len(ways) for ways in parts) > MOST_WAYS:
        return None
    return [[one for way in chosen for one in way] for chosen in product(*parts)]


def _inner_ways(group: Group) -> list[list[Condition]]:
    conditions = list(group.conditions())
    return [conditions] if group.how == "all" else [[one] for one in conditions]


def _clash(way: list[Condition]) -> str | None:
    """Why these conditions can't all be met by one lead."""
    for name in dict.fromkeys(one.field for one in way if isinstance(one, Attribute)):
        said = _field_clash(name, _on(name, way))
        if said:
            return said
    for did in (one for one in way if isinstance(one, Did)):
        for did_not in (one for one in way if isinstance(one, DidNot)):
            if did.kind == did_not.kind and _covers(did_not.days, did.days):
                return f"No lead can match: it {BEHAVIOURS[did.kind].did} and did not."
    return None


def _on(name: str, way: list[Condition]) -> list[Attribute]:
    return [one for one in way if isinstance(one, Attribute) and one.field == name]


def _field_clash(name: str, conditions: list[Attribute]) -> str | None:
    label = label_of(name)
    ops = {one.op for one in conditions}
    if "unknown" in ops and len(ops) > 1:
        return f"No lead can match: the {label} is to be unknown and known."
    least = max((one.number for one in conditions if one.op == "at_least"), default=None)
    most = min((one.number for one in conditions if one.op == "at_most"), default=None)
    if least is not None and most is not None and least > most:
        return f"No lead can match: the {label} is to be at least {least:,} and at most {most:,}."
    if _left(conditions) == []:
        listing = next(one for one in conditions if one.op in ("in", "domain_in"))
        values = listed([quoted(text) for text in listing.texts], "or")
        return f"No lead can match: other conditions leave nothing of the {label} {values}."
    for part, without in product(_of_op(conditions, "contains"), _of_op(conditions, "not_contains")):
        if _each_contains(part.texts, without.texts):
            values = listed([quoted(text) for text in part.texts], "or")
            return f"No lead can match: the {label} is to contain {values} and not to."
    return None


def _left(conditions: list[Attribute]) -> list[str] | None:
    """The folded texts that meet all of them, where one lists what there may be; else None."""
    lists = [one for one in conditions if one.op in ("in", "domain_in")]
    if not lists:
        return None
    others = [one for one in conditions if one.op not in ("known", "unknown")]
    return [text for text in folded(lists[0].texts) if all(text_meets(one, text) for one in others)]


def _of_op(conditions: list[Attribute], op: str) -> list[Attribute]:
    return [one for one in conditions if one.op == op]


def _each_contains(texts: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether each of the texts has one of the parts in it."""
    return all(any(part in text for part in folded(parts)) for text in folded(texts))


def _covers(longer: int | None, shorter: int | None) -> bool:
    """Whether one span of days back from a moment has all of another in it; None: all time."""
    return longer is None or (shorter is not None and longer >= shorter)


# --- What follows from what -------------------------------------------------------------------


def _follows(part: Group | Condition, way: list[Condition]) -> bool:
    """Whether whoever meets all conditions of `way` is seen to meet `part`."""
    if isinstance(part, Group):
        follow = (_follows(one, way) for one in part.parts)
        return all(follow) if part.how == "all" else any(follow)
    if isinstance(part, Attribute):
        left = _left(_on(part.field, way))
        if left and part.op not in ("known", "unknown"):
            return all(text_meets(part, text) for text in left)
    return any(_implies(one, part) for one in way)


def _implies(one: Condition, other: Condition) -> bool:
    match one, other:
        case Attribute(), Attribute():
            return one.field == other.field and _says_too(one, other)
        case Did(), Did():
            return one.kind == other.kind and one.times >= other.times and _covers(other.days, one.days)
        case DidNot(), DidNot():
            return one.kind == other.kind and _covers(one.days, other.days)
        case ScoreAtLeast(), ScoreAtLeast():
            return one.of == other.of and one.points >= other.points
        case _:
            return one == other


def _says_too(one: Attribute, other: Attribute) -> bool:
    """Whether the first condition on a field has the second in it."""
    if one == other or (other.op == "known" and one.op != "unknown"):
        return True
    match one.op, other.op:
        case "at_least", "at_least":
            return one.number >= other.number
        case "at_most", "at_most":
            return one.number <= other.number
        case ("not_in", "not_in") | ("business", "business"):
            return set(folded(one.texts)) >= set(folded(other.texts))
        case "contains", "contains":
            return _each_contains(one.texts, other.texts)
        case "not_contains", "not_contains" | "not_in":
            return _each_contains(other.texts, one.texts)
        case _:
            return False
