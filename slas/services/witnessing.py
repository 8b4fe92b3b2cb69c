"""Witnesses: invited by a manager, they sign the frozen text beside both sides, for neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Signature, Version, Witness
from slas.services.door import locked, words
from slas.services.proposing import refuse_past_start
from slas.services.refusal import Refused
from slas.services.telling import tell_witness, tell_witnessed
from smarketing.accounts.permissions import may_invite_witness, may_witness

if TYPE_CHECKING:
    from datetime import datetime

    from smarketing.accounts.models import User


@transaction.atomic
def invite_witness(version: Version, user: User, *, by: User, now: datetime) -> Witness:
    """Ask `user` to sign as a witness, by mail. Twice is the same as once, and an invitation stays: nobody
    has to follow it.

    Refused for people who may not invite, for somebody who may not witness or has signed for a side, before
    the version is proposed, and once it is in force or closed.
    """
    if not may_invite_witness(by):
        raise Refused("Only managers of Marketing and Sales invite a witness. Nothing was changed.")
    version = locked(version)
    known = version.witnesses.filter(user=user).first()
    if known:
        return known
    _refuse_closed(version, now, "a witness can be invited")
    if not may_witness(user, invited=True):
        raise Refused(f"{user} can’t be a witness. Invite a manager, or a viewer such as Finance or HR.")
    signature = version.signatures.filter(user=user).exclude(side="").first()
    if signature:
        side = signature.get_side_display()
        raise Refused(f"{user} signed {words(version)} for {side}. Invite another person as witness.")
    made = Witness.objects.create(version=version, user=user, invited_by=by, invited_at=now)
    tell_witness(made, now)
    return made


@transaction.atomic
def sign_as_witness(version: Version, user: User, *, now: datetime, address: str = "") -> Signature:
    """The signature of an invited witness; it never counts for a side. Signing again returns the same one.

    Refused for whoever was not invited or signed for a side, before the version is proposed, and once it is
    in force or closed.
    """
    version = locked(version)
    refuse_uninvited(version, user)
    known = version.signatures.filter(user=user).first()
    if known and not known.side:
        return known
    if known:
        side = known.get_side_display()
        raise Refused(f"You signed {words(version)} for {side}, so another person is its witness.")
    _refuse_closed(version, now, "a witness can sign")
    made = Signature.objects.create(
        version=version,
        user=user,
        side="",
        name=user.name,
        email=user.email,
        address=address[:64],
        digest=version.frozen.digest,
        signed_at=now,
    )
    tell_witnessed(made, now)
    return made


def refuse_uninvited(version: Version, user: User) -> None:
    """Refused for whoever was not invited to witness this version, or may not any more."""
    invited = version.witnesses.filter(user=user).exists()
    if not invited or not may_witness(user, invited=True):
        raise Refused(
            f"Only who was invited signs {words(version)} as a witness. A manager of a side invites you."
        )


def may_still_witness(version: Version, now: datetime) -> bool:
    """Whether its text is frozen and it is not in force yet: until then witnesses sign."""
    if version.status == Version.Status.PROPOSED:
        return True
    return version.in_force_at is not None and version.in_force_at > now


def _refuse_closed(version: Version, now: datetime, what: str) -> None:
    if version.status == Version.Status.DRAFT:
        raise Refused(f"{words(version)} is still a draft. Propose it; from then on {what}.")
    if version.status == Version.Status.PROPOSED:
        refuse_past_start(version, now)
    if version.in_force_at is not None and version.in_force_at <= now:
        raise Refused(f"{words(version)} is in force already. Until that day {what}, not later.")
    if not may_still_witness(version, now):
        status = version.get_status_display().lower()
        raise Refused(f"{words(version)} is {status}, so there is nothing to witness.")
