"""An import of what leads did, from file to scores: the same steps as that of leads (running.py)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from leads.models import ImportBatch
from slas.rules.zones import zone_of
from smarketing.accounts.models import User

from .events import Event, EventReader, EventStore
from .mapping import Mapping, choose_mapping
from .places import Places
from .presets import EVENTS
from .reading import ImportFailed, Table, read_table
from .rejects import Rejects
from .rows import Rejected
from .running import Imported, Progress, count_what_was_in, finish
from .survey import Survey, date_reader

CHUNK = 5_000  # rows in one transaction


class TakenIn(Imported):
    """What came of a file of events: an event never changes."""

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("created", "unchanged", "rejected")}


@dataclass(frozen=True)
class EventImport:
    """A file that can be imported: how it is read, which column says what."""

    table: Table
    mapping: Mapping
    survey: Survey
    places: Places
    store: EventStore
    zone: str
    now: dt.datetime
    digest: str


def prepare_events(
    file: IO[bytes],
    name: str,
    *,
    now: dt.datetime,
    agreement: str = "",
    stated: Sequence[str] = (),
    zone: str = "",
    dates: str = "",
) -> EventImport:
    """Everything that can be known of a file before a row is stored; ImportFailed with a sentence.

    `agreement`: only leads of it are meant; blank for all. `zone`: of dates and wall times; blank for that of
    the agreement of each lead. The rest as running.prepare has it.
    """
    if zone:
        try:
            zone_of(zone)
        except ValueError as error:
            raise ImportFailed(str(error)) from None
    table = read_table(file, name)
    mapping = choose_mapping(table.headers, stated=stated, sort=EVENTS)
    places = Places(agreement, zone)
    survey = Survey(table, mapping)
    store = EventStore(places, date_reader(survey, dates, now), now)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    return EventImport(table, mapping, survey, places, store, zone, now, digest)


def run_events(
    prepared: EventImport,
    *,
    by: User | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    resume: ImportBatch | None = None,
) -> TakenIn:
    """Import the file: good rows in, bad ones into `rejects`, as running.run has it. Scores follow at once;
    leads that become MQLs by it do so with the next tick.
    """
    store, done = prepared.store, TakenIn()
    store.batch = resume
    with Rejects(prepared.table, len(prepared.mapping.columns), rejects) as rejected:
        taken = 0
        for events, read in _chunks(prepared, rejected):
            outcome = store.store(events, lambda: _new_batch(prepared, by), dry_run)
            done.created += outcome.created
            done.unchanged += outcome.unchanged
            for event, reason in outcome.rejected:
                rejected.add(event.number, event.cells, reason)
            taken += read
            if progress is not None:
                progress(taken, prepared.survey.rows)
        done.rejected, done.reasons = rejected.count, sorted(rejected.first)
    if resume is not None:
        count_what_was_in(done, resume, prepared.survey.rows)
    done.batch = finish(store.batch, done, prepared.now)
    return done


def _chunks(prepared: EventImport, rejects: Rejects) -> Iterator[tuple[list[Event], int]]:
    """The events of so many rows, and how many rows these were; rows that can't be read are rejected."""
    read, width = EventReader(prepared.mapping).read, len(prepared.table.headers)
    chunk: list[Event] = []
    rows = 0
    for number, cells in prepared.table.rows():
        rows += 1
        try:
            chunk.append(read(number, cells, width))
        except Rejected as reason:
            rejects.add(number, cells, str(reason))
        if rows >= CHUNK:
            yield chunk, rows
            chunk, rows = [], 0
    if rows:
        yield chunk, rows


def _new_batch(prepared: EventImport, by: User | None) -> ImportBatch:
    named = prepared.places.named
    return ImportBatch.objects.create(
        agreement=named.agreement if named else None,
        file_name=prepared.table.name[-255:],
        file_sha256=prepared.digest,
        preset=EVENTS.key,
        mapping=prepared.mapping.as_data(),
        time_zone=prepared.zone or (named.zone if named else ""),
        by=by,
        started_at=prepared.now,
    )
