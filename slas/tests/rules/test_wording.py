"""Sentences for people: durations, instants, weeks, and the whole of an agreement in words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from slas.rules.business_time import Calendar
from slas.rules.clock import judge, parse_story
from slas.rules.wording import (
    agreed_time,
    describe,
    describe_terms,
    describe_week,
    duration,
    exact_duration,
    explain,
    instant,
    number_text,
    percent,
)

from .build import OFFICE, event, story, story_data
from .test_terms import AGREEMENT, TERMS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (59, "59 s"),
        (60, "1 min"),
        (119, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_459, "3 h 10 min"),
        (172_800, "48 h"),
        (-600, "minus 10 min"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(3661, "1 h 1 min 1 s"), (61, "1 min 1 s"), (7200, "2 h")])
def test_what_was_agreed_is_never_rounded(seconds, words):
    assert exact_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "hours", "words"),
    [
        (3600, "business", "1 business hour"),
        (14_400, "elapsed", "4 elapsed hours"),
        (5400, "business", "90 business minutes"),
        (45, "elapsed", "45 elapsed seconds"),
        (5405, "business", "1 h 30 min 5 s of business time"),
    ],
)
def test_agreed_time_always_says_which(seconds, hours, words):
    assert agreed_time(seconds, hours) == words


def test_instants_name_the_year_only_when_it_is_another():
    at = datetime(2026, 11, 19, 14, 10, tzinfo=UTC)
    assert instant(at, "Europe/Copenhagen") == "Thursday 19 November, 15:10"
    assert instant(at, "Europe/Copenhagen", at) == "Thursday 19 November, 15:10"
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert instant(at, "Europe/Copenhagen", later) == "Thursday 19 November 2026, 15:10"


@pytest.mark.parametrize(
    ("week", "tz", "words"),
    [
        (OFFICE, "Europe/Copenhagen", "Monday to Friday 9 to 17, Copenhagen"),
        ({"mon": [["08:30", "12:00"], ["13:00", "24:00"]]}, "UTC", "Monday 8:30 to 12 and 13 to 24, UTC"),
        (
            {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "sun": [["10:00", "12:00"]]},
            "America/Sao_Paulo",
            "Monday and Tuesday 9 to 17, Sunday 10 to 12, Sao Paulo",
        ),
    ],
)
def test_weeks(week, tz, words):
    assert describe_week(Calendar(tz, week)) == words


def test_numbers():
    assert number_text(Decimal("1240.50")) == "1,240.5"
    assert number_text(Decimal("1E+3")) == "1,000"
    assert percent(Decimal("0.875")) == "87.5%"


def test_every_value_of_the_terms_is_said():
    text = " ".join(describe(AGREEMENT))
    for said in (
        *("Inbound Nordics Ærø", "inbound-nordics", "version 3"),
        *("1 December 2026", "30 November 2027", "1 June 2027"),
        *("becomes an MQL", "Monday to Friday 9 to 17, Copenhagen", "Europe/Copenhagen"),
        *("25 December 2026", "Thursday 24 December 2026 is open 9 to 12"),
        *("Window 1 of 2", "Demo requests (demo)", "source is demo or trial", "reject a lead as duplicate"),
        *("Window 2 of 2", "All leads (all) is for all leads"),
        *("within 4 business hours", "any attempt counts", "75% of that, 3 business hours"),
        *("24 h of elapsed time", "wrong contact data", "16 business hours in all"),
        *("within 8 business hours; silence accepts", "5 attempts", "3 different days", "10 business days"),
        *("MQLs delivered: at least 240, for the source demo (m1)", "at least 90% (s1)", "Ours."),
        *("stands beside followed up in time (s1)", "An MQL: A lead with 60 points."),
        *("Marketing: hands it over.", "Sales: follows up."),
        *("every Monday at 8:00", "in EUR", "tzdata 2026.6", "holidays 0.109"),
    ):
        assert said in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hours": "elapsed"}, "4 elapsed hours"),
        ({"hours": "elapsed"}, "nights and weekends included"),
        ({"counts": "connection"}, "only a two-way connection counts"),
        ({"warn_share": Decimal("0.5")}, "50% of that, 2 business hours"),
        ({"late_entry_grace_seconds": 0}, "only if it is entered by the deadline"),
        ({"pause_reasons": ()}, "can't be paused"),
        ({"pause_cap_seconds": None}, "without a cap"),
        ({"acceptance_seconds": None}, "has no deadline"),
        ({"depth": None}, "No number of attempts"),
    ],
)
def test_each_term_changes_the_sentences(change, words):
    assert words in " ".join(describe_terms(replace(TERMS, **change)))


def test_special_hours_that_a_holiday_beats_are_said_to_be_closed():
    calendar = Calendar("UTC", OFFICE, ["2026-12-24"], {date(2026, 12, 24): [["09:00", "12:00"]]})
    assert "but it is a holiday: closed" in " ".join(describe(replace(AGREEMENT, calendar=calendar)))


@pytest.mark.parametrize(
    ("as_of", "events", "headline"),
    [
        ("Mon 08:59", (), "Not started: on Monday 1 June, 08:59 no handoff was known."),
        ("Mon 10:00", (), "Running: 3 h of 4 h business time left, due Monday 1 June, 13:00."),
        ("Mon 12:30", (), "At risk: 30 min of 4 h business time left, due Monday 1 June, 13:00."),
        (
            "Mon 16:10",
            (),
            "3 h 10 min late. Nobody has followed up yet; the deadline was Monday 1 June, 13:00.",
        ),
        (
            "Mon 14:00",
            (event("follow_up", "Mon 12:28"),),
            "Met: Rita followed up on Monday 1 June, 12:28, with 3 h 28 min of 4 h used.",
        ),
        (
            "Mon 14:00",
            (event("follow_up", "Mon 12:00", "Mon 13:30", connected=True),),
            "Met: Rita reached the lead on Monday 1 June, 12:00, with 3 h of 4 h used, entered late.",
        ),
        (
            "Mon 14:00",
            (event("rejected", "Mon 10:00", reason="not_a_fit"),),
            "Excluded: Sales rejected it as not a fit on Monday 1 June, 10:00.",
        ),
        (
            "Mon 14:00",
            (event("paused", "Mon 10:00"),),
            "Paused for wrong contact data: 1 h of 4 h business time are used.",
        ),
    ],
)
def test_headlines(as_of, events, headline):
    told = story(as_of, *events)
    assert explain(told, judge(told), {"rita": "Rita"}).headline == headline


def test_a_late_entry_is_explained():
    told = story("Mon 14:00", event("follow_up", "Mon 12:00", "Mon 13:30"))
    expected = (
        "It was entered late, on Monday 1 June, 13:30, 30 min after the deadline; the grace for that is 24 h."
    )
    assert explain(told, judge(told)).about("late") == expected


def test_who_held_it_is_told_in_order():
    told = story(
        "Mon 12:00",
        event("assigned", "Mon 08:00", to="rita"),
        event("assigned", "Mon 10:00", to="raj"),
    )
    expected = "Held by rita from Monday 1 June, 09:00, then raj from Monday 1 June, 10:00."
    assert explain(told, judge(told)).about("held") == expected


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(story_data())
def test_every_verdict_has_an_explanation(data):
    told = parse_story(data)
    explanation = explain(told, judge(told))
    assert all(sentence.endswith(".") for sentence in explanation.sentences)
    assert "None" not in explanation.text
    assert "  " not in explanation.text
