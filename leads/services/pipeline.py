"""A lead's way: qualified, handed over, accepted or rejected, advanced, and the ways out."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from leads.models import Clock, Entry, Handoff, Lead, Stage
from leads.services.belonging import Belonging, agreement_for
from leads.services.door import Visit, enter, holder_id
from leads.services.knowing import tier_at
from leads.services.refusal import Refused
from leads.services.scoring import rescore_one
from leads.services.tiers import attributes_of
from leads.stages import is_advance, is_exit, is_later
from slas.models import Agreement, Version
from slas.rules.wording import listed
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_decide, may_hand_over

_DECIDED = (Entry.Type.ACCEPTED, Entry.Type.ADVANCED)
_ARTICLES = {"lead": "a ", "mql": "an ", "sql": "an ", "opportunity": "an ", "customer": "a "}
_LARGEST_AMOUNT = Decimal("99999999999999.99")


def qualify(lead: Lead, *, by: User, now: dt.datetime, note: str = "", click: str = "") -> Entry:
    """A lead, or a recycled one, becomes an MQL without being handed over yet."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        _allow_deciding(visit, "qualify")
        if visit.lead.stage not in (Stage.LEAD, Stage.RECYCLED):
            raise Refused(f"{_is(visit.lead)}. Only a lead, or a recycled one, can be qualified.")
        return visit.move(Entry.Type.MOVED, Stage.MQL, note=note.strip())


def hand_over(
    lead: Lead,
    *,
    by: User | None,
    now: dt.datetime,
    agreement: Agreement | None = None,
    note: str = "",
    click: str = "",
) -> Handoff:
    """Pass the lead to Sales under the version in force now; its clock starts (rules 1, 11 and 14).

    After it was recycled it gets a new handoff and a new clock; the old one keeps its verdict (rule 9).
    `agreement` names one for a lead that has none. `by` None: it goes by itself (services.qualifying).
    """
    with enter(lead, by=by, now=now, click=click) as visit:
        lead = visit.lead
        if visit.repeated and visit.handoff is not None:
            return visit.handoff
        visit.allow(by is None or may_hand_over(by), f"Only Marketing and sales managers hand {lead} over.")
        version = _version_for(visit, agreement)
        _refuse_handing_over(visit, version)
        tier = tier_at(version, lead, visit.now)
        handoff = Handoff.objects.create(
            lead=lead,
            agreement=version.agreement,
            version=version,
            at=visit.now,
            recorded_at=visit.now,
            entered_at=visit.now,
            by=by,
            window_key=tier.key,
            window_why=tier.why,
            matched_on=tier.matched_on,
        )
        visit.handoff = handoff
        visit.move(Entry.Type.MOVED, version.handoff_stage, handoff=handoff, note=note.strip())
        return handoff


