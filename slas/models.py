"""The agreement as rows: what a draft says, who signed it, and the frozen terms everything is judged by.

While a version is a draft its content lives in Commitment, Window, Definition and WorkingTime. Proposing
it writes one FrozenTerms row, so that both sides sign the same text; from then on database triggers
(slas/triggers.py) refuse any change to it and to the content it was made from, and the judge reads
FrozenTerms only.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from slas.rules.terms import AgreementTerms
from slas.rules.zones import zone_of
from smarketing.accounts.models import Side, validate_time_zone

if TYPE_CHECKING:
    import datetime as dt
    from zoneinfo import ZoneInfo


def _json_terms(digest: str, canonical: str) -> AgreementTerms:
    return AgreementTerms.from_canonical(canonical)


# Frozen terms never change, so they are parsed once per process, keyed by their digest.
_parsed_terms = functools.lru_cache(maxsize=256)(_json_terms)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, now: dt.datetime) -> AgreementQuerySet:
        """Agreements with a signed version in force at `now`, in their stated order."""
        return self.filter(pk__in=Version.objects.in_force(now).values("agreement"))


class Agreement(models.Model):
    """A lasting SLA between Sales and Marketing, for a scope. Its content is in its versions."""

    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0, help_text="Order in which scopes are tried.")
    by_name_only = models.BooleanField(
        default=False, help_text="Takes only leads that are given to it by name, whatever its scope."
    )
    scope = models.JSONField(null=True, blank=True)
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
    currency = models.CharField(max_length=3, default="EUR")
    report_weekday = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    report_hour = models.PositiveSmallIntegerField(default=8)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

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


class Commitment(models.Model):
    """A promise: a side keeps a metric at least or at most at a value, each period, for all leads or some."""

    class CommitmentSide(models.TextChoices):
        MARKETING = Side.MARKETING.value, Side.MARKETING.label
        SALES = Side.SALES.value, Side.SALES.label
        SHARED = "shared", "Both"

    class PeriodKind(models.TextChoices):
        WEEK = "week", "Week"
        MONTH = "month", "Month"
        QUARTER = "quarter", "Quarter"

    class ScopeField(models.TextChoices):
        SOURCE = "source", "Source"
        CAMPAIGN = "campaign", "Campaign"
        TIER = "tier", "Tier"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="commitments")
    position = models.PositiveIntegerField(default=0)
    key = models.SlugField(max_length=80)
    side = models.CharField(max_length=10, choices=CommitmentSide.choices)
    metric = models.CharField(max_length=60)
    at_least = models.BooleanField(default=True, help_text="At least the value; otherwise at most.")
    value = models.DecimalField(max_digits=16, decimal_places=4)
    period = models.CharField(max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    scope_field = models.CharField(max_length=10, choices=ScopeField.choices, blank=True)
    scope_value = models.CharField(max_length=200, blank=True)
    mirrors = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="mirrored_by"
    )
    achievable = models.TextField(blank=True, help_text="Why it can be reached.")
    relevant = models.TextField(blank=True, help_text="Why it matters to the other side.")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="commitment_key_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="commitment_value_above_0"),
            models.CheckConstraint(condition=~Q(mirrors=F("id")), name="commitment_mirrors_another"),
            models.CheckConstraint(
                condition=Q(scope_field="", scope_value="") | ~Q(scope_field=""),
                name="commitment_scope_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Window(models.Model):
    """A tier: which handed-over leads it is for, and in how many seconds Sales follows them up."""

    class Hours(models.TextChoices):
        BUSINESS = "business", "Business hours"
        ELAPSED = "elapsed", "Around the clock"

    class Counts(models.TextChoices):
        ATTEMPT = "attempt", "Any attempt"
        CONNECTION = "connection", "Only a connection"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="windows")
    position = models.PositiveIntegerField(default=0)
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    match = models.JSONField(null=True, blank=True, help_text="Conditions; none matches every lead.")
    window_seconds = models.PositiveIntegerField()
    hours = models.CharField(max_length=10, choices=Hours.choices, default=Hours.BUSINESS)
    counts = models.CharField(max_length=10, choices=Counts.choices, default=Counts.ATTEMPT)
    warn_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.75")
    late_entry_grace_seconds = models.PositiveIntegerField(default=86_400)
    pause_reasons = models.JSONField(default=list, blank=True)
    pause_cap_seconds = models.PositiveIntegerField(null=True, blank=True)
    acceptance_seconds = models.PositiveIntegerField(null=True, blank=True)
    rejection_reasons = models.JSONField(default=list, blank=True)
    depth_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    depth_days = models.PositiveSmallIntegerField(null=True, blank=True)
    depth_within_business_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="window_key_once"),
            models.CheckConstraint(condition=Q(window_seconds__gte=1), name="window_seconds_from_1"),
            models.CheckConstraint(
                condition=Q(warn_share__gte=0) & Q(warn_share__lte=1), name="window_warn_share_is_share"
            ),
            models.CheckConstraint(
                condition=Q(acceptance_seconds=None) | Q(acceptance_seconds__gte=1),
                name="window_acceptance_from_1",
            ),
            models.CheckConstraint(
                condition=Q(
                    depth_attempts__isnull=True,
                    depth_days__isnull=True,
                    depth_within_business_days__isnull=True,
                )
                | Q(depth_attempts__gte=1, depth_days__gte=1, depth_within_business_days__gte=1),
                name="window_depth_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Definition(models.Model):
    """What a stage means, as a signed sentence, and which side does what in it."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="definitions")
    stage = models.CharField(max_length=15)
    sentence = models.TextField()
    marketing_does = models.TextField(blank=True)
    sales_does = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "stage"], name="definition_stage_once")]

    def __str__(self) -> str:
        return self.stage


class WorkingTime(models.Model):
    """The calendar of a version: weekly hours in its zone, public holidays, special hours, own closed dates.

    `week` {"mon": [["09:00", "17:00"]], ...}; `special` {"2026-12-24": [["09:00", "12:00"]]}; `holidays` and
    `closed` are lists of ISO dates. Holidays of `holiday_country` are written out, for the term, at signing.
    """

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="working_time")
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    week = models.JSONField()
    holiday_country = models.CharField(max_length=2, blank=True)
    holiday_region = models.CharField(max_length=10, blank=True)
    holidays = models.JSONField(default=list, blank=True)
    closed = models.JSONField(default=list, blank=True)
    special = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Working time in {self.time_zone}"

    @property
    def zone(self) -> ZoneInfo:
        """ValueError with a sentence for an unknown one."""
        return zone_of(self.time_zone)


class Signature(models.Model):
    """One person's signature under the frozen terms: who, when, from where, and the hash they signed."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices, blank=True, help_text="Blank for a witness.")
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    address = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "side"], condition=~Q(side=""), name="signature_side_once"
            ),
            models.UniqueConstraint(fields=["version", "user"], name="signature_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} under {self.version}"


class FrozenTerms(models.Model):
    """What was signed, as one canonical JSON with its SHA-256. Nothing changes it: see slas/triggers.py."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="frozen")
    canonical = models.TextField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "frozen terms"

    def __str__(self) -> str:
        return f"Terms {self.digest[:12]}"

    def terms(self) -> AgreementTerms:
        """The signed terms as values (parsed once per process)."""
        return _parsed_terms(self.digest, self.canonical)


class Step(models.Model):
    """One step of a version on its way: who drafted, edited, proposed, declined or withdrew it, and when."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", "Drafted"
        EDITED = "edited", "Edited"
        PROPOSED = "proposed", "Proposed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.version} {self.get_kind_display().lower()}"


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
