"""What a version of an agreement says, as values: signed as one canonical JSON with its SHA-256.

`AgreementTerms` is everything a signature stands under; `Terms` of one window, with the calendar, is
what the judge reads of it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from slas.rules.business_time import Calendar
from slas.rules.checks import choice, decimal, flag, required, text, whole
from slas.rules.metrics import METRICS, SIDES
from slas.rules.opening_hours import day_of
from slas.rules.windows import COUNTS, HOURS, Depth, Terms, Window

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
    "Terms",
    "Window",
    "canonical_json",
]

FORMAT = 1
STAGES = ("lead", "mql", "accepted", "sql", "opportunity", "customer")
EXITS = ("recycled", "disqualified")
HANDOFF_STAGES = ("mql", "sql")
PERIODS = ("week", "month", "quarter")
SCOPES = ("source", "campaign", "tier")
LONGEST_TERM_YEARS = 10

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise: `side` keeps `metric` at least (or at most) at `value` in every `period`.

    `scope` None: all leads, else one of {"source": ...}, {"campaign": ...}, {"tier": ...}.
    `value` is in the metric's own unit: leads, a share from 0 to 1, seconds, days, money.
    `mirrors`: key of the other side's commitment that depends on it.
    """

    key: str
    side: str
    metric: str
    at_least: bool
    value: Decimal
    unit: str
    period: str
    scope: dict[str, str] | None = None
    mirrors: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        text(self.key, "The key of a promise")
        where = f"promise {self.key}"
        choice(self.side, f"The side of {where}", SIDES)
        choice(self.metric, f"The metric of {where}", METRICS)
        flag(self.at_least, f"At least, or not, of {where},")
        metric = METRICS[self.metric]
        choice(self.unit, f"The unit of {where}", (metric.unit,))
        choice(self.period, f"The period of {where}", PERIODS)
        value = decimal(self.value, f"The value of {where}")
        if value < 0:
            raise ValueError(f"The value of {where} is {value}. Give 0 or more.")
        if metric.unit == "share" and value > 1:
            raise ValueError(f"The value of {where} is {value}. Give a share from 0 to 1, such as 0.9.")
        object.__setattr__(self, "value", value.normalize() + 0)
        if self.scope is not None:
            _check_scope(self.scope, where)

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "side": self.side,
            "metric": self.metric,
            "at_least": self.at_least,
            "value": f"{self.value:f}",
            "unit": self.unit,
            "period": self.period,
            "scope": self.scope,
            "mirrors": self.mirrors,
            "note": self.note,
        }

    @classmethod
    def from_data(cls, data: Any) -> "Commitment":
        values = {field: required(data, field, "The promise") for field in _COMMITMENT}
        return cls(**(values | {"value": _decimal_text(values["value"])}))


_COMMITMENT = tuple(Commitment.__dataclass_fields__)


def _check_scope(scope: Any, where: str) -> None:
    if not isinstance(scope, Mapping) or len(scope) != 1:
        raise ValueError(f"The scope of {where} names one of {', '.join(SCOPES)}, or is left out.")
    for kind, value in scope.items():
        choice(kind, f"The scope of {where}", SCOPES)
        text(value, f"The {kind} of {where}")


def _decimal_text(value: Any) -> Decimal:
    """The exact decimal of the frozen text ("0.9"), of a number too."""
    if not isinstance(value, str):
        return decimal(value, "The value of a promise")
    try:
        return Decimal(value)
    except ArithmeticError:
        raise ValueError(f"The value of a promise is {value!r}. Write it as a number.") from None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a stage means, as a signed sentence, and which side does what in it."""

    stage: str
    sentence: str
    marketing_does: str = ""
    sales_does: str = ""

    def __post_init__(self) -> None:
        choice(self.stage, "The stage of a definition", STAGES + EXITS)
        text(self.sentence, f"The definition of {self.stage}")

    def as_data(self) -> dict[str, str]:
        return {field: getattr(self, field) for field in _DEFINITION}

    @classmethod
    def from_data(cls, data: Any) -> "Definition":
        return cls(**{field: required(data, field, "The definition") for field in _DEFINITION})


_DEFINITION = tuple(Definition.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """All that one version says. `agreement` is the slug; it holds from `starts_on` to `ends_on`, both
    included, in the calendar's zone (None: until it is superseded). The report goes out on
    `report_weekday` (0 is Monday) at `report_hour`. `made_with` names the versions of the data that the
    dates were made with, such as {"tzdata": "2026.6", "holidays": "0.109"}.
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

    def __post_init__(self) -> None:
        if not isinstance(self.agreement, str) or not _SLUG.fullmatch(self.agreement):
            raise ValueError(f"{self.agreement!r} is no slug. Use small letters, figures and hyphens.")
        text(self.name, "The name of the agreement")
        whole(self.version, "The number of the version", least=1)
        choice(self.handoff_stage, "The handoff stage", HANDOFF_STAGES)
        if not isinstance(self.calendar, Calendar):
            raise ValueError("The agreement has no calendar. Give it its opening hours.")
        self._check_dates()
        for field in ("windows", "commitments", "definitions"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        _check_unique("windows", [window.key for window in self.windows])
        _check_unique("promises", [commitment.key for commitment in self.commitments])
        _check_unique("definitions", [definition.stage for definition in self.definitions])
        self._check_mirrors()
        self._check_report()

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

    @property
    def tz(self) -> str:
        return self.calendar.tz

    def window_for(self, attributes: Mapping[str, Any]) -> Window | None:
        """The first window, in the stated order, that matches; None: no window (rule 14)."""
        return next((window for window in self.windows if window.matches(attributes)), None)

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
        }

    @classmethod
    def from_data(cls, data: Any) -> "AgreementTerms":
        """The terms of their own `as_data()` or of the decoded canonical text."""
        found = required(data, "format", "The agreement")
        if found != FORMAT:
            raise ValueError(f"The agreement is of format {found!r}; this program reads format {FORMAT}.")
        values = {field: required(data, field, "The agreement") for field in _AGREEMENT}
        for field in ("starts_on", "ends_on", "review_on"):
            if values[field] is not None:
                values[field] = day_of(values[field])
        values["calendar"] = Calendar.from_data(values["calendar"])
        for field, kind in _PARTS:
            values[field] = tuple(kind.from_data(part) for part in values[field])
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
