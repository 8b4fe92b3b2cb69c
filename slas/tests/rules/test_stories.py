"""Every published story gives exactly its verdict, through the same door as the command."""

import json
import time
from decimal import Decimal

import pytest

from slas.management.commands.judge import verdict_of
from slas.rules.clock import BadStory, judge, parse_story

from .build import CALENDAR, CASES, TERMS, at, event

LINES = (CASES / "stories.jsonl").read_text().splitlines()


def _cases():
    cases = [json.loads(line, parse_float=Decimal) for line in LINES]
    return [pytest.param(case, id=case["story"]["id"]) for case in cases]


def test_all_cases_are_here():
    assert len(LINES) == 173


@pytest.mark.parametrize("case", _cases())
def test_story(case):
    line = json.dumps(case["story"], default=float)
    verdict = verdict_of(line.encode())
    if "error" in case["expected"]:
        assert verdict["id"] == case["story"]["id"], case["why"]
        assert isinstance(verdict["error"], str)
        assert verdict["error"].endswith(".")
    else:
        assert verdict == case["expected"], case["why"]


GOOD = {
    "id": "b",
    "terms": TERMS | {"depth": {"attempts": 1, "days": 1, "within_business_days": 1}},
    "calendar": CALENDAR,
    "events": [event("handed_over", "Mon 09:00")],
    "as_of": at("Tue 09:00").isoformat(),
}
EVENTS = {
    "assigned": {"to": None},
    "follow_up": {"by": "rita"},
    "paused": {"reason": "a"},
    "rejected": {"reason": "a"},
    "closure_added": {"date": "2026-06-02"},
    "merged_earlier": {"start": at("Mon 09:00").isoformat()},
}


def _sentence(story: object) -> str:
    with pytest.raises(BadStory) as caught:
        parse_story(story)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_the_good_story_is_good():
    assert judge(parse_story(GOOD)).speed.state == "breached"


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_of_the_story(field):
    assert field in _sentence({k: v for k, v in GOOD.items() if k != field})


@pytest.mark.parametrize("field", TERMS)
def test_a_missing_field_of_the_terms(field):
    terms = {k: v for k, v in GOOD["terms"].items() if k != field}
    assert field in _sentence(GOOD | {"terms": terms})


@pytest.mark.parametrize("field", CALENDAR)
def test_a_missing_field_of_the_calendar(field):
    calendar = {k: v for k, v in CALENDAR.items() if k != field}
    assert field in _sentence(GOOD | {"calendar": calendar})


@pytest.mark.parametrize("field", ["attempts", "days", "within_business_days"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "1", None, True])
def test_bad_depth(field, value):
    terms = GOOD["terms"] | {"depth": GOOD["terms"]["depth"] | {field: value}}
    _sentence(GOOD | {"terms": terms})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window_seconds", 0),
        ("window_seconds", None),
        ("window_seconds", "3600"),
        ("window_seconds", 3600.5),
        ("hours", "working"),
        ("hours", None),
        ("counts", "call"),
        ("counts", ["attempt"]),
        ("warn_share", -0.1),
        ("warn_share", 1.01),
        ("warn_share", "0.5"),
        ("warn_share", None),
        ("late_entry_grace_seconds", -1),
        ("late_entry_grace_seconds", None),
        ("pause_cap_seconds", -1),
        ("acceptance_seconds", 0),
        ("pause_reasons", "wrong_contact_data"),
        ("pause_reasons", None),
        ("depth", []),
    ],
)
def test_bad_terms(field, value):
    _sentence(GOOD | {"terms": GOOD["terms"] | {field: value}})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tz", "Mars/Olympus"),
        ("tz", ""),
        ("tz", None),
        ("tz", "Europe"),
        ("tz", "../Europe/Paris"),
        ("week", []),
        ("week", {"monday": [["09:00", "17:00"]]}),
        ("week", {"mon": [["9:00", "17:00"]]}),
        ("week", {"mon": [["09:00", "25:00"]]}),
        ("week", {"mon": [["17:00", "09:00"]]}),
        ("week", {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}),
        ("week", {"mon": ["09:00", "17:00"]}),
        ("week", {"mon": "09:00"}),
        ("week", {"mon": []}),
        ("holidays", ["2026-13-01"]),
        ("holidays", ["20261225"]),
        ("holidays", None),
        ("special", {"2026-02-30": []}),
        ("special", None),
        ("special", {"2026-06-02": [["10:00", "12:00"], ["11:00", "13:00"]]}),
    ],
)
def test_bad_calendars(field, value):
    _sentence(GOOD | {"calendar": CALENDAR | {field: value}})


