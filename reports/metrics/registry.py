"""The table of metrics: the population each is counted over, and the conditions that make it a number."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q

from leads.models import Stage
from reports.metrics import populations as p
from reports.metrics.populations import Population
from reports.metrics.question import BadQuestion

Part = Literal["k", "n", "undecided"]

# A condition on a row, given the last instant whose events count.
Condition = Callable[[dt.datetime], Q]


def every(_last: dt.datetime) -> Q:
    return Q(pk__isnull=False)


@dataclass(frozen=True)
class Counted:
    """A number of rows: those of `hit`. With `among` it is a share: k of the n rows of `among`, which
    hold all of `hit`."""

    population: Population
    hit: Condition = every
    among: Condition | None = None
    undecided: Condition | None = None

    def part(self, part: Part) -> Condition | None:
        """The condition of the hits (k), of the cases (n) or of the undecided; None: there are none."""
        if part == "undecided":
            return self.undecided
        return self.hit if part == "k" or self.among is None else self.among


@dataclass(frozen=True)
class Ranked:
    """A percentile of a column of seconds, or of the seconds of a span, over the rows of `has`."""

    population: Population
    has: Condition
    fraction: float
    seconds: str = ""
    span: tuple[str, str] = ("", "")  # since, upto
    per: int = 1  # seconds in a unit of the value


@dataclass(frozen=True)
class Summed:
    """Money: the amounts of the population's leads, or their average over those that have one."""

    population: Population
    average: bool = False


@dataclass(frozen=True)
class Valued:
    """Money: each row at what its source's leads were worth in the 12 months before the period."""

    population: Population


@dataclass(frozen=True)
class Unrecorded:
    """Nothing is recorded yet that could be counted."""

    population: Population
    is_share: bool = False


Spec = Counted | Ranked | Summed | Valued | Unrecorded


def _by(field: str) -> Condition:
    return lambda last: Q(**{f"{field}__lte": last})


def _cohort(population: Population, field: str) -> Counted:
    """x to y: of those of the period, who got to y at any time; undecided: neither there nor out."""

    def undecided(last: dt.datetime) -> Q:
        not_there = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": last})
        not_out = Q(lost_at=None) | Q(lost_at__gt=last)
        return not_there & not_out & ~Q(stage__in=[Stage.DISQUALIFIED, Stage.LOST])

    return Counted(population, _by(field), among=every, undecided=undecided)


class InState:
    """That a handoff's clock is in one of the states (or there is none, and why). `state` is annotated as of
    the last instant, and rows are counted by it, so that it is computed once a row."""

    def __init__(self, *states: str) -> None:
        self.states = states

    def __call__(self, _last: dt.datetime) -> Q:
        return Q(state__in=self.states)


def _depth_met(last: dt.datetime) -> Q:
    return Q(depth_outcome="met", depth_decided_at__lte=last)


def _depth_ended(last: dt.datetime) -> Q:
    """Met or breached: excluded ones and those still running are no case yet (or never)."""
    return _depth_met(last) | Q(depth_outcome="", depth_deadline_at__lt=last)


def _depth_running(last: dt.datetime) -> Q:
    open_ = Q(depth_outcome="") | Q(depth_decided_at__gt=last)
    return open_ & Q(depth_deadline_at__gte=last)


def _accepted(last: dt.datetime) -> Q:
    return Q(accepted_at__lte=last, acceptance_seconds__isnull=False)


_ENDED = InState("met", "breached")
_OPEN = InState("running", "at_risk", "paused", "not_started")
_WORKED = _by("first_follow_up_at")
_BUSINESS = "first_follow_up_business_seconds"
_ELAPSED = ("start_at", "first_follow_up_at")

REGISTRY: dict[str, Spec] = {
    "visitors": Unrecorded(p.CREATED),
    "leads": Counted(p.CREATED),
    "mqls": Counted(p.MQLS),
    "mql_value": Valued(p.MQLS),
    "accepted": Counted(p.ACCEPTED),
    "sqls": Counted(p.SQLS),
    "opportunities": Counted(p.OPPORTUNITIES),
    "customers": Counted(p.CUSTOMERS),
    "revenue": Summed(p.CUSTOMERS),
    "average_revenue": Summed(p.CUSTOMERS, average=True),
    "visitor_to_lead": Unrecorded(p.CREATED, is_share=True),
    "lead_to_mql": _cohort(p.CREATED, "mql_at"),
    "mql_to_accepted": _cohort(p.MQLS, "accepted_at"),
    "mql_to_sql": _cohort(p.MQLS, "sql_at"),
    "sql_to_opportunity": _cohort(p.SQLS, "opportunity_at"),
    "opportunity_to_customer": _cohort(p.OPPORTUNITIES, "customer_at"),
    "lead_to_customer": _cohort(p.CREATED, "customer_at"),
    "mql_to_customer": _cohort(p.MQLS, "customer_at"),
    "speed_met_share": Counted(p.HANDOFFS, InState("met"), among=_ENDED, undecided=_OPEN),
    "depth_met_share": Counted(p.CLOCKS, _depth_met, among=_depth_ended, undecided=_depth_running),
    "worked_share": Counted(p.CLOCKS, _WORKED, among=every),
    "rejected_share": Counted(p.HANDOFFS, _by("rejected_at"), among=every),
    "first_follow_up_business_seconds_median": Ranked(p.CLOCKS, _WORKED, 0.5, _BUSINESS),
    "first_follow_up_business_seconds_p90": Ranked(p.CLOCKS, _WORKED, 0.9, _BUSINESS),
    "first_follow_up_elapsed_seconds_median": Ranked(p.CLOCKS, _WORKED, 0.5, span=_ELAPSED),
    "first_follow_up_elapsed_seconds_p90": Ranked(p.CLOCKS, _WORKED, 0.9, span=_ELAPSED),
    "acceptance_seconds_median": Ranked(p.CLOCKS, _accepted, 0.5, seconds="acceptance_seconds"),
    "first_contact_to_won_days_median": Ranked(
        p.CUSTOMERS, every, 0.5, span=("created_at", "customer_at"), per=86_400
    ),
    "clocks_met": Counted(p.HANDOFFS, InState("met")),
    "clocks_breached": Counted(p.HANDOFFS, InState("breached")),
    "clocks_running": Counted(p.HANDOFFS, _OPEN),
    "clocks_excluded": Counted(p.HANDOFFS, InState("excluded")),
    "clocks_not_measured": Counted(p.HANDOFFS, InState("not_measured")),
    "clocks_without_window": Counted(p.HANDOFFS, InState("without_window")),
}


def spec_of(metric: str) -> Spec:
    """How a metric is counted; BadQuestion with a sentence if there is none of this name."""
    try:
        return REGISTRY[metric]
    except KeyError:
        raise BadQuestion(f"“{metric}” is no metric. The metrics are {', '.join(REGISTRY)}.") from None
