"""The audit: everything that is stored beside the raw history, recomputed from it, compared, told and
mended."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from leads.models import Handoff, Lead
from leads.services.clocks import Difference, drift_of_everything, mend
from leads.services.scoring import rescore, rescore_due
from reports.models import NightCheck
from reports.services.nightly import Nightly, check_night, signed_agreements
from reports.services.nights import night_of
from slas.rules.words import counted

BATCH = 1_000
FOUND = "found by the audit."


@dataclass
class Audited:
    """`checked` rows (handoffs, leads and nights), `differences` found in them, `mended` ones; `examples`
    are the first few in words, `by_column` counts them all."""

    checked: int = 0
    differences: int = 0
    mended: int = 0
    examples: list[str] = field(default_factory=list)
    by_column: Counter[str] = field(default_factory=Counter)


MOST_EXAMPLES = 20


def audit(now: dt.datetime) -> Audited:
    """Recompute clocks, arrivals, stages and owners from the journal, score lines from what is known of the
    leads, then every stored night from those; mend what differs. Clocks are rewritten, a night's results get
    a new revision that says it was found by the audit. Memory is bounded: rows are read in batches by id.
    What a trigger keeps from changing is told, and not mended.
    """
    audited = Audited(checked=Handoff.objects.count() + Lead.objects.count())
    _audit_leads(audited, now)
    _audit_scores(audited, now)
    _audit_nights(audited, now)
    return audited


def _audit_leads(audited: Audited, now: dt.datetime) -> None:
    """Twice: what the second look still finds could not be mended. A batch is mended as it is found."""
    for batch in _batches(drift_of_everything(now)):
        _tell(audited, batch)
        mend(batch, now)
    left = sum(1 for _ in drift_of_everything(now)) if audited.differences else 0
    audited.mended += audited.differences - left


def _audit_scores(audited: Audited, now: dt.datetime) -> None:
    """In sets: what scoring writes is what differed. What is due by the tick is no difference."""
    rescore_due(now)
    changed = rescore(Lead.objects.exclude(agreement=None), now)
    audited.differences += changed
    audited.mended += changed
    audited.by_column["score.lines"] += changed
    if changed and len(audited.examples) < MOST_EXAMPLES:
        audited.examples.append(f"{counted(changed, 'score line')} of leads.")


def _batches(differences: Iterator[Difference]) -> Iterator[list[Difference]]:
    while batch := list(itertools.islice(differences, BATCH)):
        yield batch


def _tell(audited: Audited, differences: list[Difference]) -> None:
    audited.differences += len(differences)
    audited.by_column.update(f"{each.table}.{each.column}" for each in differences)
    room = MOST_EXAMPLES - len(audited.examples)
    audited.examples += [str(each) for each in differences[: max(room, 0)]]


def _audit_nights(audited: Audited, now: dt.datetime) -> None:
    for agreement, versions in signed_agreements():
        stored = NightCheck.objects.filter(agreement=agreement).order_by("night")
        for day in list(stored.values_list("night", flat=True)):
            night = night_of(agreement, versions, day)
            audited.checked += 1
            if night is None:
                continue
            done = Nightly()
            check_night(night, now, why=FOUND, done=done)
            changed = done.corrections + done.results + done.recounted
            audited.differences += changed
            audited.mended += changed
            audited.by_column["night.results"] += changed
            if changed and len(audited.examples) < MOST_EXAMPLES:
                audited.examples.append(f"The night of {day} of {agreement.slug}: {changed} of its results.")
    audited.by_column += Counter()  # drops the zeros
