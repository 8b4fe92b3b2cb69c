"""What the judge says of a handoff, kept as instants; a state at any moment is a comparison with them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When

from slas.models import Agreement

# Nobody was told yet, or only of an earlier instant: conditions of the partial indexes the sweep reads.
TO_WARN = Q(Q(warned_for=None) | Q(warned_for__lt=F("warn_at")), outcome="")
TO_TELL = Q(Q(breach_told_for=None) | Q(breach_told_for__lt=F("deadline_at")), outcome="")


def state_case(at: dt.datetime, clock: str = "") -> Case:
    """The speed state at `at` as SQL, of the row itself or of the clock that the path `clock` leads to."""

    def when(state: str, **conditions: object) -> When:
        return When(**{f"{clock}{name}": value for name, value in conditions.items()}, then=Value(state))

    paused = ClockPause.objects.filter(clock=OuterRef(f"{clock}pk")).in_force(at)
    return Case(
        when("not_started", start_at__gt=at),
        when("excluded", outcome="excluded", stopped_at__lte=at),
        when("met", outcome="met", stopped_at__lte=at),
        when("breached", deadline_at__lt=at),
        When(Exists(paused), then=Value("paused")),
        when("at_risk", warn_at__lte=at),
        default=Value("running"),
        output_field=CharField(),
    )


class ClockQuerySet(models.QuerySet["Clock"]):
    def with_state(self, at: dt.datetime) -> ClockQuerySet:
        """Annotate `state`: the speed verdict at `at`, with today's knowledge.

        The SQL twin of slas.rules.clock.Projection.state_at; leads/tests/test_clock_state.py holds both
        together.
        """
        return self.annotate(state=state_case(at))

    def in_state(self, at: dt.datetime, *states: str) -> ClockQuerySet:
        """The clocks whose verdict at `at` is one of these states."""
        return self.with_state(at).filter(state__in=states)  # type: ignore[misc]

    def to_warn(self, now: dt.datetime) -> ClockQuerySet:
        """Open clocks past their warning instant at `now` of which nobody was warned (for that instant)."""
        return self.filter(TO_WARN, warn_at__lte=now)

    def to_tell(self, now: dt.datetime) -> ClockQuerySet:
        """Clocks past their deadline at `now`, not met, of which nobody was told (for that instant)."""
        return self.filter(TO_TELL, deadline_at__lt=now)

    def open(self) -> ClockQuerySet:
        """Neither met nor excluded: still running, or breached (worked since or not)."""
        return self.filter(outcome="")

    def waiting(self) -> ClockQuerySet:
        """Open, and nobody has followed up since: what a queue shows."""
        return self.filter(outcome="", stopped_at=None)


class Clock(models.Model):
    """One handoff's run against its window, as stored instants (all aware, whole seconds, or empty).

    Written only by leads.services.clocks.refresh from slas.rules.clock.project: what the judge will say for
    every later instant if nothing else becomes known. `audit` recomputes all of it from the journal.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "Open"
        MET = "met", "Met"
        EXCLUDED = "excluded", "Excluded"

    handoff = models.OneToOneField(
        "leads.Handoff", on_delete=models.PROTECT, primary_key=True, related_name="clock"
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="clocks")
    start_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty while an uncapped pause holds it."
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN, blank=True)
    stopped_at = models.DateTimeField(
        null=True, blank=True, help_text="What stopped it, or the first follow-up after a breach."
    )
    entered_late = models.BooleanField(default=False)
    countable_seconds = models.PositiveIntegerField(null=True, blank=True, help_text="Start to stop.")
    first_follow_up_at = models.DateTimeField(null=True, blank=True)
    first_follow_up_business_seconds = models.PositiveIntegerField(null=True, blank=True)
    # Who held it at the deadline, or at the stop if that came first (interfaces.md, by owner).
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    holder_text = models.CharField(max_length=200, blank=True)

    acceptance_deadline_at = models.DateTimeField(null=True, blank=True)
    acceptance_outcome = models.CharField(
        max_length=10, blank=True
    )  # accepted, rejected; empty: silence or pending
    accepted_at = models.DateTimeField(null=True, blank=True)
    acceptance_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="Countable, pauses ignored."
    )

    depth_deadline_at = models.DateTimeField(null=True, blank=True)
    depth_outcome = models.CharField(max_length=10, blank=True)  # met, excluded; empty: running or breached
    depth_decided_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(null=True, blank=True)
    attempt_days = models.PositiveIntegerField(null=True, blank=True)

    # Notices already written for these instants; a moved deadline may be told of again.
    warned_for = models.DateTimeField(null=True, blank=True)
    breach_told_for = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Clock]] = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(stopped_at__isnull=False), name="clock_stopped_has_instant"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "met", "excluded"]), name="clock_outcome_known"
            ),
            models.CheckConstraint(condition=Q(holder=None) | Q(holder_text=""), name="clock_one_holder"),
        ]
        indexes = [
            models.Index(fields=["agreement", "start_at"], name="clock_start"),
            models.Index(
                fields=["deadline_at"], condition=Q(outcome="", stopped_at=None), name="clock_open_deadline"
            ),
            models.Index(fields=["warn_at"], condition=TO_WARN, name="clock_to_warn"),
            models.Index(fields=["deadline_at"], condition=TO_TELL, name="clock_to_tell"),
        ]

    def __str__(self) -> str:
        return f"Clock of {self.handoff}"


class ClockPauseQuerySet(models.QuerySet["ClockPause"]):
    def in_force(self, at: dt.datetime) -> ClockPauseQuerySet:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), begins_at__lte=at)


class ClockPause(models.Model):
    """A stretch [begins_at, ends_at) in which a clock stands: a pause as the cap and the resuming leave it.

    Empty `ends_at`: until something more is known. Written with its clock, by leads.services.clocks.refresh.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[ClockPause]] = ClockPauseQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "begins_at"], name="clock_pause_begins_once"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")), name="clock_pause_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"Pause of {self.clock}"


class TouchedDay(models.Model):
    """A past day whose figures may have changed: the nightly check looks at it again, then removes the mark.

    Written in the transaction of the change (leads.services.clocks.touch); `day` is in the agreement's zone.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="touched_days")
    day = models.DateField()
    touched_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["agreement", "day"], name="touched_day")]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.day}"
