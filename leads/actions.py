"""What may be done on a lead's page: each action's form, when it fits, who may, and the service behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leads import forms
from leads.models import Entry, Handoff, Lead, Stage
from leads.services import behaviour, follow_up, holding, pipeline
from leads.services.door import holder_id
from leads.stages import is_exit, is_later
from slas.rules.behaviour import BEHAVIOURS
from smarketing.accounts.models import User
from smarketing.accounts.permissions import (
    may_assign,
    may_decide,
    may_edit_lead,
    may_hand_over,
    may_log_follow_up,
    may_pause,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a lead stands, for deciding what fits: its last handoff and what was decided on it."""

    lead: Lead
    handoff: Handoff | None
    has_running_clock: bool
    is_paused: bool
    is_decided: bool

    @property
    def is_with_sales(self) -> bool:
        return self.handoff is not None and self.handoff.ended_at is None and not is_exit(self.lead.stage)


@dataclass(frozen=True, slots=True)
class Action:
    """`run` calls the service with the form's values and returns the sentence that tells what was done."""

    name: str
    label: str
    form: type[forms.ActionForm]
    allowed: Callable[[User, Lead], bool]
    fits: Callable[[Standing], bool]
    run: Callable[..., str]
    refusal: str


def _owned(may: Callable[[User, int | None], bool]) -> Callable[[User, Lead], bool]:
    return lambda user, lead: may(user, holder_id(lead))


def _log(
    lead: Lead, *, by: User, now: dt.datetime, when: dt.datetime | None, kind: str, outcome: str, **more: Any
) -> str:
    entry = follow_up.log_follow_up(lead, by=by, now=now, at=when, kind=kind, outcome=outcome, **more)
    kind = "" if entry.kind == Entry.Kind.CALL else f"{entry.get_kind_display().lower()} "
    return f"Logged: {kind}{entry.get_outcome_display().lower()}, {lead}"


def _take_back(lead: Lead, *, by: User, now: dt.datetime, entry: int, click: str = "") -> str:
    found = lead.entries.filter(pk=entry).first()
    if found is None:
        raise follow_up.Refused("There is no such follow-up on this lead. Nothing was taken back.")
    follow_up.take_back(found, by=by, now=now)
    return "Taken back: the follow-up no longer counts."


def _record(lead: Lead, *, when: dt.datetime | None, **values: Any) -> str:
    done = behaviour.record_behaviour(lead, at=when, **values)
    return f"Recorded: {BEHAVIOURS[done.kind].did}, {lead}"


def _take_back_behaviour(lead: Lead, *, by: User, now: dt.datetime, entry: int, click: str = "") -> str:
    found = lead.behaviour.filter(pk=entry).first()
    if found is None:
        raise follow_up.Refused("There is no such event on this lead. Nothing was taken back.")
    before = lead.stage
    behaviour.take_back(found, by=by, now=now)
    lead.refresh_from_db(fields=["stage"])
    back = f" It is a {lead.get_stage_display().lower()} again." if lead.stage != before else ""
    return f"Taken back: it no longer counts.{back}"


def _assign(lead: Lead, *, by: User, now: dt.datetime, to: User | None, **more: Any) -> str:
    holding.assign(lead, to, by=by, now=now, **more)
    return f"{to} holds {lead} now." if to else f"Nobody holds {lead} now."


def _advance(lead: Lead, *, to: str, **more: Any) -> str:
    pipeline.advance(lead, to, **more)
    return f"{lead} is won." if to == Stage.CUSTOMER else f"{lead} is at {Stage(to).label} now."


def _simple(service: Callable[..., Any], sentence: str) -> Callable[..., str]:
    def run(lead: Lead, **values: Any) -> str:
        service(lead, **values)
        return sentence.format(lead=lead)

    return run


def _may_be_handed_over(standing: Standing) -> bool:
    lead, handoff = standing.lead, standing.handoff
    if lead.stage in (Stage.LOST, Stage.DISQUALIFIED, Stage.CUSTOMER):
        return False
    return handoff is None or handoff.ended_at is not None


def _may_be_rejected(standing: Standing) -> bool:
    return standing.is_with_sales and not standing.is_decided


def _may_be_recycled(standing: Standing) -> bool:
    return standing.lead.stage not in (Stage.LEAD, Stage.CUSTOMER, Stage.RECYCLED)


def _may_end(standing: Standing) -> bool:
    return standing.lead.stage not in (Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED)


def _may_advance(standing: Standing) -> bool:
    stage = standing.lead.stage
    past = standing.handoff is not None or (not is_exit(stage) and is_later(stage, Stage.MQL))
    return past and not is_exit(stage) and stage != Stage.CUSTOMER


