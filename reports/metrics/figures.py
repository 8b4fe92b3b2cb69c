"""Figures: one, several, or several by group. Metrics that share a population share a query."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from reports.metrics.counting import ByGroup, count, share
from reports.metrics.figure import Figure
from reports.metrics.grouping import ALL, check_grouping, group_keys
from reports.metrics.money import add_up, in_currencies, value
from reports.metrics.percentiles import rank
from reports.metrics.question import Question, ask
from reports.metrics.registry import Counted, Ranked, Spec, Summed, Unrecorded, Valued, spec_of
from slas.models import Agreement

S = TypeVar("S")


def figure(metric: str, agreement: Agreement, start: dt.datetime, end: dt.datetime, **cut: Any) -> Figure:
    """The figure of a metric for the period [start, end).

    `cut`: `until` (exclusive: only what happened before it counts), or `now` (inclusive), and `scope`
    (field, value); see the package. BadQuestion with a sentence for a metric or scope that is none.
    """
    return figures([metric], agreement, start, end, **cut)[metric]


def figures(
    metrics: Iterable[str], agreement: Agreement, start: dt.datetime, end: dt.datetime, **cut: Any
) -> dict[str, Figure]:
    """Several figures of one period, with as few queries as there are populations and percentiles."""
    question = ask(agreement, start, end, **cut)
    found = _compute({name: spec_of(name) for name in metrics}, question, None)
    return {name: by_group[ALL] for name, by_group in found.items()}


def grouped(
    metrics: Iterable[str], agreement: Agreement, start: dt.datetime, end: dt.datetime, *, by: str, **cut: Any
) -> dict[str, dict[str, Figure]]:
    """The figures by group: {group key: {metric: figure}}, each group with every metric.

    `by`: source, campaign, owner (e-mail, or the text of an unknown person), tier (window name) or month
    (YYYY-MM in the agreement's zone, all months of the period). Blank groups are under NO_GROUP.
    """
    check_grouping(by)
    specs = {name: spec_of(name) for name in metrics}
    question = ask(agreement, start, end, **cut)
    found = _compute(specs, question, by)
    keys = group_keys(by, {key for by_group in found.values() for key in by_group}, question)
    return {
        key: {name: found[name].get(key) or nothing(name, spec, question) for name, spec in specs.items()}
        for key in keys
    }


def nothing(name: str, spec: Spec, question: Question) -> Figure:
    """The figure of no rows at all."""
    match spec:
        case Counted(among=None) | Unrecorded(is_share=False):
            return Figure(name, 0)
        case Counted():
            return share(name, 0, 0, 0 if spec.undecided else None)
        case Unrecorded():
            return share(name, 0, 0)
        case Ranked():
            return Figure(name, None, 0, 0)
        case Summed(average=True):
            return in_currencies(name, {}, None, question)
    return in_currencies(name, {}, Decimal(0), question)


def _compute(specs: dict[str, Spec], question: Question, by: str | None) -> dict[str, ByGroup]:
    found = (
        count(_of_kind(specs, Counted), question, by)
        | rank(_of_kind(specs, Ranked), question, by)
        | add_up(_of_kind(specs, Summed), question, by)
        | value(_of_kind(specs, Valued), question, by)
        | _unrecorded(_of_kind(specs, Unrecorded), question, by)
    )
    return {name: found[name] for name in specs}


def _of_kind(specs: dict[str, Spec], kind: type[S]) -> dict[str, S]:
    return {name: spec for name, spec in specs.items() if isinstance(spec, kind)}


def _unrecorded(specs: dict[str, Unrecorded], question: Question, by: str | None) -> dict[str, ByGroup]:
    return {name: {} if by else {ALL: nothing(name, spec, question)} for name, spec in specs.items()}
