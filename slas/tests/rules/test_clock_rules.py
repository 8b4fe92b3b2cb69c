"""The rules of product.md section 3 that concern the judge, by their numbers: before, at, after.

The default story: handed over on Monday 1 June 2026 at 09:00 in a 9-17 week, Copenhagen, with a
window of 4 business hours: at risk at 12:00, due at 13:00.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slas.rules.clock import judge, project
from slas.rules.conditions import Facts
from slas.rules.grammar import Attribute, Group
from slas.rules.terms import Window
from slas.rules.wording import explain

from .build import CALENDAR, event, local, state, story

DEPTH = {"attempts": 2, "days": 2, "within_business_days": 3}


def verdict(as_of, *events, **terms):
    return judge(story(as_of, *events, **terms))


def test_rule_01_the_clock_runs_from_the_handoff_whether_or_not_it_has_an_owner():
    assert state("Mon 09:00") == "running"
    unassigned = verdict("Mon 13:00:01")
    assigned = verdict("Mon 13:00:01", event("assigned", "Mon 12:59", to="rita"))
    assert unassigned.deadline == assigned.deadline
    assert (unassigned.speed.state, unassigned.speed.holder_at_deadline) == ("breached", None)
    assert (assigned.speed.state, assigned.speed.holder_at_deadline) == ("breached", "rita")


@pytest.mark.parametrize(
    ("start", "hours", "deadline"),
    [
        ("Mon 09:00", 8, "Mon 17:00"),
        ("Mon 09:00:01", 8, "Tue 09:00"),
        ("Sat 08:00", 2, "Mon+1 11:00"),
        ("Sat 15:00", 2, "Mon+1 11:00"),
        ("Sat 20:00", 2, "Mon+1 11:00"),
        ("Fri 17:00", 2, "Mon+1 11:00"),
        ("Fri 16:00", 2, "Mon+1 10:00"),
    ],
)
def test_rule_02_the_deadline_is_the_earliest_instant(start, hours, deadline):
    found = verdict("Mon+2 09:00", start=start, window_seconds=hours * 3600)
    assert local(found.deadline) == deadline


def test_rule_02_elapsed_hours_count_nights_and_weekends():
    found = verdict("Sat 12:00", start="Fri 16:00", hours="elapsed", window_seconds=24 * 3600)
    assert local(found.deadline) == "Sat 16:00"


def test_rule_03_lunch_special_hours_and_holidays():
    week = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed")}
    special = {"2026-06-02": [["10:00", "11:00"]], "2026-06-03": [["00:00", "24:00"]]}
    calendar = CALENDAR | {"week": week, "special": special, "holidays": ["2026-06-03"]}
    found = [
        local(verdict("Mon 10:00", window_seconds=hours * 3600, calendar=calendar).deadline)
        for hours in (3, 4, 7, 8, 9)
    ]
    # Wednesday is a holiday, special hours or not; after Tuesday's one hour comes next Monday.
    assert found == ["Mon 12:00", "Mon 14:00", "Mon 17:00", "Tue 11:00", "Mon+1 10:00"]


@pytest.mark.parametrize(
    ("followed_up", "expected"),
    [("Mon 12:59:59", "met"), ("Mon 13:00", "met"), ("Mon 13:00:01", "breached")],
)
def test_rule_04_met_up_to_the_deadline_itself(followed_up, expected):
    found = verdict("Mon 14:00", event("follow_up", followed_up))
    assert found.speed.state == expected
    assert found.speed.worked_after_seconds == (1 if expected == "breached" else None)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("Mon 11:59:59", "running"),
        ("Mon 12:00", "at_risk"),
        ("Mon 13:00", "at_risk"),
        ("Mon 13:00:01", "breached"),
    ],
)
def test_rule_04_breached_from_the_deadline_on_whoever_looks(as_of, expected):
    assert state(as_of) == expected


@pytest.mark.parametrize(
    ("call", "counts", "expected"),
    [
        ({"connected": False}, "attempt", "met"),
        ({"connected": False}, "connection", "breached"),
        ({"connected": True}, "connection", "met"),
        ({"automatic": True}, "attempt", "breached"),
        ({"automatic": True, "connected": True}, "connection", "breached"),
    ],
)
def test_rule_04_what_counts_is_what_the_version_says(call, counts, expected):
    assert state("Mon 14:00", event("follow_up", "Mon 10:00", **call), counts=counts) == expected


def test_rule_04_a_follow_up_outside_hours_uses_no_business_time():
    found = verdict("Tue 09:00", event("follow_up", "Mon 19:00"), start="Mon 18:00")
    assert (found.speed.state, found.speed.countable_seconds) == ("met", 0)


@pytest.mark.parametrize(
    ("recorded", "more", "expected", "late"),
    [
        ("Mon 13:00", {}, "met", False),
        ("Mon 13:00:01", {}, "met", True),
        ("Tue 13:00", {}, "met", True),  # the grace of 24 h, exactly
        ("Tue 13:00:01", {}, "breached", False),
        ("Fri 13:00", {"imported": True}, "met", False),
    ],
)
def test_rule_05_late_entries_count_within_the_grace(recorded, more, expected, late):
    found = verdict("Sat 09:00", event("follow_up", "Mon 10:00", recorded, **more))
    assert (found.speed.state, found.speed.entered_late) == (expected, late)


def test_rule_05_a_breach_becomes_met_from_the_recording_on():
    late = event("follow_up", "Mon 10:00", "Mon 15:00")
    assert state("Mon 14:59:59", late) == "breached"
    assert state("Mon 15:00", late) == "met"


@pytest.mark.parametrize(
    ("reason", "as_of", "expected"),
    [
        ("wrong_contact_data", "Mon 16:00", "paused"),
        ("lunch", "Mon 16:00", "breached"),
        ("wrong_contact_data", "Tue 09:59:59", "paused"),
        ("wrong_contact_data", "Tue 10:00", "running"),  # the cap of 8 h is used up
        ("wrong_contact_data", "Tue 13:00:01", "breached"),
    ],
)
def test_rule_06_a_pause_stops_business_time_up_to_its_cap(reason, as_of, expected):
    assert state(as_of, event("paused", "Mon 10:00", reason=reason)) == expected


def test_rule_06_a_pause_moves_the_deadline_by_its_countable_length():
    found = verdict("Mon 16:00", event("paused", "Mon 10:00"), event("resumed", "Mon 11:30"))
    assert (local(found.warn_at), local(found.deadline)) == ("Mon 13:30", "Mon 14:30")


def test_rule_06_a_pause_cannot_be_back_dated():
    pause = event("paused", "Mon 10:00", recorded="Mon 13:30")
    assert state("Mon 14:00", pause) == "breached"


@pytest.mark.parametrize(
    ("reassigned", "holder"), [("Mon 12:59", "raj"), ("Mon 13:00", "raj"), ("Mon 13:00:01", "rita")]
)
def test_rule_07_a_breach_is_charged_to_the_holder_at_the_deadline(reassigned, holder):
    events = (event("assigned", "Mon 09:05", to="rita"), event("assigned", reassigned, to="raj"))
    found = verdict("Mon 15:00", *events)
    assert local(found.deadline) == "Mon 13:00"  # a new owner does not reset the clock
    assert found.speed.holder_at_deadline == holder


@pytest.mark.parametrize(
    ("rejected", "expected"),
    [("Mon 12:59", "excluded"), ("Mon 13:00", "excluded"), ("Mon 13:00:01", "breached")],
)
def test_rule_08_a_rejection_excludes_up_to_the_deadline(rejected, expected):
    assert state("Mon 15:00", event("rejected", rejected)) == expected


def test_rule_08_overturned_the_clock_runs_on_as_if_it_had_never_stopped():
    events = (
        event("rejected", "Mon 10:00"),
        event("disputed", "Mon 10:30"),
        event("overturned", "Mon 14:00"),
    )
    assert state("Mon 13:59:59", *events) == "excluded"
    assert state("Mon 14:00", *events) == "breached"
    assert state("Mon 14:00", *events[:2], event("upheld", "Mon 14:00")) == "excluded"


@pytest.mark.parametrize(
    ("as_of", "events", "expected"),
    [
        ("Mon 11:00", (), "pending"),
        ("Mon 11:00:01", (), "accepted_by_silence"),
        ("Mon 12:00", (("rejected", "Mon 11:00"),), "rejected"),
        ("Mon 12:00", (("rejected", "Mon 11:00:01"),), "accepted_by_silence"),
        ("Mon 12:00", (("accepted", "Mon 10:00"), ("rejected", "Mon 10:30")), "accepted"),
        ("Mon 12:00", (("rejected", "Mon 10:00"), ("accepted", "Mon 10:30")), "rejected"),
        ("Mon 12:00", (("advanced", "Mon 11:00"),), "accepted"),
    ],
)
def test_rule_08_silence_accepts(as_of, events, expected):
    told = [event(kind, when) for kind, when in events]
    assert verdict(as_of, *told, acceptance_seconds=7200).acceptance.state == expected


def test_rule_09_each_handoff_is_a_story_of_its_own():
    """A recycled lead's second handoff is judged by itself; the first story keeps its verdict."""
    first, second = verdict("Mon+1 12:00"), verdict("Mon+1 10:00", start="Mon+1 09:00")
    assert (first.speed.state, second.speed.state) == ("breached", "running")


