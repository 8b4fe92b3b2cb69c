"""Mail as rows: written with a unique key in the transaction that caused it, sent by `deliver`."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_administer


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    STORED = "stored", "Kept here"  # no mail server, or a demo address: readable under /mail/, never sent
    CANCELLED = "cancelled", "Cancelled"  # the reader left or no longer wants it


class Kind(models.TextChoices):
    """What a mail is, in the words that follow “You get”."""

    SUMMARY = "summary", "the nightly summary"
    REPORT = "report", "the weekly report"
    NOTICE = "notice", "notices about single leads"
    AGREEMENT = "agreement", "mails about agreements to sign, or signed"
    INVITATION = "invitation", "an invitation"
    PASSWORD = "password", "a link to choose a new password"

    @property
    def preference(self) -> str:
        """The name of the person's choice about it (`User.wants`), blank if it can't be switched off."""
        return {"summary": "summary", "report": "report", "notice": "notices"}.get(self.value, "")


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> "MailQuerySet":
        """Waiting mail whose time has come at `now`, oldest first."""
        return self.filter(state=State.WAITING, not_before__lte=now).order_by("not_before", "id")

    def visible_to(self, user: User) -> "MailQuerySet":
        """All mail for administrators, for everybody else what was addressed to them."""
        return self if may_administer(user) else self.filter(to=user)


class Mail(models.Model):
    """One message to one reader. `key` makes it unique: queued twice, it is there once."""

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="mails"
    )
    to_email = models.EmailField(max_length=254)
    subject = models.CharField(max_length=250)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    unsubscribe_url = models.URLField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)  # by the real clock, whatever `now` is worked at
    claim = models.CharField(max_length=40, blank=True)  # which delivery holds it
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    again_of = models.ForeignKey(  # the mail that this one repeats, and who asked for it
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="again"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: ClassVar[models.Manager["Mail"]] = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="mail_key_once"),
            models.UniqueConstraint(fields=["message_id"], name="mail_message_id_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="mail_sent_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state=State.WAITING), name="mail_waiting"),
            models.Index(fields=["-created_at", "-id"], name="mail_newest_first"),
            models.Index(fields=["to", "-created_at", "-id"], name="mail_of_reader"),
            models.Index(fields=["-created_at", "-id"], condition=Q(state="failed"), name="mail_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"

    def belongs_to(self, user: User) -> bool:
        """Whether `user` is the reader it was written for, who alone may see the secrets in its links."""
        return user.is_authenticated and self.to_id == user.pk
