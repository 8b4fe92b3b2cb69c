"""How every promise of an agreement stands at the midnight that ends a night: the figures, assessed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from reports.metrics import Figure, figures
from reports.services.nights import Night, calendar_at
from slas.models import Closure
from slas.rules.business_time import Calendar
from slas.rules.commitments import Assessment, assess
from slas.rules.metrics import METRICS
from slas.rules.periods import Period, share_passed
from slas.rules.terms import Commitment

# What the night counts beside the promises: the clocks of the quarter's handoffs.
CLOCK_COUNTS = (
    "clocks_met",
    "clocks_breached",
    "clocks_running",
    "clocks_excluded",
    "clocks_not_measured",
    "clocks_without_window",
)


@dataclass(frozen=True)
class Standing:
    """One promise at one midnight: its period, the figure up to then, and what that means."""

    commitment: Commitment
    period: Period
    figure: Figure
    value: Decimal | Fraction | None  # of the figure, exact; money in the agreement's currency
    assessment: Assessment
    until: dt.datetime
    currency: str

    @property
    def period_over(self) -> bool:
        return self.until >= self.period.end


def standings(night: Night) -> list[Standing]:
    """The promises of the night's version, in their stated order; one set of queries per period and scope."""
    groups: dict[tuple[str, tuple[str, str] | None], list[Commitment]] = defaultdict(list)
    for commitment in night.terms.commitments:
        groups[commitment.period, _scope(commitment)].append(commitment)
    calendar = _calendar(night)
    found: dict[str, Standing] = {}
    for (kind, scope), commitments in groups.items():
        period = night.period(kind)
        passed = _share_passed(period, calendar, night.end)
        made = _figures([c.metric for c in commitments], night, period, scope)
        for commitment in commitments:
            found[commitment.key] = _standing(commitment, night, period, made[commitment.metric], passed)
    return [found[commitment.key] for commitment in night.terms.commitments]


def clock_counts(night: Night) -> dict[str, int]:
    """How many clocks of the quarter's handoffs were met, breached, running ... at the midnight."""
    made = _figures(CLOCK_COUNTS, night, night.period("quarter"), None)
    return {name.removeprefix("clocks_"): int(figure.value or 0) for name, figure in made.items()}


def _scope(commitment: Commitment) -> tuple[str, str] | None:
    return next(iter((commitment.scope or {}).items()), None)


def _figures(
    metrics: Iterable[str], night: Night, period: Period, scope: tuple[str, str] | None
) -> dict[str, Figure]:
    return figures(metrics, night.agreement, period.start, period.end, until=night.end, scope=scope)


def _calendar(night: Night) -> Calendar:
    """The version's calendar with the closures known by the midnight, so that a later one moves no past
    pace."""
    closed = Closure.objects.filter(agreement=night.agreement, retracted_at=None)
    return calendar_at(night.terms.calendar, list(closed.values_list("date", "recorded_at")), night.end)


# A calendar is a value, and the same period is asked about every night.
_share_passed = lru_cache(maxsize=4096)(share_passed)


def _standing(
    commitment: Commitment, night: Night, period: Period, figure: Figure, passed: Fraction
) -> Standing:
    return standing(commitment, period, figure, night.terms.currency, passed, night.end)


def standing(
    commitment: Commitment,
    period: Period,
    figure: Figure,
    currency: str,
    passed: Fraction,
    until: dt.datetime,
) -> Standing:
    """How a figure of a period stands at `until`, of whose open time the share `passed` is gone."""
    value = value_of(figure, currency)
    cases = figure.k if METRICS[commitment.metric].unit == "money" else figure.n
    assessment = assess(commitment, value, figure.k, cases, passed, until >= period.end)
    return Standing(commitment, period, figure, value, assessment, until, currency)


def value_of(figure: Figure, currency: str) -> Decimal | Fraction | None:
    """The exact number; of money what is in the agreement's currency, which alone a promise is made in."""
    if figure.about.has_count:
        return Fraction(figure.k or 0, figure.n) if figure.n else None
    if figure.values is not None:
        return figure.values.get(currency, Decimal(0))
    if figure.unit == "money" and figure.value and figure.currency != currency:
        return Decimal(0)
    return figure.number