def test_rule_10_the_earliest_clock_stands_and_a_merge_can_be_undone():
    merge = event("merged_earlier", "Tue 10:00", start=event("x", "Mon 09:00")["at"])
    undone = merge | {"retracted_at": event("x", "Tue 11:00")["at"]}
    assert state("Tue 09:59:59", merge, start="Tue 09:00") == "running"
    assert state("Tue 10:00", merge, start="Tue 09:00") == "breached"
    assert state("Tue 10:59:59", undone, start="Tue 09:00") == "breached"
    assert state("Tue 11:00", undone, start="Tue 09:00") == "running"


def test_rule_10_what_the_twin_did_is_left_out_until_the_merge_is_known():
    """By when it happened, even if it was recorded after this handoff."""
    pause = event("paused", "Mon 15:00", recorded="Tue 09:30")
    merge = event("merged_earlier", "Tue 11:00", start=event("x", "Mon 14:00")["at"])
    assert state("Tue 10:59:59", pause, merge, start="Tue 09:00") == "running"
    assert state("Tue 11:00", pause, merge, start="Tue 09:00") == "paused"


def test_rule_11_other_terms_are_another_story():
    """A verdict reads its own terms alone, so no new version can change it."""
    told = story("Mon 15:00")
    moved = replace(told, terms=replace(told.terms, window_seconds=8 * 3600))
    assert judge(told).speed.state == "breached"
    assert judge(moved).speed.state == "at_risk"
    assert judge(told).speed.state == "breached"


