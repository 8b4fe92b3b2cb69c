"""An import from file to figures: read, match columns, survey, check, merge, store."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from leads.models import ImportBatch
from slas.rules.zones import zone_of
from smarketing.accounts.models import User

from .mapping import Mapping, choose_mapping
from .places import Places
from .reading import ImportFailed, Table, read_table
from .rejects import Rejects
from .rows import Rejected, Row, RowReader
from .storing import Outcome, Store
from .survey import Survey, date_reader

CHUNK = 2_000  # rows in one transaction

Progress = Callable[[int, int], None]


@dataclass
class Imported:
    """What came of a file: each row counts once. `reasons`: the first rejected rows, (row number, reason)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    unknown_owners: list[str] = field(default_factory=list)
    without_agreement: int = 0
    batch: ImportBatch | None = None

    def counts(self) -> dict[str, int]:
        names = ("created", "updated", "unchanged", "rejected")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Import:
    """A file that can be imported: how it is read, which column fills what, how its dates are meant."""

    table: Table
    mapping: Mapping
    survey: Survey
    places: Places
    reader: RowReader
    zone: str
    now: dt.datetime
    digest: str


class _Checked(NamedTuple):
    number: int
    cells: Sequence[str]
    row: Row | None
    reason: str


def prepare(
    file: IO[bytes],
    name: str,
    *,
    now: dt.datetime,
    agreement: str = "",
    preset: str = "",
    stated: Sequence[str] = (),
    zone: str = "",
    dates: str = "",
) -> Import:
    """Everything that can be known of a file before a row is stored; ImportFailed with a sentence.

    `now`: aware, whole seconds; no date may lie after it. `agreement`: a slug, or blank for "by scope".
    `stated`: THEIRS=OURS texts. `zone`: of dates and wall times; blank for the agreement's. `dates`:
    ymd, dmy, mdy, or blank to see from the file.
    """
    if zone:
        try:
            zone_of(zone)
        except ValueError as error:
            raise ImportFailed(str(error)) from None
    table = read_table(file, name)
    mapping = choose_mapping(table.headers, preset=preset, stated=stated)
    places = Places(agreement, zone)
    survey = Survey(table, mapping)
    reader = RowReader(mapping, places, date_reader(survey, dates, now))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    return Import(table, mapping, survey, places, reader, zone, now, digest)


def run(
    prepared: Import,
    *,
    by: User | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    resume: ImportBatch | None = None,
) -> Imported:
    """Import the file: good rows in, bad ones into `rejects` (a CSV) where that is named.

    `progress(rows done, rows in all)` is called after each chunk. With `dry_run` the counts and rejects
    are the same and nothing is stored. Nothing is mailed and nobody is told. `resume`: the batch of a run of
    the same import that was cut short; the counts are then those of both.
    """
    store = Store(
        prepared.places,
        {email.lower(): pk for pk, email in User.objects.values_list("pk", "email")},
        measures=prepared.mapping.fills("first_follow_up_at"),
        now=prepared.now,
        new_batch=lambda: _new_batch(prepared, by),
        dry_run=dry_run,
    )
    store.batch = resume
    done = Imported()
    unknown: set[str] = set()
    with Rejects(prepared.table, len(prepared.mapping.columns), rejects) as rejected:
        for groups, taken in _chunks(prepared):
            outcome = store.store(_good(groups, rejected))
            _add(done, outcome, rejected)
            unknown |= outcome.unknown_owners
            if progress is not None:
                progress(taken, prepared.survey.rows)
        done.rejected, done.reasons = rejected.count, rejected.first
    done.unknown_owners = sorted(unknown)
    if resume is not None:
        count_what_was_in(done, resume, prepared.survey.rows)
    done.batch = finish(store.batch, done, prepared.now)
    return done


def import_file(
    file: IO[bytes],
    name: str,
    *,
    now: dt.datetime,
    agreement: str = "",
    preset: str = "",
    stated: Sequence[str] = (),
    zone: str = "",
    dates: str = "",
    by: User | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """`prepare`, then `run`."""
    prepared = prepare(
        file, name, now=now, agreement=agreement, preset=preset, stated=stated, zone=zone, dates=dates
    )
    return run(prepared, by=by, rejects=rejects, dry_run=dry_run, progress=progress)


def _checked(prepared: Import) -> Iterator[_Checked]:
    read, width = prepared.reader.read, len(prepared.table.headers)
    for number, cells in prepared.table.rows():
        try:
            yield _Checked(number, cells, read(number, cells, width), "")
        except Rejected as reason:
            yield _Checked(number, cells, None, str(reason))


def _chunks(prepared: Import) -> Iterator[tuple[list[list[_Checked]], int]]:
    """Groups of rows, those of one lead together, in chunks; with how many rows were taken so far."""
    chunk: list[list[_Checked]] = []
    waiting = taken = 0
    for group in prepared.survey.groups.together(_checked(prepared)):
        chunk.append(group)
        waiting += len(group)
        taken += len(group)
        if waiting >= CHUNK:
            yield chunk, taken
            chunk, waiting = [], 0
    if chunk:
        yield chunk, taken


def _good(groups: Iterable[Iterable[_Checked]], rejects: Rejects) -> list[list[Row]]:
    good = []
    for group in groups:
        rows = []
        for checked in group:
            if checked.row is None:
                rejects.add(checked.number, checked.cells, checked.reason)
            else:
                rows.append(checked.row)
        if rows:
            good.append(rows)
    return good


def _add(done: Imported, outcome: Outcome, rejects: Rejects) -> None:
    done.created += outcome.created
    done.updated += outcome.updated
    done.unchanged += outcome.unchanged
    done.without_agreement += outcome.without_agreement
    for row, reason in outcome.rejected:
        rejects.add(row.number, row.cells, reason)


def _new_batch(prepared: Import, by: User | None) -> ImportBatch:
    named = prepared.places.named
    return ImportBatch.objects.create(
        agreement=named.agreement if named else None,
        file_name=prepared.table.name[-255:],
        file_sha256=prepared.digest,
        preset=prepared.mapping.preset,
        mapping=prepared.mapping.as_data(),
        time_zone=prepared.zone or (named.zone if named else ""),
        by=by,
        started_at=prepared.now,
    )


def count_what_was_in(done: Imported, batch: ImportBatch, rows: int) -> None:
    """The rows that the run before had stored were found unchanged by this one: they count as stored."""
    batch.refresh_from_db(fields=["created", "updated"])
    done.created, done.updated = batch.created, batch.updated
    done.unchanged = max(0, rows - done.rejected - done.created - done.updated)


def finish(batch: ImportBatch | None, done: Imported, now: dt.datetime) -> ImportBatch | None:
    """A file that changed nothing leaves no row behind, so the same file twice is the same as once."""
    if batch is None:
        return None
    batch.unchanged, batch.rejected = done.unchanged, done.rejected
    batch.unknown_owners, batch.finished_at = done.unknown_owners, now
    batch.save(update_fields=["unchanged", "rejected", "unknown_owners", "finished_at"])
    return batch