def accept(lead: Lead, *, by: User, now: dt.datetime, note: str = "", click: str = "") -> Entry:
    """Sales takes the lead on. Silence does too, after the acceptance window; saying so is better."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        handoff = _decidable(visit, "accept")
        decided = _decision(handoff)
        if decided is not None:
            raise Refused(
                f"{visit.lead} was accepted on {visit.when(decided.recorded_at)}. There is nothing to accept."
            )
        return visit.move(Entry.Type.ACCEPTED, Stage.ACCEPTED, handoff=handoff, note=note.strip())


def reject(lead: Lead, *, by: User, now: dt.datetime, reason: str, note: str = "", click: str = "") -> Entry:
    """Give the lead back with a reason of the version's list; it is recycled (rule 8).

    Refused once it was accepted, by word or by silence: then recycle or disqualify it.
    """
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        handoff = _decidable(visit, "reject")
        _refuse_rejecting(visit, handoff)
        reasons = rejection_reasons(handoff)
        if reason not in reasons:
            raise Refused(
                f"“{reason}” is no reason to reject in {handoff.version}. Choose {listed(reasons, 'or')}."
                if reason
                else f"Rejecting {visit.lead} needs a reason. Choose {listed(reasons, 'or')}."
            )
        return visit.move(
            Entry.Type.REJECTED, Stage.RECYCLED, handoff=handoff, reason=reason, note=note.strip()
        )


def advance(
    lead: Lead,
    to: str,
    *,
    by: User,
    now: dt.datetime,
    amount: Decimal | str | None = None,
    currency: str = "",
    note: str = "",
    click: str = "",
) -> Entry:
    """Move on to SQL, opportunity or customer (won, with `amount` and `currency`, default the version's)."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        lead, handoff = visit.lead, visit.handoff
        _allow_deciding(visit, "move on")
        _refuse_advancing(visit, to)
        if amount not in (None, ""):
            if to != Stage.CUSTOMER:
                raise Refused(f"An amount belongs to a win. {lead} becomes {_named(to)}: leave it out.")
            _store_amount(lead, amount, currency or (handoff.version.currency if handoff else ""))
        is_event = handoff is not None and is_advance(to, handoff.version.handoff_stage)
        kind = Entry.Type.ADVANCED if is_event else Entry.Type.MOVED
        return visit.move(kind, to, handoff=handoff, note=note.strip())


def recycle(
    lead: Lead, *, by: User, now: dt.datetime, reason: str = "", note: str = "", click: str = ""
) -> Entry:
    """Back to nurturing. A running clock is not stopped by it; handed over again the lead gets a new one."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        _allow_deciding(visit, "recycle")
        if visit.lead.stage in (Stage.LEAD, Stage.CUSTOMER, Stage.RECYCLED):
            raise Refused(f"{_is(visit.lead)}, so it can’t be recycled.")
        return visit.move(
            Entry.Type.MOVED, Stage.RECYCLED, handoff=visit.handoff, reason=_short(reason), note=note.strip()
        )


def lose(lead: Lead, *, by: User, now: dt.datetime, reason: str, note: str = "", click: str = "") -> Entry:
    """The deal is off, for a reason in words. It is no rejection and stops no clock."""
    return _leave(lead, Stage.LOST, by=by, now=now, reason=reason, note=note, click=click)


def disqualify(
    lead: Lead, *, by: User, now: dt.datetime, reason: str, note: str = "", click: str = ""
) -> Entry:
    """Never to be a customer, for a reason in words. It is no rejection and stops no clock."""
    return _leave(lead, Stage.DISQUALIFIED, by=by, now=now, reason=reason, note=note, click=click)


def rejection_reasons(handoff: Handoff) -> tuple[str, ...]:
    """The reasons of the handoff's window; of all windows of the version where none matched."""
    terms = handoff.terms_version.terms()
    window = terms.window(handoff.terms_window_key)
    if window is not None:
        return window.rejection_reasons
    return tuple(dict.fromkeys(reason for each in terms.windows for reason in each.rejection_reasons))


# --- What stands in the way ----------------------------------------------------------------------


def _version_for(visit: Visit, named: Agreement | None) -> Version:
    lead = visit.lead
    if named is not None and lead.agreement_id not in (None, named.pk):
        raise Refused(f"{lead} belongs to {lead.agreement}, not to {named}. Hand it over there.")
    if lead.agreement is None:
        by_name = Belonging(named, f"{visit.by.name} named it at the handoff." if visit.by else "")
        lead.agreement, lead.agreement_why = (
            by_name if named else agreement_for(attributes_of(lead), visit.now)
        )
        if lead.agreement is None:
            raise Refused(f"No agreement takes {lead}. Name the one under which it is handed over.")
        lead.save(update_fields=["agreement", "agreement_why"])
        rescore_one(lead, visit.now)
    version = lead.agreement.version_at(visit.now)
    if version is None:
        raise Refused(
            f"{lead.agreement} has no version in force on {visit.when(visit.now)}. "
            "Sign one before leads are handed over."
        )
    return version


def _refuse_handing_over(visit: Visit, version: Version) -> None:
    lead, handoff = visit.lead, visit.handoff
    if handoff is not None and handoff.ended_at is None:
        raise Refused(
            f"{lead} was handed over on {visit.when(handoff.at)} and not recycled since. "
            "It can’t be handed over twice."
        )
    if lead.stage in (Stage.LOST, Stage.DISQUALIFIED):
        raise Refused(f"{_is(lead)}. Recycle it before it is handed over.")
    if not is_exit(lead.stage) and is_later(lead.stage, version.handoff_stage):
        raise Refused(
            f"{_is(lead)}, past {_named(version.handoff_stage)}, at which {lead.agreement} hands leads over."
        )
    if handoff is not None and handoff.at >= visit.now:
        raise Refused(f"{lead} was handed over and given back this very second. Try again in a moment.")


def _allow_deciding(visit: Visit, verb: str) -> None:
    visit.allow(
        may_decide(visit.person, holder_id(visit.lead)),
        f"Only whoever of Sales holds {visit.lead} and sales managers {verb} it.",
    )


def _decidable(visit: Visit, verb: str) -> Handoff:
    """The handoff on which Sales may still say yes or no."""
    _allow_deciding(visit, verb)
    lead, handoff = visit.lead, visit.handoff
    if handoff is None:
        raise Refused(f"{lead} was not handed over, so there is nothing to {verb}. Hand it over first.")
    if is_exit(lead.stage):
        raise Refused(f"{_is(lead)}. Hand it over again before you {verb} it.")
    if handoff.ended_at is not None:
        raise Refused(f"{lead} was given back and not handed over since. Hand it over again first.")
    return handoff


def _decision(handoff: Handoff) -> Entry | None:
    """What accepted this handoff by word, if anything did."""
    standing = handoff.entries.standing().filter(type__in=_DECIDED)
    return standing.order_by("recorded_at", "id").first()


def _refuse_rejecting(visit: Visit, handoff: Handoff) -> None:
    decided = _decision(handoff)
    if decided is not None:
        raise Refused(
            f"{visit.lead} was accepted on {visit.when(decided.recorded_at)}, and an accepted lead can’t be "
            "rejected. Recycle or disqualify it."
        )
    clock = Clock.objects.filter(handoff=handoff).first()
    accept_by = clock.acceptance_deadline_at if clock else None
    if accept_by is not None and visit.now > accept_by:
        raise Refused(
            f"The time to reject {visit.lead} ended on {visit.when(accept_by)}: silence accepted it. "
            "Recycle or disqualify it."
        )


def _refuse_advancing(visit: Visit, to: str) -> None:
    lead = visit.lead
    if to not in (Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER):
        raise Refused(f"“{to}” is no stage to move on to. Choose SQL, opportunity or customer.")
    if is_exit(lead.stage):
        raise Refused(f"{_is(lead)}. Hand it over again before it moves on.")
    if not is_later(to, lead.stage):
        raise Refused(f"{_is(lead)} already. Choose a later stage than that.")
    if visit.handoff is None and not is_later(lead.stage, Stage.MQL):
        raise Refused(f"{lead} was not handed over yet. Hand it over before it moves on.")


def _leave(lead: Lead, to: Stage, *, by: User, now: dt.datetime, reason: str, note: str, click: str) -> Entry:
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        _allow_deciding(visit, "lose" if to == Stage.LOST else "disqualify")
        if visit.lead.stage in (Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED):
            raise Refused(f"{_is(visit.lead)}. That is the end of its way.")
        if not reason.strip():
            raise Refused(f"Say in a few words why {visit.lead} is {_named(to)}.")
        return visit.move(
            Entry.Type.MOVED, to, handoff=visit.handoff, reason=_short(reason), note=note.strip()
        )


def _store_amount(lead: Lead, amount: Decimal | str, currency: str) -> None:
    try:
        value = Decimal(str(amount).strip())
    except InvalidOperation:
        raise Refused(f"“{amount}” is no amount. Write it as 12000 or 12000.50.") from None
    if not value.is_finite() or value < 0 or value > _LARGEST_AMOUNT or value != round(value, 2):
        raise Refused(f"“{amount}” is no amount of money. Write 0 or more, with two decimals at most.")
    currency = currency.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Refused("An amount needs its currency in three letters, such as EUR.")
    lead.amount, lead.currency = value, currency
    lead.save(update_fields=["amount", "currency"])


def _short(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > 60:
        raise Refused("The reason is longer than 60 characters. Shorten it, and put the rest into the note.")
    return reason


def _named(stage: str) -> str:
    label = Stage(stage).label
    return label if label.isupper() else label.lower()


def _is(lead: Lead) -> str:
    return f"{lead} is {_ARTICLES.get(lead.stage, '')}{_named(lead.stage)}"
