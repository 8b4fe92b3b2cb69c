"""Clocks of handoffs that an import makes together with their leads: judged from what is in memory.

The same steps as leads.services.clocks.refresh, which reads the journal back from the database, and the same
functions; for a new lead the journal is what was just written. Everything else goes through refresh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from leads.models import Clock, Handoff
from leads.services.projecting import CLOCK_COLUMNS, clock_values
from leads.stories import EntryRow, Shelf, story_on
from slas.rules.clock import project

from .journal import FOLLOW_UP, Wanted
from .tables import insert


class NewHandoff(NamedTuple):
    """The columns of a handoff about to be written; a tuple, because there are as many as leads."""

    id: int
    lead_id: int
    agreement_id: int
    version_id: int
    at: dt.datetime
    recorded_at: dt.datetime
    measured: bool
    window_key: str
    window_why: str
    matched_on: dict[str, Any]

    @property
    def pk(self) -> int:
        return self.id

    @property
    def terms_version_id(self) -> int:
        return self.version_id

    @property
    def terms_window_key(self) -> str:
        return self.window_key

    @property
    def has_clock(self) -> bool:
        return self.measured and self.window_key != ""


class Fresh(NamedTuple):
    """A handoff just written, with the journal of its lead: ids and entries, in the order of the journal."""

    handoff: NewHandoff
    journal: list[tuple[int, Wanted]]


def insert_clocks(fresh: Iterable[Fresh], emails: Mapping[int, str], now: dt.datetime) -> None:
    """Write the clocks of new measured handoffs under a window. `emails`: of people here, by id."""
    fresh = list(fresh)
    shelf = Shelf()
    shelf.read_for([cast(Handoff, each.handoff) for each in fresh])
    insert(Clock, ("handoff_id", *CLOCK_COLUMNS), [_clock(each, shelf, emails, now) for each in fresh])


def _clock(fresh: Fresh, shelf: Shelf, emails: Mapping[int, str], now: dt.datetime) -> tuple[Any, ...]:
    handoff = cast(Handoff, fresh.handoff)
    entries = [_entry_row(pk, handoff.lead_id, wanted, emails) for pk, wanted in fresh.journal]
    story = story_on(shelf, handoff, entries, now)
    columns = clock_values(handoff, story, project(story), entries)
    return (handoff.pk, *(columns[name] for name in CLOCK_COLUMNS))


def _entry_row(pk: int, lead: int, wanted: Wanted, emails: Mapping[int, str]) -> EntryRow:
    person, text = wanted.held
    return EntryRow(
        id=pk,
        lead_id=lead,
        handoff_id=wanted.on.pk if wanted.on else None,
        type=wanted.type,
        at=wanted.at,
        recorded_at=wanted.recorded_at,
        to_stage=wanted.to_stage,
        to_owner_id=person,
        to_email=emails.get(person) if person else None,
        to_text=text,
        imported=wanted.type == FOLLOW_UP,
    )
