"""The entries that should stand for a lead, compared with those that do (pure)."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from leads.models import Entry, Stage
from leads.stages import is_later

from .merging import STAGE_OF, Handed, Held, Known, LeadState, first_instant, since
from .presets import OWNER_SINCE

# Plain texts: reading an enum member costs more than all else here, several times for each lead.
MOVED, ADVANCED = Entry.Type.MOVED.value, Entry.Type.ADVANCED.value
ASSIGNED, FOLLOW_UP = Entry.Type.ASSIGNED.value, Entry.Type.FOLLOW_UP.value
LEAD = Stage.LEAD.value

_ADVANCES = {"sql_at", "opportunity_at", "won_at"}


class Wanted(NamedTuple):
    """An entry that should stand. `on`: the handoff whose event it is. `note`: an owner's role."""

    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    on: Handed | None = None
    to_stage: str = ""
    held: Held = (None, "")
    note: str = ""


class Plan(NamedTuple):
    """What to write into a lead's journal, and what to take back; `kept` stays as it is."""

    write: list[Wanted]
    take_back: list[Known]
    kept: list[Known]


def plan(state: LeadState, now: dt.datetime) -> Plan:
    """From the facts of the lead to its journal. The order of `write` is that in which things happened."""
    by_slot: dict[str, list[Known]] = {}
    for entry in state.mine:
        by_slot.setdefault(_slot(entry.type, entry.to_stage), []).append(entry)
    write: list[Wanted] = []
    take_back: list[Known] = []
    kept: list[Known] = []
    for wanted in _moves_and_follow_up(state, now):
        stored = by_slot.pop(_slot(wanted.type, wanted.to_stage), [])
        if stored and _is(stored[-1], wanted):
            kept.append(stored.pop())
        else:
            write.append(wanted)
        take_back += stored
    assigned = by_slot.pop(ASSIGNED, [])
    wanted_owners = _owners(state, assigned, now)
    if [(e.note, e.at, e.held) for e in assigned] == [(w.note, w.at, w.held) for w in wanted_owners]:
        kept += assigned
    else:
        take_back += assigned
        write += wanted_owners
    for stored in by_slot.values():
        take_back += stored
    write.sort(key=lambda wanted: wanted.at)
    return Plan(write, take_back, kept)


def _slot(kind: str, to_stage: str) -> str:
    """Moves are told apart by where they lead, whichever type they are; anything else by its type."""
    return to_stage or kind


def _is(stored: Known, wanted: Wanted) -> bool:
    on = wanted.on.pk if wanted.on else None
    return stored.type == wanted.type and stored.at == wanted.at and stored.handoff_id == on


def known_from(at: dt.datetime, on: Handed | None, now: dt.datetime) -> dt.datetime:
    """Rule 5: events of a handoff that this import makes are known from when they happened, those added to
    a handoff already known from the import on; what is no handoff's event from when it happened.
    """
    return now if on is not None and on.known else at


def _moves_and_follow_up(state: LeadState, now: dt.datetime) -> list[Wanted]:
    handoff, facts = state.handoff, dict(state.facts)
    handoff_stage = _handoff_stage(state)
    if handoff is not None and handoff.by_import and handoff_stage:
        facts.setdefault(f"{handoff_stage}_at", handoff.at)
    found = []
    for fact, at in facts.items():
        stage = STAGE_OF[fact]
        on = handoff if _is_event(fact, at, handoff, handoff_stage) else None
        kind = MOVED if on is None else ADVANCED
        found.append(Wanted(kind, at, known_from(at, on, now), on, stage))
    if not facts and not state.others:
        at = first_instant(state, now)
        found.append(Wanted(MOVED, at, at, to_stage=LEAD))
    if handoff is not None and handoff.followed_up is not None:
        at = handoff.followed_up
        found.append(Wanted(FOLLOW_UP, at, known_from(at, handoff, now), handoff))
    return found


def _handoff_stage(state: LeadState) -> str:
    """The stage at which the handoff's version hands over; blank without a handoff."""
    if state.handoff is None:
        return ""
    for version, terms in state.place.versions:
        if version.pk == state.handoff.version_id:
            return terms.handoff_stage
    return ""


def _is_event(fact: str, at: dt.datetime, handoff: Handed | None, handoff_stage: str) -> bool:
    """interfaces.md: sql_at, opportunity_at and won_at are `advanced` in the story."""
    if fact not in _ADVANCES or handoff is None or not handoff_stage:
        return False
    return at >= handoff.at and is_later(STAGE_OF[fact], handoff_stage)


def _owners(state: LeadState, assigned: list[Known], now: dt.datetime) -> list[Wanted]:
    """The assignments that should stand, by role, in the order in which they were told.

    Another owner than before replaces the one told first, unless the lead was handed over under that one:
    then both stand, since what is added to a known handoff is known from the import on.
    """
    first = first_instant(state, now)
    known_before = state.handoff if state.handoff is not None and state.handoff.known else None
    found = []
    for role in OWNER_SINCE:
        if role not in state.owners:
            continue
        at = since(role, state, first)
        told = [entry for entry in assigned if entry.note == role]
        if told and told[-1].held != state.owners[role] and known_before is None:
            told = []
        for entry in told:
            recorded_at = max(at, entry.recorded_at) if known_before else at
            found.append(_assignment(at, recorded_at, entry.held, role))
        if not told or told[-1].held != state.owners[role]:
            found.append(_assignment(at, known_from(at, known_before, now), state.owners[role], role))
    return found


def _assignment(at: dt.datetime, recorded_at: dt.datetime, held: Held, role: str) -> Wanted:
    return Wanted(ASSIGNED, at, recorded_at, held=held, note=role)
