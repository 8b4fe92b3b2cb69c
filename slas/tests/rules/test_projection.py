"""Random stories: what the judge says stays what it said, and the projection foretells it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slas.rules.clock import Story, holder_at, judge, parse_story, project

from .build import QUARTER, event, local, story, story_data
from .oracle import Oracle

MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(MANY, max_examples=60)


def frozen(told: Story) -> Story:
    """The story of which nothing more becomes known: no later event, no later retraction."""
    known = [e for e in told.events if e.known_at(told.as_of_s) or e is told.handoff]
    start = min([told.handoff.at_s, *(e.start_s for e in known if e.start_s is not None)])
    # What lies before the start is left out anyway; without the merge it would make a bad story.
    kept = [e for e in known if e.at_s >= start or e.type in ("assigned", "closure_added", "merged_earlier")]
    events = [replace(e, retracted_at=None) for e in kept]
    return replace(told, events=tuple(events))


def said(told: Story) -> dict:
    return judge(told).as_data()


@MANY
@given(story_data())
def test_the_judge_agrees_with_a_second_reading_of_the_rules(data):
    assert judge(parse_story(data)).as_data() == Oracle(data).verdict()


@MANY
@given(story_data(), st.integers(0, 96 * 9), st.integers(-1, 1))
def test_the_projection_is_what_the_judge_will_say(data, quarters, second):
    now = parse_story(data)
    projection = project(now)
    if projection.start is None:
        assert projection.state_at(now.as_of + timedelta(days=3)) == "not_started"
        return
    instants = [now.as_of + timedelta(seconds=max(0, quarters * QUARTER + second))]
    named = (projection.deadline, projection.warn_at, projection.paused_until)
    named += (projection.acceptance_deadline, projection.depth_deadline)
    instants += [moment + timedelta(seconds=step) for moment in named if moment for step in (-1, 0, 1)]
    for later in (moment for moment in instants if moment >= now.as_of):
        verdict = judge(replace(frozen(now), as_of=later))
        assert projection.state_at(later) == verdict.speed.state
        assert projection.deadline_shown(later) == verdict.deadline
        assert projection.warn_shown(later) == verdict.warn_at
        acceptance = verdict.acceptance and verdict.acceptance.state
        assert projection.acceptance_state_at(later) == acceptance
        assert projection.depth_state_at(later) == (verdict.depth and verdict.depth.state)
        if verdict.speed.state == "breached":
            assert projection.holder_at_deadline == verdict.speed.holder_at_deadline


@FEWER
@given(story_data())
def test_the_projection_says_what_the_judge_says_now(data):
    now = parse_story(data)
    verdict, projection = judge(now), project(now)
    if projection.start is None:
        return
    assert projection.stopped_at == verdict.speed.stopped_at
    assert projection.entered_late == verdict.speed.entered_late
    assert projection.worked_after_seconds == verdict.speed.worked_after_seconds
    if projection.stopped_at:
        assert projection.countable_seconds == verdict.speed.countable_seconds
        assert projection.elapsed_seconds == verdict.speed.elapsed_seconds
    if verdict.depth:
        assert (projection.attempts, projection.days) == (verdict.depth.attempts, verdict.depth.days)
    assert projection.paused == (projection.paused_at(now.as_of))


@FEWER
@given(story_data(), st.integers(0, 96 * 9))
def test_the_projection_cut_at_an_earlier_instant(data, quarters):
    """With today's knowledge: an outcome counts from its instant on, a breach from the deadline on."""
    projection = project(parse_story(data))
    if projection.start is None:
        return
    cut = projection.start + timedelta(seconds=quarters * QUARTER)
    state = projection.state_at(cut)
    if projection.outcome and projection.outcome_at <= cut:
        assert state == projection.outcome
    elif projection.deadline and projection.deadline < cut:
        assert state == "breached"
    else:
        assert state in ("running", "at_risk", "paused")
    assert projection.state_at(projection.start - timedelta(seconds=1)) == "not_started"


@FEWER
@given(story_data())
def test_what_is_recorded_later_changes_nothing(data):
    """The same verdict whether or not the story already holds what became known after `as_of`."""
    now = parse_story(data)
    known = [e for e in now.events if e.recorded_s <= now.as_of_s or e is now.handoff]
    starts = [e.start_s for e in now.events if e.start_s is not None]
    floor = min([now.handoff.at_s, *(e.start_s for e in known if e.start_s is not None)])
    if any(start < floor for start in starts):
        return  # without the merge the twin's events would make a bad story
    assert said(replace(now, events=tuple(known))) == said(now)


