"""A breached lead goes to somebody else where its window says so: once at the breach, then a window later."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Clock, Entry, Handoff, Lead
from leads.services.follow_up import log_follow_up
from leads.services.holding import assign
from leads.services.pipeline import reject
from leads.services.reassigning import reassign_breached
from leads.tests.factories import handed_over, lead
from slas.tests.factories import sales_manager, signed_agreement
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import UserFactory, raj, rita
from smarketing.triggers import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

START = datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday 9:00 in Copenhagen
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
DEADLINE = START + 2 * HOUR
WINDOW = {"window_seconds": 2 * 3600, "reassign": True, "most_hops": 2}


@pytest.fixture
def reps(db):
    """Rita, Raj and Tess, who have nothing to do."""
    tess = {"name": "Tess", "email": "tess@nordvik.example", "side": Side.SALES, "role": Role.MEMBER}
    return [rita(), raj(), UserFactory(**tess)]


def breached(window=None, **fields):
    return handed_over(signed_agreement(window=WINDOW | (window or {})), at=START, **fields)


def owner(handoff):
    return Lead.objects.get(pk=handoff.lead_id).owner


@pytest.mark.parametrize(("at", "moved"), [(DEADLINE - SECOND, 0), (DEADLINE, 0), (DEADLINE + SECOND, 1)])
def test_it_goes_on_after_the_deadline_not_at_it(reps, at, moved):
    handoff = breached(to=reps[0])
    assert reassign_breached(at) == moved
    assert owner(handoff) == (reps[1] if moved else reps[0])


def test_twice_is_the_same_as_once(reps):
    handoff = breached(to=reps[0])
    assert reassign_breached(DEADLINE + SECOND) == 1
    assert reassign_breached(DEADLINE + SECOND) == 0
    assert owner(handoff) == reps[1]


def test_the_next_owner_gets_a_whole_window_and_nobody_gets_it_twice(reps):
    handoff = breached(to=reps[0])
    first = DEADLINE + HOUR
    assert reassign_breached(first) == 1
    assert reassign_breached(first + 2 * HOUR) == 0
    assert reassign_breached(first + 2 * HOUR + SECOND) == 1
    assert owner(handoff) == reps[2]
    assert reassign_breached(first + timedelta(days=9)) == 0  # at most twice


def test_where_everybody_had_it_it_stays(reps):
    handoff = breached({"most_hops": 9}, to=reps[0])
    assign(handoff.lead, reps[1], by=sales_manager(), now=START + HOUR)
    assert reassign_breached(DEADLINE + SECOND) == 1
    assert reassign_breached(DEADLINE + timedelta(days=3)) == 0
    assert owner(handoff) == reps[2]


def test_the_breach_is_charged_to_who_held_it_at_the_deadline(reps):
    handoff = breached(to=reps[0])
    before = Clock.objects.filter(pk=handoff.pk).values().get()
    reassign_breached(DEADLINE + SECOND)
    assert Clock.objects.filter(pk=handoff.pk).values().get() == before
    assert before["holder_id"] == reps[0].pk


def test_the_journal_says_that_nobody_did_it_and_why(reps):
    handoff = breached(to=reps[0])
    reassign_breached(DEADLINE + SECOND)
    entry = Entry.objects.assignments().latest("pk")
    assert (entry.by, entry.handoff, entry.to_owner) == (None, handoff, reps[1])
    assert entry.note == f"Breached, and nobody followed up. {reps[0]} had it."


def test_it_goes_to_whoever_waits_for_least(reps):
    handoff = breached(to=reps[0])
    for _ in range(2):
        assign(
            handed_over(handoff.agreement, at=START + HOUR).lead,
            reps[1],
            by=sales_manager(),
            now=START + HOUR,
        )
    assert reassign_breached(DEADLINE + SECOND) == 1
    assert owner(handoff) == reps[2]


def test_a_lead_that_nobody_held_finds_somebody(reps):
    handoff = breached()
    assert reassign_breached(DEADLINE + SECOND) == 1
    assert owner(handoff) == reps[0]
    assert Clock.objects.get(pk=handoff.pk).holder is None  # charged to routing


def test_what_was_followed_up_rejected_or_left_to_its_holder_stays(reps):
    kept = breached({"reassign": False}, to=reps[0])
    agreement = signed_agreement("other", window=WINDOW)
    met, late, rejected = (handed_over(agreement, at=START, to=reps[0]) for _ in range(3))
    log_follow_up(met.lead, by=reps[0], now=START + HOUR, kind="call", outcome="no_answer")
    log_follow_up(late.lead, by=reps[0], now=DEADLINE + HOUR, kind="call", outcome="no_answer")
    reject(rejected.lead, by=reps[0], now=START + HOUR, reason="duplicate")
    assert reassign_breached(DEADLINE + 2 * HOUR) == 0
    assert {owner(one) for one in (kept, met, late)} == {reps[0]}


def test_history_is_not_given_away(reps):
    handoff = breached(to=reps[0])
    with lifted():
        Handoff.objects.filter(pk=handoff.pk).update(entered_at=DEADLINE)
    assert reassign_breached(DEADLINE + SECOND) == 0


def test_a_lead_before_its_handoff_has_no_part_in_it(reps):
    agreement = signed_agreement(window=WINDOW)
    lead(agreement, at=START)
    assert reassign_breached(DEADLINE + SECOND) == 0
