"""Stored results: made from standings, compared with what is stored, corrected by a new revision that says
why."""

import datetime as dt
from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from reports.content.numbers import amount
from reports.models import Result
from reports.services.nights import Night
from reports.services.promises import Standing
from slas.rules.metrics import METRICS
from slas.rules.words import listed

DECIMALS = Decimal(1).scaleb(-10)
DIGITS = Context(prec=15)  # what SQLite keeps of a number, however large it is
REASON_LENGTH = 300

# What a result says; two results that agree in these are the same.
FACTS = (
    *("version_id", "period", "until", "value", "k", "n", "target", "expected"),
    *("forecast_low", "forecast_high", "state", "period_over"),
)
_WORDS = {
    "value": "the figure",
    "k": "the cases that count",
    "n": "the number of cases",
    "target": "the target",
    "expected": "the pace",
    "state": "the state",
    "version_id": "the version",
}


def result_of(standing: Standing, night: Night, now: dt.datetime) -> Result:
    """The standing as a row of revision 1, not saved."""
    assessment = standing.assessment
    return Result(
        agreement=night.agreement,
        version=night.version,
        night=night.day,
        commitment=standing.commitment.key,
        period=standing.period.key,
        until=night.end,
        value=as_stored(standing.value),
        k=standing.figure.k,
        n=standing.figure.n,
        target=standing.commitment.value,
        expected=as_stored(assessment.expected),
        forecast_low=as_stored(assessment.forecast_low),
        forecast_high=as_stored(assessment.forecast_high),
        state=assessment.state,
        period_over=standing.period_over,
        recorded_at=now,
    )


def new_revisions(made: Iterable[Result], stored: Iterable[Result], why: str) -> list[Result]:
    """Of the results made now those to store: the ones there are none of yet, and those that differ from the
    last revision stored; the latter with the next number and the reason: from what, to what, `why`."""
    last = {result.commitment: result for result in stored}
    rows = []
    for result in made:
        before = last.get(result.commitment)
        if before is None:
            rows.append(result)
        elif differs(before, result):
            result.revision = before.revision + 1
            result.reason = _fitted(f"{_changed(before, result)}: {why}")
            rows.append(result)
    return rows


def differs(one: Result, other: Result) -> bool:
    return any(getattr(one, fact) != getattr(other, fact) for fact in FACTS)


def told(result: Result, unit: str, currency: str) -> str:
    """A stored result in words: "89.4% (93 of 104)", "118", "no figure"."""
    if result.value is None:
        return "no figure"
    value = result.value
    if unit == "share" and result.k is not None and result.n:
        share = amount(Fraction(result.k, result.n), unit, target=result.target)
        return f"{share} ({result.k} of {result.n})"
    return amount(value, unit, currency=currency, target=result.target)


def _changed(before: Result, after: Result) -> str:
    """ "89% (71 of 79) became 90% (72 of 80)"; where only something beside the figure moved, what."""
    terms = after.version.terms()
    metric = next((METRICS[c.metric] for c in terms.commitments if c.key == after.commitment), None)
    unit = metric.unit if metric else "leads"
    was, now = (told(result, unit, terms.currency) for result in (before, after))
    if was != now:
        return f"{was} became {now}"
    moved = [word for fact, word in _WORDS.items() if getattr(before, fact) != getattr(after, fact)]
    return f"{listed(moved or ['the forecast'])} changed beside {now}".capitalize()


def _fitted(reason: str) -> str:
    return reason if len(reason) <= REASON_LENGTH else f"{reason[: REASON_LENGTH - 1].rstrip()}…"


def as_stored(number: Any) -> Decimal | None:
    """As a row gives it back on every database: fifteen digits, ten decimals."""
    if number is None:
        return None
    if isinstance(number, Fraction):
        number = Decimal(number.numerator) / Decimal(number.denominator)
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    return DIGITS.create_decimal(exact).quantize(DECIMALS)
