"""The parts of what a version says: promises and the meaning of stages, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from slas.rules.checks import choice, decimal, flag, required, string, text
from slas.rules.grammar import Group
from slas.rules.metrics import METRICS, SIDES

STAGES = ("lead", "mql", "accepted", "sql", "opportunity", "customer")
EXITS = ("recycled", "disqualified")
RULED_STAGES = ("mql", "sql")
PERIODS = ("week", "month", "quarter")
SCOPES = ("source", "campaign", "tier")


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise: `side` keeps `metric` at least (or at most) at `value` in every `period`.

    `scope` None: all leads, else one of {"source": ...}, {"campaign": ...}, {"tier": ...}.
    `value` is in the metric's own unit: leads, a share from 0 to 1, seconds, days, money.
    `mirrors`: key of the other side's commitment that depends on it. `achievable` and `relevant`: why it can
    be reached, and why it matters to the other side.
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
    achievable: str = ""
    relevant: str = ""

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
        string(self.achievable, f"Why {where} is achievable")
        string(self.relevant, f"Why {where} is relevant")

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
            "achievable": self.achievable,
            "relevant": self.relevant,
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
    """What a stage means, as a signed sentence, and which side does what in it.

    `rule`, for MQL and SQL: the conditions that the system evaluates beside the sentence. `by_itself`, for
    MQL: a lead that meets them becomes one without anybody's hand.
    """

    stage: str
    sentence: str
    marketing_does: str = ""
    sales_does: str = ""
    rule: Group | None = None
    by_itself: bool = False

    def __post_init__(self) -> None:
        choice(self.stage, "The stage of a definition", STAGES + EXITS)
        text(self.sentence, f"The definition of {self.stage}")
        flag(self.by_itself, f"Whether a lead becomes {self.stage} by itself,")
        if self.rule is not None and self.stage not in RULED_STAGES:
            raise ValueError(f"Only MQL and SQL have conditions, {self.stage} has none. Leave them out.")
        if self.by_itself and (self.stage != "mql" or self.rule is None):
            raise ValueError("Only an MQL with conditions comes about by itself. Add conditions, or say no.")

    def as_data(self) -> dict[str, Any]:
        data = {field: getattr(self, field) for field in _DEFINITION}
        return data | {"rule": self.rule and self.rule.as_data()}

    @classmethod
    def from_data(cls, data: Any) -> "Definition":
        values = {field: required(data, field, "The definition") for field in _DEFINITION}
        if values["rule"] is not None:
            values["rule"] = Group.from_data(values["rule"])
        return cls(**values)


_DEFINITION = tuple(Definition.__dataclass_fields__)
