"""Checking and importing an upload, in a request or by the worker: one at a time, whoever claims it."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from leads.models import ImportBatch, Upload, UploadedFile
from smarketing.accounts.permissions import may_import

from .dates import DatesInDoubt
from .presets import EVENTS
from .reading import ImportFailed
from .running import Import, Imported, prepare, run
from .running_events import EventImport, prepare_events, run_events
from .uploads import Options, forget_old, open_file

MOST_TRIES = 4  # runs that were killed before it is given up

Now = Callable[[], dt.datetime]
logger = logging.getLogger(__name__)


class Lost(Exception):
    """Somebody else works on it now, or other choices were made: what this run found is of no use."""


def work_on_what_is_due(now: Now) -> int:
    """Check and import all that waits, oldest first, and forget what is old; returns how many it was."""
    forget_old(now())
    waiting = Upload.objects.due(now()).order_by("uploaded_at", "id").values_list("pk", flat=True)
    return sum(work(pk, now) for pk in waiting)


def work(pk: int, now: Now) -> bool:
    """Check or import the upload, unless it is not due. Whatever happens, the row says it.

    A killed run is taken up again when its lease is over: what was stored is whole, and the counts are those
    of both runs. `now()`: aware, whole seconds; asked again and again, to say that the run is alive.
    """
    upload = _claim(pk, now())
    if upload is None:
        return False
    try:
        if upload.tries > MOST_TRIES:
            raise ImportFailed(
                f"It was cut short {MOST_TRIES} times. What was imported is whole. "
                "Split the file and import the parts."
            )
        if upload.state == Upload.State.IMPORT:
            _import(upload, now)
        else:
            _check(upload, now)
    except Lost:
        return False
    except ImportFailed as failed:
        _stop(upload, now(), failed)
    except Exception:
        logger.exception("Upload %s could not be worked on.", upload.pk)
        _stop(
            upload,
            now(),
            ImportFailed("It stopped on a fault of ours. What was imported is whole. Try again."),
        )
    return True


def _claim(pk: int, now: dt.datetime) -> Upload | None:
    claim = secrets.token_hex(8)
    due = Upload.objects.filter(pk=pk).due(now)
    if not due.update(claim=claim, alive_at=now, tries=F("tries") + 1, taken=0):
        return None
    return Upload.objects.select_related("by").filter(pk=pk, claim=claim).first()


def _check(upload: Upload, now: Now) -> None:
    """The dry run: the same counts and rejected rows as the import, and nothing is stored."""
    prepared = _prepare(upload, now())
    with tempfile.TemporaryDirectory() as folder:
        rejects = Path(folder) / "rejects.csv"
        done = _run(prepared, rejects=rejects, dry_run=True, progress=_progress(upload, now))
        _keep(upload, now(), Upload.State.CHECKED, _found(prepared, done), rejects)


def _import(upload: Upload, now: Now) -> None:
    if upload.by is None or not may_import(upload.by):
        raise ImportFailed("Whoever uploaded it may no longer import leads. Upload it again yourself.")
    if upload.begun_at is None:
        raise AssertionError("asked for without an instant")
    prepared = _prepare(upload, upload.begun_at)
    before = ImportBatch.objects.filter(
        by=upload.by, file_sha256=upload.file_sha256, started_at=upload.begun_at
    ).first()
    with tempfile.TemporaryDirectory() as folder:
        rejects = Path(folder) / "rejects.csv"
        done = _run(prepared, by=upload.by, rejects=rejects, progress=_progress(upload, now), resume=before)
        _keep(upload, now(), Upload.State.DONE, _found(prepared, done), rejects, done.batch)


def _prepare(upload: Upload, now: dt.datetime) -> Import | EventImport:
    options = Options.of(upload)
    chosen: dict[str, Any] = {
        "now": now,
        "agreement": options.agreement,
        "stated": options.stated,
        "zone": options.zone,
        "dates": options.dates,
    }
    if options.sort is EVENTS:
        return prepare_events(open_file(upload), upload.file_name, **chosen)
    return prepare(open_file(upload), upload.file_name, preset=options.preset, **chosen)


def _run(prepared: Import | EventImport, **options: Any) -> Imported:
    if isinstance(prepared, EventImport):
        return run_events(prepared, **options)
    return run(prepared, **options)


def _progress(upload: Upload, now: Now) -> Callable[[int, int], None]:
    def say(taken: int, rows: int) -> None:
        if not _mine(upload).update(taken=taken, alive_at=now()):
            raise Lost

    return say


def _mine(upload: Upload) -> Any:
    return Upload.objects.filter(pk=upload.pk, claim=upload.claim, state=upload.state)


def _found(prepared: Import | EventImport, done: Imported) -> dict[str, Any]:
    """What the page tells: counts, the first rejected rows, owners nobody knows, what is measured."""
    return {
        "counts": done.counts(),
        "reasons": [list(each) for each in done.reasons],
        "unknown_owners": done.unknown_owners,
        "without_agreement": done.without_agreement,
        "hands_over": prepared.mapping.fills("handed_over_at"),
        "measures": prepared.mapping.fills("first_follow_up_at"),
    }


def _keep(
    upload: Upload,
    now: dt.datetime,
    state: str,
    found: dict[str, Any],
    rejects: Path,
    batch: ImportBatch | None = None,
) -> None:
    """What came of it, all at once; Lost where somebody else has it by now."""
    with transaction.atomic():
        kept = _mine(upload).update(
            state=state, found=found, batch=batch, alive_at=None, finished_at=now, taken=upload.rows
        )
        if not kept:
            raise Lost
        files = UploadedFile.objects.filter(upload=upload)
        gone = files if state == Upload.State.DONE else files.filter(kind=UploadedFile.Kind.REJECTS)
        gone.delete()
        if found["counts"]["rejected"]:
            UploadedFile.objects.create(
                upload=upload, kind=UploadedFile.Kind.REJECTS, content=rejects.read_bytes()
            )


def _stop(upload: Upload, now: dt.datetime, failed: ImportFailed) -> None:
    """A check that can't be made says why and waits for other choices; an import stops for good."""
    state = Upload.State.FAILED if upload.state == Upload.State.IMPORT else Upload.State.CHECKED
    found: dict[str, Any] = {"problem": failed.on_page}
    if isinstance(failed, DatesInDoubt):
        found["doubt"] = {"column": failed.column, "text": failed.text, "means": failed.means}
    _mine(upload).update(state=state, found=found, alive_at=None, finished_at=now)
