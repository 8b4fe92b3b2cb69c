"""Files uploaded to be imported: received, read as chosen, asked for, forgotten. working.py does the work."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import asdict, dataclass, replace
from typing import IO, Any

from django.db import transaction

from leads.models import Upload, UploadedFile
from smarketing.accounts.models import User

from .mapping import UNMAPPED, Mapping, match_columns, preset_that_fits
from .presets import LEADS, SORTS, Sort
from .reading import ImportFailed, Table, read_table
from .survey import MAX_ROWS

SMALL = 2_000  # rows that a page waits for; more are left to the worker
KEPT = dt.timedelta(hours=24)  # how long a file and its rejected rows are kept
BY_ITS_COLUMNS = "auto"  # no preset was chosen: the one whose columns are all there, else none
AS_THE_PRESET_SAYS = "preset"  # of a column that fills several fields at once
MAX_COLUMNS = 500
_A_MOMENT = dt.timedelta(minutes=1)
_LOOKED_THROUGH = 1_000  # rows, for samples
_SAMPLES = 3
_SAMPLE_LENGTH = 60


@dataclass(frozen=True)
class Options:
    """What was chosen for a file, as `prepare` takes it. `stated`: THEIRS=OURS texts, one a column. `what`: a
    key of SORTS."""

    agreement: str = ""
    preset: str = ""
    zone: str = ""
    dates: str = ""
    stated: tuple[str, ...] = ()
    what: str = LEADS.key

    @property
    def sort(self) -> Sort:
        return SORTS[self.what]

    @classmethod
    def of(cls, upload: Upload) -> Options:
        return cls(**{**upload.options, "stated": tuple(upload.options["stated"])})

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"stated": list(self.stated)}


def receive(
    file: IO[bytes],
    name: str,
    *,
    by: User,
    now: dt.datetime,
    preset: str = BY_ITS_COLUMNS,
    agreement: str = "",
    zone: str = "",
    dates: str = "",
    what: str = LEADS.key,
) -> Upload:
    """Keep a file that can be read, to be checked next; ImportFailed with a sentence for any other.

    `what`: a key of SORTS; presets are those of leads.
    """
    sort = SORTS[what]
    table = read_table(file, _tidy(name))
    rows, samples = _look_through(table)
    if preset == BY_ITS_COLUMNS or sort is not LEADS:
        preset = preset_that_fits(table.headers, sort)
    stated = stated_of(table.headers, match_columns(table.headers, preset=preset, sort=sort))
    options = Options(agreement, preset, zone, dates, stated, what)
    file.seek(0)
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    twice = _just_sent(by, digest, options, now)
    if twice is not None:
        return twice
    with transaction.atomic():
        upload = Upload.objects.create(
            by=by,
            file_name=table.name,
            file_sha256=digest,
            how=table.how,
            rows=rows,
            columns=[
                {"header": header, "samples": found}
                for header, found in zip(table.headers, samples, strict=True)
            ],
            options=options.as_data(),
            uploaded_at=now,
        )
        UploadedFile.objects.create(upload=upload, kind=UploadedFile.Kind.LEADS, content=content)
    return upload


def _just_sent(by: User, digest: str, options: Options, now: dt.datetime) -> Upload | None:
    """The same file from the same person, read the same way, a moment ago: a button pressed twice."""
    states = (Upload.State.CHECK, Upload.State.CHECKED)
    sent = Upload.objects.filter(
        by=by, file_sha256=digest, state__in=states, uploaded_at__gte=now - _A_MOMENT
    )
    return next((upload for upload in sent if Options.of(upload) == options), None)


def headers_of(upload: Upload) -> list[str]:
    return [column["header"] for column in upload.columns]


def mapping_of(upload: Upload) -> Mapping:
    """What each column fills by what was chosen, also where that can't be imported yet."""
    options = Options.of(upload)
    return match_columns(headers_of(upload), preset=options.preset, stated=options.stated, sort=options.sort)


def stated_of(headers: tuple[str, ...] | list[str], mapping: Mapping) -> tuple[str, ...]:
    """A mapping as one THEIRS=OURS text a column, without those that only a preset can say."""
    chosen = choices_of(headers, mapping)
    return tuple(f"{header}={ours}" for header, ours in chosen.items() if ours != AS_THE_PRESET_SAYS)


