"""Exact medians and percentiles: linear between the closest ranks, as PostgreSQL's percentile_cont."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, F, FloatField, Func, IntegerField, QuerySet

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

    def __init__(self, expression: Any, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=repr(float(fraction)), **extra)


class SecondsBetween(Func):
    """Whole seconds from the first instant to the second, computed in the database."""

    arity = 2
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="-extract(epoch from %(expressions)s)", arg_joiner=" - ", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        since, upto = (compiler.compile(instant) for instant in self.get_source_expressions())
        sql = f"(strftime('%%s', {upto[0]}) - strftime('%%s', {since[0]}))"
        return sql, (*upto[1], *since[1])


def rank(specs: dict[str, Ranked], question: Question, by: str | None) -> dict[str, ByGroup]:
    """The figures of ranked metrics. Those of the same values share a query (two where the database has no
    percentile_cont)."""
    result: dict[str, ByGroup] = {}
    ordered = sorted(specs, key=lambda name: _values(specs[name]))
    for _, names in groupby(ordered, key=lambda name: _values(specs[name])):
        result |= _rank_values({name: specs[name] for name in names}, question, by)
    return result


def _values(spec: Ranked) -> tuple[str, ...]:
    """What tells the values apart that a percentile is taken of."""
    return spec.population.name, spec.seconds, *spec.span


def _rank_values(specs: dict[str, Ranked], question: Question, by: str | None) -> dict[str, ByGroup]:
    spec = next(iter(specs.values()))
    rows, has = spec.population.of(question), spec.has(question.last)
    aggregates: dict[str, Aggregate] = {"n": Count("pk"), "k": Count("pk", filter=has)}
    in_database = connection.vendor == "postgresql"
    if in_database:
        for name, each in specs.items():
            aggregates[name] = PercentileCont(_seconds(each), each.fraction, filter=has)
    found = dict(aggregated(rows, aggregates, spec.population, question, by))
    if not in_database:
        for group, values in _sorted_seconds(spec, rows.filter(has), question, by).items():
            found[group] |= {name: percentile(values, each.fraction) for name, each in specs.items()}
    return {
        name: {group: _figure(name, each, row) for group, row in found.items()}
        for name, each in specs.items()
    }


def _figure(name: str, spec: Ranked, row: dict[str, Any]) -> Figure:
    seconds = row.get(name)
    return Figure(name, None if seconds is None else seconds / spec.per, row["k"], row["n"])


def _seconds(spec: Ranked) -> F | SecondsBetween:
    return F(spec.seconds) if spec.seconds else SecondsBetween(*spec.span)


def _sorted_seconds(
    spec: Ranked, rows: QuerySet, question: Question, by: str | None
) -> dict[str, list[float]]:
    """All values by group, sorted: where the database has no percentile_cont."""
    rows = rows.order_by().annotate(seconds_shown=_seconds(spec))
    if by is None:
        found: Iterable[tuple[Any, float]] = ((ALL, value) for (value,) in rows.values_list("seconds_shown"))
    else:
        grouped = rows.annotate(group=group_of(by, spec.population, question))
        found = grouped.values_list("group", "seconds_shown")
    values: dict[str, list[float]] = defaultdict(list)
    for group, seconds in found:
        values[ALL if by is None else group or NO_GROUP].append(seconds)
    return {group: sorted(members) for group, members in values.items()}
