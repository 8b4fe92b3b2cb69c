"""Working together on a draft: who changed which section last, who is in it, what was said about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .agreement import Version


class Section(models.TextChoices):
    """The sections of the editor, in the order of the text."""

    SCOPE = "scope", "What it covers"
    PROMISES = "promises", "Promises"
    STAGES = "stages", "What each stage means"
    SCORING = "scoring", "What gives points"
    WINDOWS = "windows", "Follow-up windows"
    TIME = "time", "Working time"
    REPORTS = "reports", "Reports and meeting"


class DraftSection(models.Model):
    """The last change of a section of a draft: its edition (Version.edition), by whom, when."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="sections")
    section = models.CharField(max_length=10, choices=Section.choices)
    edition = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["version", "section"]
        constraints = [
            models.UniqueConstraint(fields=["version", "section"], name="draft_section_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.get_section_display()}"


class DraftVisit(models.Model):
    """Where in a draft somebody was seen last, so that others in it are told."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=10, choices=Section.choices, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at"]
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="draft_visit_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.version}"


class Comment(models.Model):
    """Something said about a section of a draft or proposal; settled once it is answered or done."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=10, choices=Section.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="comment_settled_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.version}"


class Witness(models.Model):
    """An invitation to sign as a witness, such as Finance or HR, given by a manager of a side."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="witnesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()

    class Meta:
        ordering = ["invited_at", "id"]
        verbose_name_plural = "witnesses"
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="witness_once")]

    def __str__(self) -> str:
        return f"{self.user}, witness of {self.version}"
