"""A chunk of rows -> rows of the database, in one short transaction that may be repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from leads.models import ImportBatch
from leads.services.shape import lead_columns

from .finding import COLUMNS, Book
from .journal import Wanted, plan
from .merging import Held, Known, LeadState, tell
from .places import Places
from .rows import Rejected, Row
from .writing import Change, Writer, newly_measured

_TRIES = 4
_LOCK = 7_205_759  # of imports among PostgreSQL's advisory locks: chunks of two imports take turns
_NOT_YET = 1 << 62  # above every id of a journal: entries about to be written come last


@dataclass
class Outcome:
    """What came of a chunk. `rejected`: rows with their reasons. `unknown_owners`: matched nobody here."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[Row, str]] = field(default_factory=list)
    unknown_owners: set[str] = field(default_factory=set)
    without_agreement: int = 0


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
        self._writer = Writer({pk: email for email, pk in people.items()}, now)

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
        self._writer.write(changes, batch)
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
                    state = book.find(row) or LeadState(row.place, columns={"agreement_why": row.why})
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
        if same and not (state.handoff and newly_measured(state.handoff)):
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
