"""What a version of an agreement says, as values: signed as one canonical JSON with its SHA-256.

`AgreementTerms` is everything a signature stands under; `Terms` of one window, with the calendar, is
what the judge reads of it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from slas.rules import older
from slas.rules.behaviour import Behaviour
from slas.rules.business_time import Calendar
from slas.rules.checks import choice, flag, required, text, whole
from slas.rules.clauses import EXITS, PERIODS, SCOPES, STAGES, Commitment, Definition
from slas.rules.conditions import Attribute, Facts, check_personas, check_rule, check_scoring
from slas.rules.grammar import Group, Persona
from slas.rules.opening_hours import day_of
from slas.rules.scoring import NO_SCORING, Scoring
from slas.rules.windows import COUNTS, HOURS, Depth, OnBreach, Terms, Window

__all__ = [
    "COUNTS",
    "EXITS",
    "FORMAT",
    "HANDOFF_STAGES",
    "HOURS",
    "PERIODS",
    "SCOPES",
    "STAGES",
    "AgreementTerms",
    "Commitment",
    "Definition",
    "Depth",
    "OnBreach",
    "Terms",
    "Window",
    "canonical_json",
]

FORMAT = 2
HANDOFF_STAGES = ("mql", "sql")
LONGEST_TERM_YEARS = 10

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """All that one version says. `agreement` is the slug; it holds from `starts_on` to `ends_on`, both
    included, in the calendar's zone (None: until it is superseded). The report goes out on
    `report_weekday` (0 is Monday) at `report_hour`, and so is the meeting, where one is agreed. `scope`:
    conditions on a lead's attributes; None takes every lead, `by_name_only` only those given to it by name.
    `day_names` says why a date is closed or special, by ISO date. `made_with` names the versions of the data
    that the dates were made with, such as {"tzdata": "2026.6", "holidays": "0.109"}.
    """

    agreement: str
    name: str
    version: int
    starts_on: date
    ends_on: date | None
    review_on: date | None
    handoff_stage: str
    calendar: Calendar
    windows: tuple[Window, ...]
    commitments: tuple[Commitment, ...]
    definitions: tuple[Definition, ...]
    report_weekday: int
    report_hour: int
    currency: str
    made_with: dict[str, str]
    scope: Group | None = None
    by_name_only: bool = False
    hand_over_by_itself: bool = False
    personas: tuple[Persona, ...] = ()
    scoring: Scoring = NO_SCORING
    meeting_weekday: int | None = None
    meeting_hour: int | None = None
    day_names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.agreement, str) or not _SLUG.fullmatch(self.agreement):
            raise ValueError(f"{self.agreement!r} is no slug. Use small letters, figures and hyphens.")
        text(self.name, "The name of the agreement")
        whole(self.version, "The number of the version", least=1)
        choice(self.handoff_stage, "The handoff stage", HANDOFF_STAGES)
        if not isinstance(self.calendar, Calendar):
            raise ValueError("The agreement has no calendar. Give it its opening hours.")
        self._check_dates()
        for name in ("windows", "commitments", "definitions", "personas"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check_unique("windows", [window.key for window in self.windows])
        _check_unique("promises", [commitment.key for commitment in self.commitments])
        _check_unique("definitions", [definition.stage for definition in self.definitions])
        _check_unique("personas", [persona.key for persona in self.personas])
        flag(self.by_name_only, "By name only, or not,")
        flag(self.hand_over_by_itself, "Handed over by itself, or not,")
        self._check_mirrors()
        self._check_report()
        self._check_meeting()
        self._check_rules()

    def _check_dates(self) -> None:
        if self.ends_on is not None:
            if self.ends_on < self.starts_on:
                raise ValueError("The agreement ends before it starts. Move its end, or leave it open.")
            if self.ends_on >= _years_later(self.starts_on, LONGEST_TERM_YEARS):
                raise ValueError(f"The term is longer than {LONGEST_TERM_YEARS} years. End it earlier.")
        if self.review_on is not None and self.review_on < self.starts_on:
            raise ValueError("The review comes before the start. Move it after the start.")

    def _check_mirrors(self) -> None:
        keys = {commitment.key for commitment in self.commitments}
        for commitment in self.commitments:
            if commitment.mirrors is not None and commitment.mirrors not in keys:
                raise ValueError(
                    f"Promise {commitment.key} mirrors {commitment.mirrors}, which is not there. "
                    "Name another promise, or none."
                )

    def _check_report(self) -> None:
        whole(self.report_weekday, "The report's weekday", least=0)
        whole(self.report_hour, "The report's hour", least=0)
        if self.report_weekday > 6:
            raise ValueError("The report's weekday is a number from 0 (Monday) to 6 (Sunday).")
        if self.report_hour > 23:
            raise ValueError("The report's hour is a number from 0 to 23.")
        if not isinstance(self.currency, str) or not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is no currency. Use its three letters, such as EUR.")

    def _check_meeting(self) -> None:
        if (self.meeting_weekday is None) != (self.meeting_hour is None):
            raise ValueError("The meeting has a weekday and an hour. Give both, or none.")
        if self.meeting_weekday is not None and self.meeting_hour is not None:
            whole(self.meeting_weekday, "The meeting's weekday", least=0)
            whole(self.meeting_hour, "The meeting's hour", least=0)
            if self.meeting_weekday > 6 or self.meeting_hour > 23:
                raise ValueError("The meeting is on a weekday from 0 (Monday) to 6, at an hour from 0 to 23.")

    def _check_rules(self) -> None:
        check_personas(self.personas)
        check_scoring(self.scoring, self.personas)
        if self.scope is not None:
            check_rule(self.scope, (), "What the agreement covers")
            if any(not isinstance(one, Attribute) for one in self.scope.conditions()):
                raise ValueError("What the agreement covers asks only who a lead is. Take the rest out.")
        for window in self.windows:
            if window.match is not None:
                check_rule(window.match, self.personas, f"Window {window.name}")
        for definition in self.definitions:
            if definition.rule is not None:
                check_rule(definition.rule, self.personas, f"The definition of {definition.stage}")

    @property
    def tz(self) -> str:
        return self.calendar.tz

    def facts(self, attributes: Mapping[str, Any], behaviour: Iterable[Behaviour], as_of: datetime) -> Facts:
        """What the conditions of this version are asked about: a lead, at an instant (aware)."""
        personas = {persona.key: persona for persona in self.personas}
        return Facts(attributes, tuple(behaviour), as_of, personas, self.scoring)

    def window_for(self, facts: Facts) -> Window | None:
        """The first window, in the stated order, that matches; None: no window (rule 14)."""
        return next((window for window in self.windows if window.matches(facts)), None)

    def definition(self, stage: str) -> Definition | None:
        return next((definition for definition in self.definitions if definition.stage == stage), None)

    def window(self, key: str) -> Window | None:
        return next((window for window in self.windows if window.key == key), None)

    def as_data(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "agreement": self.agreement,
            "name": self.name,
            "version": self.version,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on and self.ends_on.isoformat(),
            "review_on": self.review_on and self.review_on.isoformat(),
            "handoff_stage": self.handoff_stage,
            "calendar": self.calendar.as_data(),
            "windows": [window.as_data() for window in self.windows],
            "commitments": [commitment.as_data() for commitment in self.commitments],
            "definitions": [definition.as_data() for definition in self.definitions],
            "report_weekday": self.report_weekday,
            "report_hour": self.report_hour,
            "currency": self.currency,
            "made_with": dict(self.made_with),
            "scope": self.scope and self.scope.as_data(),
            "by_name_only": self.by_name_only,
            "hand_over_by_itself": self.hand_over_by_itself,
            "personas": [persona.as_data() for persona in self.personas],
            "scoring": self.scoring.as_data(),
            "meeting_weekday": self.meeting_weekday,
            "meeting_hour": self.meeting_hour,
            "day_names": dict(self.day_names),
        }

    @classmethod
    def from_data(cls, data: Any) -> "AgreementTerms":
        """The terms of their own `as_data()` or of the decoded canonical text."""
        found = required(data, "format", "The agreement")
        if found not in (1, FORMAT):
            raise ValueError(f"The agreement is of format {found!r}; this program reads up to {FORMAT}.")
        if found == 1:
            data = older.upgraded(data)
        values = {name: required(data, name, "The agreement") for name in _AGREEMENT}
        for name in ("starts_on", "ends_on", "review_on"):
            if values[name] is not None:
                values[name] = day_of(values[name])
        values["calendar"] = Calendar.from_data(values["calendar"])
        values["scoring"] = Scoring.from_data(values["scoring"])
        if values["scope"] is not None:
            values["scope"] = Group.from_data(values["scope"])
        for name, kind in _PARTS:
            values[name] = tuple(kind.from_data(part) for part in values[name])
        return cls(**values)

    @classmethod
    def from_canonical(cls, canonical: str) -> "AgreementTerms":
        """The terms of a frozen text; decimals exactly as written."""
        return cls.from_data(json.loads(canonical, parse_float=Decimal))

    def canonical(self) -> str:
        """The one text that is signed: sorted keys, no spaces, UTF-8, numbers as written."""
        return canonical_json(self.as_data())

    def digest(self) -> str:
        """SHA-256 of the canonical text, in hex."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


_AGREEMENT = tuple(AgreementTerms.__dataclass_fields__)
_PARTS: tuple[tuple[str, Any], ...] = (
    ("windows", Window),
    ("commitments", Commitment),
    ("definitions", Definition),
    ("personas", Persona),
)


def _check_unique(what: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"Two {what} are called {key}. Give each its own.")


def _years_later(day: date, years: int) -> date:
    year = min(day.year + years, date.max.year)
    if (day.month, day.day) == (2, 29):
        return date(year, 3, 1)
    return day.replace(year=year)


def canonical_json(data: Any) -> str:
    """Sorted keys, no spaces, no escapes but JSON's own; a Decimal as the number it is."""
    if isinstance(data, Mapping):
        parts = (f"{json.dumps(key, ensure_ascii=False)}:{canonical_json(data[key])}" for key in sorted(data))
        return "{" + ",".join(parts) + "}"
    if isinstance(data, list | tuple):
        return "[" + ",".join(canonical_json(item) for item in data) + "]"
    if isinstance(data, Decimal):
        return f"{data:f}"
    return json.dumps(data, ensure_ascii=False, allow_nan=False)
