"""What the audit finds and mends: each column that the journal decides, a missing clock, an orphan."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Clock, ClockPause, Entry, Handoff, Lead
from leads.services.clocks import drift, drift_of_everything, mend, refresh
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause, resume
from leads.services.pipeline import reject
from leads.services.projecting import CLOCK_COLUMNS
from leads.tests.factories import HANDED_OVER_AT, handed_over, history, lead
from slas.models import Closure
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import raj, rita
from smarketing.triggers import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

START = HANDED_OVER_AT
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=30)
WINDOW = {
    "window_seconds": 4 * 3600,
    "acceptance_seconds": 8 * 3600,
    "pause_reasons": ["wrong_contact_data"],
    "rejection_reasons": ["not_a_fit"],
    "depth_attempts": 2,
    "depth_days": 1,
    "depth_within_business_days": 3,
}


@pytest.fixture
def agreement():
    return signed_agreement(window=WINDOW)


@pytest.fixture
def worked(agreement):
    """A clock in which no column is empty: paused, resumed, connected, tried twice."""
    rep = rita()
    handoff = handed_over(agreement, to=rep)
    mona = marketing_manager()
    pause(handoff.lead, by=rep, now=START + HOUR / 4, reason="wrong_contact_data", seen_to_by=mona)
    resume(handoff.lead, by=rep, now=START + HOUR / 2)
    log_follow_up(handoff.lead, by=rep, now=START + HOUR, kind="call")
    log_follow_up(handoff.lead, by=rep, now=START + 2 * HOUR, kind="call", outcome="connected")
    return handoff


def found():
    return {(each.table, each.column) for each in drift_of_everything(NOW)}


def test_nothing_differs_at_first(worked, agreement):
    lead(agreement)
    history(agreement)
    assert found() == set()


WRONG = {
    "outcome": "",
    "entered_late": True,
    "holder_id": None,
    "holder_text": "",
    "acceptance_outcome": "",
    "depth_outcome": "excluded",
}


@pytest.mark.parametrize("column", [name for name in CLOCK_COLUMNS if name != "holder_text"])
def test_each_column_of_a_clock(worked, agreement, column):
    if column == "agreement_id":
        wrong = signed_agreement("other").pk
    elif column in WRONG:
        wrong = WRONG[column]
    elif column.endswith("_at"):
        wrong = NOW
    else:
        wrong = 999
    Clock.objects.filter(pk=worked.pk).update(**{column: wrong})
    assert found() == {("clock", column)}
    assert mend(list(drift(Handoff.objects.all(), NOW)), NOW) == 1
    assert found() == set()


def test_the_name_of_a_holder_unknown_here(agreement):
    handoff = handed_over(agreement)
    Entry.objects.create(
        lead=handoff.lead,
        type="assigned",
        at=START,
        recorded_at=START,
        entered_at=START,
        to_owner_text="4b33",
    )
    assert found() == {("clock", "holder_text"), ("lead", "owner_text")}
    mend(drift_of_everything(NOW), NOW)
    assert Clock.objects.get(pk=handoff.pk).holder_text == "4b33"


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("stage", "customer"),
        ("created_at", START - HOUR),
        ("mql_at", None),
        ("accepted_at", START),
        ("sql_at", START),
        ("opportunity_at", START),
        ("customer_at", START),
        ("lost_at", START),
        ("owner_id", None),
    ],
)
def test_each_column_of_a_lead_that_the_journal_decides(worked, column, wrong):
    Lead.objects.filter(pk=worked.lead_id).update(**{column: wrong})
    assert found() == {("lead", column)}
    mend(drift_of_everything(NOW), NOW)
    assert found() == set()


def test_a_lead_that_was_never_handed_over(agreement):
    fresh = lead(agreement)
    Lead.objects.filter(pk=fresh.pk).update(stage="sql")
    assert found() == {("lead", "stage")}
    mend(drift_of_everything(NOW), NOW)
    assert Lead.objects.get(pk=fresh.pk).stage == "lead"


@pytest.mark.parametrize("column", ["rejected_at", "ended_at"])
def test_what_a_rejection_leaves_on_the_handoff(agreement, column):
    handoff = handed_over(agreement)
    reject(handoff.lead, by=sales_manager(), now=START + HOUR, reason="not_a_fit")
    Handoff.objects.filter(pk=handoff.pk).update(**{column: None})
    assert found() == {("handoff", column)}
    mend(drift_of_everything(NOW), NOW)
    assert getattr(Handoff.objects.get(pk=handoff.pk), column) == START + HOUR


def test_a_missing_clock(worked):
    Clock.objects.all().delete()
    assert ("clock", "row") in found()
    mend(drift_of_everything(NOW), NOW)
    assert Clock.objects.get().outcome == "met"


def test_an_orphaned_clock(agreement):
    handoff = history(agreement)
    Clock.objects.create(handoff=handoff, agreement=agreement, start_at=START)
    assert found() == {("clock", "row")}
    mend(drift_of_everything(NOW), NOW)
    assert not Clock.objects.exists()


@pytest.mark.parametrize("change", ["delete", "move", "add"])
def test_the_pauses_of_a_clock(worked, change):
    if change == "delete":
        ClockPause.objects.all().delete()
    elif change == "move":
        ClockPause.objects.update(ends_at=NOW)
    else:
        ClockPause.objects.create(clock=worked.clock, begins_at=NOW)
    assert found() == {("clock", "pauses")}
    mend(drift_of_everything(NOW), NOW)
    assert found() == set()


def test_a_tier_that_does_not_match_is_told(worked):
    """No service could write it, a trigger refuses the update: told, for somebody to look at."""
    handoff = Handoff(
        lead=lead(worked.agreement),
        agreement=worked.agreement,
        version=worked.version,
        at=START,
        recorded_at=START,
        entered_at=START,
        window_key="",
    )
    handoff.save(force_insert=True)
    try:
        assert ("handoff", "window_key") in found()
    finally:
        with connection.cursor() as cursor, lifted():
            cursor.execute("DELETE FROM leads_handoff WHERE id = %s", [handoff.pk])


def test_a_difference_is_a_sentence(worked):
    Clock.objects.filter(pk=worked.pk).update(stopped_at=NOW)
    [difference] = drift_of_everything(NOW)
    assert str(difference) == (
        f"Clock {worked.pk}, stopped_at: stored 2026-12-20T13:00:00Z, the journal says 2026-11-20T14:00:00Z."
    )
    mend([difference], NOW)


# --- In sets -----------------------------------------------------------------------------------------


def queries_of(work):
    with CaptureQueriesContext(connection) as asked:
        work()
    return len(asked)


def test_refresh_asks_the_same_queries_for_3_and_for_30(agreement):
    counts = {}
    for size in (3, 30):
        handoffs = [handed_over(agreement) for _ in range(size)]
        Clock.objects.all().delete()
        counts[size] = queries_of(lambda handoffs=handoffs: refresh(handoffs, NOW))
        assert Clock.objects.count() == size
        Clock.objects.all().delete()
        refresh(Handoff.objects.all(), NOW)
    assert counts[3] == counts[30]


def test_drift_asks_the_same_queries_for_3_and_for_30(agreement):
    counts = []
    for size in (3, 30):
        while Handoff.objects.count() < size:
            handed_over(agreement)
        counts.append(queries_of(lambda: list(drift(Handoff.objects.all(), NOW))))
    assert counts[0] == counts[1]


def test_refresh_goes_on_in_batches(agreement, monkeypatch):
    handoffs = [handed_over(agreement) for _ in range(5)]
    Clock.objects.all().delete()
    monkeypatch.setattr("leads.services.refreshing.BATCH", 2)
    assert refresh(Handoff.objects.all(), NOW) == 5
    assert refresh([handoff.pk for handoff in handoffs], NOW) == 0
    assert refresh(handoffs, NOW) == 0


def test_refresh_knows_what_was_recorded_after_its_own_now(worked):
    """A long import's `now` is old when it refreshes; what others logged meanwhile stays known."""
    assert refresh([worked], START) == 0


def test_notices_stay_when_a_clock_is_written_again(worked):
    Clock.objects.filter(pk=worked.pk).update(warned_for=START, breach_told_for=START, outcome="")
    refresh([worked], NOW)
    clock = Clock.objects.get(pk=worked.pk)
    assert (clock.outcome, clock.warned_for, clock.breach_told_for) == ("met", START, START)


def test_rule_12_a_closure_moves_deadlines_that_lie_ahead(agreement):
    handoff = handed_over(agreement)
    Closure.objects.create(
        agreement=agreement,
        date=datetime(2026, 11, 23, tzinfo=UTC).date(),
        recorded_at=START + HOUR,
        confirmed_by_marketing=marketing_manager(),
        confirmed_by_sales=sales_manager(),
    )
    refresh([handoff], START + HOUR)
    assert Clock.objects.get(pk=handoff.pk).deadline_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_new_owner_is_known_to_every_clock_that_runs(agreement):
    handoff = handed_over(agreement)
    Entry.objects.create(
        lead=handoff.lead, type="assigned", at=START, recorded_at=START, entered_at=START, to_owner=raj()
    )
    mend(drift_of_everything(NOW), NOW)
    assert Clock.objects.get(pk=handoff.pk).holder.email.startswith("raj")
