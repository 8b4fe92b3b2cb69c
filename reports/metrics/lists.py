"""The rows behind a figure: the very conditions the number is counted with."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from leads.models import Handoff, Lead
from reports.metrics.question import BadQuestion, Question, ask
from reports.metrics.registry import Counted, Part, Ranked, Spec, Summed, Unrecorded, every, spec_of
from slas.models import Agreement


def leads_behind(
    metric: str, agreement: Agreement, start: dt.datetime, end: dt.datetime, *, part: Part = "k", **cut: Any
) -> QuerySet[Lead]:
    """The leads behind a volume, a cohort rate or money. `part`: "k" the hits, "n" all cases, "undecided".

    `cut`: `until`, `now`, `scope` as for `figure`. BadQuestion for a metric of handoffs: see handoffs_behind.
    """
    spec, question = spec_of(metric), ask(agreement, start, end, **cut)
    if not spec.population.is_leads:
        raise BadQuestion(f"{metric} is counted over handoffs, not leads: a lead may be handed over twice.")
    return rows_behind(spec, question, part)


def handoffs_behind(
    metric: str, agreement: Agreement, start: dt.datetime, end: dt.datetime, *, part: Part = "k", **cut: Any
) -> QuerySet[Handoff]:
    """The handoffs behind a share or a count of clocks, or a time to follow-up; else as leads_behind."""
    spec, question = spec_of(metric), ask(agreement, start, end, **cut)
    if spec.population.is_leads:
        raise BadQuestion(f"{metric} is counted over leads, not handoffs.")
    rows = rows_behind(spec, question, part)
    return rows if rows.model is Handoff else Handoff.objects.filter(pk__in=rows.values("pk"))


def behind(
    metric: str, agreement: Agreement, start: dt.datetime, end: dt.datetime, *, part: Part = "k", **cut: Any
) -> QuerySet[Lead] | QuerySet[Handoff]:
    """The leads or the handoffs, whichever the metric is counted over."""
    listing = leads_behind if spec_of(metric).population.is_leads else handoffs_behind
    return listing(metric, agreement, start, end, part=part, **cut)


def rows_behind(spec: Spec, question: Question, part: Part = "k") -> QuerySet:
    """Rows of the spec's own population: leads, handoffs or clocks."""
    rows = spec.population.of(question)
    if isinstance(spec, Unrecorded):
        return rows.none()
    return rows.filter(condition(spec, question.last, part))


def condition(spec: Spec, last: dt.datetime, part: Part) -> Q:
    """What makes a row a hit (k), a case (n) or undecided."""
    if isinstance(spec, Counted):
        chosen = spec.part(part)
        return chosen(last) if chosen else Q(pk__in=[])
    if isinstance(spec, Ranked) and part == "k":
        return spec.has(last)
    if isinstance(spec, Summed) and spec.average and part == "k":
        return Q(amount__isnull=False)
    return every(last)
