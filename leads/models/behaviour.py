"""What leads did before anybody of Sales spoke with them, and the points that came of it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from slas.models import ScoreRule, Version
from slas.rules.behaviour import BEHAVIOURS


class BehaviourQuerySet(models.QuerySet["Behaviour"]):
    def standing(self) -> BehaviourQuerySet:
        """Those that were not taken back."""
        return self.filter(retracted_at=None)

    def known_at(self, instant: dt.datetime) -> BehaviourQuerySet:
        """What was known at `instant`: recorded by then, and not yet taken back."""
        return self.filter(Q(retracted_at=None) | Q(retracted_at__gt=instant), recorded_at__lte=instant)


class Behaviour(models.Model):
    """One thing a lead did (kinds: slas.rules.behaviour): when it happened, when it became known, and when it
    was taken back. Never changed or deleted (leads/triggers.py). Whole seconds."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="behaviour")
    kind = models.CharField(max_length=30, choices=[(kind.key, kind.noun) for kind in BEHAVIOURS.values()])
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(help_text="When the row was written here.")
    detail = models.CharField(max_length=300, blank=True, help_text="Which page, guide or webinar.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(
        "leads.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="behaviour"
    )
    click = models.CharField(max_length=40, blank=True, help_text="Its second arrival writes nothing.")

    objects: ClassVar[models.Manager[Behaviour]] = BehaviourQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "behaviour"
        constraints = [
            models.CheckConstraint(condition=Q(recorded_at__gte=F("at")), name="behaviour_recorded_after"),
            models.CheckConstraint(
                condition=Q(retracted_at=None) | Q(retracted_at__gte=F("recorded_at")),
                name="behaviour_retracted_after",
            ),
            models.UniqueConstraint(
                fields=["lead", "click"], condition=~Q(click=""), name="behaviour_click_once"
            ),
            # The same event, imported twice, is one.
            models.UniqueConstraint(
                fields=["lead", "kind", "at", "detail"],
                condition=Q(retracted_at=None, click=""),
                name="behaviour_once",
            ),
        ]
        indexes = [models.Index(fields=["lead", "kind", "at"], name="behaviour_of_lead")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ScoreLine(models.Model):
    """Points of a lead under a version's rule, valid in [at, until): a score is the sum of its lines at any
    moment (slas.rules.scoring says how they fade). One line a fit rule that holds, one an event that counts.
    """

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="score_lines")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    rule_key = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=ScoreRule.Kind.choices)
    points = models.SmallIntegerField(help_text="Before any fading.")
    halves_days = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    behaviour = models.ForeignKey(
        Behaviour, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["lead", "kind", "at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "rule_key", "behaviour"],
                condition=Q(behaviour__isnull=False),
                name="score_line_event_once",
            ),
            models.UniqueConstraint(
                fields=["lead", "version", "rule_key"],
                condition=Q(behaviour=None, until=None),
                name="score_line_fit_once",
            ),
        ]
        indexes = [models.Index(fields=["lead", "version"], name="score_line_of_lead")]

    def __str__(self) -> str:
        return f"{self.points:+} {self.rule_key}"


class Rescored(models.Model):
    """That all leads of an agreement were scored anew for a version of it that came into force."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "rescored"

    def __str__(self) -> str:
        return f"{self.version} {self.at:%Y-%m-%d %H:%M}"
