"""Logging a follow-up, and taking it back within the minute."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Clock, Entry, TouchedDay
from leads.services.follow_up import log_follow_up, take_back
from leads.services.refusal import NotAllowed, Refused
from leads.tests.factories import HANDED_OVER_AT, handed_over, history, lead
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

START = HANDED_OVER_AT  # Friday 14:00 in Copenhagen
LATER = START + timedelta(minutes=30)
HOURS_4 = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600}
DEADLINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday 10:00: three hours on Friday, one on Monday


@pytest.fixture
def agreement():
    return signed_agreement(window=HOURS_4)


@pytest.fixture
def rep(db):
    return rita()


@pytest.fixture
def handoff(agreement, rep):
    return handed_over(agreement, to=rep)


def call(handoff, by, now=LATER, **more):
    return log_follow_up(handoff.lead, by=by, now=now, **({"kind": "call", "outcome": "no_answer"} | more))


def test_the_first_follow_up_stops_the_clock(handoff, rep):
    entry = call(handoff, rep)
    clock = handoff.clock
    assert (clock.outcome, clock.stopped_at, clock.holder) == ("met", LATER, rep)
    assert (entry.at, entry.recorded_at, entry.by, entry.connected) == (LATER, LATER, rep, False)
    assert clock.deadline_at == DEADLINE
    assert (clock.countable_seconds, clock.first_follow_up_business_seconds) == (1800, 1800)


@pytest.mark.parametrize(
    ("outcome", "said", "connected"),
    [
        ("connected", None, True),
        ("replied", None, True),
        ("no_answer", None, False),
        ("sent", None, False),
        ("no_answer", True, True),
        ("connected", False, False),
    ],
)
def test_connected_follows_from_the_outcome_unless_said(handoff, rep, outcome, said, connected):
    entry = call(handoff, rep, outcome=outcome, connected=said)
    assert entry.connected is connected
    assert Clock.objects.get(pk=handoff.pk).accepted_at == (LATER if connected else None)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("holder", True),
        ("other rep", False),
        ("sales manager", True),
        ("marketing manager", False),
        ("marketer", False),
        ("viewer", False),
    ],
)
def test_who_may_log_on_a_lead_that_somebody_holds(handoff, rep, who, allowed):
    people = {
        "holder": lambda: rep,
        "other rep": raj,
        "sales manager": sales_manager,
        "marketing manager": marketing_manager,
        "marketer": mia,
        "viewer": vic,
    }
    person = people[who]()
    if allowed:
        assert call(handoff, person).by == person
    else:
        with pytest.raises(NotAllowed, match="holds"):
            call(handoff, person)
        assert not Entry.objects.follow_ups().exists()


def test_a_rep_who_logs_on_a_free_lead_takes_it(agreement, rep):
    handoff = handed_over(agreement)
    call(handoff, rep)
    assert handoff.lead.owner == rep
    kinds = list(handoff.lead.entries.values_list("type", flat=True))
    assert kinds[-2:] == ["assigned", "follow_up"]


def test_a_lead_of_somebody_unknown_is_not_free(handoff, rep, agreement):
    lead_ = handed_over(agreement).lead
    Entry.objects.create(
        lead=lead_, type="assigned", at=START, recorded_at=START, entered_at=START, to_owner_text="4b33"
    )
    type(lead_).objects.filter(pk=lead_.pk).update(owner_text="4b33")
    lead_.refresh_from_db()
    with pytest.raises(NotAllowed, match="4b33 holds it"):
        log_follow_up(lead_, by=rep, now=LATER, kind="call")
    log_follow_up(lead_, by=sales_manager(), now=LATER, kind="call")
    assert lead_.owner_text == "4b33"


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (START - timedelta(seconds=1), "handed over on Friday 20 November, 14:00"),
        (START, None),
        (LATER, None),
        (LATER + timedelta(seconds=1), "can’t lie in the future"),
    ],
    ids=["before the handoff", "at the handoff", "now", "in the future"],
)
def test_a_follow_up_lies_between_the_handoff_and_now(handoff, rep, at, sentence):
    if sentence is None:
        assert call(handoff, rep, at=at).at == at
    else:
        with pytest.raises(Refused, match=sentence):
            call(handoff, rep, at=at)
        assert not Entry.objects.follow_ups().exists()


def test_a_naive_time_is_a_mistake_of_ours(handoff, rep):
    with pytest.raises(ValueError, match="aware"):
        call(handoff, rep, at=datetime(2026, 11, 20, 14, 5))  # noqa: DTZ001


@pytest.mark.parametrize(("field", "value"), [("kind", "pigeon"), ("outcome", "bored")])
def test_an_unknown_choice_is_refused(handoff, rep, field, value):
    with pytest.raises(Refused, match=value):
        call(handoff, rep, **{field: value})


def test_nobody_follows_up_a_lead_that_was_not_handed_over(agreement):
    with pytest.raises(Refused, match="not handed over yet"):
        log_follow_up(lead(agreement), by=sales_manager(), now=LATER, kind="call")


def test_an_automatic_mail_neither_counts_nor_takes_the_lead(agreement, rep):
    handoff = handed_over(agreement)
    call(handoff, rep, automatic=True, kind="email", outcome="sent")
    assert handoff.lead.owner is None
    assert handoff.clock.outcome == ""


@pytest.mark.parametrize(
    ("recorded", "outcome", "late"),
    [
        (DEADLINE, "met", False),
        (DEADLINE + timedelta(seconds=1), "met", True),
        (DEADLINE + timedelta(seconds=86_400), "met", True),
        (DEADLINE + timedelta(seconds=86_401), "", False),
    ],
    ids=["at the deadline", "a second later", "at the end of the grace", "after the grace"],
)
def test_rule_05_a_late_entry_counts_within_the_grace(handoff, rep, recorded, outcome, late):
    call(handoff, rep, now=recorded, at=LATER)
    clock = Clock.objects.get(pk=handoff.pk)
    assert (clock.outcome, clock.entered_late) == (outcome, late)


def test_a_late_entry_marks_the_day_it_changes(handoff, rep):
    call(handoff, rep, now=DEADLINE + timedelta(hours=1), at=LATER)
    assert [mark.day.isoformat() for mark in TouchedDay.objects.all()] == ["2026-11-20"]


@pytest.mark.parametrize("now", [LATER, DEADLINE, DEADLINE + timedelta(days=2)])
def test_a_follow_up_of_today_marks_nothing(handoff, rep, now):
    call(handoff, rep, now=now)
    assert not TouchedDay.objects.exists()


def test_history_is_measured_once_somebody_follows_up(agreement, rep):
    handoff = history(agreement)
    assert not Clock.objects.exists()
    entry = call(handoff, rep)
    handoff.refresh_from_db()
    assert handoff.measured
    assert handoff.clock.outcome == "met"
    take_back(entry, by=rep, now=LATER)
    handoff.refresh_from_db()
    assert not handoff.measured
    assert not Clock.objects.exists()


# --- Once is once, and undone is undone -------------------------------------------------------------


def test_the_second_arrival_of_a_click_writes_nothing(handoff, rep):
    first = call(handoff, rep, click="k1")
    second = call(handoff, rep, click="k1", now=LATER + timedelta(seconds=3))
    assert first == second
    assert Entry.objects.follow_ups().count() == 1
    call(handoff, rep, click="k2")
    assert Entry.objects.follow_ups().count() == 2


@pytest.mark.parametrize(("seconds", "allowed"), [(0, True), (60, True), (61, False)])
def test_it_can_be_taken_back_within_a_minute(handoff, rep, seconds, allowed):
    entry = call(handoff, rep)
    if allowed:
        take_back(entry, by=rep, now=LATER + timedelta(seconds=seconds))
        assert Clock.objects.get(pk=handoff.pk).outcome == ""
        entry.refresh_from_db()
        assert entry.retracted_at == LATER + timedelta(seconds=seconds)
    else:
        with pytest.raises(Refused, match="a minute is over"):
            take_back(entry, by=rep, now=LATER + timedelta(seconds=seconds))
        assert Clock.objects.get(pk=handoff.pk).outcome == "met"


def test_only_who_logged_it_takes_it_back(handoff, rep):
    entry = call(handoff, rep)
    for other in (raj(), sales_manager(), marketing_manager()):
        with pytest.raises(NotAllowed):
            take_back(entry, by=other, now=LATER)


def test_taking_back_twice_changes_nothing(handoff, rep):
    entry = call(handoff, rep)
    take_back(entry, by=rep, now=LATER)
    take_back(entry, by=rep, now=LATER + timedelta(seconds=5))
    entry.refresh_from_db()
    assert entry.retracted_at == LATER


def test_measured_history_stays_measured_while_another_follow_up_stands(agreement, rep):
    handoff = history(agreement)
    first = call(handoff, rep)
    call(handoff, rep)
    take_back(first, by=rep, now=LATER)
    handoff.refresh_from_db()
    assert handoff.measured


def test_taking_back_gives_the_taken_lead_back(agreement, rep):
    handoff = handed_over(agreement)
    entry = call(handoff, rep, click="k1")
    take_back(entry, by=rep, now=LATER)
    handoff.lead.refresh_from_db()
    assert handoff.lead.owner is None


def test_an_undo_after_midnight_marks_yesterday(handoff, rep):
    night = datetime(2026, 11, 20, 22, 59, 50, tzinfo=UTC)  # 23:59:50 in Copenhagen
    entry = call(handoff, rep, now=night)
    take_back(entry, by=rep, now=night + timedelta(seconds=20))
    assert [mark.day.isoformat() for mark in TouchedDay.objects.all()] == ["2026-11-20"]


def test_only_a_follow_up_can_be_taken_back(handoff, rep):
    entry = handoff.lead.entries.assignments().get()
    with pytest.raises(Refused, match="Only a follow-up"):
        take_back(entry, by=sales_manager(), now=START)


def test_time_does_not_run_backwards_within_a_lead(handoff, rep):
    """Whose `now` was read before the other got the lock is recorded after the other all the same."""
    call(handoff, rep, now=LATER)
    entry = call(handoff, rep, now=LATER - timedelta(seconds=2))
    assert (entry.recorded_at, entry.at) == (LATER, LATER)
