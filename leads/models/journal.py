"""The journal: everything that happened to a lead, append-only, in the order in which it was recorded."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .lead import Stage


class EntryQuerySet(models.QuerySet["Entry"]):
    def standing(self) -> EntryQuerySet:
        """Entries that were not taken back."""
        return self.filter(retracted_at=None)

    def known_at(self, instant: dt.datetime) -> EntryQuerySet:
        """What was known at `instant`: recorded by then, and not yet taken back."""
        return self.filter(Q(retracted_at=None) | Q(retracted_at__gt=instant), recorded_at__lte=instant)

    def moves(self) -> EntryQuerySet:
        """The stage history."""
        return self.exclude(to_stage="")

    def follow_ups(self) -> EntryQuerySet:
        return self.filter(type=Entry.Type.FOLLOW_UP)

    def shaping(self) -> EntryQuerySet:
        """What stands and decides columns of leads and handoffs: moves, owners, overturned rejections."""
        return self.standing().filter(
            ~Q(to_stage="") | Q(type__in=[Entry.Type.ASSIGNED, Entry.Type.OVERTURNED])
        )

    def assignments(self) -> EntryQuerySet:
        return self.filter(type=Entry.Type.ASSIGNED)


class Entry(models.Model):
    """One thing that happened. `at` is when it happened, `recorded_at` when it became known, `retracted_at`
    when it was taken back (an undo is an entry's end, never a deletion). Whole seconds.

    Types are those of a story (stories.md) plus `moved`: a stage move that is no event of a clock. `accepted`
    and `advanced` are stage moves too, so the stage history is every entry with a `to_stage`. Triggers
    (leads/triggers.py) refuse DELETE, and any UPDATE but the one that takes an entry back or blanks its text.
    """

    class Type(models.TextChoices):
        MOVED = "moved", "Moved"
        ASSIGNED = "assigned", "Assigned"
        FOLLOW_UP = "follow_up", "Followed up"
        PAUSED = "paused", "Paused"
        RESUMED = "resumed", "Resumed"
        ACCEPTED = "accepted", "Accepted"
        ADVANCED = "advanced", "Advanced"
        REJECTED = "rejected", "Rejected"
        DISPUTED = "disputed", "Disputed"
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"
        MERGED_EARLIER = "merged_earlier", "Merged with an earlier twin"

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        EMAIL = "email", "E-mail"
        MEETING = "meeting", "Meeting"
        MESSAGE = "message", "Message"
        OTHER = "other", "Follow-up"

    class Outcome(models.TextChoices):
        CONNECTED = "connected", "Talked"
        NO_ANSWER = "no_answer", "No answer"
        LEFT_MESSAGE = "left_message", "Left a message"
        SENT = "sent", "Sent"
        REPLIED = "replied", "Replied"
        WRONG_CONTACT = "wrong_contact", "Wrong contact data"
        UNKNOWN = "unknown", "Unknown"

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="entries")
    handoff = models.ForeignKey(
        "leads.Handoff", null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    type = models.CharField(max_length=15, choices=Type.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(help_text="When the row was written here (an import's own instant).")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_text = models.CharField(max_length=200, blank=True, help_text="Who, where we have no such person.")
    batch = models.ForeignKey(
        "leads.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )

    # Entries of one click share a key, so that its second arrival writes nothing and its undo takes back all.
    click = models.CharField(max_length=40, blank=True)

    # a stage move
    from_stage = models.CharField(max_length=15, choices=Stage.choices, blank=True)
    to_stage = models.CharField(max_length=15, choices=Stage.choices, blank=True)
    # an assignment; neither owner nor text: to nobody
    to_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_owner_text = models.CharField(max_length=200, blank=True)
    # a follow-up
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    outcome = models.CharField(max_length=15, choices=Outcome.choices, blank=True)
    connected = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    # a decision, a pause, a merge
    reason = models.CharField(max_length=60, blank=True)
    seen_to_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    twin_start = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Entry]] = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Q(recorded_at__gte=F("at")), name="entry_recorded_after"),
            models.CheckConstraint(
                condition=Q(retracted_at=None) | Q(retracted_at__gte=F("recorded_at")),
                name="entry_retracted_after",
            ),
            models.CheckConstraint(
                condition=~Q(type__in=["moved", "accepted", "advanced"]) | ~Q(to_stage=""),
                name="entry_move_has_stage",
            ),
            models.CheckConstraint(
                condition=~Q(type="follow_up") | ~Q(kind=""), name="entry_follow_up_has_kind"
            ),
            models.CheckConstraint(
                condition=~Q(type__in=["paused", "rejected"]) | ~Q(reason=""),
                name="entry_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(type__in=["moved", "assigned"]) | Q(handoff__isnull=False),
                name="entry_event_has_handoff",
            ),
            models.CheckConstraint(condition=Q(to_owner=None) | Q(to_owner_text=""), name="entry_one_owner"),
            models.UniqueConstraint(
                fields=["lead", "click", "type"], condition=~Q(click=""), name="entry_click_once"
            ),
        ]
        indexes = [
            models.Index(fields=["handoff", "id"], name="entry_of_handoff"),
            models.Index(fields=["lead", "id"], name="entry_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.at:%Y-%m-%d %H:%M}"
