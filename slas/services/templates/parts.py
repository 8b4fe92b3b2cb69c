"""What the templates are written with: rows that are not stored yet, and conditions as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from slas.models import Commitment, Definition, Persona, ScoreRule, Window, WorkingTime
from slas.rules.fields import FREE_MAIL
from slas.services.content import Content
from slas.services.standard_words import DEFINITIONS

HOUR = 3600
Rule = dict[str, Any]

# What EUR 1 is in other money, roughly: a figure to begin with, which both sides then change.
_ROUGHLY = {
    "CHF": 1,
    "EUR": 1,
    "GBP": 1,
    "USD": 1,
    "AUD": 2,
    "CAD": 1.5,
    "PLN": 4,
    "BRL": 6,
    "DKK": 8,
    "SEK": 10,
    "NOK": 10,
    "CZK": 25,
    "INR": 100,
    "JPY": 160,
    "HUF": 400,
}


@dataclass(frozen=True, kw_only=True)
class Template:
    """An agreement to begin with. `promises`: in two sentences what it makes each side promise.

    `content` makes its rows, none of them stored, with money in a currency (ISO 4217) and an empty time zone;
    `fields` are those of Version; `review_after`: days from the start to the review.
    """

    key: str
    name: str
    for_whom: str
    promises: str
    content: Callable[[str], Content]
    fields: Mapping[str, Any] = field(default_factory=dict)
    review_after: int | None = None


def money(euros: int, currency: str) -> Decimal:
    """About as much in another currency; the same figure where that is not known."""
    return Decimal(int(euros * _ROUGHLY.get(currency, 1)))


# --- Rows ------------------------------------------------------------------------------------


def working_time(opens: str = "09:00", closes: str = "17:00") -> WorkingTime:
    """Monday to Friday; whoever starts the agreement says in which zone."""
    return WorkingTime(week={day: [[opens, closes]] for day in ("mon", "tue", "wed", "thu", "fri")})


def promise(
    key: str, side: str, metric: str, value: str | Decimal, *, achievable: str, relevant: str, **values: Any
) -> Commitment:
    """A promise each month, at least so much; `values` replace that."""
    reasons = {"achievable": achievable, "relevant": relevant}
    return Commitment(key=key, side=side, metric=metric, value=Decimal(value), **reasons, **values)


def tier(
    key: str, name: str, match: Rule | None, hours: int, depth: tuple[int, int, int], **values: Any
) -> Window:
    """A window of so many hours; `depth`: attempts, on so many days, within so many business days."""
    attempts, days, within = depth
    chosen = {"depth_attempts": attempts, "depth_days": days, "depth_within_business_days": within}
    return Window(key=key, name=name, match=match, window_seconds=hours * HOUR, **(chosen | values))


def definitions(**told: dict[str, Any]) -> list[Definition]:
    """Every stage, in order: `told` by stage what differs from the standard words."""
    return [Definition(stage=stage, **(words | told.get(stage, {}))) for stage, words in DEFINITIONS.items()]


def persona(key: str, name: str, *titles: str) -> Persona:
    """People whose job title contains one of the words."""
    return Persona(key=key, name=name, rule=every(titled(*titles)))


def fits(key: str, points: int, *conditions: Rule) -> ScoreRule:
    """Points for who somebody is."""
    return ScoreRule(key=key, kind=ScoreRule.Kind.FIT, points=points, when=every(*conditions))


def does(did: str, points: int, *, halves: int = 0, ends: int = 0, most: int | None = None) -> ScoreRule:
    """Points for what somebody does, which halve every so many days, end after so many, or stay."""
    fades = ScoreRule.Fades.HALVES if halves else ScoreRule.Fades.ENDS if ends else ScoreRule.Fades.STAYS
    values = {"points": points, "did": did, "fades": fades, "days": halves or ends or None, "most": most}
    return ScoreRule(key=did.replace("_", "-"), kind=ScoreRule.Kind.BEHAVIOUR, **values)


def content(
    time: WorkingTime,
    windows: list[Window],
    commitments: list[Commitment],
    stages: list[Definition],
    *,
    mirrors: dict[str, str],
    personas: list[Persona] | None = None,
    score_rules: list[ScoreRule] | None = None,
) -> Content:
    """All of it, numbered in the order in which it is written; it shares nothing with another one."""
    made = Content(time, windows, commitments, stages, personas or [], score_rules or [], mirrors)
    lists: tuple[list[Any], ...] = (made.windows, made.commitments, made.personas, made.score_rules)
    for rows in lists:
        for place, row in enumerate(rows):
            row.position = place
    return deepcopy(made)


# --- Conditions ------------------------------------------------------------------------------


def every(*parts: Rule) -> Rule:
    return {"all": list(parts)}


def some(*parts: Rule) -> Rule:
    return {"any": list(parts)}


def did(kind: str, days: int | None = None, times: int = 1) -> Rule:
    return {"did": kind, "times": times, "days": days}


def did_not(kind: str, days: int | None = None) -> Rule:
    return {"did_not": kind, "days": days}


def scores(points: int) -> Rule:
    return {"score": "total", "at_least": points}


def is_a(key: str) -> Rule:
    return {"persona": key}


def asks(name: str, op: str, value: Any = None) -> Rule:
    return {"field": name, "op": op, "value": value}


def titled(*words: str) -> Rule:
    return asks("job_title", "contains", list(words))


def with_business_mail() -> Rule:
    return asks("email", "business", list(FREE_MAIL))
