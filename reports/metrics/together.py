"""Many numbers of leads in one pass: several periods and scopes of one agreement, counted by one query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from leads.models import Lead
from reports.metrics.counting import share
from reports.metrics.figure import Figure
from reports.metrics.figures import figures
from reports.metrics.lists import condition
from reports.metrics.populations import MQLS
from reports.metrics.question import Question
from reports.metrics.registry import Counted, Part, Spec, every, spec_of

_PARTS: tuple[Part, ...] = ("k", "n", "undecided")

# The stages that the leads handed over in a period are followed to, by the field of the first arrival.
REACHED = {
    "accepted": "accepted_at",
    "sql": "sql_at",
    "opportunity": "opportunity_at",
    "customer": "customer_at",
}


@dataclass(frozen=True)
class Wanted:
    """One figure: a metric of a question, or of the period's MQLs those that `reached` a stage."""

    metric: str
    question: Question
    reached: str = ""

    @property
    def spec(self) -> Spec:
        return Counted(MQLS, reached(self.reached), among=every) if self.reached else spec_of(self.metric)

    @property
    def fits(self) -> bool:
        """Whether it is a number of leads that needs no rows beside them."""
        scope = self.question.scope
        spec = self.spec
        return isinstance(spec, Counted) and spec.population.is_leads and (not scope or scope[0] != "tier")

    @property
    def rows(self) -> Q:
        scope = dict([self.question.scope]) if self.question.scope else {}
        return Q(self.question.happened(self.spec.population.event), **scope)


def reached(stage: str):
    """The condition that a lead had arrived at the stage; KeyError for one that is none of REACHED."""
    field = REACHED[stage]
    return lambda last: Q(**{f"{field}__lte": last})


def counted_together(wanted: Mapping[str, Wanted]) -> dict[str, Figure]:
    """The figures of those that fit, under the names given, in one query; of none, no query.

    All questions are of one agreement. The conditions are those of the registry, so each number is that of
    `figure` and the length of its list.
    """
    fitting = {name: each for name, each in wanted.items() if each.fits}
    if not fitting:
        return {}
    agreement = next(iter(fitting.values())).question.agreement
    rows = reduce(or_, (each.rows for each in fitting.values()))
    counts = {
        f"{name}__{part}": Count("pk", filter=each.rows & condition(each.spec, each.question.last, part))
        for name, each in fitting.items()
        for part in _parts(each.spec)
    }
    row = Lead.objects.of(agreement).filter(rows).aggregate(**counts)
    return {name: _figure(each, name, row) for name, each in fitting.items()}


def figures_of(wanted: Mapping[str, Wanted]) -> dict[str, Figure]:
    """The figures under the names given, those of one period and scope together."""
    together: dict[tuple, list[str]] = defaultdict(list)
    for name, each in wanted.items():
        together[each.question.start, each.question.end, each.question.scope].append(name)
    made: dict[str, Figure] = {}
    for names in together.values():
        asked = wanted[names[0]].question
        span = (asked.agreement, asked.start, asked.end)
        metrics = {wanted[name].metric for name in names}
        found = figures(sorted(metrics), *span, now=asked.last, scope=asked.scope)
        made |= {name: found[wanted[name].metric] for name in names}
    return made


def _parts(spec: Spec) -> Iterable[Part]:
    return [part for part in _PARTS if isinstance(spec, Counted) and spec.part(part) is not None]


def _figure(wanted: Wanted, name: str, row: dict[str, int]) -> Figure:
    k = row[f"{name}__k"]
    if isinstance(wanted.spec, Counted) and wanted.spec.among is not None:
        return share(wanted.metric, k, row[f"{name}__n"], row.get(f"{name}__undecided"))
    return Figure(wanted.metric, k)
