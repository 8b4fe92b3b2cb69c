"""The one door to a lead: lock it, see what is true now, append to its journal, bring columns and clocks up.

Every service of this package goes through `enter`; nothing else writes entries of a lead at work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Max

from leads.models import Entry, Handoff, Lead
from leads.services.projecting import reckon
from leads.services.refreshing import write_clocks
from leads.services.refusal import NotAllowed, Refused
from leads.services.shape import ended_at, lead_columns
from leads.services.touched import zones_of
from leads.stories import Shelf
from slas.rules.wording import instant
from smarketing.accounts.models import User

__all__ = ["NotAllowed", "Refused", "Visit", "enter", "holder_id", "whole_second"]

_SHAPING = frozenset({Entry.Type.ASSIGNED, Entry.Type.OVERTURNED})


class Visit:
    """One person at one locked lead, or nobody: what it does by itself. `handoff` is the lead's last one,
    `repeated` what this very click wrote when it came before; `now` is never earlier than what the journal
    already knows.
    """

    def __init__(self, lead: Lead, by: User | None, now: dt.datetime, click: str) -> None:
        self.lead, self.by, self.now, self.click = lead, by, now, click
        self.repeated = list(lead.entries.filter(click=click).order_by("id")) if click else []
        self.handoff = lead.handoffs.select_related("agreement", "version").order_by("-at", "-id").first()
        self._reshaped = self._changed = False

    def allow(self, allowed: bool, sentence: str) -> None:
        """NotAllowed with the sentence unless the person may."""
        if not allowed:
            raise NotAllowed(sentence)

    @property
    def person(self) -> User:
        """Who is at it; NotAllowed where nobody is."""
        if self.by is None:
            raise NotAllowed(f"{self.lead} does not do that by itself.")
        return self.by

    def when(self, at: dt.datetime) -> str:
        """An instant in words, in the zone of whoever is asking; where nobody is, in the agreement's."""
        if self.by is not None:
            return instant(at, self.by.time_zone, self.now)
        agreement = self.lead.agreement_id or 0
        return instant(at, zones_of([agreement], self.now)[agreement], self.now)

    def write(self, type: Entry.Type, *, at: dt.datetime | None = None, **fields: Any) -> Entry:
        """Append one entry, recorded now; it happened now unless `at` says earlier."""
        entry = Entry(
            lead=self.lead,
            type=type,
            at=at or self.now,
            recorded_at=self.now,
            entered_at=self.now,
            by=self.by,
            click=self.click,
            **fields,
        )
        entry.save(force_insert=True)
        self._note_change(entry)
        return entry

    def move(self, type: Entry.Type, to_stage: str, **fields: Any) -> Entry:
        """Append a stage move."""
        return self.write(type, from_stage=self.lead.stage, to_stage=to_stage, **fields)

    def retract(self, entry: Entry) -> None:
        """Take an entry back as of now; it stays in the journal."""
        entry.retracted_at = self.now
        entry.save(update_fields=["retracted_at"])
        self._note_change(entry)

    def _note_change(self, entry: Entry) -> None:
        self._changed = True
        self._reshaped = self._reshaped or bool(entry.to_stage) or entry.type in _SHAPING

    def leave(self) -> None:
        """Bring the lead's columns, its handoffs and their clocks to what the journal says."""
        if self._reshaped:
            self._reshape()
        if self._changed:
            handoffs = list(Handoff.objects.filter(lead=self.lead))
            if handoffs:
                reason = f"The journal of {self.lead} changed."[:200]
                write_clocks(list(reckon(handoffs, self.now, Shelf())), self.now, reason)

    def _reshape(self) -> None:
        entries = list(self.lead.entries.shaping().order_by("id"))
        columns = lead_columns(self.lead, entries)
        changed = {name: value for name, value in columns.items() if getattr(self.lead, name) != value}
        if changed:
            Lead.objects.filter(pk=self.lead.pk).update(**changed)
            for name, value in changed.items():
                setattr(self.lead, name, value)
        if self.handoff is not None:
            self._end_handoff(ended_at(self.handoff, entries))

    def _end_handoff(self, ended: dt.datetime | None) -> None:
        if self.handoff is not None and self.handoff.ended_at != ended:
            self.handoff.ended_at = ended
            self.handoff.save(update_fields=["ended_at"])


@contextmanager
def enter(lead: Lead, *, by: User | None, now: dt.datetime, click: str = "") -> Iterator[Visit]:
    """Lock the lead and stand at it until the block ends; then its columns and clocks follow the journal.

    `by` None: it moves by itself. `now`: aware, cut to whole seconds. Who waited for the lock, or whose
    machine runs behind, is given the last instant the journal knows: time does not run backwards within a
    lead. `lead` itself is brought up to date for the caller.
    """
    now = whole_second(now)
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        visit = Visit(locked, by, max(now, _last_known(locked)), click)
        yield visit
        visit.leave()
    for field in Lead._meta.concrete_fields:
        setattr(lead, field.attname, getattr(locked, field.attname))


def whole_second(now: dt.datetime) -> dt.datetime:
    """`now` as every service keeps it: aware (ValueError if it is not), cut to whole seconds."""
    if now.tzinfo is None:
        raise ValueError("A service needs an aware `now`.")
    return now.replace(microsecond=0)


def _last_known(lead: Lead) -> dt.datetime:
    found = lead.entries.aggregate(recorded=Max("recorded_at"), retracted=Max("retracted_at"))
    return max([lead.recorded_at, *(instant for instant in found.values() if instant is not None)])


def holder_id(lead: Lead) -> int | None:
    """Who owns the lead, for permissions. With somebody unknown here it is nobody's of ours, but not free."""
    return 0 if lead.owner_id is None and lead.owner_text else lead.owner_id
