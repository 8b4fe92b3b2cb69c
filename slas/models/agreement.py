"""The agreement and its numbered versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    import datetime as dt

    from slas.rules.terms import AgreementTerms


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, now: dt.datetime) -> AgreementQuerySet:
        """Agreements with a signed version in force at `now`, in their stated order."""
        return self.filter(pk__in=Version.objects.in_force(now).values("agreement"))


class Agreement(models.Model):
    """A lasting SLA between Sales and Marketing. Its content, scope included, is in its versions."""

    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0, help_text="Order in which scopes are tried.")
    recorded_at = models.DateTimeField()
    # Nights before this instant are stored only when asked for (interfaces.md, `nightly`).
    nights_due_from = models.DateTimeField()

    objects: ClassVar[models.Manager[Agreement]] = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="agreement_slug_once")]

    def __str__(self) -> str:
        return self.name

    def version_at(self, at: dt.datetime) -> Version | None:
        """The signed version in force at `at` (aware), or None."""
        return self.versions.in_force(at).select_related("frozen").first()

    def versions_signed(self) -> models.QuerySet[Version]:
        """Signed versions, newest first."""
        return self.versions.signed().select_related("frozen").order_by("-in_force_at")


class VersionQuerySet(models.QuerySet["Version"]):
    def signed(self) -> VersionQuerySet:
        return self.filter(status=Version.Status.SIGNED)

    def open(self) -> VersionQuerySet:
        """Drafts and proposals: on their way to both signatures."""
        return self.filter(status__in=[Version.Status.DRAFT, Version.Status.PROPOSED])

    def in_force(self, at: dt.datetime) -> VersionQuerySet:
        return self.signed().filter(Q(ended_at=None) | Q(ended_at__gt=at), in_force_at__lte=at)


class Version(models.Model):
    """One numbered text of an agreement: draft, proposed, signed by both sides, then in force from its date.

    `in_force_at` (the first instant of `starts_on` in the version's zone) is set at signing. `ended_at` is
    when it ended or will end: superseded by the next, at its end date, or by both sides earlier.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PROPOSED = "proposed", "Proposed"
        SIGNED = "signed", "Signed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class HandoffStage(models.TextChoices):
        MQL = "mql", "MQL"
        SQL = "sql", "SQL"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    handoff_stage = models.CharField(max_length=3, choices=HandoffStage.choices, default=HandoffStage.MQL)
    hand_over_by_itself = models.BooleanField(
        default=False, help_text="A lead that reaches the handoff stage by itself is handed over at once."
    )
    by_name_only = models.BooleanField(
        default=False, help_text="Takes only leads that are given to it by name, whatever its scope."
    )
    scope = models.JSONField(null=True, blank=True, help_text="Conditions; none takes every lead.")
    currency = models.CharField(max_length=3, default="EUR")
    report_weekday = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    report_hour = models.PositiveSmallIntegerField(default=8)
    meeting_weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    meeting_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    # Counts the savings of the draft; each section keeps the one it was last changed by (DraftSection).
    edition = models.PositiveIntegerField(default=0)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    clocks_moved_at = models.DateTimeField(
        null=True, blank=True, help_text="When the running clocks went over to it, where both sides chose so."
    )

    objects: ClassVar[models.Manager[Version]] = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["agreement", "in_force_at"], name="version_start_once"),
            # A second click on "new draft" meets this: one text at a time is on its way to both signatures.
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status__in=["draft", "proposed"]), name="version_open_once"
            ),
            models.CheckConstraint(
                condition=Q(status="signed", in_force_at__isnull=False)
                | (~Q(status="signed") & Q(in_force_at__isnull=True, ended_at__isnull=True)),
                name="version_signed_has_start",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="version_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("in_force_at")),
                name="version_ended_after_start",
            ),
            models.CheckConstraint(condition=Q(report_weekday__lte=6), name="version_weekday_known"),
            models.CheckConstraint(condition=Q(report_hour__lte=23), name="version_hour_known"),
            models.CheckConstraint(
                condition=Q(meeting_weekday=None, meeting_hour=None)
                | Q(meeting_weekday__lte=6, meeting_hour__lte=23),
                name="version_meeting_whole",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, version {self.number}"

    @property
    def is_open(self) -> bool:
        """On its way to both signatures: a draft, or proposed."""
        return self.status in (self.Status.DRAFT, self.Status.PROPOSED)

    def is_in_force(self, at: dt.datetime) -> bool:
        """The twin of VersionQuerySet.in_force, for rows that are here already."""
        if self.in_force_at is None or self.in_force_at > at:
            return False
        return self.ended_at is None or self.ended_at > at

    def terms(self) -> AgreementTerms:
        """What this version says, as values, from its proposal on. FrozenTerms.DoesNotExist for a draft."""
        return self.frozen.terms()
