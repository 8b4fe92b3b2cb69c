"""Points of stored score lines at an instant, in SQL. The twin of slas.rules.scoring's `points_at`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import (
    BigIntegerField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from leads.models import Lead, ScoreLine
from slas.models import Version
from slas.rules.scoring import MOST_HALVINGS
from slas.rules.zones import seconds_of

DAY = 86_400


class Epoch(Func):
    """An instant as whole seconds since 1970."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", **extra
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="CAST(floor(extract(epoch FROM %(expressions)s)) AS bigint)",
            **extra,
        )


class PointsAt(Func):
    """What a score line gives at an instant: half as much after every `halves_days` days of 24 h."""

    output_field = IntegerField()

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(F("points"), F("halves_days"), Epoch(F("at")))
        self.at_s = seconds_of(at.replace(microsecond=0))

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        (points, _), (days, _), (since, _) = (compiler.compile(one) for one in self.source_expressions)
        steps = f"({self.at_s} - {since}) / ({days} * {DAY})"
        least = "min" if connection.vendor == "sqlite" else "least"
        shift = f"CAST({least}({steps}, {MOST_HALVINGS}) AS integer)"
        faded = f"CASE WHEN {points} > 0 THEN {points} >> {shift} ELSE -(-{points} >> {shift}) END"
        return f"CASE WHEN {days} IS NULL THEN {points} ELSE {faded} END", ()


def standing_at(at: dt.datetime) -> Q:
    """Score lines that hold at `at`."""
    return Q(Q(until=None) | Q(until__gt=at), at__lte=at)


def in_force_at(at: dt.datetime) -> Q:
    """Score lines of versions that are in force at `at`."""
    return Q(
        Q(version__ended_at=None) | Q(version__ended_at__gt=at),
        version__status=Version.Status.SIGNED,
        version__in_force_at__lte=at,
    )


def score_sum(of: str, at: dt.datetime, *, lead: str = "", version: int | None = None) -> Coalesce:
    """The points of "total", "fit" or "behaviour" at `at`, as SQL of the lead that the path `lead` leads to
    ("" is the row itself, else "lead__").

    Under the version in force at `at` of the agreement it belongs to; under `version` where that is named.
    """
    lines = ScoreLine.objects.filter(standing_at(at), lead=OuterRef(f"{lead}pk"))
    if version is None:
        lines = lines.filter(in_force_at(at), version__agreement=OuterRef(f"{lead}agreement"))
    else:
        lines = lines.filter(version=version)
    if of != "total":
        lines = lines.filter(kind=of)
    summed = lines.order_by().values("lead").annotate(sum=Sum(PointsAt(at))).values("sum")
    return Coalesce(Subquery(summed, output_field=IntegerField()), Value(0))


def scores_at(leads: QuerySet[Lead], at: dt.datetime) -> QuerySet[Lead]:
    """Annotate `fit_points`, `behaviour_points` and `score`, their sum, at `at` (aware)."""
    annotated = leads.annotate(fit_points=score_sum("fit", at), behaviour_points=score_sum("behaviour", at))
    return annotated.annotate(score=F("fit_points") + F("behaviour_points"))
