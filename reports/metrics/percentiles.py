"""Exact medians and percentiles: linear between the closest ranks, as PostgreSQL's percentile_cont."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Func, QuerySet

from reports.metrics.counting import ByGroup, aggregated
from reports.metrics.figure import Figure
from reports.metrics.grouping import ALL, NO_GROUP, group_of
from reports.metrics.question import Question
from reports.metrics.registry import Ranked


def percentile(values: Sequence[float], fraction: float) -> float | None:
    """The value at `fraction` (0 to 1) of the sorted `values`; None of none.

    The twin of percentile_cont: the rank is fraction * (count - 1), and what it has after the point is how
    far to go from the value below to the one above. An even count's median is the mean of the middle two.
    """
    if not values:
        return None
    rank = fraction * (len(values) - 1)
    below, above = values[math.floor(rank)], values[math.ceil(rank)]
    return below + (rank - math.floor(rank)) * (above - below)


class PercentileCont(Aggregate):
    """PostgreSQL's percentile_cont over the expression."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression, fraction: float, **extra):
        super().__init__(expression, fraction=repr(float(fraction)), **extra)


def rank(specs: dict[str, Ranked], question: Question, by: str | None) -> dict[str, ByGroup]:
    """The figures of ranked metrics, a query each (two where the database has no percentile_cont)."""
    return {name: _rank_one(name, spec, question, by) for name, spec in specs.items()}


def _rank_one(name: str, spec: Ranked, question: Question, by: str | None) -> ByGroup:
    rows = spec.population.of(question)
    counts = {"n": Count("pk"), "k": Count("pk", filter=spec.has(question.last))}
    if connection.vendor == "postgresql":
        value = PercentileCont(_seconds(spec), spec.fraction, filter=spec.has(question.last))
        found = dict(aggregated(rows, counts | {"seconds": value}, spec.population, question, by))
    else:
        found = dict(aggregated(rows, counts, spec.population, question, by))
        for group, values in _sorted_seconds(
            spec, rows.filter(spec.has(question.last)), question, by
        ).items():
            found[group]["seconds"] = percentile(values, spec.fraction)
    return {group: _figure(name, spec, row) for group, row in found.items()}


def _figure(name: str, spec: Ranked, row: dict) -> Figure:
    seconds = row.get("seconds")
    return Figure(name, None if seconds is None else seconds / spec.per, row["k"], row["n"])


def _seconds(spec: Ranked):
    """The seconds as PostgreSQL computes them."""
    if spec.seconds:
        return F(spec.seconds)
    return Func(_duration(spec), template="extract(epoch from %(expressions)s)", output_field=FloatField())


def _duration(spec: Ranked) -> ExpressionWrapper:
    since, upto = spec.span
    return ExpressionWrapper(F(upto) - F(since), output_field=DurationField())


def _sorted_seconds(
    spec: Ranked, rows: QuerySet, question: Question, by: str | None
) -> dict[str, list[float]]:
    """All values by group, sorted: where the database has no percentile_cont."""
    columns = [spec.seconds] if spec.seconds else spec.span
    if by is None:
        found: Iterable = ((ALL, *row) for row in rows.order_by().values_list(*columns))
    else:
        grouped = rows.annotate(group=group_of(by, spec.population, question)).order_by()
        found = grouped.values_list("group", *columns)
    values: dict[str, list[float]] = defaultdict(list)
    for group, *row in found:
        values[ALL if by is None else group or NO_GROUP].append(_in_seconds(row))
    return {group: sorted(members) for group, members in values.items()}


def _in_seconds(row: list) -> float:
    return row[0] if len(row) == 1 else (row[1] - row[0]) / dt.timedelta(seconds=1)
