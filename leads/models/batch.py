"""An import: which file, how it was read, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from slas.models import Agreement


class ImportBatch(models.Model):
    """One run of an import. Its rows are known by `batch`; finished_at is empty when it was cut short."""

    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    preset = models.CharField(max_length=40, blank=True)
    mapping = models.JSONField(default=dict)
    time_zone = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    unknown_owners = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
