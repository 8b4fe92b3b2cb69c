"""`figures`: every metric of an agreement's period, with the counts behind rates, in total and by group."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from reports import metrics
from reports.metrics.periods import named_period
from reports.metrics.registry import REGISTRY
from reports.metrics.wording import count_text, value_text
from slas.models import Agreement
from slas.rules.metrics import METRICS
from slas.rules.periods import Period
from slas.rules.story import instant_text
from smarketing.commands import HouseCommand, instant


class Command(HouseCommand):
    help = "Show the figures of an agreement's week, month or quarter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agreement", required=True, metavar="SLUG")
        parser.add_argument("--period", required=True, metavar="KEY", help="2018-Q1, 2018-05 or 2018-W18")
        parser.add_argument("--by", metavar="GROUPING", help=", ".join(metrics.GROUPINGS))
        parser.add_argument("--as-of", type=instant, metavar="INSTANT", help="not yet: comes later")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["as_of"] is not None:
            self.fail_usage("--as-of comes later. Leave it out: figures are shown as known now.")
        agreement = self.agreement(options["agreement"])
        now, by = self.now(options), options["by"]
        try:
            period = named_period(agreement, options["period"])
            span = (agreement, period.start, period.end)
            total = metrics.figures(REGISTRY, *span, now=now)
            groups = None if by is None else metrics.grouped(REGISTRY, *span, by=by, now=now)
        except metrics.BadQuestion as error:
            self.fail_usage(str(error))
        self.report(as_text(agreement, period, total, groups), as_data(period, total, groups))

    def agreement(self, slug: str) -> Agreement:
        agreement = Agreement.objects.filter(slug=slug).first()
        if agreement is None:
            known = ", ".join(Agreement.objects.values_list("slug", flat=True)) or "none yet"
            self.fail_usage(f"There is no agreement “{slug}”. The agreements are: {known}.")
        return agreement


Figures = Mapping[str, metrics.Figure]


def as_data(period: Period, total: Figures, groups: Mapping[str, Figures] | None) -> dict[str, Any]:
    """The JSON of interfaces.md."""
    data: dict[str, Any] = {
        "period": {"start": instant_text(period.start), "end": instant_text(period.end)},
        "metrics": _data(total),
    }
    if groups is not None:
        data["groups"] = {key: _data(figures) for key, figures in groups.items()}
    return data


def _data(figures: Figures) -> dict[str, Any]:
    return {name: figure.as_data() for name, figure in figures.items()}


def as_text(
    agreement: Agreement, period: Period, total: Figures, groups: Mapping[str, Figures] | None
) -> str:
    """An aligned table, one for each group too; groups leave out what is zero or has no case."""
    parts = [f"{agreement}, {period.label} ({period.tz})", *_table(total)]
    for key, figures in (groups or {}).items():
        parts += ["", key, *_table({name: f for name, f in figures.items() if f.value or f.n or f.values})]
    return "\n".join(parts)


def _table(figures: Figures) -> list[str]:
    rows = [(METRICS[name].label, value_text(f), count_text(f)) for name, f in figures.items()]
    label, value, count = (max((len(row[i]) for row in rows), default=0) for i in range(3))
    return [f"  {a:<{label}}  {b:>{value}}  {c:>{count}}".rstrip() for a, b, c in rows]
