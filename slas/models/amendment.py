"""Changes to what is in force that a manager of each side confirmed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .agreement import Agreement, Version


class EarlyEnd(models.Model):
    """That a manager of each side agreed to end a signed version at `ends_at`, before its time."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="early_ends")
    ends_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    confirmed_by_marketing = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by_sales = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "ends_at"], name="early_end_once"),
            models.CheckConstraint(
                condition=~Q(confirmed_by_marketing=F("confirmed_by_sales")), name="early_end_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} ends at {self.ends_at:%Y-%m-%d %H:%M}"


class Closure(models.Model):
    """A date closed by an amendment that both sides confirmed; in force from `recorded_at` on (rule 12)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="closures")
    date = models.DateField()
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    confirmed_by_marketing = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by_sales = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "date"], condition=Q(retracted_at=None), name="closure_date_once"
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by_marketing=F("confirmed_by_sales")), name="closure_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"Closed on {self.date}"
