"""The grammar of rules: conditions, groups of them and personas, as values and as JSON.

A rule is a Group; a group inside it holds conditions only. Whoever evaluates, describes or compiles a
rule reads these values; `from_data` refuses what is no rule with one sentence (ValueError).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.checks import choice, required, text, texts, whole
from slas.rules.fields import BLANKS, field_of, fold

HOW = ("all", "any")
MATCHES = {  # the operators that fit a field's kind
    "text": ("in", "not_in", "contains", "not_contains", "known", "unknown"),
    "number": ("at_least", "at_most", "known", "unknown"),
    "email": ("business", "domain_in", "known", "unknown"),
}
SCORES = ("total", "fit", "behaviour")
MOST_PARTS, MOST_VALUES, MOST_TIMES, MOST_DAYS, MOST = 100, 1_000, 1_000, 3_650, 1_000_000_000

_DOMAIN = re.compile(r"[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a field says. `value`: texts (in, not_in, contains, not_contains, business, domain_in), a whole
    number (at_least, at_most) or None (known, unknown). Texts are compared folded, contains: any as a part.
    """

    field: str
    op: str
    value: tuple[str, ...] | int | None = None

    def __post_init__(self) -> None:
        field = field_of(self.field)
        where = f"the condition on {field.label}"
        choice(self.op, f"The operator of {where}", MATCHES[field.kind])
        if self.op in ("known", "unknown"):
            if self.value is not None:
                raise ValueError(f"{_begun(where)} asks only whether it is {self.op}. Leave its value out.")
        elif self.op in ("at_least", "at_most"):
            at_most(self.value, f"The value of {where}", MOST, least=0)
        else:
            wanted = domains if field.kind == "email" else values
            object.__setattr__(self, "value", wanted(self.value, where))

    @property
    def texts(self) -> tuple[str, ...]:
        """Its value where that is a list of texts; else nothing."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def number(self) -> int:
        """Its value where that is a number; else 0."""
        return self.value if isinstance(self.value, int) else 0

    def as_data(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.op, "value": value}


@dataclass(frozen=True, slots=True)
class Did:
    """At least `times` times, in the last `days` days of 24 h (None: ever)."""

    kind: str
    times: int = 1
    days: int | None = None

    def __post_init__(self) -> None:
        choice(self.kind, "What was done in a condition", BEHAVIOURS)
        at_most(self.times, f"How often, in the condition on {self.kind},", MOST_TIMES, least=1)
        _check_days(self.days, f"the condition on {self.kind}")

    def as_data(self) -> dict[str, Any]:
        return {"did": self.kind, "times": self.times, "days": self.days}


@dataclass(frozen=True, slots=True)
class DidNot:
    """Not once in the last `days` days of 24 h (None: never)."""

    kind: str
    days: int | None = None

    def __post_init__(self) -> None:
        choice(self.kind, "What was not done in a condition", BEHAVIOURS)
        _check_days(self.days, f"the condition on {self.kind}")

    def as_data(self) -> dict[str, Any]:
        return {"did_not": self.kind, "days": self.days}


@dataclass(frozen=True, slots=True)
class ScoreAtLeast:
    """A minimum score: the total, or only the points for fit or for behaviour."""

    of: str
    points: int

    def __post_init__(self) -> None:
        choice(self.of, "The score of a condition", SCORES)
        at_most(self.points, "The minimum score", MOST, least=0)

    def as_data(self) -> dict[str, Any]:
        return {"score": self.of, "at_least": self.points}


@dataclass(frozen=True, slots=True)
class IsPersona:
    """The lead meets the rule of the persona of that key."""

    key: str

    def __post_init__(self) -> None:
        text(self.key, "The persona of a condition")

    def as_data(self) -> dict[str, Any]:
        return {"persona": self.key}


Condition = Attribute | Did | DidNot | ScoreAtLeast | IsPersona


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of its parts; the parts of a group inside a group are conditions."""

    how: str
    parts: tuple["Condition | Group", ...]

    def __post_init__(self) -> None:
        choice(self.how, "How a group is met", HOW)
        object.__setattr__(self, "parts", tuple(self.parts))
        if not self.parts:
            raise ValueError("A group has no condition. Add one, or take the group away.")
        if len(self.parts) > MOST_PARTS:
            raise ValueError(f"A group has {len(self.parts)} conditions. Keep at most {MOST_PARTS}.")
        for part in self.parts:
            if isinstance(part, Group) and any(isinstance(inner, Group) for inner in part.parts):
                raise ValueError("A group stands in a group of a group. Nest groups once.")

    def conditions(self) -> Iterator[Condition]:
        """Every condition of it, in order, those of groups inside included."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    def as_data(self) -> dict[str, Any]:
        return {self.how: [part.as_data() for part in self.parts]}

    @classmethod
    def from_data(cls, data: Any) -> "Group":
        """The rule of {"all": [...]} or {"any": [...]}."""
        return cls._read(data, depth=0)

    @classmethod
    def _read(cls, data: Any, depth: int) -> "Group":
        how = next((how for how in HOW if isinstance(data, Mapping) and how in data), None)
        if how is None or len(data) != 1:
            raise ValueError('A rule is {"all": [...]} or {"any": [...]}, with conditions in the list.')
        if depth > 1:  # before reading on: what is nested a thousand times is refused, not walked
            raise ValueError("A group stands in a group of a group. Nest groups once.")
        if not isinstance(data[how], list | tuple):
            raise ValueError(f"The conditions of {how!r} are no list. Put them between [ and ].")
        return cls(how, tuple(cls._part(part, depth + 1) for part in data[how]))

    @classmethod
    def _part(cls, data: Any, depth: int) -> "Condition | Group":
        if isinstance(data, Mapping) and ("all" in data or "any" in data):
            return cls._read(data, depth)
        return condition_from(data)


@dataclass(frozen=True, slots=True)
class Persona:
    """A named set of conditions. `check_personas` says whether several go together."""

    key: str
    name: str
    rule: Group

    def __post_init__(self) -> None:
        text(self.key, "The key of a persona")
        text(self.name, f"The name of persona {self.key}")
        if not isinstance(self.rule, Group):
            raise ValueError(f"Persona {self.name} has no conditions. Give it a group of them.")

    def as_data(self) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, "rule": self.rule.as_data()}

    @classmethod
    def from_data(cls, data: Any) -> "Persona":
        key, name, rule = (required(data, field, "The persona") for field in ("key", "name", "rule"))
        return cls(key, name, Group.from_data(rule))


Personas = Mapping[str, Persona] | Iterable[Persona]


def by_key(personas: Personas) -> dict[str, Persona]:
    """The personas by their keys, of a mapping or of a list of them."""
    if isinstance(personas, Mapping):
        return dict(personas)
    return {persona.key: persona for persona in personas}


def condition_from(data: Any) -> Condition:
    """The one condition that the object says; ValueError where it is none or more than one."""
    kinds = [kind for kind in _READERS if isinstance(data, Mapping) and kind in data]
    if len(kinds) != 1:
        raise ValueError(f"A condition names exactly one of {', '.join(_READERS)}; this is {data!r:.80}.")
    return _READERS[kinds[0]](data)


_READERS: dict[str, Callable[[Any], Condition]] = {
    "field": lambda data: Attribute(data["field"], required(data, "op", "A condition"), data.get("value")),
    "did": lambda data: Did(data["did"], data.get("times", 1), data.get("days")),
    "did_not": lambda data: DidNot(data["did_not"], data.get("days")),
    "score": lambda data: ScoreAtLeast(data["score"], required(data, "at_least", "The minimum score")),
    "persona": lambda data: IsPersona(data["persona"]),
}


def at_most(value: Any, what: str, most: int, *, least: int) -> int:
    """A whole number from `least` to `most`."""
    if whole(value, what, least=least) > most:
        raise ValueError(f"{what} is {value}. Give at most {most:,}.")
    return int(value)


def _check_days(days: Any, where: str) -> None:
    if days is not None:
        at_most(days, f"The number of days of {where}", MOST_DAYS, least=1)


def values(value: Any, where: str) -> tuple[str, ...]:
    """The texts as they were given, at least one; blanks around them and case say nothing (`folded`)."""
    if value is None or (isinstance(value, list | tuple) and not value):
        raise ValueError(f"{_begun(where)} lists no value. Name at least one.")
    found = texts(value, f"values of {where}")
    if len(found) > MOST_VALUES:
        raise ValueError(f"{_begun(where)} lists {len(found)} values. Keep at most {MOST_VALUES:,}.")
    for one in found:
        if not one.strip(BLANKS) or "\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one):
            raise ValueError(f"One of the values of {where} is no text that can be kept. Write it anew.")
    return found


@lru_cache(maxsize=4096)
def folded(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts as they are compared: without blanks around them, folded."""
    return tuple(fold(text.strip(BLANKS)) for text in texts)


def domains(value: Any, where: str) -> tuple[str, ...]:
    """The same for domains, folded, by the alphabet: their order says nothing."""
    found = sorted({one.removeprefix("@") for one in folded(values(value, where))})
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise ValueError(f"“{domain}” in {where} is no domain. Write it like example.com.")
    return tuple(found)


def _begun(where: str) -> str:
    return where[0].upper() + where[1:]


def text_meets(condition: Attribute, text: str) -> bool:
    """Whether a folded text (of an e-mail: its domain) is what a condition asks for."""
    wanted = folded(condition.texts)
    match condition.op:
        case "in" | "domain_in":
            return text in wanted
        case "not_in" | "business":
            return text not in wanted
        case "contains":
            return any(one in text for one in wanted)
        case _:
            return not any(one in text for one in wanted)
