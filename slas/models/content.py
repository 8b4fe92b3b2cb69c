"""What a version says, as the rows that a draft is edited in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from slas.rules.zones import zone_of
from smarketing.accounts.models import Side, validate_time_zone

from .agreement import Version

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


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
    # on breach
    tell_holder = models.BooleanField(default=True)
    tell_managers = models.BooleanField(default=True)
    reassign = models.BooleanField(default=False)
    most_hops = models.PositiveSmallIntegerField(default=2, help_text="At most so many new owners a clock.")

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
    rule = models.JSONField(null=True, blank=True, help_text="Conditions; for MQL and SQL.")
    by_itself = models.BooleanField(
        default=False, help_text="A lead that meets the conditions becomes an MQL by itself."
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "stage"], name="definition_stage_once")]

    def __str__(self) -> str:
        return self.stage


class Persona(models.Model):
    """A named set of conditions, such as decision makers: rules of the version may ask for it."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="personas")
    position = models.PositiveIntegerField(default=0)
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    rule = models.JSONField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="persona_key_once")]

    def __str__(self) -> str:
        return self.name


class ScoreRule(models.Model):
    """What gives a lead points: who they are (`when` holds) or what they did (`did`, fading after `days`)."""

    class Kind(models.TextChoices):
        FIT = "fit", "Who they are"
        BEHAVIOUR = "behaviour", "What they did"

    class Fades(models.TextChoices):
        STAYS = "stays", "stays"
        HALVES = "halves", "halves every"
        ENDS = "ends", "ends after"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="score_rules")
    position = models.PositiveIntegerField(default=0)
    key = models.SlugField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    points = models.SmallIntegerField()
    when = models.JSONField(null=True, blank=True, help_text="Conditions; for who they are.")
    did = models.CharField(max_length=30, blank=True)
    fades = models.CharField(max_length=10, choices=Fades.choices, default=Fades.STAYS)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Only the newest so many count.")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="score_rule_key_once"),
            models.CheckConstraint(condition=~Q(points=0), name="score_rule_has_points"),
            models.CheckConstraint(
                condition=Q(kind="fit", when__isnull=False, did="")
                | (Q(kind="behaviour", when__isnull=True) & ~Q(did="")),
                name="score_rule_asks_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(fades="stays", days=None) | (~Q(fades="stays") & Q(days__gte=1)),
                name="score_rule_fades_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class WorkingTime(models.Model):
    """The calendar of a version: weekly hours in its zone, public holidays, special hours, own closed dates.

    `week` {"mon": [["09:00", "17:00"]], ...}; `special` {"2026-12-24": [["09:00", "12:00"]]}; `holidays`,
    `closed` and `worked_holidays` (public holidays on which it is open all the same) are lists of ISO dates;
    `notes` says why a date is closed or special: {"2026-12-24": "Christmas Eve"}. Holidays of
    `holiday_country` are written out, for the term, when the version is proposed.
    """

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="working_time")
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    week = models.JSONField()
    holiday_country = models.CharField(max_length=2, blank=True)
    holiday_region = models.CharField(max_length=10, blank=True)
    holidays = models.JSONField(default=list, blank=True)
    closed = models.JSONField(default=list, blank=True)
    special = models.JSONField(default=dict, blank=True)
    worked_holidays = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Working time in {self.time_zone}"

    @property
    def zone(self) -> ZoneInfo:
        """ValueError with a sentence for an unknown one."""
        return zone_of(self.time_zone)
