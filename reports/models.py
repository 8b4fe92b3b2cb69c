"""Facts that were stored: each night's results, and reports as they were sent."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from slas.models import Agreement, Version


def new_report_token() -> str:
    return secrets.token_urlsafe(16)


class NightCheck(models.Model):
    """That an agreement was checked for a night: the local day that ended at its midnight.

    `clocks` counts the clocks of the quarter's handoffs by their state at that midnight. One row per
    agreement and night; `revision` grows with each correction.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="night_checks")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    night = models.DateField()
    revision = models.PositiveIntegerField(default=1)
    clocks = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-night", "agreement"]
        constraints = [models.UniqueConstraint(fields=["agreement", "night"], name="night_check_once")]

    def __str__(self) -> str:
        return f"{self.agreement}, night of {self.night}"


class ResultQuerySet(models.QuerySet["Result"]):
    def last_revisions(self) -> ResultQuerySet:
        """The last revision of each result."""
        later = Result.objects.filter(
            agreement=models.OuterRef("agreement"),
            night=models.OuterRef("night"),
            commitment=models.OuterRef("commitment"),
            revision__gt=models.OuterRef("revision"),
        )
        return self.filter(~models.Exists(later))

    def corrections_since(self, instant: dt.datetime) -> ResultQuerySet:
        """Later revisions recorded after `instant`."""
        return self.filter(revision__gt=1, recorded_at__gt=instant)


class Result(models.Model):
    """What one promise stood at, one night. A correction is a new revision and says why; no row changes.

    `value`, `k` and `n` are the metric as in interfaces.md, for the period containing the night, up to its
    end. `state` is one of slas.rules.commitments; `expected` what the pace asked for by then.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="results")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    night = models.DateField()
    commitment = models.CharField(max_length=80, help_text="Key of the promise in the frozen terms.")
    revision = models.PositiveIntegerField(default=1)
    period = models.CharField(max_length=12, help_text="2018-05, 2018-W18 or 2018-Q2.")
    until = models.DateTimeField(help_text="The midnight that ends the night, exclusive.")
    value = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    k = models.PositiveIntegerField(null=True)
    n = models.PositiveIntegerField(null=True)
    target = models.DecimalField(max_digits=16, decimal_places=4)
    expected = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    forecast_low = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    forecast_high = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    state = models.CharField(max_length=15)
    period_over = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was corrected.")
    recorded_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Result]] = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "night", "commitment", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "night", "commitment", "revision"], name="result_revision_once"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="result_revision_from_1"),
            models.CheckConstraint(
                condition=Q(k=None) | Q(n=None) | Q(k__lte=F("n")), name="result_k_within_n"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} on {self.night}, revision {self.revision}"


class Report(models.Model):
    """A compliance report as it was sent, kept for good under its link."""

    class Kind(models.TextChoices):
        WEEK = "week", "Weekly"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reports")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEEK)
    period = models.CharField(max_length=12)
    token = models.CharField(max_length=40, default=new_report_token, editable=False)
    subject = models.CharField(max_length=250)
    content = models.JSONField()
    body_html = models.TextField()
    body_text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "period"], name="report_period_once"),
            models.UniqueConstraint(fields=["token"], name="report_token_once"),
        ]

    def __str__(self) -> str:
        return self.subject
