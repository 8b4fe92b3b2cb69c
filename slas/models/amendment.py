"""Changes to what is in force that a manager of each side confirmed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from smarketing.accounts.models import Side

from .agreement import Agreement, Version


class Amendment(models.Model):
    """A closure or an early end that a manager of one side asks for; it holds once one of the other side
    confirms it, which makes the Closure or EarlyEnd. Decided once: confirmed, declined or withdrawn.
    """

    class Kind(models.TextChoices):
        CLOSURE = "closure", "Closure"
        EARLY_END = "early_end", "Early end"

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    date = models.DateField(help_text="The closed date, or the last date on which the version holds.")
    note = models.CharField(max_length=200, blank=True)
    side = models.CharField(max_length=10, choices=Side.choices, help_text="Which side asks.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            # A second click on "ask" meets this.
            models.UniqueConstraint(
                fields=["agreement", "kind", "date"], condition=Q(decision=""), name="amendment_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="amendment_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.date}"


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