@pytest.mark.parametrize(("kind", "fields"), EVENTS.items())
def test_a_missing_field_of_an_event(kind, fields):
    whole = {"type": kind, "at": at("Mon 10:00").isoformat(), **fields}
    parse_story(GOOD | {"events": [*GOOD["events"], whole]})
    for missing in ("type", "at", *fields):
        part = {k: v for k, v in whole.items() if k != missing}
        assert missing in _sentence(GOOD | {"events": [*GOOD["events"], part]})


@pytest.mark.parametrize(
    "bad",
    [
        event("called", "Mon 10:00"),
        event("follow_up", "Mon 10:00", connected="yes"),
        event("follow_up", "Mon 10:00") | {"at": "2026-06-01"},
        event("follow_up", "Mon 10:00") | {"at": "2026-06-01T10:00:00.0000001+02:00"},
        event("follow_up", "Mon 10:00") | {"at": 1780300800},
        event("follow_up", "Mon 10:00") | {"at": "0001-01-01T00:00:00+12:00"},
        event("follow_up", "Mon 10:00", recorded="Mon 09:59"),
        event("follow_up", "Mon 10:00", "Mon 11:00") | {"retracted_at": at("Mon 10:30").isoformat()},
        event("handed_over", "Mon 10:00"),
        event("paused", "Mon 08:59:59"),
        event("closure_added", "Mon 10:00", date="2 June"),
        event("merged_earlier", "Mon 10:00", start="2026-06-01T09:00:00"),
        "call",
    ],
)
def test_bad_events(bad):
    _sentence(GOOD | {"events": [*GOOD["events"], bad]})


@pytest.mark.parametrize("kind", ["assigned", "closure_added"])
def test_assignments_and_closures_may_come_before_the_start(kind):
    early = event(kind, "Mon 08:00", **EVENTS[kind])
    assert parse_story(GOOD | {"events": [*GOOD["events"], early]})


@pytest.mark.parametrize("fields", [{"recorded_at": None}, {"retracted_at": None}])
def test_an_empty_instant_is_the_same_as_none(fields):
    call = event("follow_up", "Mon 10:00")
    assert parse_story(GOOD | {"events": [*GOOD["events"], call | fields]}) == parse_story(
        GOOD | {"events": [*GOOD["events"], call]}
    )


@pytest.mark.parametrize("story", [None, [], "x", 3])
def test_what_is_no_story(story):
    _sentence(story)


def test_a_zone_that_is_a_list_is_a_bad_story():
    _sentence(GOOD | {"calendar": GOOD["calendar"] | {"tz": ["Europe/Copenhagen"]}})


@pytest.mark.parametrize("days", [4 * 10**6, 10**30])
def test_depth_beyond_the_years_there_are_is_a_bad_story_at_once(days):
    story = GOOD | {"terms": TERMS | {"depth": {"attempts": 1, "days": 1, "within_business_days": days}}}
    began = time.process_time()
    with pytest.raises(BadStory, match="9999"):
        judge(parse_story(story))
    assert time.process_time() - began < 1  # half a minute where each date is looked at


@pytest.mark.parametrize("days", [10**7, 10**30])
def test_a_deadline_beyond_the_years_there_are_is_a_bad_story(days):
    terms = TERMS | {"window_seconds": days * 86_400, "hours": "elapsed"}
    with pytest.raises(BadStory, match="9999"):
        judge(parse_story(GOOD | {"terms": terms}))
    with pytest.raises(BadStory, match="9999"):
        judge(parse_story(GOOD | {"terms": terms | {"hours": "business"}}))
