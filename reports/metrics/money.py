"""Money: revenue, its average, and what MQLs are worth. Currencies are kept apart, never added."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, DecimalField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Cast, Round

from reports.metrics.counting import ByGroup
from reports.metrics.figure import Figure
from reports.metrics.grouping import ALL, NO_GROUP, group_of
from reports.metrics.lists import condition
from reports.metrics.populations import CUSTOMERS, MQLS
from reports.metrics.question import Question
from reports.metrics.registry import REGISTRY, Summed, Valued
from slas.rules.periods import local_day, start_of_day

# Whole cents add up exactly on every database; SQLite would add decimals as floats.
_CENTS = Sum(
    Cast(
        Round(
            ExpressionWrapper(F("amount") * 100, output_field=DecimalField(max_digits=20, decimal_places=2))
        ),
        BigIntegerField(),
    )
)


def add_up(specs: dict[str, Summed], question: Question, by: str | None) -> dict[str, ByGroup]:
    """Revenue and average revenue, in one query for both."""
    if not specs:
        return {}
    population = next(iter(specs.values())).population
    takings = _takings(population.of(question), population, question, by)
    return {
        name: {group: _money(name, spec, taken, question) for group, taken in takings.items()}
        for name, spec in specs.items()
    }


@dataclass
class _Taken:
    """What customers brought: sums and numbers of amounts by currency, and the number of customers."""

    sums: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    customers: int = 0


def _takings(queryset: QuerySet, population, question: Question, by: str | None) -> dict[str, _Taken]:
    keys = ["currency"]
    if by is not None:
        queryset, keys = queryset.annotate(group=group_of(by, population, question)), ["group", "currency"]
    rows = queryset.order_by().values(*keys).annotate(cents=_CENTS, amounts=Count("amount"), rows=Count("pk"))
    takings: dict[str, _Taken] = {ALL: _Taken()} if by is None else defaultdict(_Taken)
    for row in rows:
        taken = takings[ALL if by is None else row["group"] or NO_GROUP]
        taken.customers += row["rows"]
        if row["amounts"]:
            taken.sums[row["currency"]] = Decimal(row["cents"]) / 100
            taken.counts[row["currency"]] = row["amounts"]
    return dict(takings)


def _money(name: str, spec: Summed, taken: _Taken, question: Question) -> Figure:
    amounts = taken.sums
    if spec.average:
        amounts = {currency: total / taken.counts[currency] for currency, total in taken.sums.items()}
    nothing = None if spec.average else Decimal(0)
    return in_currencies(name, amounts, nothing, question, sum(taken.counts.values()), taken.customers)


def in_currencies(
    name: str,
    amounts: Mapping[str, Decimal],
    nothing: Decimal | None,
    question: Question,
    k: int = 0,
    n: int = 0,
) -> Figure:
    """Money of one currency, or of several apart; without any `nothing` in the agreement's currency."""
    if len(amounts) > 1:
        return Figure(name, None, k, n, values=dict(sorted(amounts.items())))
    for currency, value in amounts.items():
        return Figure(name, value, k, n, currency=currency)
    return Figure(name, nothing, k, n, currency=question.terms.currency)


# -- the value of MQLs ------------------------------------------------------------------------------


class Worth(NamedTuple):
    """What one MQL of a source is worth: the share that became customers, and what a customer brings."""

    mqls: int
    customers: int
    revenue: Mapping[str, Decimal]  # average per customer with an amount, by currency

    def of(self, mqls: int) -> dict[str, Decimal]:
        """The value of so many MQLs of the source by currency."""
        if not self.mqls:
            return {}
        return {c: mqls * self.customers * average / self.mqls for c, average in self.revenue.items()}


def year_before(question: Question) -> Question:
    """The 12 months before the period, in the agreement's zone; for all leads, whatever the scope."""
    day = local_day(question.start, question.terms.tz)
    try:
        first = day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        first = dt.date(day.year - 1, 2, 28)
    start = start_of_day(first, question.terms.tz)
    return Question(question.agreement, start, question.start, question.last)


def worth_by_source(question: Question) -> dict[str, Worth]:
    """What an MQL of each source is worth, by the 12 months before the period; two queries.

    Close rate: of the MQLs of those months, the share that became customers since (`mql_to_customer`).
    Revenue: the average of the customers won in those months who have an amount; where they brought
    several currencies, each currency's part of that average.
    """
    before = year_before(question)
    hit = Count("pk", filter=condition(REGISTRY["mql_to_customer"], before.last, "k"))
    cohorts = MQLS.of(before).order_by().values("source").annotate(mqls=Count("pk"), customers=hit)
    takings = _takings(CUSTOMERS.of(before), CUSTOMERS, before, "source")
    worth = {}
    for row in cohorts:
        taken = takings.get(row["source"] or NO_GROUP, _Taken())
        number = sum(taken.counts.values())
        averages = {currency: total / number for currency, total in taken.sums.items()}
        worth[row["source"]] = Worth(row["mqls"], row["customers"], averages)
    return worth


def value(specs: dict[str, Valued], question: Question, by: str | None) -> dict[str, ByGroup]:
    """The value of the period's MQLs: each at what its source was worth."""
    if not specs:
        return {}
    ((name, spec),) = specs.items()
    worth = worth_by_source(question)
    queryset, keys = spec.population.of(question), ["source"]
    if by is not None:
        group = group_of(by, spec.population, question)
        queryset, keys = queryset.annotate(group=group), ["group", "source"]
    totals: dict[str, _Value] = {ALL: _Value()} if by is None else defaultdict(_Value)
    for row in queryset.order_by().values(*keys).annotate(mqls=Count("pk")):
        key = ALL if by is None else row["group"] or NO_GROUP
        totals[key].add(row["mqls"], worth.get(row["source"]))
    return {name: {key: total.figure(name, question) for key, total in totals.items()}}


@dataclass
class _Value:
    """What MQLs are worth together: by currency, with how many of them have a known worth."""

    sums: dict[str, Decimal] = field(default_factory=dict)
    known: int = 0
    mqls: int = 0

    def add(self, mqls: int, worth: Worth | None) -> None:
        self.mqls += mqls
        amounts = worth.of(mqls) if worth else {}
        self.known += mqls if amounts else 0
        for currency, amount in amounts.items():
            self.sums[currency] = self.sums.get(currency, Decimal(0)) + amount

    def figure(self, name: str, question: Question) -> Figure:
        return in_currencies(name, self.sums, Decimal(0), question, self.known, self.mqls)
