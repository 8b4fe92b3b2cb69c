"""Importing a file in the browser: upload, check, import, result. leads/importing does the work."""

from __future__ import annotations

import logging
from typing import Any

import redis
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from leads import tasks
from leads.forms_importing import CheckForm, UploadForm
from leads.importing.presets import EVENTS
from leads.importing.reading import MAX_BYTES, MAX_ROWS, ImportFailed
from leads.importing.uploads import KEPT, SMALL, Options, ask_import, choose, file_of, forget_old, receive
from leads.importing.working import work
from leads.models import Behaviour, ImportBatch, Lead, Upload, UploadedFile
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_import
from smarketing.accounts.requests import person_of
from smarketing.heartbeats import RECENT_SECONDS, seconds_since
from smarketing.now import this_second

RECENT = 10
logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_import(request: HttpRequest) -> HttpResponse:
    """Choose a file and how it is read; below, what was imported lately."""
    reader = _importer(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        upload = _received(form, reader)
        if upload is not None:
            _start(upload)
            return redirect("lead_import_upload", upload.pk)
    context = {
        "form": form,
        "open": _open_uploads(),
        "batches": ImportBatch.objects.select_related("by", "agreement").prefetch_related("uploads")[:RECENT],
        "max_mb": MAX_BYTES // 1_000_000,
        "max_rows": f"{MAX_ROWS:,}",
    }
    return render(request, "leads/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_import_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its check, its import while it runs, or its result. Only who uploaded it goes on with it."""
    reader = _importer(request)
    upload = get_object_or_404(Upload.objects.select_related("by", "batch"), pk=pk)
    if request.method == "POST":
        if upload.by_id != reader.pk:
            raise PermissionDenied(
                f"Only {upload.by or 'whoever uploaded it'} goes on with {upload}. "
                "Upload the file yourself to import it."
            )
        return _posted(request, upload)
    return _shown(request, upload)


@require_safe
def lead_import_rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rejected rows as a CSV, with the reason beside each: as the command writes it."""
    _importer(request)
    upload = get_object_or_404(Upload, pk=pk)
    content = file_of(upload, UploadedFile.Kind.REJECTS)
    if content is None:
        raise Http404("The rejected rows are kept for a day.")
    name = f"{upload.file_name.removesuffix('.csv')}-rejected.csv"
    headers = {
        "Content-Disposition": str(content_disposition_header(True, name)),
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _importer(request: HttpRequest) -> User:
    if not may_import(request.user):
        raise PermissionDenied("Only Marketing and sales managers import leads.")
    return person_of(request)


def _open_uploads() -> Any:
    """Files on their way, and those that came to nothing: the rest are batches."""
    ended = Q(state=Upload.State.DONE) | Q(state=Upload.State.FAILED, uploaded_at__lt=this_second() - KEPT)
    return Upload.objects.exclude(ended).select_related("by")[:RECENT]


def _received(form: UploadForm, reader: User) -> Upload | None:
    """The file, kept to be checked; None where the form now says why not."""
    chosen, now = form.cleaned_data, this_second()
    forget_old(now)
    try:
        return receive(
            chosen["file"].file,
            chosen["file"].name,
            by=reader,
            now=now,
            agreement=chosen["agreement"],
            preset=chosen["preset"],
            zone=chosen["zone"],
            dates=chosen["dates"],
            what=chosen["what"],
        )
    except ImportFailed as failed:
        form.add_error("file", failed.on_page)
        return None


def _start(upload: Upload) -> None:
    """Small files are worked on now; for others the worker is told, who else finds them within a minute."""
    if upload.rows <= SMALL:
        work(upload.pk, this_second)
    elif settings.REDIS_URL:
        try:
            tasks.imports.apply_async(retry=False, ignore_result=True)
        except (OperationalError, OSError):
            logger.warning("The broker does not answer; upload %s waits for the next tick.", upload.pk)


def _posted(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Import as it was checked; with other choices than those checked, check these first."""
    here = redirect("lead_import_upload", upload.pk)
    if upload.is_waiting:
        _start(upload)
        return here
    if upload.state != Upload.State.CHECKED:
        messages.info(request, f"{upload} was imported before. Nothing was imported twice.")
        return here
    form = CheckForm(request.POST, upload=upload)
    if not form.is_valid():
        return _page(request, upload, form, status=422)
    if form.options() != Options.of(upload):
        choose(upload, form.options())
        if request.POST.get("act") == "import":
            messages.info(
                request,
                "You changed how the file is read. This is the check of that: import it if it is right.",
            )
    elif request.POST.get("act") == "import":
        ask_import(upload, this_second())
    else:
        choose(upload, form.options())  # what is stored may have changed since the last check
    _start(upload)
    return here


def _shown(request: HttpRequest, upload: Upload) -> HttpResponse:
    if upload.state == Upload.State.CHECKED:
        return _page(request, upload, CheckForm(upload=upload, shut=upload.by_id != request.user.pk))
    return _page(request, upload, None)


def _page(request: HttpRequest, upload: Upload, form: CheckForm | None, status: int = 200) -> HttpResponse:
    counts = upload.found.get("counts", {})
    context = {
        "upload": upload,
        "of_events": Options.of(upload).sort is EVENTS,
        "form": form,
        "columns": form.columns() if form else [],
        "found": upload.found,
        "counts": counts,
        "ready": sum(counts.get(name, 0) for name in ("created", "updated")),
        "mine": upload.by_id == request.user.pk,
        "before": _imported_before(upload) if form else None,
        "rejects": upload.files.filter(kind=UploadedFile.Kind.REJECTS).exists()
        if counts.get("rejected")
        else False,
        "percent": round(100 * upload.taken / upload.rows) if upload.rows else 0,
        **(_waiting(upload) if upload.is_waiting else {}),
        **(_leads(upload) if upload.batch else {}),
    }
    return render(request, "leads/import_upload.html", context, status=status)


def _imported_before(upload: Upload) -> ImportBatch | None:
    return ImportBatch.objects.filter(file_sha256=upload.file_sha256).select_related("by").first()


def _waiting(upload: Upload) -> dict[str, Any]:
    """Whether somebody works on it, and if the worker should: whether it is there."""
    free = Upload.objects.filter(pk=upload.pk).due(this_second()).exists()
    by_worker = upload.rows > SMALL
    return {"stands": free, "by_worker": by_worker, "offline": free and by_worker and not _worker_is_there()}


def _worker_is_there() -> bool:
    if not settings.REDIS_URL:
        return False
    try:
        seen = seconds_since("worker")[0]
    except (redis.RedisError, OSError):
        return False
    return seen is not None and seen <= RECENT_SECONDS


def _leads(upload: Upload) -> dict[str, Any]:
    """How many leads the import made, and where they are listed; or of how many it told what they did."""
    if Options.of(upload).sort is EVENTS:
        return {"told_of": Behaviour.objects.filter(batch=upload.batch).values("lead").distinct().count()}
    return {
        "made": Lead.objects.filter(batch=upload.batch).count(),
        "leads_url": f"{reverse('lead_list')}?batch={upload.batch_id}",
    }