@pytest.mark.parametrize(
    ("recorded", "deadline", "expected"),
    [
        ("Mon 08:00", "Tue 13:00", "running"),
        ("Mon 11:00", "Tue 11:00", "running"),
        ("Mon 12:59:59", "Tue 09:00", "at_risk"),
        ("Mon 13:00", "Mon 13:00", "breached"),  # a deadline that was reached stays
        ("Mon 14:00", "Mon 13:00", "breached"),
    ],
)
def test_rule_12_a_closure_moves_only_deadlines_that_lie_ahead(recorded, deadline, expected):
    closed = event("closure_added", recorded, date="2026-06-01")
    found = verdict("Mon 16:00", closed)
    assert (local(found.deadline), found.speed.state) == (deadline, expected)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((("follow_up", "Mon 10:00"), ("follow_up", "Wed 17:00")), "met"),
        ((("follow_up", "Mon 10:00"), ("follow_up", "Wed 17:00:01")), "breached"),
        ((("follow_up", "Mon 10:00"), ("follow_up", "Mon 11:00")), "breached"),
        ((("follow_up", "Mon 10:00"), ("advanced", "Wed 17:00")), "excluded"),
        ((("rejected", "Mon 12:00"),), "excluded"),
        ((("accepted", "Mon 12:00"),), "breached"),
    ],
)
def test_rule_13_depth_is_its_own_verdict(events, expected):
    told = [event(kind, when) for kind, when in events]
    found = verdict("Thu 09:00", *told, depth=DEPTH)
    assert (found.depth.state, local(found.depth.deadline)) == (expected, "Wed 17:00")


def test_rule_13_a_connection_meets_depth():
    assert (
        verdict("Thu 09:00", event("follow_up", "Mon 10:00", connected=True), depth=DEPTH).depth.state
        == "met"
    )


def test_rule_14_a_window_says_why_it_matches():
    terms = story("Mon 10:00").terms
    rule = Group("all", (Attribute("source", "in", ("demo", "trial")),))
    window = Window("demo", "Demo requests", rule, terms)
    demo, book, blank = (
        Facts(attributes, (), datetime(2026, 6, 1, tzinfo=UTC))
        for attributes in ({"source": "Demo"}, {"source": "e-book"}, {})
    )
    assert window.matches(demo)
    assert window.why(demo) == "Demo requests takes it: the source is Demo."
    assert not window.matches(book)
    assert window.why(book) == "Demo requests does not take it: the source is e-book."
    assert "is unknown" in window.why(blank)
    assert Window("all", "All leads", None, terms).why(blank) == "All leads takes every lead."


def test_rule_15_a_verdict_is_explained_with_its_numbers():
    calendar = CALENDAR | {"holidays": ["2026-06-02"]}
    told = story(
        "Wed 16:00",
        event("assigned", "Mon 15:05", to="rita"),
        event("paused", "Mon 16:00"),
        event("resumed", "Wed 10:00"),
        event("follow_up", "Wed 15:00"),
        start="Mon 15:00",
        calendar=calendar,
    )
    text = explain(told, judge(told), {"rita": "Rita"}).text
    for said in (
        "Breached, worked after 2 h: Rita followed up on Wednesday 3 June, 15:00.",
        "Handed over on Monday 1 June, 15:00.",
        "Monday 1 June 15:00 to 17:00",
        "Skipped: Tuesday 2 June (holiday).",
        "Paused for wrong contact data from Monday 1 June, 16:00 to Wednesday 3 June, 10:00.",
        "The window of 4 business hours ended on Wednesday 3 June, 13:00",
        "Business time until then: 6 h, of 4 h agreed; 48 h by the wall clock.",
        "The breach counts for Rita, who held it at the deadline.",
    ):
        assert said in text
    assert project(told).stopped_at == judge(told).speed.stopped_at