_HOLDERS = "Only whoever of Sales holds {lead} and sales managers do that."
_LIST = [
    Action(
        *("log", "Log a follow-up", forms.FollowUpForm),
        allowed=_owned(may_log_follow_up),
        fits=lambda standing: standing.handoff is not None,
        run=_log,
        refusal="Only whoever holds {lead} and sales managers log follow-ups on it.",
    ),
    Action(
        *("take_back", "Take back", forms.TakeBackForm),
        allowed=_owned(may_log_follow_up),
        fits=lambda standing: False,  # its button stands in the timeline
        run=_take_back,
        refusal="Only whoever logged a follow-up takes it back.",
    ),
    Action(
        *("record_behaviour", "What they did", forms.BehaviourForm),
        allowed=_owned(may_edit_lead),
        fits=lambda standing: True,
        run=_record,
        refusal="Only Marketing, sales managers and whoever holds {lead} record what it did.",
    ),
    Action(
        *("take_back_behaviour", "Take back", forms.TakeBackForm),
        allowed=_owned(may_edit_lead),
        fits=lambda standing: False,  # its button stands in the timeline
        run=_take_back_behaviour,
        refusal="Only whoever recorded what a lead did takes it back.",
    ),
    Action(
        *("accept", "Accept", forms.NoteForm),
        allowed=_owned(may_decide),
        fits=_may_be_rejected,
        run=_simple(pipeline.accept, "{lead} is accepted."),
        refusal=_HOLDERS,
    ),
    Action(
        *("reject", "Reject", forms.RejectForm),
        allowed=_owned(may_decide),
        fits=_may_be_rejected,
        run=_simple(pipeline.reject, "{lead} is rejected and goes back to Marketing."),
        refusal=_HOLDERS,
    ),
    Action(
        *("pause", "Pause the clock", forms.PauseForm),
        allowed=_owned(may_pause),
        fits=lambda standing: standing.has_running_clock and not standing.is_paused,
        run=_simple(holding.pause, "The clock of {lead} is paused."),
        refusal=_HOLDERS,
    ),
    Action(
        *("resume", "Resume the clock", forms.NoteForm),
        allowed=_owned(may_pause),
        fits=lambda standing: standing.is_paused,
        run=_simple(holding.resume, "The clock of {lead} runs again."),
        refusal=_HOLDERS,
    ),
    Action(
        *("advance", "Move on", forms.AdvanceForm),
        allowed=_owned(may_decide),
        fits=_may_advance,
        run=_advance,
        refusal=_HOLDERS,
    ),
    Action(
        *("assign", "Assign", forms.AssignForm),
        allowed=lambda user, lead: may_assign(user),
        fits=lambda standing: True,
        run=_assign,
        refusal="Only sales managers assign leads.",
    ),
    Action(
        *("qualify", "Qualify as an MQL", forms.NoteForm),
        allowed=_owned(may_decide),
        fits=lambda standing: standing.lead.stage in (Stage.LEAD, Stage.RECYCLED),
        run=_simple(pipeline.qualify, "{lead} is an MQL now."),
        refusal=_HOLDERS,
    ),
    Action(
        *("hand_over", "Hand over to Sales", forms.HandOverForm),
        allowed=lambda user, lead: may_hand_over(user),
        fits=_may_be_handed_over,
        run=_simple(pipeline.hand_over, "{lead} is handed over. The clock of Sales runs."),
        refusal="Only Marketing and sales managers hand leads over.",
    ),
    Action(
        *("recycle", "Recycle", forms.RecycleForm),
        allowed=_owned(may_decide),
        fits=_may_be_recycled,
        run=_simple(pipeline.recycle, "{lead} goes back to nurturing."),
        refusal=_HOLDERS,
    ),
    Action(
        *("lose", "Lost", forms.ReasonForm),
        allowed=_owned(may_decide),
        fits=_may_end,
        run=_simple(pipeline.lose, "{lead} is lost."),
        refusal=_HOLDERS,
    ),
    Action(
        *("disqualify", "Disqualify", forms.ReasonForm),
        allowed=_owned(may_decide),
        fits=_may_end,
        run=_simple(pipeline.disqualify, "{lead} is disqualified."),
        refusal=_HOLDERS,
    ),
]
ACTIONS = {action.name: action for action in _LIST}


def standing_of(lead: Lead, handoff: Handoff | None, entries: list[Entry], now: dt.datetime) -> Standing:
    """From rows at hand: no query."""
    clock = getattr(handoff, "clock", None) if handoff else None
    mine = [e for e in entries if handoff and e.handoff_id == handoff.pk and e.retracted_at is None]
    pausing = [entry.type for entry in mine if entry.type in ("paused", "resumed")]
    deadline_is_over = clock is not None and clock.deadline_at is not None and clock.deadline_at < now
    return Standing(
        lead=lead,
        handoff=handoff,
        has_running_clock=clock is not None and clock.stopped_at is None and not deadline_is_over,
        is_paused=bool(pausing) and pausing[-1] == "paused",
        is_decided=any(entry.type in ("accepted", "advanced") for entry in mine),
    )
