"""A chunk of rows -> rows of the database, in one short transaction that may be repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from leads.models import Entry, Handoff, ImportBatch, Lead
from leads.services.clocks import refresh, touch_many
from leads.services.shape import lead_columns
from leads.services.tiers import ATTRIBUTES, Tier, tier_of

from .finding import ARRIVALS, COLUMNS, Book
from .journal import Plan, Wanted, plan
from .merging import Handed, Held, Known, LeadState, tell
from .places import Places
from .rows import Rejected, Row
from .tables import insert, next_ids, update

_TRIES = 4
_LOCK = 7_205_759  # of imports among PostgreSQL's advisory locks: chunks of two imports take turns
_NOT_YET = 1 << 62  # above every id of a journal: entries about to be written come last

_LEAD = ("id", "agreement_id", *COLUMNS, "recorded_at", "batch_id")
_HANDOFF = (
    *("id", "lead_id", "agreement_id", "version_id", "at", "recorded_at", "entered_at", "by_id", "batch_id"),
    *("measured", "window_key", "window_why", "matched_on"),
)
_ENTRY = (
    *("id", "lead_id", "handoff_id", "type", "at", "recorded_at", "entered_at", "batch_id", "to_stage"),
    *("to_owner_id", "to_owner_text", "kind", "outcome", "imported", "note"),
)


@dataclass
class Outcome:
    """What came of a chunk. `rejected`: rows with their reasons. `unknown_owners`: matched nobody here."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[Row, str]] = field(default_factory=list)
    unknown_owners: set[str] = field(default_factory=set)
    without_agreement: int = 0


@dataclass
class Change:
    """A lead that differs from what is stored, with what its journal gains and loses."""

    state: LeadState
    plan: Plan
    columns: dict[str, Any]


class Store:
    """Merges chunks of rows into the database. One per import; `now` is the instant of all that it writes.

    Two imports at once take turns chunk by chunk, and each chunk is merged with what is stored by then, so
    the same file twice at once ends as the same file once. Cut short, everything stored is whole, and the
    next run goes on. With `dry_run` nothing is stored and the outcome is the same.
    """

    def __init__(
        self,
        places: Places,
        people: dict[str, int],
        *,
        measures: bool,
        now: dt.datetime,
        new_batch: Callable[[], ImportBatch],
        dry_run: bool = False,
    ) -> None:
        self.batch: ImportBatch | None = None
        self._places = places
        self._people = people
        self._measures = measures
        self._now = now
        self._new_batch = new_batch
        self._dry_run = dry_run
        self._tiers: dict[Any, Tier] = {}

    def store(self, groups: Sequence[Sequence[Row]]) -> Outcome:
        """Merge and store rows; those of one lead come in one group."""
        for attempt in range(_TRIES):
            try:
                with transaction.atomic():
                    outcome, batch = self._store(groups)
            except (IntegrityError, OperationalError):
                # Somebody else added the same lead meanwhile, or held what we need: look again.
                if attempt == _TRIES - 1:
                    raise
            else:
                self.batch = batch
                return outcome
        raise AssertionError("unreachable")

    def _store(self, groups: Sequence[Sequence[Row]]) -> tuple[Outcome, ImportBatch | None]:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        outcome = Outcome()
        states = self._merge(groups, outcome)
        changes = [change for state in states if (change := self._change(state)) is not None]
        _count(states, {id(change.state) for change in changes}, outcome)
        if self._dry_run or not changes:
            return outcome, self.batch
        batch = self.batch or self._new_batch()
        self._write(changes, batch)
        ImportBatch.objects.filter(pk=batch.pk).update(
            created=F("created") + outcome.created, updated=F("updated") + outcome.updated
        )
        return outcome, batch

    def _merge(self, groups: Sequence[Sequence[Row]], outcome: Outcome) -> list[LeadState]:
        """The leads that rows speak of, each row told."""
        book = Book(self._places, [row for group in groups for row in group])
        told: dict[int, LeadState] = {}
        for group in groups:
            for row in group:
                try:
                    state = book.find(row) or LeadState(row.place)
                    tell(state, row, self._held(row, outcome), measures=self._measures)
                except Rejected as reason:
                    outcome.rejected.append((row, str(reason)))
                    continue
                book.add(state)
                told[id(state)] = state
        return list(told.values())

    def _held(self, row: Row, outcome: Outcome) -> dict[str, Held]:
        """The row's owners: people here by e-mail, others by their text."""
        held: dict[str, Held] = {}
        for owner in row.owners:
            person = self._people.get(owner.text.lower())
            held[owner.role] = (person, "") if person else (None, owner.text)
            if person is None:
                outcome.unknown_owners.add(owner.text)
        return held

    def _change(self, state: LeadState) -> Change | None:
        """What has to be written for a lead; None where it stands as it is."""
        made = plan(state, self._now)
        standing = [*state.others, *made.kept, *(self._as_known(n, w) for n, w in enumerate(made.write))]
        created_at = state.columns.get("created_at") or self._now
        shape = lead_columns(SimpleNamespace(created_at=created_at), standing)  # type: ignore[arg-type]
        columns = state.columns | {name: shape[name] for name in COLUMNS if name in shape}
        same = columns == state.before and not made.write and not made.take_back
        if same and not (state.handoff and _newly_measured(state.handoff)):
            return None
        return Change(state, made, columns)

    def _as_known(self, number: int, wanted: Wanted) -> Known:
        return Known(
            _NOT_YET + number,
            wanted.type,
            wanted.at,
            wanted.recorded_at,
            self._now,
            None,
            None,
            wanted.to_stage,
            *wanted.held,
            False,
            wanted.note,
        )

    def _write(self, changes: Sequence[Change], batch: ImportBatch) -> None:
        new = [change.state for change in changes if change.state.is_new]
        for state, pk in zip(new, next_ids(Lead, len(new)), strict=True):
            state.pk = pk
        created = {id(state) for state in new}
        rows = [_lead_row(c, self._now, batch.pk) for c in changes if id(c.state) in created]
        insert(Lead, _LEAD, rows)
        update(Lead, COLUMNS, [_update_row(c) for c in changes if id(c.state) not in created])
        self._write_handoffs(changes, batch)
        self._write_entries(changes, batch)
        refresh(_to_judge(changes), self._now, reason=f"{batch.file_name} was imported."[:200])
        touch_many(_touched(changes), f"{batch.file_name} was imported."[:200], self._now)

    def _write_handoffs(self, changes: Sequence[Change], batch: ImportBatch) -> None:
        new = [c for c in changes if c.state.handoff is not None and c.state.handoff.pk is None]
        rows = []
        for change, pk in zip(new, next_ids(Handoff, len(new)), strict=True):
            state, handoff = change.state, change.state.handoff
            if handoff is None:
                continue
            handoff.pk = pk
            tier = self._tier(state, handoff.version_id)
            rows.append(
                (
                    *(pk, state.pk, state.place.pk, handoff.version_id),
                    *(handoff.at, handoff.at, self._now, batch.by_id, batch.pk),
                    *(handoff.measured, *tier),
                )
            )
        insert(Handoff, _HANDOFF, rows)
        newly = [c.state.handoff.pk for c in changes if c.state.handoff and _newly_measured(c.state.handoff)]
        Handoff.objects.filter(pk__in=newly).update(measured=True)

    def _tier(self, state: LeadState, version_id: int | None) -> Tier:
        """Rule 14: the window that takes the lead as it is when it is handed over."""
        terms = next(terms for version, terms in state.place.versions if version.pk == version_id)
        columns = state.columns
        attributes = {**(columns.get("extra") or {}), **{name: columns.get(name, "") for name in ATTRIBUTES}}
        key = (version_id, *(attributes.get(w.match["field"]) for w in terms.windows if w.match))
        if key not in self._tiers:
            self._tiers[key] = tier_of(terms, attributes)
        return self._tiers[key]

    def _write_entries(self, changes: Sequence[Change], batch: ImportBatch) -> None:
        """Taken back now, or when it was recorded, if another import wrote it since this one began."""
        gone = [entry for change in changes for entry in change.plan.take_back]
        if gone:
            last = max(self._now, *(entry.recorded_at for entry in gone))
            Entry.objects.filter(pk__in=[entry.id for entry in gone]).update(retracted_at=last)
        wanted = [(change.state.pk, each) for change in changes for each in change.plan.write]
        ids = next_ids(Entry, len(wanted))
        now, batch_id = self._now, batch.pk
        insert(
            Entry,
            _ENTRY,
            [_entry_row(pk, lead, each, now, batch_id) for pk, (lead, each) in zip(ids, wanted, strict=True)],
        )


