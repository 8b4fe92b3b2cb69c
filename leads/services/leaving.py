"""What somebody holds, and handing all of it over before they leave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Coalesce, Greatest

from leads.models import Clock, Entry, Handoff, Lead, Stage
from leads.services.clocks import refresh
from leads.services.refusal import NotAllowed, Refused
from smarketing.accounts.models import Side, User
from smarketing.accounts.people import deactivate
from smarketing.accounts.permissions import may_administer, may_assign

BATCH = 1000  # leads at once
ENDED = (Stage.CUSTOMER, Stage.DISQUALIFIED, Stage.LOST)


@dataclass(frozen=True)
class Holding:
    """What a person holds: open leads by stage, clocks not followed up yet, the first deadline ahead."""

    leads: int
    stages: list[tuple[str, str, int]]  # stage, label, number
    waiting: int
    first_deadline: dt.datetime | None


def open_leads_of(person: User) -> QuerySet[Lead]:
    """Leads that the person owns and that are neither won nor lost nor disqualified."""
    return Lead.objects.filter(owner=person).exclude(stage__in=ENDED)


def count_open_leads(person: User) -> int:
    return open_leads_of(person).count()


def holding_of(person: User, now: dt.datetime) -> Holding:
    """What `person` holds at `now`, in numbers. Two queries."""
    numbers = dict(open_leads_of(person).order_by().values_list("stage").annotate(n=Count("id")))
    clocks = Clock.objects.waiting().filter(handoff__lead__in=open_leads_of(person))
    found = clocks.filter(deadline_at__gte=now).aggregate(n=Count("pk"), first=Min("deadline_at"))
    stages = [(stage.value, stage.label, numbers[stage]) for stage in Stage if stage in numbers]
    return Holding(sum(numbers.values()), stages, found["n"], found["first"])


def hand_over_work(person: User, to: User | None, *, by: User, now: dt.datetime) -> int:
    """Give all open leads of `person` to somebody of Sales, or to nobody; return how many.

    Each lead gets an entry of its own, no deadline moves, and what the person held keeps their name
    (rule 7). All or nothing.
    """
    if not (may_administer(by) or may_assign(by)):
        raise NotAllowed(f"Only administrators and sales managers hand over what {person} holds.")
    if to is not None and (to.side != Side.SALES or not to.is_active or to.pk == person.pk):
        raise Refused(f"{to} can’t take leads of {person}. Choose somebody else who works in Sales.")
    with transaction.atomic():
        ids = list(open_leads_of(person).order_by("pk").values_list("pk", flat=True))
        return sum(_give(ids[i : i + BATCH], person, to, by, now) for i in range(0, len(ids), BATCH))


def _give(ids: list[int], person: User, to: User | None, by: User, now: dt.datetime) -> int:
    """One set of leads: lock, append an entry to each journal, bring owners and clocks up.

    In sets, because somebody may hold thousands: the door takes ten milliseconds a lead.
    """
    leads = list(Lead.objects.select_for_update().filter(pk__in=ids, owner=person).order_by("pk"))
    held = [lead.pk for lead in leads]  # less those given away while we waited for the lock
    handoffs = Handoff.objects.filter(lead__in=held).order_by("at", "pk")
    last = {handoff.lead_id: handoff for handoff in handoffs}
    known = _last_known(held)
    Entry.objects.bulk_create(
        _entry(lead, last.get(lead.pk), to, by, max(now, lead.recorded_at, known.get(lead.pk, now)))
        for lead in leads
    )
    Lead.objects.filter(pk__in=held).update(owner=to, owner_text="")
    refresh(Handoff.objects.filter(lead__in=held), now, reason=f"What {person} held was handed over."[:200])
    return len(held)


def _last_known(lead_ids: list[int]) -> dict[int, dt.datetime]:
    """The last instant that each journal knows: time does not run backwards within a lead."""
    entries = Entry.objects.filter(lead__in=lead_ids).order_by()
    latest = Greatest(Max("recorded_at"), Coalesce(Max("retracted_at"), Max("recorded_at")))
    return dict(entries.values_list("lead").annotate(latest=latest))


def _entry(lead: Lead, handoff: Handoff | None, to: User | None, by: User, at: dt.datetime) -> Entry:
    instants = {"at": at, "recorded_at": at, "entered_at": at}
    return Entry(lead=lead, handoff=handoff, type=Entry.Type.ASSIGNED, to_owner=to, by=by, **instants)


def let_go(person: User, to: User | None, *, by: User, now: dt.datetime) -> tuple[int, bool]:
    """Hand over what `person` holds and close the account, in one transaction.

    Returns how many leads went, and whether the account was open until now.
    """
    if not may_administer(by):
        raise NotAllowed("Only administrators deactivate people.")
    with transaction.atomic():
        given = hand_over_work(person, to, by=by, now=now)
        return given, deactivate(person, by=by, now=now)
