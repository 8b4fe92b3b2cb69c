"""Points for who somebody is (fit) and for what they did (behaviour), which fade in whole steps.

A score is the sum of its lines, at any moment; nothing is stored that could differ from them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from slas.rules.behaviour import BEHAVIOURS, Behaviour
from slas.rules.checks import choice, required, text
from slas.rules.condition_words import begun, fading, group_title, points_text
from slas.rules.grammar import MOST_DAYS, MOST_TIMES, Attribute, Group, IsPersona, at_most
from slas.rules.zones import in_utc

FADES = ("stays", "halves", "ends")
MOST_POINTS = 1_000
MOST_HALVINGS = 30
KINDS = ("fit", "behaviour")
DAY_SECONDS = 86_400
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class FitRule:
    """`points` as long as the lead meets `when`, made of fields and personas only."""

    key: str
    when: Group
    points: int

    def __post_init__(self) -> None:
        where = f"scoring rule {text(self.key, 'The key of a scoring rule')}"
        if not isinstance(self.when, Group):
            raise ValueError(f"The {where} has no conditions. Give it a group of them.")
        for condition in self.when.conditions():
            if not isinstance(condition, Attribute | IsPersona):
                raise ValueError(
                    f"The {where} is circular: points for who somebody is can't depend on a score or on "
                    "what they did. Ask for fields or personas."
                )
        check_points(self.points, where)

    def as_data(self) -> dict[str, Any]:
        return {"key": self.key, "when": self.when.as_data(), "points": self.points}

    @classmethod
    def from_data(cls, data: Any) -> "FitRule":
        key, when, points = (required(data, field, "The scoring rule") for field in ("key", "when", "points"))
        return cls(key, Group.from_data(when), points)


@dataclass(frozen=True, slots=True)
class BehaviourRule:
    """`points` for each time that it was done, of the newest `most` (None: of all). They stay, halve every
    `days` days of 24 h, or end after them."""

    key: str
    did: str
    points: int
    fades: str = "stays"
    days: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        where = f"scoring rule {text(self.key, 'The key of a scoring rule')}"
        choice(self.did, f"What was done in {where}", BEHAVIOURS)
        check_points(self.points, where)
        choice(self.fades, f"How the points of {where} fade", FADES)
        if self.fades == "stays":
            if self.days is not None:
                raise ValueError(f"The points of {where} stay, so no days are needed. Leave them out.")
        elif self.days is None:
            raise ValueError(f"The points of {where} fade. Say after how many days.")
        else:
            at_most(self.days, f"The number of days of {where}", MOST_DAYS, least=1)
        if self.most is not None:
            at_most(self.most, f"How often {where} counts", MOST_TIMES, least=1)

    def points_at(self, at: datetime, as_of: datetime) -> int:
        """The points at `as_of` of one done at `at`, not later; a step falls exactly on its instant."""
        return self.points_after((in_utc(as_of) - in_utc(at)) // _SECOND)

    def points_after(self, seconds: int) -> int:
        """The points that are left so many whole seconds after it was done."""
        if self.days is None:
            return self.points
        steps = seconds // (self.days * DAY_SECONDS)
        if self.fades == "ends":
            return 0 if steps else self.points
        left = abs(self.points) >> min(steps, MOST_HALVINGS)
        return left if self.points > 0 else -left

    def as_data(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in _BEHAVIOUR_RULE}

    @classmethod
    def from_data(cls, data: Any) -> "BehaviourRule":
        return cls(*(required(data, field, "The scoring rule") for field in _BEHAVIOUR_RULE))


_BEHAVIOUR_RULE = tuple(BehaviourRule.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Scoring:
    """What gives points. `check_scoring` says whether its personas can be used."""

    fit: tuple[FitRule, ...] = ()
    behaviour: tuple[BehaviourRule, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "fit", tuple(self.fit))
        object.__setattr__(self, "behaviour", tuple(self.behaviour))
        keys = [rule.key for rule in self.fit] + [rule.key for rule in self.behaviour]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"Two scoring rules are called {key}. Give each its own.")

    def as_data(self) -> dict[str, Any]:
        return {
            "fit": [rule.as_data() for rule in self.fit],
            "behaviour": [rule.as_data() for rule in self.behaviour],
        }

    @classmethod
    def from_data(cls, data: Any) -> "Scoring":
        fit, behaviour = (_list_of(data, kind) for kind in KINDS)
        return cls(
            tuple(FitRule.from_data(rule) for rule in fit),
            tuple(BehaviourRule.from_data(rule) for rule in behaviour),
        )


NO_SCORING = Scoring()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score. `full_points`: what it gave at first; `at`: when it was done (None for fit)."""

    key: str
    kind: str
    points: int
    full_points: int
    sentence: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Points for fit and for behaviour, apart; both are sums of lines."""

    fit: int
    behaviour: int
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return self.fit + self.behaviour

    def of(self, which: str) -> int:
        """The points of "total", "fit" or "behaviour"."""
        return {"total": self.total, "fit": self.fit, "behaviour": self.behaviour}[which]


class Scored(Protocol):
    """What a score needs to know of a lead: conditions.Facts."""

    @property
    def behaviour(self) -> tuple[Behaviour, ...]: ...
    @property
    def as_of(self) -> datetime: ...
    def meets(self, group: Group) -> bool: ...
    def persona_name(self, key: str) -> str: ...


def score(scoring: Scoring, facts: Scored) -> Score:
    """The score as of `facts.as_of`: lines of fit in the order of the rules, then of behaviour, the newest
    first within a rule. What was done later does not count, nor is a line of 0 points kept."""
    fit = tuple(_fit_lines(scoring, facts))
    behaviour = tuple(line for rule in scoring.behaviour for line in behaviour_lines(rule, facts))
    return Score(sum(line.points for line in fit), sum(line.points for line in behaviour), (*fit, *behaviour))


def _fit_lines(scoring: Scoring, facts: Scored) -> Iterator[Line]:
    for rule in scoring.fit:
        if facts.meets(rule.when):
            yield fit_line(rule, facts.persona_name)


def fit_line(rule: FitRule, persona_name: Callable[[str], str]) -> Line:
    """What the rule gives a lead that meets it. `persona_name`: of its key."""
    return Line(rule.key, "fit", rule.points, rule.points, f"{group_title(rule.when, persona_name)}.")


def behaviour_lines(rule: BehaviourRule, facts: Scored) -> Iterator[Line]:
    """The lines that one rule gives: one for each counting event whose points have not faded to 0."""
    done = (one.at for one in facts.behaviour if one.kind == rule.did and one.at <= facts.as_of)
    for at in sorted(done, reverse=True)[: rule.most]:
        line = behaviour_line(rule, at, facts.as_of)
        if line is not None:
            yield line


def behaviour_line(rule: BehaviourRule, at: datetime, as_of: datetime) -> Line | None:
    """What the rule gives at `as_of` for what was done at `at`, not later; None where that has faded to 0."""
    points = rule.points_at(at, as_of)
    if not points:
        return None
    return Line(rule.key, "behaviour", points, rule.points, _line_words(rule, points), in_utc(at))


def _line_words(rule: BehaviourRule, points: int) -> str:
    """ "Started a trial: 12 of 25 points, halved every 30 days."."""
    some = "" if points == rule.points else f"{points_text(points).rsplit(' ', 1)[0]} of "
    did = begun(BEHAVIOURS[rule.did].did)
    return f"{did}: {some}{points_text(rule.points)}, {fading(rule.fades, rule.days)}."


def check_points(points: Any, where: str) -> None:
    """Whole points from -1,000 to 1,000, not 0."""
    at_most(points, f"The number of points of {where}", MOST_POINTS, least=-MOST_POINTS)
    if points == 0:
        raise ValueError(f"The {where} gives 0 points. Give it some, or take it away.")


def _list_of(data: Any, kind: str) -> Any:
    found = required(data, kind, "The scoring")
    if not isinstance(found, list | tuple):
        raise ValueError(f"The {kind} rules of the scoring are no list. Put them between [ and ].")
    return found
