"""A campaign: when it runs, what it brings, and how Sales is to follow it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .agreement import Agreement

if TYPE_CHECKING:
    import datetime as dt


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def unacknowledged(self) -> CampaignQuerySet:
        return self.filter(acknowledged_at=None, ended_at=None)

    def started_by(self, day: dt.date) -> CampaignQuerySet:
        return self.filter(starts_on__lte=day)


class Campaign(models.Model):
    """Leads name it in their campaign; dates are local to the agreement. A sales manager acknowledges how
    Sales follows up before it starts; a change of that asks again."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=200, help_text="As leads name it.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    sources = models.JSONField(default=list, blank=True)
    expected_leads = models.PositiveIntegerField(null=True, blank=True)
    follow_up = models.TextField(help_text="How Sales is to follow up.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    edition = models.PositiveIntegerField(
        default=1, help_text="Counts the changes: a page saves what it saw."
    )
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(
        null=True, blank=True, help_text="When both sides were told that it started unacknowledged."
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was called off.")

    objects: ClassVar[models.Manager[Campaign]] = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "name"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="campaign_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name