@FEWER
@given(story_data(), st.randoms(use_true_random=False))
def test_only_ties_depend_on_the_order_of_the_list(data, random):
    now = parse_story(data)
    effects = [e.effect_s for e in now.events]
    if len(set(effects)) < len(effects):
        return
    shuffled = list(now.events)
    random.shuffle(shuffled)
    assert said(replace(now, events=tuple(shuffled))) == said(now)


@FEWER
@given(story_data())
def test_judging_twice_says_the_same_and_a_story_survives_its_own_json(data):
    now = parse_story(data)
    again = parse_story(json.loads(json.dumps(now.as_data()), parse_float=Decimal))
    assert again == now
    assert said(again) == said(now) == said(now)


@FEWER
@given(story_data())
def test_a_follow_up_in_time_always_meets_or_stays_met(data):
    """One more counting follow-up at the start, recorded at once, leaves no clock breached."""
    now = parse_story(data)
    if project(now).start is None or any(e.type == "merged_earlier" for e in now.events):
        return
    call = {"type": "follow_up", "by": "raj", "connected": True, "at": data["events"][0]["at"]}
    call["at"] = next(e["at"] for e in data["events"] if e["type"] == "handed_over")
    verdict = judge(parse_story(data | {"events": [*data["events"], call]}))
    assert verdict.speed.state == "met"


# -- by hand ----------------------------------------------------------------------------------------


def test_a_pause_with_a_cap_foretells_when_it_ends_and_the_deadline():
    """Paused Monday 10:00 with a cap of 8 h: until Tuesday 10:00, then 3 h are left."""
    projection = project(story("Mon 12:00", event("paused", "Mon 10:00")))
    assert projection.paused
    assert local(projection.paused_until) == "Tue 10:00"
    assert local(projection.deadline) == "Tue 13:00"
    assert projection.deadline_shown(projection.as_of) is None
    assert projection.state_at(projection.paused_until) == "running"


def test_a_pause_without_a_cap_holds_it_for_good():
    projection = project(story("Mon 12:00", event("paused", "Mon 10:00"), pause_cap_seconds=None))
    assert (projection.deadline, projection.warn_at, projection.paused_until) == (None, None, None)
    assert projection.state_at(projection.as_of + timedelta(days=9999)) == "paused"


def test_the_first_follow_up_is_told_whether_or_not_it_was_in_time():
    projection = project(story("Wed 12:00", event("follow_up", "Tue 10:00")))
    assert projection.outcome is None
    assert local(projection.first_follow_up_at) == local(projection.stopped_at) == "Tue 10:00"
    assert projection.first_follow_up_business_seconds == 9 * 3600
    assert projection.worked_after_seconds == 21 * 3600


def test_pauses_are_not_taken_off_the_time_to_the_first_follow_up_but_closures_are():
    paused = (event("paused", "Mon 10:00"), event("resumed", "Mon 12:00"))
    closed = event("closure_added", "Mon 09:00", date="2026-06-02")
    projection = project(story("Wed 12:00", *paused, closed, event("follow_up", "Wed 10:00")))
    assert projection.first_follow_up_business_seconds == (8 + 1) * 3600


def test_accepted_at_is_told_without_an_acceptance_window_too():
    projection = project(story("Tue 09:00", event("accepted", "Mon 11:00")))
    assert local(projection.accepted_at) == "Mon 11:00"
    assert projection.acceptance_outcome is None
    assert projection.acceptance_state_at(projection.as_of) is None


def test_the_rejection_in_effect_is_told_after_the_clock_was_met():
    events = (event("follow_up", "Mon 10:00"), event("rejected", "Mon 11:00"))
    projection = project(story("Tue 09:00", *events))
    assert projection.outcome == "met"
    assert local(projection.rejected_at) == "Mon 11:00"


def test_the_holder_at_any_instant():
    told = story(
        "Tue 09:00", event("assigned", "Mon 09:05", to="rita"), event("assigned", "Mon 11:00", to=None)
    )
    start = told.handoff.at
    assert holder_at(told, start) is None
    assert holder_at(told, start + timedelta(minutes=5)) == "rita"
    assert holder_at(told, start + timedelta(hours=2)) is None
