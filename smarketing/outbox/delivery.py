"""Delivering the outbox: claim a row, hand it to the server, mark it, one at a time.

Each row is claimed by a conditional UPDATE and marked in a transaction of its own right after the
server accepted it, so any number of deliveries may run at once and be killed at any moment. What is
left is the instant between the server's acceptance and our commit (and a server that keeps a mail
without saying so): a delivery that dies there sends the mail again, with the same Message-ID, by
which mail servers and programs know a second copy.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from smarketing.now import this_second
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.sending import PostOffice, Refusal

logger = logging.getLogger(__name__)

DEMO_DOMAIN = "@demo.example"
CLAIM_LASTS = timedelta(minutes=10)
# Minutes until the next attempt after the 1st, 2nd ... failed one: 47 hours in all.
BACKOFF = (1, 5, 15, 60, 180, 360, 720, 720, 720)
BROKEN_CONNECTIONS = 3  # after so many in one run the rest waits for the next


@dataclass(frozen=True)
class Delivered:
    """What became of the mails of one run, in numbers of rows.

    `sent` to the server; `stored`: kept here as delivered; `cancelled`: no longer wanted; `failed` for
    good; `put_back`: to be tried again; `released`: claims of a delivery that died. `stopped` says why
    the run ended early, blank if it did not.
    """

    sent: int = 0
    stored: int = 0
    cancelled: int = 0
    failed: int = 0
    put_back: int = 0
    released: int = 0
    stopped: str = ""


def deliver(now: datetime, *, limit: int = 500, clock: Callable[[], datetime] = this_second) -> Delivered:
    """Deliver at most `limit` mails that are due at `now`, in the order of their `not_before`.

    `clock` gives the real time, by which claims are dated whatever `now` is worked at. A server that
    can't be reached ends the run: the mail tried is put back, the others simply keep waiting.
    """
    done: Counter[str] = Counter(released=release_stale_claims(clock()))
    stopped, broken, office = "", 0, PostOffice()
    try:
        for pk in list(Mail.objects.due(now).values_list("pk", flat=True)[:limit]):
            mail = _claim(pk, now, clock())
            if mail is None:
                continue
            outcome, refusal = _handle(mail, office, now)
            done[outcome] += 1
            broken += bool(refusal and refusal.transport)
            if refusal and (refusal.unreachable or broken >= BROKEN_CONNECTIONS):
                stopped = refusal.reason
                break
    finally:
        office.close()
    return Delivered(**done, stopped=stopped)


def release_stale_claims(at: datetime) -> int:
    """Put mails back whose delivery claimed them over ten minutes before `at` and never came back."""
    stale = Mail.objects.filter(state=State.SENDING, claimed_at__lt=at - CLAIM_LASTS)
    reason = "The delivery that held this mail ended before it was done."
    return stale.update(state=State.WAITING, claim="", last_error=reason)


def _claim(pk: int, now: datetime, at: datetime) -> Mail | None:
    """Take one mail for this run; None if another delivery has it or it is no longer due."""
    claim = secrets.token_hex(16)
    taken = (
        Mail.objects.due(now)
        .filter(pk=pk)
        .order_by()
        .update(state=State.SENDING, claim=claim, claimed_at=at, attempts=F("attempts") + 1)
    )
    return Mail.objects.select_related("to").get(pk=pk) if taken else None


def _handle(mail: Mail, office: PostOffice, now: datetime) -> tuple[str, Refusal | None]:
    """Deliver one claimed mail; say under what it counts, and what the server said against it."""
    if unwanted := why_unwanted(mail):
        _settle(mail, state=State.CANCELLED, last_error=unwanted)
        return "cancelled", None
    if is_kept_here(mail):
        _settle(mail, state=State.STORED, last_error="")
        return "stored", None
    try:
        office.send(mail)
    except Refusal as refusal:
        return _put_back(mail, refusal, now), refusal
    _settle(mail, state=State.SENT, sent_at=now, last_error="")
    return "sent", None


def why_unwanted(mail: Mail) -> str:
    """The sentence why `mail` is no longer to be sent, else blank: asked at delivery, not when written."""
    preference = Kind(mail.kind).preference
    if mail.to is None:
        return "The reader is no longer here." if preference else ""
    if not mail.to.is_active:
        return f"{mail.to.name} is no longer active."
    if preference and not mail.to.wants(preference):
        return f"{mail.to.name} does not want {Kind(mail.kind).label}."
    return ""


def is_kept_here(mail: Mail) -> bool:
    """Whether `mail` counts as delivered by being stored: no mail server is set, or a demo address."""
    return not settings.EMAIL_URL or mail.to_email.lower().endswith(DEMO_DOMAIN)


def _put_back(mail: Mail, refusal: Refusal, now: datetime) -> str:
    if refusal.permanent or mail.attempts > len(BACKOFF):
        tries = "" if refusal.permanent else f" Given up after {mail.attempts} attempts in two days."
        _settle(mail, state=State.FAILED, last_error=f"{refusal.reason}{tries}")
        return "failed"
    again = now + timedelta(minutes=BACKOFF[mail.attempts - 1])
    _settle(mail, state=State.WAITING, not_before=again, last_error=refusal.reason)
    return "put_back"


def _settle(mail: Mail, **values: object) -> None:
    """End our claim with what became of the mail; a claim that was taken from us is left alone."""
    if not Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(claim="", **values):
        logger.warning("Mail %s was released to another delivery while this one held it.", mail.pk)
