"""When a lead meets a rule first; and the same of many leads, by rules that are compiled once.

`Sieve` is a faster twin of slas.rules.facts for sets of leads; slas/tests/rules/test_sifting.py holds both
together. Each condition on a field is tried once for each value of it, and what is left of a rule - what was
done, and points - is put together once for each pattern of answers. Instants are whole seconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from slas.rules.facts import Facts, attribute_truth, meets
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
)
from slas.rules.scoring import DAY_SECONDS, NO_SCORING, BehaviourRule, Scoring
from slas.rules.zones import in_utc

Done = Mapping[str, Sequence[int]]  # what one lead did: the seconds of each kind, ascending
Test = bool | Callable[[Done, int], bool]  # of what was done, at an instant; or always the same

MOST_VALUES = 50_000  # answers that are kept of one condition


def first_met(rule: Group, facts: Facts, since: datetime) -> datetime | None:
    """The first instant at which the lead meets the rule, of `since` and of whatever it did later, up to
    `facts.as_of`, both included; None: at none of them. What the fields say is taken as it is known."""
    moments = {in_utc(since), *(one.at for one in facts.behaviour if in_utc(since) < one.at)}
    for at in sorted(moments):
        if at <= facts.as_of and meets(rule, replace(facts, as_of=at)):
            return at
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """What is left to ask of a lead: `tests` by the place of each rule; `fit`: keys of the rules of fit that
    give it points. `is_certain`: nothing is left to ask. The same object for the same answers."""

    tests: tuple[Test, ...]
    fit: frozenset[str]
    is_certain: bool


@dataclass(slots=True)
class _Asked:
    """The conditions on one field, where its value stands, and what they answered to the values so far."""

    place: int
    name: str
    conditions: tuple[Attribute, ...]
    known: dict[Any, tuple[bool, ...]] = field(default_factory=dict)

    def answers(self, value: Any) -> tuple[bool, ...]:
        key = value if type(value) in (str, int) else None
        if self.name == "email" and key and "@" in key:
            key = f"@{key.rpartition('@')[2]}"  # people are many; where they work, which is asked, are few
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= MOST_VALUES:
                self.known.clear()
            said = {self.name: key}
            found = tuple(attribute_truth(one, said) == "passed" for one in self.conditions)
            self.known[key] = found
        return found


class Sieve:
    """Rules of one text, to try many leads on. A rule that is None takes every lead.

    `fields`: the names of all that is asked; `sift` takes their values in that order, or in the order of the
    names that `reading` was given.
    """

    def __init__(
        self, rules: Iterable[Group | None], personas: Personas = (), scoring: Scoring = NO_SCORING
    ) -> None:
        self._rules, self._scoring = tuple(rules), scoring
        self._given = _Given(scoring.behaviour)
        self._personas: dict[str, Persona] = by_key(personas)
        asked: dict[Attribute, None] = {}
        for rule in [*self._rules, *(one.when for one in scoring.fit)]:
            if rule is not None:
                self._collect(rule, asked)
        self.fields = tuple(dict.fromkeys(one.field for one in asked))
        self._asked = [
            _Asked(place, name, tuple(one for one in asked if one.field == name))
            for place, name in enumerate(self.fields)
        ]
        self._sifted: dict[tuple[tuple[bool, ...], ...], Sifted] = {}

    def reading(self, fields: Sequence[str]) -> Sieve:
        """The same sieve, for values in the order of these names, all of `fields` among them."""
        for one in self._asked:
            one.place = fields.index(one.name)
        return self

    def sift(self, values: Sequence[Any]) -> Sifted:
        """What is left to ask of a lead whose fields have these values."""
        pattern = tuple([one.answers(values[one.place]) for one in self._asked])
        found = self._sifted.get(pattern)
        if found is None:
            if len(self._sifted) >= MOST_VALUES:
                self._sifted.clear()
            found = self._sifted[pattern] = self._left_of(pattern)
        return found

    def _collect(self, part: Group | Condition, asked: dict[Attribute, None]) -> None:
        match part:
            case Group():
                for one in part.parts:
                    self._collect(one, asked)
            case IsPersona(key):
                self._collect(self._personas[key].rule, asked)
            case Attribute():
                asked[part] = None

    def _left_of(self, pattern: Sequence[tuple[bool, ...]]) -> Sifted:
        answers = {
            condition: answer
            for one, told in zip(self._asked, pattern, strict=True)
            for condition, answer in zip(one.conditions, told, strict=True)
        }
        given = [one for one in self._scoring.fit if self._left(one.when, answers, 0) is True]
        fit = sum(one.points for one in given)
        tests = tuple(True if rule is None else self._left(rule, answers, fit) for rule in self._rules)
        is_certain = all(isinstance(test, bool) for test in tests)
        return Sifted(tests, frozenset(one.key for one in given), is_certain)

    def _left(self, part: Group | Condition, answers: Mapping[Attribute, bool], fit: int) -> Test:
        match part:
            case Group(how, parts):
                return _joined(how, [self._left(one, answers, fit) for one in parts])
            case Attribute():
                return answers[part]
            case IsPersona(key):
                return self._left(self._personas[key].rule, answers, fit)
            case Did(kind, times, days):
                return lambda done, at: _times(done, kind, days, at) >= times
            case DidNot(kind, days):
                return lambda done, at: not _times(done, kind, days, at)
            case ScoreAtLeast(of, points):
                return self._scored(of, points, fit)

    def _scored(self, of: str, points: int, fit: int) -> Test:
        has = fit if of != "behaviour" else 0
        if of == "fit" or not self._scoring.behaviour:
            return has >= points
        given = self._given
        return lambda done, at: given.most(done) + has >= points and given.at(done, at) + has >= points


class _Given:
    """Points for what one lead did, kept for the lead that is asked about: several rules ask the same."""

    def __init__(self, rules: Sequence[BehaviourRule]) -> None:
        self._rules = rules
        self._done: Done | None = None
        self._most, self._at = 0, dict[int, int]()

    def most(self, done: Done) -> int:
        """At no instant it has more than this."""
        if self._done is not done:
            self._done, self._at = done, {}
            self._most = sum(_full_points(rule, done) for rule in self._rules if rule.points > 0)
        return self._most

    def at(self, done: Done, at: int) -> int:
        """The points at an instant, of whom `most` was asked last."""
        found = self._at.get(at)
        if found is None:
            found = self._at[at] = _points(self._rules, done, at)
        return found


def first_second(test: Test, done: Done, moments: Sequence[int]) -> int | None:
    """The first of these instants at which the test passes."""
    if isinstance(test, bool):
        return moments[0] if test and moments else None
    return next((at for at in moments if test(done, at)), None)


def moments_of(done: Done, since: int, until: int) -> list[int]:
    """`since` and whatever was done later, up to `until`, both included, ascending."""
    if until < since:
        return []
    later = {at for of_kind in done.values() for at in of_kind if since < at <= until}
    return [since, *sorted(later)]


def gave(rule: BehaviourRule, done: Done, since: int, until: int) -> bool:
    """Whether the rule gave points at some instant from `since` to `until`, both included."""
    seconds = done.get(rule.did, ())
    before = bisect_right(seconds, since)
    if before < bisect_right(seconds, until):
        return True
    return since <= until and before > 0 and rule.points_after(since - seconds[before - 1]) != 0


def _joined(how: str, tests: Sequence[Test]) -> Test:
    """All or any of them; what is decided already is left out."""
    decides = how == "any"
    if any(test is decides for test in tests):
        return decides
    left = [test for test in tests if not isinstance(test, bool)]
    if not left:
        return not decides
    if len(left) == 1:
        return left[0]
    if decides:
        return lambda done, at: any(test(done, at) for test in left)
    return lambda done, at: all(test(done, at) for test in left)


def _times(done: Done, kind: str, days: int | None, at: int) -> int:
    """How often it was done in the last `days` days, at `at` included (None: ever till then)."""
    seconds = done.get(kind, ())
    first = 0 if days is None else bisect_right(seconds, at - days * DAY_SECONDS)
    return max(bisect_right(seconds, at) - first, 0)


def _full_points(rule: BehaviourRule, done: Done) -> int:
    times = len(done.get(rule.did, ()))
    return rule.points * (times if rule.most is None else min(times, rule.most))


def _points(rules: Sequence[BehaviourRule], done: Done, at: int) -> int:
    total = 0
    for rule in rules:
        seconds = done.get(rule.did)
        if seconds:
            last = bisect_right(seconds, at)
            first = 0 if rule.most is None else max(0, last - rule.most)
            total += sum(rule.points_after(at - one) for one in seconds[first:last])
    return total
