"""Numbers of rows and shares of them: one query for all metrics of a population."""

from itertools import groupby

from django.db.models import Count, QuerySet

from reports.metrics.figure import Figure
from reports.metrics.grouping import ALL, NO_GROUP, group_of
from reports.metrics.lists import Part, condition
from reports.metrics.populations import Population
from reports.metrics.question import Question
from reports.metrics.registry import Counted

# Figures of one metric by group key; ALL is the key where nothing is grouped.
ByGroup = dict[str, Figure]


def count(specs: dict[str, Counted], question: Question, by: str | None) -> dict[str, ByGroup]:
    """The figures of counted metrics; populations share a query."""
    result: dict[str, ByGroup] = {}
    ordered = sorted(specs, key=lambda metric: specs[metric].population.name)
    for _, names in groupby(ordered, key=lambda metric: specs[metric].population.name):
        result |= _count_population({name: specs[name] for name in names}, question, by)
    return result


def _count_population(specs: dict[str, Counted], question: Question, by: str | None) -> dict[str, ByGroup]:
    population = next(iter(specs.values())).population
    aggregates = {}
    for name, spec in specs.items():
        for part in _parts(spec):
            aggregates[f"{name}__{part}"] = Count("pk", filter=condition(spec, question.last, part))
    rows = aggregated(population.of(question), aggregates, population, question, by)
    return {
        name: {group: _figure(name, spec, row) for group, row in rows.items()} for name, spec in specs.items()
    }


def _parts(spec: Counted) -> tuple[Part, ...]:
    return ("k", "n", "undecided") if spec.among else ("k",)


def _figure(name: str, spec: Counted, row: dict[str, int]) -> Figure:
    k = row[f"{name}__k"]
    if spec.among is None:
        return Figure(name, k)
    n = row[f"{name}__n"]
    undecided = row[f"{name}__undecided"] if spec.undecided else None
    return share(name, k, n, undecided)


def share(name: str, k: int, n: int, undecided: int | None = None) -> Figure:
    return Figure(name, k / n if n else None, k, n, undecided)


def aggregated(
    queryset: QuerySet, aggregates: dict, population: Population, question: Question, by: str | None
) -> dict[str, dict]:
    """The aggregates by group key, in one query."""
    if by is None:
        return {ALL: queryset.aggregate(**aggregates)}
    grouped = queryset.annotate(group=group_of(by, population, question)).order_by().values("group")
    return {row.pop("group") or NO_GROUP: row for row in grouped.annotate(**aggregates)}
