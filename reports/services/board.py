"""The scoreboard: every promise of an agreement as it stands now, Marketing's beside Sales'."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from reports.content.cells import Cell, cell
from reports.content.promises import columns
from reports.metrics import Figure
from reports.metrics.addresses import figure_address
from reports.metrics.periods import period_at, version_at
from reports.metrics.question import ask
from reports.metrics.together import REACHED, Wanted, counted_together, figures_of
from reports.services.nights import calendar_at
from reports.services.promises import Standing, standing
from reports.services.trends import Trends, trends
from slas.models import Agreement, Closure, Version
from slas.rules.business_time import Calendar
from slas.rules.metrics import METRICS
from slas.rules.periods import Period, share_passed
from slas.rules.terms import AgreementTerms

SECOND = dt.timedelta(seconds=1)

# What the page shows of its own period beside the promises; all but the last are numbers of leads.
_BESIDE = ("leads", "lead_to_mql", "mqls", "mql_to_accepted", "customers", "rejected_share")


@dataclass(frozen=True)
class Board:
    """What the scoreboard shows of an agreement for a period, as of `now`.

    `figures`: of the page's own period, by metric, and "reached accepted" ... for what became of its MQLs.
    `passed`: by kind of period, the share of its open business time that is gone.
    """

    agreement: Agreement
    version: Version
    period: Period
    now: dt.datetime
    calendar: Calendar
    closures: list[tuple[dt.date, dt.datetime]]
    passed: dict[str, Fraction]
    standings: list[Standing]
    pairs: list[tuple[Cell | None, Cell | None]]
    shared: list[Cell]
    figures: dict[str, Figure]
    trends: Trends
    nightly: Standing | None

    @property
    def is_over(self) -> bool:
        return self.now >= self.period.end


def board(agreement: Agreement, versions: Sequence[Version], period: Period, now: dt.datetime) -> Board:
    """The promises of the version in force at the end of the period, or now if that is earlier.

    A promise for another kind of period (a week, a quarter) is shown for the one with the same instant in it.
    """
    at = max(period.start, min(now, period.end - SECOND))
    version = version_at(versions, at)
    terms = version.terms()
    periods = {c.period: period_at(agreement, c.period, at, versions) for c in terms.commitments}
    periods[period.kind] = period
    closed = list(
        Closure.objects.filter(agreement=agreement, retracted_at=None).values_list("date", "recorded_at")
    )
    calendar = calendar_at(terms.calendar, closed, now)
    passed = {kind: share_passed(each, calendar, now) for kind, each in periods.items()}
    found, beside = _figures(agreement, terms, periods, period, now)
    standings = [
        standing(c, periods[c.period], found[c.key], terms.currency, passed[c.period], now)
        for c in terms.commitments
    ]
    nightly = next((each for each in standings if _has_a_way(each)), None)
    past = trends(
        agreement,
        [(each.commitment, each.period) for each in standings],
        nightly=(nightly.commitment, nightly.period) if nightly else None,
        now=now,
    )
    pairs, shared = _pairs(terms, agreement, standings, past, period)
    return Board(
        agreement,
        version,
        period,
        now,
        calendar,
        closed,
        passed,
        standings,
        pairs,
        shared,
        beside,
        past,
        nightly,
    )


def _has_a_way(stands: Standing) -> bool:
    """The promise whose way to its goal is drawn: the first volume that Marketing promises, for all leads."""
    promise = stands.commitment
    return (
        promise.side == "marketing"
        and promise.at_least
        and METRICS[promise.metric].kind == "volume"
        and not promise.scope
    )


def _figures(
    agreement: Agreement,
    terms: AgreementTerms,
    periods: dict[str, Period],
    shown: Period,
    now: dt.datetime,
) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """The figures of the promises by key, and those beside them; all numbers of leads in one query, the
    others together by period and scope."""

    def question(kind: str, scope: dict[str, str] | None = None):
        return ask(agreement, periods[kind].start, periods[kind].end, now=now, scope=scope)

    promised = {f"p{place}": c for place, c in enumerate(terms.commitments)}
    wanted = {name: Wanted(c.metric, question(c.period, c.scope)) for name, c in promised.items()}
    beside = {f"b{place}": Wanted(metric, question(shown.kind)) for place, metric in enumerate(_BESIDE)}
    stages = {f"r_{stage}": Wanted("mqls", question(shown.kind), stage) for stage in REACHED}
    made = counted_together(wanted | beside | stages)
    made |= figures_of({name: each for name, each in (wanted | beside).items() if name not in made})
    return (
        {promise.key: made[name] for name, promise in promised.items()},
        {each.metric: made[name] for name, each in beside.items()}
        | {f"reached {stage}": made[f"r_{stage}"] for stage in REACHED},
    )


def _pairs(
    terms: AgreementTerms,
    agreement: Agreement,
    standings: Sequence[Standing],
    past: Trends,
    shown: Period,
) -> tuple[list[tuple[Cell | None, Cell | None]], list[Cell]]:
    """Mirrored promises at one height: (Marketing's, Sales'), and what both sides promise."""
    cells = {}
    for each in standings:
        promise = each.commitment
        address = figure_address(agreement, promise.metric, each.period, promise.scope)
        cells[promise.key] = cell(each, address, past.past.get(promise.key, []), shown.key)
    mirrors = {c.key: c.mirrors for c in terms.commitments if c.mirrors}
    sides = dict(columns([cells[c.key].line for c in terms.commitments], mirrors))
    marketing, sales, shared = (
        [cells[line.key] for line in sides.get(side, [])] for side in ("marketing", "sales", "shared")
    )
    return list(zip_longest(marketing, sales)), shared
