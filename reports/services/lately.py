"""What each promise was lately, so that a new target is set beside what there has been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from statistics import median

from reports.content.numbers import NOTHING, amount, of_count
from reports.metrics import Figure
from reports.metrics.question import ask
from reports.metrics.registry import Unrecorded, spec_of
from reports.metrics.together import Wanted, counted_together, figures_of
from reports.metrics.wording import value_text
from slas.models import Agreement
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.metrics import METRICS
from slas.rules.periods import Period, period_of
from slas.rules.terms import AgreementTerms, Commitment

MONTHS = 6
_PER_QUARTER = {"week": 13, "month": 3, "quarter": 1}


def lately(agreement: Agreement, terms: AgreementTerms, now: dt.datetime) -> dict[str, str]:
    """By promise of `terms`: "last quarter: 57 a month, 6-month median 61", "last quarter: 91.2%, 31 of 34".

    Nothing for what is not recorded, and for an agreement that never had a version in force. The numbers of
    leads in one query, the others by scope.
    """
    if not agreement.versions_signed().exists():
        return {}
    quarter = period_of("quarter", now, terms.tz).previous()
    month = period_of("month", now, terms.tz)
    months = []
    for _ in range(MONTHS):
        month = month.previous()
        months.append(month)
    known = [one for one in terms.commitments if not isinstance(spec_of(one.metric), Unrecorded)]
    wanted = {f"q{place}": _wanted(agreement, one, quarter, now) for place, one in enumerate(known)}
    by_month = {
        f"m{number}_{place}": _wanted(agreement, one, month, now)
        for place, one in enumerate(known)
        if one.period == "month"
        for number, month in enumerate(months)
    }
    wanted |= {name: each for name, each in by_month.items() if each.fits and METRICS[each.metric].adds_up}
    made = counted_together(wanted)
    made |= figures_of({name: each for name, each in wanted.items() if name not in made})
    said = {}
    for place, one in enumerate(known):
        monthly = [made[f"m{number}_{place}"] for number in range(MONTHS) if f"m{number}_{place}" in made]
        said[one.key] = _words(one, made[f"q{place}"], monthly)
    return {key: words for key, words in said.items() if words}


def _wanted(agreement: Agreement, promise: Commitment, period: Period, now: dt.datetime) -> Wanted:
    return Wanted(promise.metric, ask(agreement, period.start, period.end, now=now, scope=promise.scope))


def _words(promise: Commitment, figure: Figure, months: Iterable[Figure]) -> str:
    """ "last quarter: 57 a month"; of money in several currencies the figure of the quarter."""
    if not figure.about.adds_up or figure.values is not None:
        value = value_text(figure, promise.value)
        if value == NOTHING:
            return "last quarter: no case"
        too_few = figure.n is not None and figure.n < TOO_FEW_BELOW
        count = of_count(figure.k, figure.n) if figure.k is not None and figure.n else ""
        return f"last quarter: {value}" + (
            f", {count}" if count and figure.about.has_count and not too_few else ""
        )
    every = Fraction(figure.number or 0) / _PER_QUARTER[promise.period]
    rounded = every if promise.period == "quarter" else Fraction(round(every))
    words = f"last quarter: {amount(rounded, figure.unit, currency=figure.currency)}"
    if promise.period != "quarter":
        words += f" a {promise.period}"
    numbers = [int(one.value or 0) for one in months]
    if any(numbers):
        words += f", {MONTHS}-month median {round(median(numbers)):,}"
    return words