def _newly_measured(handoff: Handed) -> bool:
    return handoff.known and handoff.measured and not handoff.was_measured


def _count(states: Iterable[LeadState], changed: set[int], outcome: Outcome) -> None:
    """Each row once: made the lead, changed it, or changed nothing, as rows that undo each other do."""
    for state in states:
        rows = iter(state.rows)
        if state.is_new:
            next(rows)
            outcome.created += 1
            outcome.without_agreement += state.place.agreement is None
        for _, told_something in rows:
            if told_something and id(state) in changed:
                outcome.updated += 1
            else:
                outcome.unchanged += 1


def _lead_row(change: Change, now: dt.datetime, batch: int) -> tuple[Any, ...]:
    columns, state = change.columns, change.state
    values = [columns.get(name, _BLANK.get(name, "")) for name in COLUMNS]
    return (state.pk, state.place.pk, *values, now, batch)


_BLANK: dict[str, Any] = {"amount": None, "extra": {}}


def _update_row(change: Change) -> tuple[Any, ...]:
    return (change.state.pk, *(change.columns[name] for name in COLUMNS))


def _entry_row(pk: int, lead: int | None, wanted: Wanted, now: dt.datetime, batch: int) -> tuple[Any, ...]:
    followed_up = wanted.type == Entry.Type.FOLLOW_UP
    kind, outcome = ("other", "unknown") if followed_up else ("", "")
    on = wanted.on.pk if wanted.on else None
    when = (wanted.at, wanted.recorded_at, now)
    return (
        *(pk, lead, on, wanted.type, *when, batch, wanted.to_stage),
        *(*wanted.held, kind, outcome, followed_up, wanted.note),
    )


def _to_judge(changes: Iterable[Change]) -> list[int]:
    """Handoffs whose clock may differ: all but new ones that nobody measures."""
    found = []
    for change in changes:
        handoff = change.state.handoff
        if handoff is None or handoff.pk is None:
            continue
        written = change.plan.write or change.plan.take_back or _newly_measured(handoff)
        if written if handoff.known else handoff.measured:
            found.append(handoff.pk)
    return found


def _touched(changes: Iterable[Change]) -> set[tuple[int, dt.datetime]]:
    """Every instant at which a figure may differ now: arrivals and handoffs, before and after."""
    found: set[tuple[int, dt.datetime]] = set()
    for change in changes:
        agreement = change.state.place.pk
        if agreement is None:
            continue
        for columns in (change.columns, change.state.before):
            found.update((agreement, columns[name]) for name in ARRIVALS if columns.get(name))
        if change.state.handoff is not None:
            found.add((agreement, change.state.handoff.at))
    return found
