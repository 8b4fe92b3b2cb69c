"""Invitations: a link by mail that lets somebody in once, within a week."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.urls import reverse

from smarketing.accounts.models import Change, Invitation, User
from smarketing.accounts.people import note
from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.outbox.delivery import is_kept_here
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.services import queue

LASTS = timedelta(days=7)
SECOND_CLICK = timedelta(minutes=1)


def invite(
    email: str, *, side: str, role: str, by: User, now: datetime, is_administrator: bool = False
) -> tuple[Invitation, str]:
    """Invite whoever reads `email`; return the invitation and its link, blank where a mail just went out.

    An open invitation of this e-mail is sent again with the new place. Somebody known here without a
    password keeps name, side and role. Refused for somebody who has an account, open or closed.
    """
    _allow(by)
    email = email.strip().lower()
    known = User.objects.filter(email__iexact=email).first()
    if known:
        _refuse_if_in(known)
        side, role, is_administrator = known.side, known.role, known.is_administrator
    place = {"side": side, "role": role, "is_administrator": is_administrator, "person": known}
    try:
        with transaction.atomic():
            found = Invitation.objects.open().select_for_update().filter(email__iexact=email).first()
            if found is None:
                found = Invitation(email=email)
            for field, value in place.items():
                setattr(found, field, value)
            return found, _send(found, by, now)
    except IntegrityError as error:
        raise Refused(f"{email} was invited by somebody else this moment. Look at the list.") from error


def invite_again(invitation: Invitation, *, by: User, now: datetime) -> tuple[Invitation, str]:
    """Send a new link; the earlier one stops working. Blank link where a mail went out within a minute."""
    _allow(by)
    with transaction.atomic():
        found = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if found.accepted_at or found.withdrawn_at:
            word = "accepted" if found.accepted_at else "withdrawn"
            raise Refused(f"The invitation of {found.email} is {word}. Invite anew if it is still wanted.")
        return found, _send(found, by, now)


def withdraw(invitation: Invitation, *, by: User, now: datetime) -> bool:
    """Stop the link and the mail that has not gone out yet; False if there is nothing left to stop."""
    _allow(by)
    with transaction.atomic():
        stopped = Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=now)
        if stopped:
            Mail.objects.filter(key__startswith=f"invitation:{invitation.pk}:", state=State.WAITING).update(
                state=State.CANCELLED, last_error=f"{by} withdrew the invitation."
            )
        return bool(stopped)


def found_by(token: str, *, now: datetime) -> Invitation | None:
    """The invitation whose link this is, if the link works at `now`."""
    valid = Invitation.objects.valid(now).select_related("person", "invited_by")
    return valid.filter(token_hash=_hashed(token)).first()


def accept(invitation: Invitation, *, name: str, password: str, now: datetime) -> User:
    """Let the invited person in, with this name and password. Refused if the link was used meanwhile."""
    try:
        with transaction.atomic():
            mine = Invitation.objects.valid(now).filter(pk=invitation.pk, token_hash=invitation.token_hash)
            if not mine.update(accepted_at=now):
                raise Refused("This invitation was used or withdrawn a moment ago.")
            person = _person(invitation, name, now)
            person.set_password(password)
            person.full_clean(exclude=["password"])
            person.save()
            Invitation.objects.filter(pk=invitation.pk).update(person=person)
            mails = Mail.objects.filter(key__startswith=f"invitation:{invitation.pk}:")
            mails.update(to=person)  # everybody finds the mails addressed to them
            note(person, Change.JOINED, by=person, now=now, became=person.position)
            return person
    except IntegrityError as error:
        raise Refused("Somebody with this e-mail came in meanwhile. Log in instead.") from error


def _person(invitation: Invitation, name: str, now: datetime) -> User:
    person = invitation.person or User(
        email=invitation.email,
        side=invitation.side,
        role=invitation.role,
        is_administrator=invitation.is_administrator,
        time_zone=invitation.invited_by.time_zone,
        joined_at=now,
    )
    person.name = name
    return person


def _send(invitation: Invitation, by: User, now: datetime) -> str:
    """Give the invitation a new token, store it, queue the mail, and return the link."""
    if invitation.pk and now - invitation.sent_at < SECOND_CLICK:
        return ""
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.invited_by = _hashed(token), by
    invitation.sent_at, invitation.expires_at = now, now + LASTS
    invitation.save()
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}"
    queue(
        key=_mail_key(invitation),
        kind=Kind.INVITATION,
        to=invitation.person,
        to_email="" if invitation.person else invitation.email,
        template="invitation",
        context={"invitation": invitation, "link": link, "days": LASTS.days},
        now=now,
    )
    return link


def _refuse_if_in(known: User) -> None:
    if not known.is_active:
        raise Refused(f"{known} has this e-mail and is deactivated. Reactivate that account instead.")
    if known.has_usable_password():
        raise Refused(f"{known} has this e-mail and an account already.")


def _allow(by: User | AnonymousUser) -> None:
    if not may_administer(by):
        raise NotAllowed("Only administrators invite people.")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_sent(invitation: Invitation) -> bool:
    """Whether the mail of this invitation leaves this machine."""
    mail = Mail.objects.filter(key=_mail_key(invitation)).first()
    return mail is not None and leaves_here(mail)


def leaves_here(mail: Mail) -> bool:
    """Whether `mail` goes to a mail server, rather than being kept here to read."""
    return not is_kept_here(mail)


def _mail_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}:{invitation.token_hash[:16]}"
