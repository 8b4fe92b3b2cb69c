"""The sweep: finds clocks by their due instants and tells people, once.

The partial indexes find (`Clock.objects.to_warn`, `to_tell`), the judge's state decides. Clocks are locked,
claimed by a conditional UPDATE whose count is checked, and their mail rows written, all in one transaction:
of two sweepers one has the clock, and one that is killed leaves it as it was.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from leads.models import Clock
from leads.models.clock import ClockQuerySet
from leads.services.moving import move_due
from leads.services.reassigning import reassign_breached
from reports.content.notice import BREACH, WARNING, Notice
from reports.services.notices import queue_notices

BATCH = 2_000


@dataclass(frozen=True)
class Swept:
    """How many clocks people were warned of, and told of that they breached."""

    warned: int = 0
    breached: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.warned + other.warned, self.breached + other.breached)


def sweep(now: dt.datetime) -> Swept:
    """Warn of the clocks that are at risk at `now`, and tell of those that are breached (product section 5).

    A notice is for a deadline that falls after the lead was recorded here (rule 5): history is marked as told
    without a mail. Whoever is paused, met or excluded is left alone; a deadline that is past is no warning
    any more.
    """
    move_due(now)  # so that nobody is told by terms that no longer hold
    swept, full = Swept(), _is_due(now)
    while full:
        with transaction.atomic():
            breached = _claim_breached(now)
            warned = _claim_warned(now)
            told = [notice for notice in breached + warned if notice.is_news]
            queue_notices(told, now)
        swept += Swept(*(sum(notice.kind == kind for notice in told) for kind in (WARNING, BREACH)))
        full = BATCH in (len(breached), len(warned))
    reassign_breached(now)  # after those who held them were told
    return swept


def _is_due(now: dt.datetime) -> bool:
    return _breached(now).exists() or _at_risk(now).exists()


def _breached(now: dt.datetime) -> ClockQuerySet:
    return Clock.objects.to_tell(now).in_state(now, "breached")


def _at_risk(now: dt.datetime) -> ClockQuerySet:
    return Clock.objects.to_warn(now).in_state(now, "at_risk")


def _claim_breached(now: dt.datetime) -> list[Notice]:
    """Take breached clocks; a warning that was not given by now is not given any more."""
    clocks = _locked(_breached(now).order_by("deadline_at", "pk"))
    taken = Clock.objects.to_tell(now).filter(pk__in=[clock.pk for clock in clocks])
    _check(taken.update(breach_told_for=F("deadline_at"), warned_for=F("warn_at")), clocks)
    return [Notice.of(BREACH, clock) for clock in clocks]


def _claim_warned(now: dt.datetime) -> list[Notice]:
    clocks = _locked(_at_risk(now).order_by("warn_at", "pk"))
    taken = Clock.objects.to_warn(now).filter(pk__in=[clock.pk for clock in clocks])
    _check(taken.update(warned_for=F("warn_at")), clocks)
    return [Notice.of(WARNING, clock) for clock in clocks]


def _locked(due: ClockQuerySet) -> list[Clock]:
    """The due clocks that nobody else works on at this moment; a skipped one is found by the next sweep."""
    people = ("handoff__lead__owner", "handoff__version__frozen", "handoff__agreement", "holder")
    return list(due.select_related(*people).select_for_update(of=("self",), skip_locked=True)[:BATCH])


def _check(updated: int, clocks: list[Clock]) -> None:
    """Locked and not ours: no such thing, unless a database loses locks. Then nothing of this batch is
    told."""
    if updated != len(clocks):
        raise RuntimeError(f"Of {len(clocks)} clocks due only {updated} could be claimed; none was told of.")
