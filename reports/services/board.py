"""The scoreboard: every promise of an agreement as it stands now, Marketing's beside Sales'."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from leads.models import Clock
from leads.models.clock import state_case
from reports.content.promises import PromiseLine, columns, promise_line
from reports.metrics import Figure, figures
from reports.metrics.periods import period_at, version_at
from reports.services.nights import calendar_at
from reports.services.promises import Standing, value_of
from slas.models import Agreement, Closure, Version
from slas.rules.commitments import assess
from slas.rules.metrics import METRICS
from slas.rules.periods import Period, share_passed
from slas.rules.terms import AgreementTerms, Commitment

SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Cell:
    """One promise on the board. `fill` and `pace`: how far its bar reaches and should reach, 0 to 100."""

    line: PromiseLine
    standing: Standing
    address: str
    every: str
    fill: str
    pace: str
    is_short: bool


@dataclass(frozen=True)
class Board:
    """What the scoreboard shows of an agreement for a period, as of `now`."""

    agreement: Agreement
    version: Version
    period: Period
    passed: Fraction
    standings: list[Standing]
    pairs: list[tuple[Cell | None, Cell | None]]
    shared: list[Cell]


def board(agreement: Agreement, versions: Sequence[Version], period: Period, now: dt.datetime) -> Board:
    """The promises of the version in force at the end of the period, or now if that is earlier.

    A promise for another kind of period (a week, a quarter) is shown for the one with the same instant in it.
    """
    at = max(period.start, min(now, period.end - SECOND))
    version = version_at(versions, at)
    terms = version.terms()
    periods = {c.period: period_at(agreement, c.period, at, versions) for c in terms.commitments}
    periods[period.kind] = period
    closed = Closure.objects.filter(agreement=agreement, retracted_at=None)
    calendar = calendar_at(terms.calendar, list(closed.values_list("date", "recorded_at")), now)
    passed = {kind: share_passed(each, calendar, now) for kind, each in periods.items()}
    standings = list(_standings(agreement, terms, periods, passed, now))
    cells = {each.commitment.key: _cell(each, agreement) for each in standings}
    pairs, shared = _pairs(terms, cells)
    return Board(agreement, version, period, passed[period.kind], standings, pairs, shared)


def _standings(
    agreement: Agreement,
    terms: AgreementTerms,
    periods: dict[str, Period],
    passed: dict[str, Fraction],
    now: dt.datetime,
) -> Iterator[Standing]:
    """In the stated order; figures of one period and scope are asked for together."""
    asked: dict[tuple, list[Commitment]] = defaultdict(list)
    for promise in terms.commitments:
        asked[promise.period, tuple((promise.scope or {}).items())].append(promise)
    made: dict[str, Figure] = {}
    for (kind, scope), promises in asked.items():
        span = (agreement, periods[kind].start, periods[kind].end)
        found = figures([p.metric for p in promises], *span, now=now, scope=dict(scope))
        made |= {promise.key: found[promise.metric] for promise in promises}
    for promise in terms.commitments:
        figure, period = made[promise.key], periods[promise.period]
        value = value_of(figure, terms.currency)
        cases = figure.k if figure.unit == "money" else figure.n
        over = now >= period.end
        stands = assess(promise, value, figure.k, cases, passed[promise.period], over)
        yield Standing(promise, period, figure, value, stands, now, terms.currency)


def _cell(standing: Standing, agreement: Agreement) -> Cell:
    promise, stands = standing.commitment, standing.assessment
    return Cell(
        line=promise_line(standing),
        standing=standing,
        address=figure_address(agreement, promise.metric, standing.period, promise.scope),
        every=f"every {promise.period}",
        fill=_reach(standing.value, promise),
        pace=_reach(stands.expected, promise) if METRICS[promise.metric].adds_up else "",
        is_short=stands.is_short or stands.state == "far_ahead",
    )


def _reach(value: Decimal | Fraction | None, promise: Commitment) -> str:
    if value is None or not promise.value:
        return "0"
    share = Fraction(value) / Fraction(promise.value)
    return f"{100 * float(max(Fraction(0), min(Fraction(1), share))):.1f}"


def _pairs(
    terms: AgreementTerms, cells: dict[str, Cell]
) -> tuple[list[tuple[Cell | None, Cell | None]], list[Cell]]:
    """Mirrored promises at one height: (Marketing's, Sales'), and what both sides promise."""
    mirrors = {c.key: c.mirrors for c in terms.commitments if c.mirrors}
    sides = dict(columns([cells[c.key].line for c in terms.commitments], mirrors))
    marketing, sales, shared = (
        [cells[line.key] for line in sides.get(side, [])] for side in ("marketing", "sales", "shared")
    )
    return list(zip_longest(marketing, sales)), shared


def figure_address(
    agreement: Agreement, metric: str, period: Period, scope: dict[str, str] | None = None, part: str = ""
) -> str:
    """Where a figure opens."""
    query = {"period": period.key} | (scope or {}) | ({"part": part} if part else {})
    return f"{reverse('figure', args=[agreement.slug, metric])}?{urlencode(query)}"


def close_to_deadline(agreement: Agreement, now: dt.datetime) -> QuerySet[Clock]:
    """Clocks past their warning whose deadline still lies ahead, the nearest first."""
    clocks = Clock.objects.waiting().filter(
        agreement=agreement, deadline_at__gte=now, handoff__rejected_at=None
    )
    at_risk = clocks.alias(state=state_case(now)).filter(state="at_risk")
    return at_risk.order_by("deadline_at", "pk")
