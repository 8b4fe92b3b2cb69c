"""What the stored nights say of the periods before, and of this one night by night: one query."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from reports.models import Result
from slas.models import Agreement
from slas.rules.periods import Period
from slas.rules.terms import Commitment

BEFORE = 5  # finished periods beside the running one: six columns


@dataclass(frozen=True)
class Past:
    """How a promise ended one period. `reach`: value / target; None where there was no case."""

    period: str
    kept: bool
    reach: Fraction | None


@dataclass(frozen=True)
class Trends:
    """`past`: by promise, the finished periods before the shown one, oldest first. `nights`: of one promise,
    (midnight, value) of each stored night of its period, oldest first."""

    past: dict[str, list[Past]] = field(default_factory=dict)
    nights: list[tuple[dt.datetime, Decimal]] = field(default_factory=list)


def trends(
    agreement: Agreement,
    promises: Sequence[tuple[Commitment, Period]],
    *,
    nightly: tuple[Commitment, Period] | None,
    now: dt.datetime,
) -> Trends:
    """The last revisions of the nights that ended the periods before, and of every night of `nightly`."""
    asked = Q(pk__in=[])
    for promise, period in promises:
        before = [each.key for each in _before(period)]
        asked |= Q(commitment=promise.key, period__in=before, period_over=True)
    if nightly:
        promise, period = nightly
        asked |= Q(commitment=promise.key, period=period.key, night__gte=period.first_day, until__lte=now)
    rows = Result.objects.filter(asked, agreement=agreement).last_revisions().order_by("until", "pk")
    return _sorted(rows, nightly)


def _before(period: Period) -> list[Period]:
    periods = []
    for _ in range(BEFORE):
        period = period.previous()
        periods.append(period)
    return periods


def _sorted(rows: Iterable[Result], nightly: tuple[Commitment, Period] | None) -> Trends:
    past: dict[str, dict[str, Past]] = defaultdict(dict)
    nights = []
    key = (nightly[0].key, nightly[1].key) if nightly else None
    for row in rows:
        if (row.commitment, row.period) == key:
            if row.value is not None:
                nights.append((row.until, row.value))
        elif row.period_over:
            past[row.commitment][row.period] = Past(row.period, row.state == "met", _reach(row))
    return Trends({promise: list(periods.values()) for promise, periods in past.items()}, nights)


def _reach(row: Result) -> Fraction | None:
    if row.value is None or row.state in ("no_data", "too_few") or not row.target:
        return None
    return Fraction(row.value) / Fraction(row.target)
