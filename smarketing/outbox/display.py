"""The outbox in words: states, headers and places in the list, as a reader may see them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q

from smarketing.accounts.models import User
from smarketing.outbox.links import shown_to
from smarketing.outbox.models import Kind, Mail, MailQuerySet, State
from smarketing.outbox.sending import message_of


@dataclass(frozen=True)
class StateWord:
    """How a state is shown: a word, an icon of Bootstrap Icons, a colour class and a sentence."""

    word: str
    icon: str
    look: str
    sentence: str


WORDS = {
    State.WAITING: StateWord("waiting", "clock", "quiet", "Not sent yet."),
    State.SENDING: StateWord("on its way", "send", "quiet", "Being handed to the mail server."),
    State.SENT: StateWord("sent", "check-lg", "quiet", "The mail server accepted it."),
    State.FAILED: StateWord(
        "failed", "x-octagon-fill", "breach", "It did not go out and is not tried again."
    ),
    State.STORED: StateWord("kept here", "archive", "quiet", "It counts as delivered and was not sent."),
    State.CANCELLED: StateWord("not sent", "slash-circle", "quiet", "It was no longer wanted."),
}
TRIED = StateWord("refused", "exclamation-triangle-fill", "risk", "It did not go out and is tried again.")
HELD = StateWord("held", "pause-circle", "quiet", "It waits for its reader’s daytime.")

KINDS = {
    Kind.SUMMARY: "Nightly summary",
    Kind.REPORT: "Weekly report",
    Kind.NOTICE: "Notice about a lead",
    Kind.AGREEMENT: "Agreement",
    Kind.INVITATION: "Invitation",
    Kind.PASSWORD: "Password link",
}
WEEK = timedelta(days=7)


def state_word(mail: Mail, now: datetime) -> StateWord:
    """The words for the state of `mail` at `now`; refused and tried again, or held, have their own."""
    if mail.state == State.WAITING and mail.last_error:
        return TRIED
    if mail.state == State.WAITING and mail.not_before > now:
        return HELD
    return WORDS[State(mail.state)]


def standing(mails: MailQuerySet, now: datetime) -> dict[str, Any]:
    """How the mails stand, in numbers: what needs somebody first, then the last seven days. One query."""
    refused = Q(state=State.WAITING) & ~Q(last_error="")
    held = Q(state=State.WAITING, last_error="", not_before__gt=now)
    recent = Q(created_at__gt=now - WEEK)
    of_interest = mails.order_by().filter(recent | Q(state__in=[State.WAITING, State.FAILED]))
    return of_interest.aggregate(
        failed=Count("pk", filter=Q(state=State.FAILED)),
        refused=Count("pk", filter=refused),
        tried_at=Min("not_before", filter=refused),
        held=Count("pk", filter=held),
        held_until=Min("not_before", filter=held),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        recent=Count("pk", filter=recent),
        arrived=Count("pk", filter=recent & Q(state__in=[State.SENT, State.STORED])),
    )


def headers_of(mail: Mail, user: User) -> list[tuple[str, str]]:
    """The headers of `mail` as they go out, with the secrets of other people masked."""
    message = message_of(mail)
    shown = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "To": mail.to_email,
        "Subject": mail.subject,
        **message.extra_headers,
    }
    return [(name, shown_to(user, mail, value)) for name, value in shown.items()]


def on_light_paper(html: str) -> str:
    """The HTML of a mail without its dark dress: beside our pages it lies on light paper in both themes."""
    return html.replace("@media (prefers-color-scheme: dark)", "@media not all").replace(
        'content="light dark"', 'content="light"'
    )


def older_than(mails: MailQuerySet, created_at: datetime, pk: int) -> MailQuerySet:
    """The mails after this place of the list that stands newest first."""
    return mails.filter(created_at__lte=created_at).filter(Q(created_at__lt=created_at) | Q(pk__lt=pk))
