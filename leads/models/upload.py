"""A file that somebody uploaded to import: what was chosen, how far it is, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from .batch import ImportBatch

LEASE = dt.timedelta(minutes=5)  # a run that was silent for longer was killed


class UploadQuerySet(models.QuerySet["Upload"]):
    def due(self, now: dt.datetime) -> UploadQuerySet:
        """To be checked or imported, and nobody is at it."""
        free = Q(alive_at=None) | Q(alive_at__lt=now - LEASE)
        return self.filter(free, state__in=Upload.WAITING)


class Upload(models.Model):
    """The file itself is an UploadedFile until it is imported or a day old.

    `columns`: [{"header": ..., "samples": [...]}]; `options`: how it is read (importing.uploads.Options);
    `found`: what the last check or the import came to (leads.importing.working). `claim` and `alive_at`: who
    works on it, and when they last said so.
    """

    class State(models.TextChoices):
        CHECK = "check", "being checked"
        CHECKED = "checked", "checked, not imported yet"
        IMPORT = "import", "being imported"
        DONE = "done", "imported"
        FAILED = "failed", "stopped"

    WAITING: ClassVar[tuple[str, ...]] = (State.CHECK, State.IMPORT)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    how = models.CharField(max_length=80)
    rows = models.PositiveIntegerField()
    columns = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECK)
    claim = models.CharField(max_length=32, blank=True)
    alive_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict)
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.SET_NULL, related_name="uploads")
    uploaded_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING


class UploadedFile(models.Model):
    """The bytes of an upload or of its rejected rows: in the database, as web and worker share no disk."""

    class Kind(models.TextChoices):
        LEADS = "leads", "the file"
        REJECTS = "rejects", "its rejected rows"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "kind"], name="uploaded_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.upload_id}"