def choices_of(headers: tuple[str, ...] | list[str], mapping: Mapping) -> dict[str, str]:
    """For each column the field it fills, `extra`, or that the preset says it."""
    found = dict.fromkeys(headers, UNMAPPED)
    for column in mapping.columns:
        if len(column.targets) > 1 or any(target.zone or target.role for target in column.targets):
            found[column.header] = AS_THE_PRESET_SAYS
        elif column.targets:
            found[column.header] = column.targets[0].field
    return found


def choose(upload: Upload, options: Options) -> bool:
    """Take other choices, to be checked next. False where it is being imported or was."""
    if options.preset != upload.options["preset"]:
        headers = headers_of(upload)
        stated = stated_of(headers, match_columns(headers, preset=options.preset, sort=options.sort))
        options = replace(options, stated=stated)
    states = (Upload.State.CHECK, Upload.State.CHECKED)
    changed = Upload.objects.filter(pk=upload.pk, state__in=states).update(
        options=options.as_data(), **_waiting(Upload.State.CHECK)
    )
    return bool(changed)


def ask_import(upload: Upload, now: dt.datetime) -> bool:
    """Have the file imported as it was checked. False where that can't be, or was asked before: once is all.

    `upload` as its reader saw it: each check has a claim of its own, so one made since then refuses this.
    """
    if upload.found.get("problem"):
        return False
    asked = Upload.objects.filter(pk=upload.pk, state=Upload.State.CHECKED, claim=upload.claim).update(
        begun_at=now, **_waiting(Upload.State.IMPORT)
    )
    return bool(asked)


def forget_old(now: dt.datetime) -> int:
    """Delete what is older than a day: files, rejected rows, samples; returns how many files.

    Counts and names of imported files stay. What is being worked on is left alone.
    """
    old = Upload.objects.filter(uploaded_at__lt=now - KEPT).exclude(state=Upload.State.IMPORT)
    files, _ = UploadedFile.objects.filter(upload__in=old).delete()
    old.filter(state__in=(Upload.State.CHECK, Upload.State.CHECKED)).delete()
    for upload in old.exclude(columns=[]):
        upload.columns, upload.found = [], {**upload.found, "reasons": []}
        upload.save(update_fields=["columns", "found"])
    return files


def file_of(upload: Upload, kind: str) -> bytes | None:
    """The bytes of the file or of its rejected rows, while they are kept."""
    content = UploadedFile.objects.filter(upload=upload, kind=kind).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def open_file(upload: Upload) -> IO[bytes]:
    """The file; ImportFailed once it is deleted."""
    content = file_of(upload, UploadedFile.Kind.LEADS)
    if content is None:
        raise ImportFailed(f"{upload.file_name} was deleted after a day. Upload it again.")
    return io.BytesIO(content)


def _waiting(state: str) -> dict[str, Any]:
    return {"state": state, "claim": "", "alive_at": None, "tries": 0, "taken": 0}


def _tidy(name: str) -> str:
    """A file's name as it can be stored and shown."""
    return "".join(char for char in name if char.isprintable())[-255:] or "leads.csv"


def _look_through(table: Table) -> tuple[int, list[list[str]]]:
    """How many rows there are, and up to three different values of each column."""
    width = len(table.headers)
    if width > MAX_COLUMNS:
        raise ImportFailed(
            f"{table.name} has {width:,} columns, and a page can show {MAX_COLUMNS}. "
            "Delete those you don’t need."
        )
    samples: list[list[str]] = [[] for _ in table.headers]
    rows = 0
    for _, cells in table.rows():
        rows += 1
        if rows > MAX_ROWS:
            raise ImportFailed(f"The file has more than {MAX_ROWS:,} rows. Split it into smaller files.")
        if rows <= _LOOKED_THROUGH:
            _sample(cells, samples)
    if not rows:
        raise ImportFailed(
            f"{table.name} has a header line and nothing below it. It needs a line for each lead."
        )
    return rows, samples


def _sample(cells: list[str], samples: list[list[str]]) -> None:
    for cell, found in zip(cells, samples, strict=False):
        text = cell.replace("\x00", "").strip()
        if len(text) > _SAMPLE_LENGTH:
            text = f"{text[:_SAMPLE_LENGTH]}…"
        if text and len(found) < _SAMPLES and text not in found:
            found.append(text)
