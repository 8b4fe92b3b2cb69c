"""A handoff: the instant at which a lead passes from Marketing to Sales."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When

from slas.models import Agreement, Version

from .clock import state_case


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def of(self, agreement: Agreement) -> HandoffQuerySet:
        return self.filter(agreement=agreement)

    def within(self, start: dt.datetime, end: dt.datetime) -> HandoffQuerySet:
        """Handoffs that happened in [start, end)."""
        return self.filter(at__gte=start, at__lt=end)

    def not_measured(self) -> HandoffQuerySet:
        """History that came without follow-ups: nothing can be said about it."""
        return self.filter(measured=False)

    def with_clock(self) -> HandoffQuerySet:
        """Measured, and a tier matched: the ones the judge is asked about."""
        return self.filter(measured=True).exclude(window_key="")

    def with_state(self, at: dt.datetime) -> HandoffQuerySet:
        """Annotate `state`: that of the clock at `at`, or why there is none: not_measured, without_window."""
        return self.annotate(
            state=Case(
                When(measured=False, then=Value("not_measured")),
                When(window_key="", then=Value("without_window")),
                default=state_case(at, "clock__"),
                output_field=CharField(),
            )
        )

    def last_of_leads(self) -> HandoffQuerySet:
        """The last handoff of each lead: the one that follow-ups and decisions belong to."""
        later = Handoff.objects.filter(lead=OuterRef("lead"), at__gt=OuterRef("at"))
        return self.filter(~Exists(later))

    def without_window(self) -> HandoffQuerySet:
        """Measured, but no tier of the version matched: listed, never left out in silence."""
        return self.filter(measured=True, window_key="")


class Handoff(models.Model):
    """One handing over. It keeps its agreement, version and tier for good (rules 9, 11 and 14)."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="handoffs")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="handoffs")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="handoffs")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(help_text="Known to the judge from then on.")
    entered_at = models.DateTimeField(
        help_text="When the row was written here; notices are for later deadlines."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    batch = models.ForeignKey(
        "leads.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="handoffs"
    )
    measured = models.BooleanField(default=True)
    measured_since = models.DateTimeField(
        null=True, blank=True, help_text="When a follow-up made history measured that came without any."
    )
    window_key = models.CharField(max_length=80, blank=True)
    window_why = models.CharField(max_length=300, blank=True)
    # Leads change afterwards; `audit` matches the tier again with what it was matched with.
    matched_on = models.JSONField(
        default=dict, blank=True, help_text="What the tiers ask about, as the lead said it at the handoff."
    )
    rejected_at = models.DateTimeField(
        null=True, blank=True, help_text="The rejection in effect, if there is one."
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the lead was recycled out of it.")
    # The terms it runs under since it was moved to a later version while running (TermsMove has the history).
    moved_at = models.DateTimeField(null=True, blank=True)
    moved_to = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.PROTECT, related_name="moved_handoffs"
    )
    moved_window_key = models.CharField(max_length=80, blank=True)

    objects: ClassVar[models.Manager[Handoff]] = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            # A second click on "hand over" meets this: a lead is handed over once until it is recycled.
            models.UniqueConstraint(fields=["lead"], condition=Q(ended_at=None), name="handoff_open_once"),
            models.UniqueConstraint(fields=["lead", "at"], name="handoff_instant_once"),
            models.CheckConstraint(condition=Q(recorded_at__gte=F("at")), name="handoff_recorded_after"),
            models.CheckConstraint(
                condition=Q(moved_at=None, moved_to=None, moved_window_key="")
                | (Q(moved_at__isnull=False, moved_to__isnull=False) & ~Q(moved_window_key="")),
                name="handoff_moved_whole",
            ),
        ]
        indexes = [models.Index(fields=["agreement", "at"], name="handoff_at")]

    def __str__(self) -> str:
        return f"{self.lead} handed over {self.at:%Y-%m-%d %H:%M}"

    @property
    def terms_version_id(self) -> int:
        """The version whose terms its clock runs under now."""
        return self.moved_to_id or self.version_id

    @property
    def terms_version(self) -> Version:
        return self.moved_to or self.version

    @property
    def terms_window_key(self) -> str:
        """The window its clock runs under now; blank: none."""
        return self.moved_window_key if self.moved_to_id else self.window_key


class TermsMove(models.Model):
    """That a running clock went over to another version's window, known from `at` on (rule 11). The handoff
    keeps the version it started under; which terms held from when is told by these rows."""

    handoff = models.ForeignKey(Handoff, on_delete=models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    entered_at = models.DateTimeField(help_text="When the row was written here.")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    window_key = models.CharField(max_length=80)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["handoff", "version"], name="terms_move_once"),
        ]

    def __str__(self) -> str:
        return f"{self.handoff} under {self.version}"
