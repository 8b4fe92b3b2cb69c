"""Follow-ups: what a rep logs, and the minute in which a click can be taken back."""

from __future__ import annotations

import datetime as dt

from leads.models import Entry, Handoff, Lead
from leads.services.door import Visit, enter, holder_id
from leads.services.knowing import tier_at
from leads.services.refusal import Refused
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_log_follow_up

UNDO_SECONDS = 60
TWO_WAY = (Entry.Outcome.CONNECTED, Entry.Outcome.REPLIED)


def log_follow_up(
    lead: Lead,
    *,
    by: User,
    now: dt.datetime,
    kind: str,
    outcome: str = Entry.Outcome.UNKNOWN,
    at: dt.datetime | None = None,
    connected: bool | None = None,
    note: str = "",
    automatic: bool = False,
    imported: bool = False,
    click: str = "",
) -> Entry:
    """Log a follow-up on the lead's last handoff; it happened at `at` (default: now).

    A rep who logs on a lead that nobody holds takes it. Where two do so at the same moment, both calls are
    kept and the first has it: who held the lead as the caller read it counts. `connected` follows from the
    outcome unless said. A handoff that came without follow-ups is measured from then on. The same `click`
    again writes nothing and returns what it wrote. Refused: in the future, before the handoff, never handed
    over.
    """
    seen = holder_id(lead)
    with enter(lead, by=by, now=now, click=click) as visit:
        if visit.repeated:
            return visit.repeated[-1]
        lead = visit.lead
        visit.allow(
            may_log_follow_up(by, seen) or may_log_follow_up(by, holder_id(lead)),
            f"Only whoever holds {lead} and sales managers log follow-ups on it"
            f"{_held_by(lead)}. Ask a sales manager to assign it to you.",
        )
        handoff = _handed_over(visit)
        happened = _happened(visit, handoff, at)
        _check_choice(kind, Entry.Kind, "kind")
        _check_choice(outcome, Entry.Outcome, "outcome")
        if lead.owner_id is None and not lead.owner_text and not automatic:
            visit.write(Entry.Type.ASSIGNED, to_owner=by, handoff=handoff)
        if not handoff.measured and not automatic:
            _measure(handoff, lead, visit.now)
        return visit.write(
            Entry.Type.FOLLOW_UP,
            at=happened,
            handoff=handoff,
            kind=kind,
            outcome=outcome,
            connected=outcome in TWO_WAY if connected is None else connected,
            automatic=automatic,
            imported=imported,
            note=note.strip(),
        )


def take_back(entry: Entry, *, by: User, now: dt.datetime) -> None:
    """Undo a follow-up within a minute of logging it; the entry stays, marked as taken back.

    What the same click did besides (taking the lead) is undone with it. Taking back twice changes nothing.
    """
    with enter(entry.lead, by=by, now=now) as visit:
        entry = visit.lead.entries.get(pk=entry.pk)
        if entry.type != Entry.Type.FOLLOW_UP:
            raise Refused("Only a follow-up can be taken back. Put the rest right with a new entry.")
        visit.allow(entry.by_id == by.pk, "Only whoever logged a follow-up takes it back.")
        if entry.retracted_at is not None:
            return
        if visit.now > entry.recorded_at + dt.timedelta(seconds=UNDO_SECONDS):
            raise Refused(
                f"This follow-up was logged at {visit.when(entry.recorded_at)}, and a minute is over. "
                "It stays; log another one to put it right."
            )
        for written in _same_click(visit, entry):
            visit.retract(written)
        _unmeasure(visit, entry)


def _same_click(visit: Visit, entry: Entry) -> list[Entry]:
    if not entry.click:
        return [entry]
    return list(visit.lead.entries.standing().filter(click=entry.click).order_by("-id"))


def _held_by(lead: Lead) -> str:
    holder = lead.owner or lead.owner_text
    return f", and {holder} holds it" if holder else ""


def _handed_over(visit: Visit) -> Handoff:
    if visit.handoff is None:
        raise Refused(
            f"{visit.lead} was not handed over yet, so there is nothing to follow up. Hand it over first."
        )
    return visit.handoff


def _happened(visit: Visit, handoff: Handoff, at: dt.datetime | None) -> dt.datetime:
    if at is None:
        return visit.now
    if at.tzinfo is None:
        raise ValueError("A follow-up needs an aware `at`.")
    at = at.replace(microsecond=0)
    if at > visit.now:
        raise Refused(
            f"A follow-up can’t lie in the future: you wrote {visit.when(at)}, and it is "
            f"{visit.when(visit.now)}. Give the time at which it happened."
        )
    if at < handoff.at:
        raise Refused(
            f"{visit.lead} was handed over on {visit.when(handoff.at)}, and you wrote {visit.when(at)}. "
            "Give a time after the handoff."
        )
    return at


def _check_choice(value: str, choices: type[Entry.Kind] | type[Entry.Outcome], what: str) -> None:
    if value not in choices.values:
        raise Refused(f"“{value}” is no {what} of a follow-up. Choose one of {', '.join(choices.values)}.")


def _measure(handoff: Handoff, lead: Lead, now: dt.datetime) -> None:
    """History that came without follow-ups is measured once somebody records one (rule 5)."""
    handoff.measured, handoff.measured_since = True, now
    fields = ["measured", "measured_since"]
    if not handoff.window_key:
        tier = tier_at(handoff.version, lead, handoff.at)
        handoff.window_key, handoff.window_why, handoff.matched_on = tier
        fields += ["window_key", "window_why", "matched_on"]
    handoff.save(update_fields=fields)


def _unmeasure(visit: Visit, entry: Entry) -> None:
    """The follow-up that made it measured is gone, and no other was logged since."""
    handoff = visit.handoff
    if handoff is None or handoff.measured_since != entry.recorded_at:
        return
    others = Entry.objects.standing().follow_ups().filter(handoff=handoff, automatic=False)
    if not others.exists():
        handoff.measured, handoff.measured_since = False, None
        handoff.save(update_fields=["measured", "measured_since"])
