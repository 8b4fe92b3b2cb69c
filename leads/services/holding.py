"""Who holds a lead, and when its clock stands: assign, pause, resume."""

from __future__ import annotations

import datetime as dt

from leads.models import Clock, Entry, Handoff, Lead
from leads.services.door import Visit, enter, holder_id
from leads.services.refusal import Refused
from slas.rules.wording import listed
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_assign, may_pause


def assign(lead: Lead, to: User | None, *, by: User, now: dt.datetime, click: str = "") -> Entry:
    """Give the lead to somebody of Sales, or to nobody. A new owner does not reset the clock (rule 7)."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        visit.allow(may_assign(by), f"Only sales managers assign leads, such as {visit.lead}.")
        if to is not None and (to.side != Side.SALES or not to.is_active):
            raise Refused(f"{to} is not at work in Sales. Assign {visit.lead} to somebody of Sales.")
        if to is None and visit.lead.owner_id is None and not visit.lead.owner_text:
            raise Refused(f"Nobody holds {visit.lead} already. Choose who is to have it.")
        if to is not None and visit.lead.owner_id == to.pk:
            raise Refused(f"{to} holds {visit.lead} already. Choose somebody else, or leave it.")
        return visit.write(Entry.Type.ASSIGNED, to_owner=to, handoff=visit.handoff)


def pause(
    lead: Lead,
    *,
    by: User,
    now: dt.datetime,
    reason: str,
    seen_to_by: User | None,
    note: str = "",
    click: str = "",
) -> Entry:
    """Stop business time for a reason the version lists, with somebody who sees to it (rule 6)."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        _allow_pausing(visit)
        handoff = _running(visit)
        reasons = pause_reasons(handoff)
        if not reasons:
            raise Refused(f"{handoff.version} knows no reason to pause. Follow up, or reject the lead.")
        if reason not in reasons:
            raise Refused(
                f"“{reason}” is no reason to pause in {handoff.version}. Choose {listed(reasons, 'or')}."
            )
        if pause_in_force(handoff) is not None:
            raise Refused(f"The clock of {visit.lead} is paused already. Resume it first.")
        if seen_to_by is None or not seen_to_by.is_active:
            raise Refused("Somebody has to see to it while the clock stands. Choose who.")
        return visit.write(
            Entry.Type.PAUSED, handoff=handoff, reason=reason, seen_to_by=seen_to_by, note=note.strip()
        )


def resume(lead: Lead, *, by: User, now: dt.datetime, note: str = "", click: str = "") -> Entry:
    """End the pause: business time runs on from now."""
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        _allow_pausing(visit)
        if visit.handoff is None or pause_in_force(visit.handoff) is None:
            raise Refused(f"The clock of {visit.lead} is not paused. There is nothing to resume.")
        return visit.write(Entry.Type.RESUMED, handoff=visit.handoff, note=note.strip())


def pause_reasons(handoff: Handoff) -> tuple[str, ...]:
    """The reasons for which the handoff's window may be paused."""
    window = handoff.terms_version.terms().window(handoff.terms_window_key)
    return window.terms.pause_reasons if window else ()


def pause_in_force(handoff: Handoff) -> Entry | None:
    """The pause that no `resumed` ended yet, whether or not its cap is used up."""
    last = (
        handoff.entries.standing()
        .filter(type__in=[Entry.Type.PAUSED, Entry.Type.RESUMED])
        .order_by("recorded_at", "id")
        .last()
    )
    return last if last is not None and last.type == Entry.Type.PAUSED else None


def _allow_pausing(visit: Visit) -> None:
    visit.allow(
        may_pause(visit.person, holder_id(visit.lead)),
        f"Only whoever holds {visit.lead} and sales managers pause and resume its clock.",
    )


def _running(visit: Visit) -> Handoff:
    """The handoff, if its clock can still be stopped in time."""
    handoff = visit.handoff
    clock = Clock.objects.filter(handoff=handoff).first() if handoff else None
    if handoff is None or clock is None:
        raise Refused(f"{visit.lead} has no clock that could be paused.")
    if clock.outcome or clock.stopped_at:
        raise Refused(
            f"The clock of {visit.lead} stopped on {visit.when(clock.stopped_at or visit.now)}. "
            "A pause would change nothing."
        )
    if clock.deadline_at is not None and clock.deadline_at < visit.now:
        raise Refused(
            f"The deadline of {visit.lead} was {visit.when(clock.deadline_at)}. "
            "A pause undoes no breach: follow up now."
        )
    return handoff
