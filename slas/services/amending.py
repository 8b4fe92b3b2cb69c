"""Amendments: a side asks to close a date or to end early, the other side confirms (product rule 12).

Each is decided once. Confirming makes the closure or the early end; whoever calls it has the open clocks
judged again (leads.services.amending).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Agreement, Amendment
from slas.rules.zones import start_of_day
from slas.services.amendment_mails import (
    full_date,
    in_words,
    other_side,
    tell_asked,
    tell_confirmed,
    tell_refused,
)
from slas.services.closures import add_closure, refuse_closure, version_on
from slas.services.refusal import Refused
from slas.services.signing import end_early, refuse_early_end
from slas.services.wrong import Wrong
from smarketing.accounts.models import Side
from smarketing.accounts.permissions import may_confirm_amendment

if TYPE_CHECKING:
    from datetime import date, datetime

    from smarketing.accounts.models import User

LONGEST_NOTE, LONGEST_REASON = 200, 500


@transaction.atomic
def ask(agreement: Agreement, kind: str, date: date, *, by: User, now: datetime, note: str = "") -> Amendment:
    """Ask the other side to close `date`, or to end what is in force after it; its managers are mailed.

    Asked again by the same side while it waits, it is the same. Refused for people who may not, where the
    other side asks for the same already, and for a date on which it can't be (`refuse_closure`,
    `refuse_early_end`).
    """
    side = _side_of(by, "ask for an amendment")
    if len(note) > LONGEST_NOTE:
        raise Wrong("note", f"The reason has {len(note)} letters. Shorten it to {LONGEST_NOTE}.")
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    for waiting in agreement.amendments.filter(kind=kind, date=date, decision="").select_related("asked_by"):
        waiting.agreement = agreement
        if waiting.side == side:
            return waiting
        raise Refused(
            f"{waiting.asked_by} of {Side(waiting.side).label} asked to {in_words(waiting)} already. "
            "Confirm that instead."
        )
    try:
        _refuse_impossible(agreement, kind, date, now)
    except Refused as refusal:
        raise Wrong("date", str(refusal)) from refusal
    made = Amendment.objects.create(
        agreement=agreement, kind=kind, date=date, note=note.strip(), side=side, asked_by=by, asked_at=now
    )
    tell_asked(made, now)
    return made


@transaction.atomic
def confirm(amendment: Amendment, *, by: User, now: datetime) -> Amendment:
    """Agree to it for the other side: from now on the date is closed, or the end is set. All are mailed.

    Confirming what is confirmed changes nothing. Refused for the own side, where whoever asked is no manager
    of their side any more, for what was declined or withdrawn, and where it can't be any more.
    """
    current, side = _locked(amendment), other_side(amendment)
    if not may_confirm_amendment(by, side):
        raise Refused(
            f"{current.asked_by} asked for it for {Side(current.side).label}, so a manager of {side.label} "
            "confirms it. Nothing was changed."
        )
    if current.decision == Amendment.Decision.CONFIRMED:
        return current
    _refuse_decided(current)
    if not may_confirm_amendment(current.asked_by, current.side):
        raise Refused(
            f"{current.asked_by} is no manager of {Side(current.side).label} any more. Decline it, and let "
            "somebody else ask again."
        )
    _carry_out(current, by, now)
    _decide(current, Amendment.Decision.CONFIRMED, by, now)
    tell_confirmed(current, now)
    return current


@transaction.atomic
def decline(amendment: Amendment, *, by: User, now: datetime, reason: str) -> Amendment:
    """Say no for the other side, with a reason. Twice is the same as once."""
    current, side = _locked(amendment), other_side(amendment)
    if not may_confirm_amendment(by, side):
        raise Refused(f"Only a manager of {side.label} can decline it for {side.label}. Nothing was changed.")
    if current.decision == Amendment.Decision.DECLINED:
        return current
    _refuse_decided(current)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why you decline it: whoever asked reads the reason.")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} letters. Shorten it to {LONGEST_REASON}.")
    _decide(current, Amendment.Decision.DECLINED, by, now, reason)
    tell_refused(current, now)
    return current


@transaction.atomic
def withdraw(amendment: Amendment, *, by: User, now: datetime) -> Amendment:
    """Take it back: a manager of the side that asked. Twice is the same as once."""
    current = _locked(amendment)
    if not may_confirm_amendment(by, current.side):
        label = Side(current.side).label
        raise Refused(f"Only a manager of {label} can withdraw what {label} asked for. Nothing was changed.")
    if current.decision == Amendment.Decision.WITHDRAWN:
        return current
    _refuse_decided(current)
    _decide(current, Amendment.Decision.WITHDRAWN, by, now)
    tell_refused(current, now)
    return current


def ends_at(agreement: Agreement, date: date) -> datetime:
    """The instant after the last date: midnight of the version in force on it. Refused where none is."""
    zone = version_on(agreement, date).terms().tz
    return start_of_day(date + timedelta(days=1), zone)


def _refuse_impossible(agreement: Agreement, kind: str, date: date, now: datetime) -> None:
    if kind == Amendment.Kind.CLOSURE:
        refuse_closure(agreement, date, now)
    elif kind == Amendment.Kind.EARLY_END:
        refuse_early_end(version_on(agreement, date), ends_at(agreement, date), now)
    else:
        raise Refused("Choose what to ask for: to close a date, or to end early.")


def _carry_out(amendment: Amendment, by: User, now: datetime) -> None:
    managers = {amendment.side: amendment.asked_by, other_side(amendment).value: by}
    both = {"marketing_manager": managers[Side.MARKETING], "sales_manager": managers[Side.SALES]}
    agreement, date = amendment.agreement, amendment.date
    if amendment.kind == Amendment.Kind.CLOSURE:
        if agreement.closures.filter(date=date, retracted_at=None).exists():
            raise Refused(f"{full_date(amendment)} is closed already, so there is nothing to close.")
        add_closure(agreement, date, **both, now=now, note=amendment.note)
    else:
        version = version_on(agreement, date)
        end_early(version, ends_at=ends_at(agreement, date), **both, now=now, note=amendment.note)


def _side_of(by: User, what: str) -> Side:
    for side in Side:
        if may_confirm_amendment(by, side):
            return side
    raise Refused(f"Only managers of Marketing and Sales {what}. Nothing was changed.")


def _locked(amendment: Amendment) -> Amendment:
    """As it stands now; nobody else decides about the agreement until the transaction ends."""
    agreement = Agreement.objects.select_for_update().get(pk=amendment.agreement_id)
    current = Amendment.objects.select_related("asked_by", "decided_by").get(pk=amendment.pk)
    current.agreement = agreement
    return current


def _refuse_decided(amendment: Amendment) -> None:
    if amendment.decision:
        what = amendment.get_decision_display().lower()
        raise Refused(f"{amendment.decided_by} has {what} it meanwhile. It stays so.")


def _decide(amendment: Amendment, decision: str, by: User, now: datetime, reason: str = "") -> None:
    amendment.decision, amendment.decided_by, amendment.decided_at = decision, by, now
    amendment.reason = reason
    amendment.save(update_fields=["decision", "decided_by", "decided_at", "reason"])
