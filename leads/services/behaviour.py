"""What leads did, told by people: recorded, and taken back within the minute. Imports write in sets
(leads/importing/deeds.py)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from leads.models import Behaviour, Entry, Lead, Stage
from leads.services.door import Visit, enter, holder_id
from leads.services.follow_up import UNDO_SECONDS
from leads.services.knowing import facts_of
from leads.services.qualifying import rule_by_itself, settle
from leads.services.refusal import Refused
from leads.tidying import tidy
from slas.rules.behaviour import BEHAVIOURS
from slas.rules.words import counted
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_edit_lead

LONGEST = 300  # characters of a detail
EARLIEST = 1970


def record_behaviour(
    lead: Lead,
    kind: str,
    *,
    by: User,
    now: dt.datetime,
    at: dt.datetime | None = None,
    detail: str = "",
    click: str = "",
) -> Behaviour:
    """Record that the lead did this (a key of BEHAVIOURS) at `at` (aware; default: now).

    The same event twice is one: the same kind, instant and detail, or the same `click`. Its score follows,
    and it may become an MQL by itself. Refused: in the future, an unknown kind, too long a detail.
    """
    with transaction.atomic():
        with enter(lead, by=by, now=now) as visit:
            _allow(visit)
            known = _of_click(visit.lead, click)
            if known is not None:
                return known
            done = _checked(visit, kind, at, detail, click)
            same = visit.lead.behaviour.standing().filter(kind=kind, at=done.at, detail=done.detail).first()
            if same is not None:
                return same
            done.save(force_insert=True)
        settle(lead, visit.now)
    return done


def take_back(behaviour: Behaviour, *, by: User, now: dt.datetime) -> None:
    """Take back what one recorded within the last minute; twice is the same as once.

    Where the lead became an MQL by itself because of it, was not handed over, and meets the definition no
    more, that goes too. Refused: somebody else's, and later than that.
    """
    lead = behaviour.lead
    with transaction.atomic():
        with enter(lead, by=by, now=now) as visit:
            behaviour = Behaviour.objects.get(pk=behaviour.pk)
            visit.allow(
                behaviour.by_id == by.pk,
                "Only whoever recorded what a lead did takes it back, within a minute.",
            )
            if behaviour.retracted_at is not None:
                return
            if visit.now > behaviour.recorded_at + dt.timedelta(seconds=UNDO_SECONDS):
                raise Refused(
                    f"It was recorded at {visit.when(behaviour.recorded_at)}, and a minute is over. It stays."
                )
            behaviour.retracted_at = visit.now
            behaviour.save(update_fields=["retracted_at"])
            _take_back_what_came_of_it(visit, behaviour)
        settle(lead, visit.now)


def _allow(visit: Visit) -> None:
    lead = visit.lead
    visit.allow(
        may_edit_lead(visit.person, holder_id(lead)),
        f"Only Marketing, sales managers and whoever holds {lead} record what it did.",
    )


def _of_click(lead: Lead, click: str) -> Behaviour | None:
    """What this very click wrote when it came before."""
    return lead.behaviour.filter(click=click).first() if click else None


def _checked(visit: Visit, kind: str, at: dt.datetime | None, detail: str, click: str) -> Behaviour:
    if kind not in BEHAVIOURS:
        raise Refused(
            f"“{kind[:40]}” is nothing a lead does that we count. Choose one of {', '.join(BEHAVIOURS)}."
        )
    detail = tidy(detail)
    if len(detail) > LONGEST:
        raise Refused(
            f"The detail has {counted(len(detail), 'character')}, and at most {LONGEST} fit. Shorten it."
        )
    return Behaviour(
        lead=visit.lead,
        kind=kind,
        at=_happened(visit, at),
        recorded_at=visit.now,
        entered_at=visit.now,
        detail=detail,
        by=visit.person,
        click=click,
    )


def _happened(visit: Visit, at: dt.datetime | None) -> dt.datetime:
    if at is None:
        return visit.now
    if at.tzinfo is None:
        raise ValueError("What a lead did needs an aware `at`.")
    at = at.replace(microsecond=0)
    if at > visit.now:
        raise Refused(
            f"What a lead did can’t lie in the future: you wrote {visit.when(at)}, and it is "
            f"{visit.when(visit.now)}. Give the time at which it happened."
        )
    if at.year < EARLIEST:
        raise Refused(f"You wrote the year {at.year}. Check the year.")
    return at


def _take_back_what_came_of_it(visit: Visit, behaviour: Behaviour) -> None:
    """The move to MQL that this event brought by itself, where nothing came of that yet."""
    lead = visit.lead
    if lead.stage != Stage.MQL or lead.agreement is None or visit.handoff is not None:
        return
    moves = lead.entries.standing().filter(type=Entry.Type.MOVED, to_stage=Stage.MQL, by=None, batch=None)
    move = moves.filter(recorded_at__gte=behaviour.recorded_at).last()
    version = lead.agreement.version_at(visit.now)
    rule = rule_by_itself(version.terms()) if version is not None else None
    if move is None or version is None or rule is None:
        return
    if not facts_of(lead, version.terms(), visit.now).meets(rule):
        visit.retract(move)
