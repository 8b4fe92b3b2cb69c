"""Scores of leads, as stored lines: opened, ended and read.

A score is the sum of its lines at any moment. Lines follow from a lead's fields, from what it did, and from
the version in force of its agreement; `rescore` is their only writer and may run at any time, and again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leads.folding import OneOf
from leads.models import Lead, Rescored, ScoreLine
from leads.points import scores_at, standing_at
from leads.services.score_lines import Pen
from slas.models import Agreement, Version
from slas.rules.scoring import Line, Score, behaviour_line, fit_line

__all__ = ["rescore", "rescore_due", "rescore_one", "score_at", "scores_at"]

BATCH = 5_000  # leads locked at a time


def rescore(
    leads: QuerySet[Lead] | Agreement | Iterable[int],
    now: dt.datetime,
    *,
    from_start: bool = False,
) -> int:
    """Bring the score lines of these leads (ids too) to what is known of them at `now` (aware). How many
    lines changed.

    Eight statements for each agreement and 5,000 leads, locked meanwhile. A line for who somebody is begins
    at `now`; where `from_start`, when the lead came to be or the version into force: what is known of it now
    was so from then on.
    """
    now = now.replace(microsecond=0)
    if isinstance(leads, Agreement):
        leads = Lead.objects.filter(agreement=leads)
    return sum(_rescore_batch(ids, now, from_start) for ids in _batches(leads))


def rescore_due(now: dt.datetime) -> int:
    """`rescore` for the versions that came into force since it was last asked, each once; how many."""
    due = Version.objects.in_force(now).exclude(pk__in=Rescored.objects.values("version"))
    versions = list(due.select_related("agreement").order_by("in_force_at", "pk"))
    for version in versions:
        rescore(version.agreement, now, from_start=True)
        Rescored.objects.get_or_create(version=version, defaults={"at": now})
    return len(versions)


def rescore_one(lead: Lead, now: dt.datetime) -> int:
    """The same of one lead that is locked already, in the transaction of its change."""
    return _write([lead.pk], [lead.agreement_id], now, False)


def score_at(lead: Lead, at: dt.datetime) -> Score:
    """The score at `at` (aware) with its lines, from the stored ones: under the version then in force of the
    agreement it belongs to; nothing without one. Fit in the order of the rules, then what it did, the newest
    first within a rule. Two queries."""
    version = lead.agreement.version_at(at) if lead.agreement else None
    if version is None:
        return Score(0, 0, ())
    lines = tuple(_lines(lead, version, at))
    fit, behaviour = (
        sum(line.points for line in lines if line.kind == kind) for kind in ("fit", "behaviour")
    )
    return Score(fit, behaviour, lines)


def _lines(lead: Lead, version: Version, at: dt.datetime) -> Iterator[Line]:
    terms = version.terms()
    stored = ScoreLine.objects.filter(standing_at(at), lead=lead, version=version)
    by_key: dict[str, list[ScoreLine]] = {}
    for row in stored.order_by("-at", "id"):
        by_key.setdefault(row.rule_key, []).append(row)
    names = {persona.key: persona.name for persona in terms.personas}
    for rule in terms.scoring.fit:
        for row in by_key.get(rule.key, ()):
            yield fit_line(replace(rule, points=row.points), lambda key: names.get(key, key))
    for done in terms.scoring.behaviour:
        for row in by_key.get(done.key, ()):
            line = behaviour_line(replace(done, points=row.points), row.at, at)
            if line is not None:
                yield line


def _batches(leads: QuerySet[Lead] | Iterable[int]) -> Iterator[list[int]]:
    """Ids in their order; a queryset is read by its id, so that memory stays bounded."""
    if not isinstance(leads, QuerySet):
        given = iter(sorted(leads))
        while batch := list(islice(given, BATCH)):
            yield batch
        return
    ids, last = leads.order_by("pk").values_list("pk", flat=True), 0
    while batch := list(ids.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1]


@transaction.atomic
def _rescore_batch(ids: Sequence[int], now: dt.datetime, from_start: bool) -> int:
    """Locked in the order of their ids, so that two writers never wait for each other."""
    theirs = Lead.objects.filter(Q(OneOf(F("pk"), ids))).order_by("pk").select_for_update()
    found = list(theirs.values_list("pk", "agreement"))
    return _write([pk for pk, _ in found], [agreement for _, agreement in found], now, from_start)


def _write(ids: Sequence[int], agreements: Sequence[int | None], now: dt.datetime, from_start: bool) -> int:
    """Under the version in force of each agreement; where there is none, lines stay as they are, and count
    for nothing."""
    versions = Version.objects.in_force(now).filter(agreement__in=set(agreements) - {None})
    changed = 0
    for version in versions.select_related("frozen"):
        theirs = [pk for pk, of in zip(ids, agreements, strict=True) if of == version.agreement_id]
        changed += Pen.of(version, version.terms(), theirs, now, from_start).write()
    return changed
