"""Two signatures under one text, and how a signed version ends."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from slas.models import EarlyEnd, Signature, Version
from slas.rules.zones import start_of_day
from slas.services.door import locked, words
from slas.services.proposing import refuse_later_version, refuse_past_start
from slas.services.refusal import Refused
from slas.services.telling import tell_signed, tell_signed_by_one
from smarketing.accounts.models import Side
from smarketing.accounts.permissions import may_confirm_amendment, may_sign

if TYPE_CHECKING:
    from slas.models import FrozenTerms
    from smarketing.accounts.models import User


@transaction.atomic
def sign(
    version: Version,
    user: User,
    side: str,
    *,
    now: dt.datetime,
    address: str = "",
    moves_running: bool = False,
    may_be_past: bool = False,
) -> Signature:
    """Sign a proposed version for `side`; with the second side's signature it is signed, has its start, and
    all members are mailed.

    `address` is where the signer sits on the network; `moves_running`: whether running clocks are to go over
    to this version, which they do where both sides choose so (rule 11). Signing again returns the same
    signature. Refused where `user` is no manager of that side or has signed as a witness, the side has signed
    by somebody else, the start is past (unless it `may_be_past`: history taken over by a command), or a later
    version is signed already.
    """
    if not may_sign(user, side):
        raise Refused(f"Only a manager of {Side(side).label} can sign for {Side(side).label}.")
    version = locked(version)
    earlier = _signature_by(version, user, side)
    if earlier:
        return earlier
    if version.status != Version.Status.PROPOSED:
        raise Refused(
            f"{words(version)} is {version.get_status_display().lower()}, so it can't be signed now."
        )
    if not may_be_past:
        refuse_past_start(version, now)
    frozen = version.frozen
    starts_at = start_of_day(version.starts_on, frozen.terms().tz)
    refuse_later_version(version)
    signature = Signature.objects.create(
        version=version,
        user=user,
        side=side,
        name=user.name,
        email=user.email,
        address=address[:64],
        digest=frozen.digest,
        signed_at=now,
        moves_running=moves_running,
    )
    if version.signatures.exclude(side="").count() == len(Side):
        _put_in_force(version, frozen, starts_at)
        if not may_be_past:  # history mails nobody
            tell_signed(version, now)
    elif not may_be_past:
        tell_signed_by_one(signature, now)
    return signature


def _signature_by(version: Version, user: User, side: str) -> Signature | None:
    """What this person signed for this side already; Refused where it was another person, or another side."""
    for signature in version.signatures.filter(Q(side=side) | Q(user=user)):
        if signature.user_id == user.pk and signature.side == side:
            return signature
        if signature.user_id == user.pk and not signature.side:
            raise Refused(
                f"{signature.name} has signed {words(version)} as a witness. Another manager of "
                f"{Side(side).label} signs for {Side(side).label}."
            )
        if signature.user_id == user.pk:
            raise Refused(
                f"{signature.name} has signed {words(version)} already. Each side signs by its own."
            )
        raise Refused(f"{signature.name} has signed {words(version)} for {Side(side).label} already.")
    return None


def _put_in_force(version: Version, frozen: FrozenTerms, starts_at: dt.datetime) -> None:
    """Signed by both: it has its instants, and what was in force before ends where it begins."""
    version.status = Version.Status.SIGNED
    version.in_force_at = starts_at
    if version.ends_on:
        version.ended_at = start_of_day(version.ends_on + dt.timedelta(days=1), frozen.terms().tz)
    version.save(update_fields=["status", "in_force_at", "ended_at"])
    before = Version.objects.signed().filter(agreement=version.agreement_id).exclude(pk=version.pk)
    before.filter(Q(ended_at=None) | Q(ended_at__gt=starts_at)).update(ended_at=starts_at)


@transaction.atomic
def end_early(
    version: Version,
    *,
    ends_at: dt.datetime,
    marketing_manager: User,
    sales_manager: User,
    now: dt.datetime,
    note: str = "",
) -> EarlyEnd:
    """End a signed version at `ends_at`, agreed by a manager of each side. The same again changes nothing.

    Refused for a past instant, one that is not before its end as it stands, or a version that is not signed.
    """
    refuse_one_sided(marketing_manager, sales_manager, "end an agreement early")
    version = locked(version)
    known = version.early_ends.filter(ends_at=ends_at).first()
    if known:
        return known
    refuse_early_end(version, ends_at, now)
    early = EarlyEnd.objects.create(
        version=version,
        ends_at=ends_at,
        recorded_at=now,
        note=note,
        confirmed_by_marketing=marketing_manager,
        confirmed_by_sales=sales_manager,
    )
    version.ended_at = ends_at
    version.save(update_fields=["ended_at"])
    return early


def refuse_early_end(version: Version, ends_at: dt.datetime, now: dt.datetime) -> None:
    """Refused for a past instant, one that is not before its end as it stands, or a version that is not
    signed."""
    if version.status != Version.Status.SIGNED or version.in_force_at is None:
        raise Refused(f"{words(version)} is not signed, so there is nothing to end. Withdraw it instead.")
    if ends_at <= now:
        raise Refused("An agreement ends in the future. Choose an instant that is still to come.")
    if ends_at < version.in_force_at:
        raise Refused(f"{words(version)} starts later than that. Choose its start, or an instant after it.")
    if version.ended_at and ends_at >= version.ended_at:
        raise Refused(f"{words(version)} ends before that anyway. Choose an earlier instant.")


def refuse_one_sided(marketing_manager: User, sales_manager: User, what: str) -> None:
    """An amendment needs a manager of each side (product section 1)."""
    for user, side in ((marketing_manager, Side.MARKETING), (sales_manager, Side.SALES)):
        if not may_confirm_amendment(user, side):
            raise Refused(f"Only a manager of {side.label} can {what} for {side.label}, and {user} is none.")
