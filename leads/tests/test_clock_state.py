"""The state of a clock at an instant, in SQL and in Python: one table, and random stories."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Clock, Entry, Handoff
from leads.services.clocks import refresh
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause, resume
from leads.services.pipeline import reject
from leads.stories import stories
from leads.tests.factories import HANDED_OVER_AT, handed_over, history
from slas.rules.clock import judge, project
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement

pytestmark = pytest.mark.django_db

START = HANDED_OVER_AT
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
# Four hours around the clock: at risk after three, late after four.
WINDOW = {
    "window_seconds": 4 * 3600,
    "hours": "elapsed",
    "pause_reasons": ["wrong_contact_data"],
    "pause_cap_seconds": 2 * 3600,
    "acceptance_seconds": 8 * 3600,
}
PAUSE = {"reason": "wrong_contact_data"}


@pytest.fixture
def handoff(db):
    return handed_over(signed_agreement(window=WINDOW))


def state(handoff, at):
    """What SQL says, once it is seen that Python and the judge say the same."""
    in_sql = Clock.objects.with_state(at).get(pk=handoff.pk).state
    [(_, story)] = stories(Handoff.objects.filter(pk=handoff.pk), START + timedelta(days=30))
    assert in_sql == project(story).state_at(at)
    of_handoff = Handoff.objects.with_state(at).get(pk=handoff.pk).state
    assert of_handoff == in_sql
    return in_sql


def nothing(handoff):
    """Nobody does anything."""


def followed_up(handoff):
    log_follow_up(handoff.lead, by=sales_manager(), now=START + HOUR, kind="call")


def worked_late(handoff):
    log_follow_up(handoff.lead, by=sales_manager(), now=START + 5 * HOUR, kind="call")


def rejected(handoff):
    reject(handoff.lead, by=sales_manager(), now=START + HOUR, reason=handoff_reason(handoff))


def handoff_reason(handoff):
    return handoff.version.terms().windows[0].rejection_reasons[0]


def paused(handoff):
    pause(handoff.lead, by=sales_manager(), now=START + HOUR, seen_to_by=marketing_manager(), **PAUSE)


def paused_twice(handoff):
    paused(handoff)
    resume(handoff.lead, by=sales_manager(), now=START + 2 * HOUR)
    again = START + 3 * HOUR
    pause(handoff.lead, by=sales_manager(), now=again, seen_to_by=marketing_manager(), **PAUSE)
    resume(handoff.lead, by=sales_manager(), now=again + HOUR / 2)


@pytest.mark.parametrize(
    ("happens", "after", "expected"),
    [
        (nothing, -SECOND, "not_started"),
        (nothing, 0 * HOUR, "running"),
        (nothing, 3 * HOUR - SECOND, "running"),
        (nothing, 3 * HOUR, "at_risk"),
        (nothing, 4 * HOUR, "at_risk"),
        (nothing, 4 * HOUR + SECOND, "breached"),
        (followed_up, HOUR - SECOND, "running"),
        (followed_up, HOUR, "met"),
        (followed_up, 99 * HOUR, "met"),
        (worked_late, 4 * HOUR, "at_risk"),
        (worked_late, 4 * HOUR + SECOND, "breached"),
        (worked_late, 6 * HOUR, "breached"),
        (rejected, HOUR - SECOND, "running"),
        (rejected, HOUR, "excluded"),
        (paused, HOUR - SECOND, "running"),
        (paused, HOUR, "paused"),
        (paused, 3 * HOUR - SECOND, "paused"),
        (paused, 3 * HOUR, "running"),
        (paused, 5 * HOUR - SECOND, "running"),
        (paused, 5 * HOUR, "at_risk"),
        (paused, 6 * HOUR + SECOND, "breached"),
        (paused_twice, HOUR + SECOND, "paused"),
        (paused_twice, 2 * HOUR, "running"),
        (paused_twice, 3 * HOUR, "paused"),
        (paused_twice, 3.5 * HOUR, "running"),
        (paused_twice, 4.5 * HOUR, "at_risk"),
        (paused_twice, 5.5 * HOUR, "at_risk"),
        (paused_twice, 5.5 * HOUR + SECOND, "breached"),
    ],
)
def test_the_state_before_at_and_after_each_instant(handoff, happens, after, expected):
    happens(handoff)
    assert state(handoff, START + after) == expected


minutes = st.integers(0, 600).map(lambda number: START + timedelta(minutes=number))
entries = st.lists(
    st.tuples(
        minutes,
        st.sampled_from(["follow_up", "paused", "resumed", "rejected", "overturned", "accepted", "assigned"]),
        st.integers(0, 120),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(journal=entries)
def test_sql_python_and_judge_agree_on_random_journals(handoff, journal):
    """Each example is a handoff of its own: the journal is append-only."""
    own = handed_over(handoff.agreement)
    for at, kind, delay, connected, retracted in sorted(journal):
        recorded = at + timedelta(minutes=delay) if kind == "follow_up" else at
        Entry.objects.create(
            lead=own.lead,
            handoff=own,
            type=kind,
            at=at,
            recorded_at=recorded,
            entered_at=recorded,
            retracted_at=recorded + SECOND if retracted else None,
            kind="call" if kind == "follow_up" else "",
            connected=connected,
            reason="wrong_contact_data" if kind in ("paused", "rejected") else "",
            to_stage="accepted" if kind == "accepted" else "",
        )
    refresh([own], START + timedelta(days=1))
    clock = Clock.objects.get(pk=own.pk)
    known = [clock.start_at, clock.warn_at, clock.deadline_at, clock.stopped_at]
    known += [instant for each in clock.pauses.all() for instant in (each.begins_at, each.ends_at)]
    for instant in {each for each in known if each is not None}:
        for at in (instant - SECOND, instant, instant + SECOND):
            state(own, at)
    # What the projection says of later instants is what the judge says when they come.
    for later in (START + timedelta(days=1), START + timedelta(days=40)):
        [(_, story)] = stories(Handoff.objects.filter(pk=own.pk), later)
        assert Clock.objects.with_state(later).get(pk=own.pk).state == judge(story).speed.state


def test_why_there_is_no_clock(db):
    agreement = signed_agreement("tiers", windows=[{"match": {"field": "source", "in": ["demo"]}}])
    handoff = handed_over(agreement, source="webinar")
    assert Handoff.objects.with_state(START).get(pk=handoff.pk).state == "without_window"
    assert not Clock.objects.exists()
    assert handoff.window_why.startswith("No window takes it.")
    unmeasured = history(agreement, source="demo")
    assert Handoff.objects.with_state(datetime.now(UTC)).get(pk=unmeasured.pk).state == "not_measured"
