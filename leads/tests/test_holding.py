"""Who holds a lead, and when its clock stands."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Clock, Entry, TouchedDay
from leads.services.follow_up import log_follow_up
from leads.services.holding import assign, pause, resume
from leads.services.refusal import NotAllowed, Refused
from leads.tests.factories import HANDED_OVER_AT, handed_over, history
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

START = HANDED_OVER_AT
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LATER = START + HOUR
WINDOW = {"window_seconds": 4 * 3600, "pause_reasons": ["wrong_contact_data"], "pause_cap_seconds": 2 * 3600}
DEADLINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday 10:00


@pytest.fixture
def rep(db):
    return rita()


@pytest.fixture
def handoff(rep):
    return handed_over(signed_agreement(window=WINDOW), to=rep)


def paused(handoff, by, now=LATER, **more):
    fields = {"reason": "wrong_contact_data", "seen_to_by": marketing_manager()} | more
    return pause(handoff.lead, by=by, now=now, **fields)


@pytest.mark.parametrize("person", [rita, marketing_manager, mia, vic])
def test_only_sales_managers_assign(person):
    handoff = handed_over(signed_agreement(window=WINDOW))
    with pytest.raises(NotAllowed):
        assign(handoff.lead, raj(), by=person(), now=LATER)
    assert not Entry.objects.assignments().exists()


def test_rule_07_a_new_owner_does_not_reset_the_clock(handoff, rep):
    other = raj()
    before = handoff.clock.deadline_at
    assign(handoff.lead, other, by=sales_manager(), now=LATER)
    clock = Clock.objects.get(pk=handoff.pk)
    assert (clock.deadline_at, clock.holder, handoff.lead.owner) == (before, other, other)


@pytest.mark.parametrize(("at", "charged"), [(DEADLINE, "raj"), (DEADLINE + SECOND, "rita")])
def test_rule_07_a_breach_is_charged_to_who_held_it_at_the_deadline(handoff, rep, at, charged):
    assign(handoff.lead, raj(), by=sales_manager(), now=at)
    assert Clock.objects.get(pk=handoff.pk).holder.email.startswith(charged)


def test_a_met_clock_keeps_who_held_it_then(handoff, rep):
    log_follow_up(handoff.lead, by=rep, now=LATER, kind="call")
    assign(handoff.lead, raj(), by=sales_manager(), now=LATER + SECOND)
    assert Clock.objects.get(pk=handoff.pk).holder == rep


def test_assigning_to_nobody(handoff):
    assign(handoff.lead, None, by=sales_manager(), now=LATER)
    assert handoff.lead.owner is None
    assert Clock.objects.get(pk=handoff.pk).holder is None
    with pytest.raises(Refused, match="Nobody holds"):
        assign(handoff.lead, None, by=sales_manager(), now=LATER)


def test_whom_it_can_not_be_assigned_to(handoff, rep):
    for somebody, sentence in (
        (rep, "holds"),
        (mia(), "not at work in Sales"),
        (raj(is_active=False), "not at work"),
    ):
        with pytest.raises(Refused, match=sentence):
            assign(handoff.lead, somebody, by=sales_manager(), now=LATER)


@pytest.mark.parametrize(
    ("person", "allowed"), [(None, True), (sales_manager, True), (raj, False), (mia, False), (vic, False)]
)
def test_who_may_pause_and_resume(handoff, rep, person, allowed):
    by = person() if person else rep
    if allowed:
        paused(handoff, by)
        resume(handoff.lead, by=by, now=LATER + HOUR)
        return
    with pytest.raises(NotAllowed):
        paused(handoff, by)
    paused(handoff, rep)
    with pytest.raises(NotAllowed):
        resume(handoff.lead, by=by, now=LATER + HOUR)


def test_rule_06_a_pause_moves_the_deadline_until_it_is_resumed(handoff, rep):
    paused(handoff, rep)
    resume(handoff.lead, by=rep, now=LATER + HOUR)
    clock = Clock.objects.get(pk=handoff.pk)
    assert clock.deadline_at == DEADLINE + HOUR
    assert [(each.begins_at, each.ends_at) for each in clock.pauses.all()] == [(LATER, LATER + HOUR)]
    assert not TouchedDay.objects.exists()


def test_rule_06_the_cap_ends_a_pause(handoff, rep):
    paused(handoff, rep)
    assert Clock.objects.get(pk=handoff.pk).deadline_at == DEADLINE + 2 * HOUR


def test_a_pause_without_a_cap_leaves_no_deadline(rep):
    handoff = handed_over(signed_agreement("uncapped", window=WINDOW | {"pause_cap_seconds": None}), to=rep)
    paused(handoff, rep)
    clock = Clock.objects.get(pk=handoff.pk)
    assert (clock.deadline_at, clock.pauses.get().ends_at) == (None, None)
    resume(handoff.lead, by=rep, now=LATER + HOUR)
    assert Clock.objects.get(pk=handoff.pk).deadline_at == DEADLINE + HOUR


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "holiday"}, "no reason to pause in Inbound, version 1. Choose wrong_contact_data"),
        ({"reason": ""}, "no reason to pause"),
        ({"seen_to_by": None}, "Somebody has to see to it"),
    ],
)
def test_a_pause_needs_a_reason_of_the_list_and_somebody(handoff, rep, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        paused(handoff, rep, **fields)
    assert not Entry.objects.filter(type="paused").exists()


def test_there_is_one_pause_at_a_time(handoff, rep):
    with pytest.raises(Refused, match="not paused"):
        resume(handoff.lead, by=rep, now=LATER)
    paused(handoff, rep)
    with pytest.raises(Refused, match="paused already"):
        paused(handoff, rep)
    resume(handoff.lead, by=rep, now=LATER + SECOND)
    with pytest.raises(Refused, match="not paused"):
        resume(handoff.lead, by=rep, now=LATER + HOUR)


@pytest.mark.parametrize(("now", "allowed"), [(DEADLINE, True), (DEADLINE + SECOND, False)])
def test_a_pause_undoes_no_breach(handoff, rep, now, allowed):
    if allowed:
        paused(handoff, rep, now=now)
    else:
        with pytest.raises(Refused, match="A pause undoes no breach"):
            paused(handoff, rep, now=now)


def test_a_stopped_clock_is_not_paused(handoff, rep):
    log_follow_up(handoff.lead, by=rep, now=LATER, kind="call")
    with pytest.raises(Refused, match="stopped on"):
        paused(handoff, rep)


def test_where_there_is_no_clock_there_is_no_pause(rep):
    handoff = history(signed_agreement(window=WINDOW))
    with pytest.raises(Refused, match="no clock"):
        paused(handoff, sales_manager())


def test_the_second_click_changes_nothing(handoff, rep):
    first = paused(handoff, rep, click="k")
    assert paused(handoff, rep, click="k") == first
    sam = sales_manager()
    given = assign(handoff.lead, raj(), by=sam, now=LATER, click="a")
    assert assign(handoff.lead, rep, by=sam, now=LATER, click="a") == given
