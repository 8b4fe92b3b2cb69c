"""What administrators do to a mail: send it again, cancel it, send it after all.

Each is a conditional change of the row, so that a second click and a delivery that runs meanwhile do no
harm: whoever comes second finds the state gone and changes nothing.
"""

from datetime import datetime

from django.db import transaction

from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.outbox.delivery import why_unwanted
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.services import new_message_id

ONCE = (Kind.INVITATION, Kind.PASSWORD)  # their links work once: a repeated mail would hold a dead one
ARRIVED = (State.SENT, State.STORED)
COPIED = ("kind", "to_id", "to_email", "subject", "body_text", "body_html", "unsubscribe_url")


def why_not_again(mail: Mail) -> str:
    """The sentence why `mail` can't be sent again, blank if it can."""
    if mail.state in (State.WAITING, State.SENDING):
        return "It has not gone out yet; it goes by itself."
    if mail.state in ARRIVED and mail.kind in ONCE:
        return "Its link works once and may be used by now. Send a new one from the person’s page."
    return why_unwanted(mail)


def send_again(mail: Mail, *, by: User, now: datetime, nth: int = 0) -> tuple[Mail, bool]:
    """Send `mail` once more; return the mail that goes out, and whether this call is what made it go.

    What failed or was cancelled goes back to waiting: same key, same Message-ID, attempts from zero.
    What arrived is written as a new mail with its own, linked to the first; `nth` says how many repeats
    the page showed, so that a second click of the same page finds the mail of the first.
    """
    _allow(by)
    with transaction.atomic():
        mail = Mail.objects.select_for_update(of=("self",)).select_related("to").get(pk=mail.pk)
        if mail.state in (State.WAITING, State.SENDING):
            return mail, False
        if reason := why_not_again(mail):
            raise Refused(reason)
        return _repeat(mail, by, now, nth) if mail.state in ARRIVED else _put_back(mail, by, now)


def cancel(mail: Mail, *, by: User) -> bool:
    """Keep a waiting or failed mail from going out; False if it went, goes, or was cancelled before."""
    _allow(by)
    stopped = Mail.objects.filter(pk=mail.pk, state__in=[State.WAITING, State.FAILED])
    return bool(stopped.update(state=State.CANCELLED, last_error=f"{by} cancelled it.", asked_by=by))


def _put_back(mail: Mail, by: User, now: datetime) -> tuple[Mail, bool]:
    mail.state, mail.not_before, mail.attempts = State.WAITING, now, 0
    mail.claim, mail.last_error, mail.asked_by = "", "", by
    mail.save(update_fields=["state", "not_before", "attempts", "claim", "last_error", "asked_by"])
    return mail, True


def _repeat(mail: Mail, by: User, now: datetime, nth: int) -> tuple[Mail, bool]:
    first = mail.again_of_id or mail.pk
    new, made = Mail.objects.get_or_create(
        key=f"again:{mail.pk}:{nth}",
        defaults={name: getattr(mail, name) for name in COPIED}
        | {
            "message_id": new_message_id(),
            "created_at": now,
            "not_before": now,
            "again_of_id": first,
            "asked_by": by,
        },
    )
    return new, made


def _allow(by: User) -> None:
    if not may_administer(by):
        raise NotAllowed("Only administrators send mails again or cancel them.")
