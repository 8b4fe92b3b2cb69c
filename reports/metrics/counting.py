"""Numbers of rows and shares of them: one query for all metrics of a population."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.db.models import Aggregate, Count, QuerySet

from reports.metrics.figure import Figure
from reports.metrics.grouping import ALL, NO_GROUP, group_of
from reports.metrics.populations import Population
from reports.metrics.question import Question
from reports.metrics.registry import Counted, InState, Part

# Figures of one metric by group key; ALL is the key where nothing is grouped.
ByGroup = dict[str, Figure]
_PARTS: tuple[Part, ...] = ("k", "n", "undecided")


def count(specs: dict[str, Counted], question: Question, by: str | None) -> dict[str, ByGroup]:
    """The figures of counted metrics; populations share a query."""
    result: dict[str, ByGroup] = {}
    ordered = sorted(specs, key=lambda metric: specs[metric].population.name)
    for _, names in groupby(ordered, key=lambda metric: specs[metric].population.name):
        result |= _count_population({name: specs[name] for name in names}, question, by)
    return result


def _count_population(specs: dict[str, Counted], question: Question, by: str | None) -> dict[str, ByGroup]:
    """One query: conditions on the clock's state are counted by a row per state, the others by filters."""
    population = next(iter(specs.values())).population
    conditions = {(name, part): spec.part(part) for name, spec in specs.items() for part in _PARTS}
    by_state = {key: found.states for key, found in conditions.items() if isinstance(found, InState)}
    filtered = {key: found for key, found in conditions.items() if found and key not in by_state}
    aggregates = {_alias(*key): Count("pk", filter=found(question.last)) for key, found in filtered.items()}
    found = aggregated(population.of(question), aggregates, population, question, by, by_state=bool(by_state))
    totals: dict[str, Counter] = {ALL: Counter()} if by is None else defaultdict(Counter)
    for group, row in found:
        totals[group].update({key: row[_alias(*key)] for key in filtered})
        totals[group].update({key: row["rows"] for key, states in by_state.items() if row["state"] in states})
    return {
        name: {group: _figure(name, spec, total) for group, total in totals.items()}
        for name, spec in specs.items()
    }


def _alias(name: str, part: Part) -> str:
    return f"{name}__{part}"


def _figure(name: str, spec: Counted, counts: Counter) -> Figure:
    k = counts[name, "k"]
    if spec.among is None:
        return Figure(name, k)
    undecided = counts[name, "undecided"] if spec.undecided else None
    return share(name, k, counts[name, "n"], undecided)


def share(name: str, k: int, n: int, undecided: int | None = None) -> Figure:
    return Figure(name, k / n if n else None, k, n, undecided)


def aggregated(
    queryset: QuerySet,
    aggregates: Mapping[str, Aggregate],
    population: Population,
    question: Question,
    by: str | None,
    *,
    by_state: bool = False,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Group key and aggregates of each group, in one query; `by_state`: a row per state, with its `rows`."""
    keys = ["state"] if by_state else []
    if by is not None:
        queryset, keys = queryset.annotate(group=group_of(by, population, question)), ["group", *keys]
    if by_state:
        aggregates = {**aggregates, "rows": Count("pk")}
    if not keys:
        yield ALL, queryset.aggregate(**aggregates)
        return
    for row in queryset.order_by().values(*keys).annotate(**aggregates):
        yield (ALL if by is None else row["group"] or NO_GROUP), row
