"""Running clocks go over to a new version, where both signers chose so (product section 3 rule 11).

`moves_to` says what would happen to each, `move_due` does it once the version is in force. A clock that has
ended keeps its terms, and so does one that the new terms would breach, decide or leave without a window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from leads.models import Clock, Handoff, Lead, TermsMove
from leads.models.clock import ClockQuerySet
from leads.services.door import whole_second
from leads.services.knowing import behaviour_of
from leads.services.refreshing import refresh
from leads.services.tiers import attributes_of, tier_of
from leads.stories import ClosureRow, Shelf, entry_rows, in_batches, story_of
from slas.models import Agreement, Version
from slas.rules.behaviour import Behaviour
from slas.rules.clock import Story, Verdict, judge
from slas.rules.terms import AgreementTerms, Window
from slas.rules.words import exact_duration
from smarketing.accounts.models import Side

RUNNING = ("running", "at_risk", "paused")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Move:
    """What a new version does to one running clock. `keeps` says why it keeps its terms; blank: it moves.

    `before` and `after` are deadlines (None: a pause holds it), `used` countable seconds under the new terms.
    """

    handoff: Handoff
    old_window: Window | None
    window: Window | None
    before: dt.datetime | None
    after: dt.datetime | None
    used: int = 0
    keeps: str = ""

    @property
    def is_later(self) -> bool:
        return self._shift > dt.timedelta(0)

    @property
    def is_earlier(self) -> bool:
        return self._shift < dt.timedelta(0)

    @property
    def _shift(self) -> dt.timedelta:
        if self.keeps or self.before is None or self.after is None:
            return dt.timedelta(0)
        return self.after - self.before

    @property
    def left(self) -> int:
        """Countable seconds that are left of the new window."""
        return max(self.window.terms.window_seconds - self.used, 0) if self.window else 0


def running_clocks(agreement: Agreement, now: dt.datetime) -> ClockQuerySet:
    """The clocks of the agreement that run at `now`, at risk and paused ones too."""
    return Clock.objects.waiting().filter(agreement=agreement).in_state(now, *RUNNING)


def moves_to(version: Version, terms: AgreementTerms, now: dt.datetime) -> Iterator[Move]:
    """What `terms` of `version` would do to each running clock under other terms, in the order of handoffs.

    Reads, never writes; six queries for each 2,000 clocks.
    """
    clocks = running_clocks(version.agreement, now).exclude(handoff__moved_to=version)
    handoffs = Handoff.objects.filter(clock__in=clocks).exclude(version=version, moved_to=None)
    for batch in in_batches(handoffs.select_related("lead__owner")):
        yield from _moves(batch, terms, now)


def _moves(handoffs: Sequence[Handoff], terms: AgreementTerms, now: dt.datetime) -> Iterator[Move]:
    shelf, leads = Shelf(), [handoff.lead_id for handoff in handoffs]
    shelf.read_for(handoffs)
    journals, did = entry_rows(leads), behaviour_of(leads)
    for handoff in handoffs:
        story = {"entries": journals.get(handoff.lead_id, []), "closures": shelf.closures(handoff)}
        yield _move(handoff, shelf.terms(handoff), terms, did.get(handoff.lead_id, ()), story, now)


def _move(
    handoff: Handoff,
    old: AgreementTerms,
    new: AgreementTerms,
    did: Iterable[Behaviour],
    story: dict[str, Any],
    now: dt.datetime,
) -> Move:
    old_window = old.window(handoff.terms_window_key)
    before = judge(story_of(handoff, terms=old, as_of=now, **story))
    said_then = {**attributes_of(handoff.lead), **handoff.matched_on}
    window = new.window(tier_of(new, new.facts(said_then, did, handoff.at)).key)
    if window is None:
        why = f"No window of version {new.version} takes it."
        return Move(handoff, old_window, None, before.deadline, before.deadline, keeps=why)
    after = judge(_story_under(handoff, new, window, story, now))
    keeps = _why_it_keeps(before, after, window)
    used = after.speed.countable_seconds or 0
    deadline = before.deadline if keeps else after.deadline
    return Move(handoff, old_window, window, before.deadline, deadline, used, keeps)


def _story_under(
    handoff: Handoff, terms: AgreementTerms, window: Window, story: dict[str, Any], now: dt.datetime
) -> Story:
    moved = Handoff(pk=handoff.pk, at=handoff.at, recorded_at=handoff.recorded_at, window_key=window.key)
    return story_of(moved, terms=terms, as_of=now, **story)


def _why_it_keeps(before: Verdict, after: Verdict, window: Window) -> str:
    """No move makes an instant breach, nor decides anything."""
    agreed = exact_duration(window.terms.window_seconds)
    if after.speed.state == "breached":
        return f"{agreed} would be a breach at once."
    if after.speed.state not in RUNNING:
        return f"Under {window.name} it would have ended already."
    return _why_acceptance(before, after) or _why_depth(before, after)


def _why_acceptance(before: Verdict, after: Verdict) -> str:
    was, would = (
        one.acceptance is not None and one.acceptance.state == "accepted_by_silence"
        for one in (before, after)
    )
    if was == would:
        return ""
    return "Silence has accepted it already." if was else "Silence would accept it at once."


def _why_depth(before: Verdict, after: Verdict) -> str:
    was, would = (one.depth.state if one.depth is not None else "" for one in (before, after))
    if was == would:
        return ""
    said = {"breached": "Its attempts fell short already.", "met": "Its attempts were enough already."}
    says = {
        "breached": "Its attempts would fall short at once.",
        "met": "Its attempts would be enough at once.",
    }
    return said.get(was) or says.get(would, "")


# --- Doing it --------------------------------------------------------------------------------


def move_due(now: dt.datetime) -> int:
    """Move the running clocks of every version that came into force and was to take them; how many moved.

    Twice is the same as once; what was cut short goes on with the next call.
    """
    due = Version.objects.in_force(now).filter(clocks_moved_at=None, pk__in=agreed())
    return sum(move_running(version, now) for version in due.select_related("agreement", "frozen"))


def agreed() -> QuerySet[Version]:
    """The versions to which both sides chose to move the running clocks."""
    chosen = Q(signatures__side__in=list(Side), signatures__moves_running=True)
    return Version.objects.annotate(sides=Count("signatures", filter=chosen)).filter(sides=len(Side))


def move_running(version: Version, now: dt.datetime) -> int:
    """Move what runs under other terms of its agreement, each batch whole or not at all."""
    now, moved = whole_second(now), 0
    terms = version.terms()
    for batch in _split(moves_to(version, terms, now)):
        moved += _write(version, [move.handoff.pk for move in batch if not move.keeps], terms, now)
    Version.objects.filter(pk=version.pk, clocks_moved_at=None).update(clocks_moved_at=now)
    return moved


def _split(moves: Iterable[Move]) -> Iterator[list[Move]]:
    moves = list(moves)
    return (moves[first : first + BATCH] for first in range(0, len(moves), BATCH))


@transaction.atomic
def _write(version: Version, ids: list[int], terms: AgreementTerms, now: dt.datetime) -> int:
    """The leads are locked and looked at once more: somebody may have followed up meanwhile."""
    leads = Handoff.objects.filter(pk__in=ids).values("lead")
    list(Lead.objects.filter(pk__in=leads).order_by("pk").select_for_update().values_list("pk"))
    running = running_clocks(version.agreement, now).filter(pk__in=ids)
    fresh = Handoff.objects.filter(clock__in=running).exclude(moved_to=version).select_related("lead")
    moves = [move for move in _moves(list(fresh.order_by("pk")), terms, now) if not move.keeps]
    for move in moves:
        _write_one(version, move, now)
    refresh(
        [move.handoff for move in moves], now, reason=f"Running clocks moved to version {version.number}."
    )
    return len(moves)


def _write_one(version: Version, move: Move, now: dt.datetime) -> None:
    handoff, key = move.handoff, move.window.key if move.window else ""
    at = max(now, handoff.recorded_at)
    TermsMove.objects.create(
        handoff=handoff,
        at=at,
        entered_at=now,
        version=version,
        window_key=key,
        why=f"Both sides chose to move running clocks to version {version.number}.",
    )
    handoff.moved_at, handoff.moved_to, handoff.moved_window_key = at, version, key
    handoff.save(update_fields=["moved_at", "moved_to", "moved_window_key"])


# --- Closures --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClosureToCome:
    """A closure as stories read it, before there is a row of it."""

    date: dt.date
    recorded_at: dt.datetime
    retracted_at: dt.datetime | None = None


def moved_by_closure(
    agreement: Agreement, date: dt.date, now: dt.datetime
) -> Iterator[tuple[Handoff, dt.datetime | None, dt.datetime | None]]:
    """Each running clock whose deadline a closure of `date`, confirmed now, would move: its handoff, the
    deadline as it is, and as it would be. Reads, never writes."""
    clocks = running_clocks(agreement, now)
    handoffs = Handoff.objects.filter(clock__in=clocks).select_related("lead__owner")
    for batch in in_batches(handoffs):
        shelf = Shelf()
        shelf.read_for(batch)
        journals = entry_rows([handoff.lead_id for handoff in batch])
        for handoff in batch:
            entries, terms = journals.get(handoff.lead_id, []), shelf.terms(handoff)
            known: list[ClosureRow] = [*shelf.closures(handoff)]
            before, after = (
                judge(story_of(handoff, entries=entries, closures=closures, terms=terms, as_of=now)).deadline
                for closures in (known, [*known, ClosureToCome(date, now)])
            )
            if before != after:
                yield handoff, before, after
