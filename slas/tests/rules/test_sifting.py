"""When a rule is met first, and that the sieve of many leads says what the rules of one lead say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.rules.behaviour import Behaviour
from slas.rules.conditions import Attribute, Did, DidNot, Facts, Group, ScoreAtLeast, meets
from slas.rules.scoring import BehaviourRule, FitRule, Scoring, behaviour_lines
from slas.rules.sifting import Sieve, first_met, first_second, gave, moments_of
from slas.rules.zones import seconds_of
from slas.tests.rules.rule_strategies import (
    CALM,
    attribute_sets,
    behaviours,
    conditions,
    groups,
    persona_lists,
    scorings,
)

SINCE = datetime(2026, 7, 1, 9, tzinfo=UTC)
UNTIL = datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC)
DAY = timedelta(days=1)
DEMO = Group("all", (Did("demo_requested", 1, 90),))
DENMARK = Group("all", (Attribute("country", "in", ("Denmark",)),))


def facts(*done: tuple[str, datetime], country: str = "Denmark", scoring: Scoring | None = None) -> Facts:
    behaviour = tuple(Behaviour(kind, at) for kind, at in done)
    return Facts({"country": country}, behaviour, UNTIL, {}, scoring or Scoring())


@pytest.mark.parametrize(
    ("rule", "known", "expected"),
    [
        (DENMARK, facts(), SINCE),
        (DENMARK, facts(country=""), None),
        (DEMO, facts(), None),
        (DEMO, facts(("demo_requested", SINCE)), SINCE),
        (DEMO, facts(("demo_requested", SINCE - 90 * DAY)), None),
        (DEMO, facts(("demo_requested", SINCE - 90 * DAY + timedelta(seconds=1))), SINCE),
        (DEMO, facts(("demo_requested", SINCE + DAY), ("demo_requested", SINCE + 2 * DAY)), SINCE + DAY),
        (DEMO, facts(("demo_requested", UNTIL)), UNTIL),
        (DEMO, facts(("demo_requested", UNTIL + timedelta(seconds=1))), None),
        # what time alone brings is seen at the next thing that it did
        (Group("all", (DidNot("unsubscribed", 7),)), facts(("unsubscribed", SINCE - DAY)), None),
        (
            Group("all", (DidNot("unsubscribed", 7),)),
            facts(("unsubscribed", SINCE - DAY), ("page_seen", SINCE + 9 * DAY)),
            SINCE + 9 * DAY,
        ),
    ],
)
def test_the_first_moment_is_the_creation_or_something_it_did(rule, known, expected):
    assert first_met(rule, known, SINCE) == expected


def test_nothing_is_met_after_the_end():
    assert first_met(DENMARK, facts(), UNTIL + DAY) is None
    assert moments_of({}, 5, 4) == []


def test_points_that_faded_before_the_creation_count_no_more():
    scoring = Scoring((), (BehaviourRule("b", "webinar", 40, "ends", 7),))
    rule = Group("all", (ScoreAtLeast("total", 40),))
    assert first_met(rule, facts(("webinar", SINCE - 6 * DAY), scoring=scoring), SINCE) == SINCE
    assert first_met(rule, facts(("webinar", SINCE - 7 * DAY), scoring=scoring), SINCE) is None


@st.composite
def worlds(draw):
    """Rules of one text, and some leads with when each came to be."""
    personas = draw(persona_lists())
    scoring = draw(scorings(personas))
    part = conditions(tuple(persona.key for persona in personas))
    rules = draw(st.lists(groups(part), min_size=1, max_size=3))
    as_of = datetime(2026, 11, 22, 9, tzinfo=UTC)
    since = st.integers(0, 120).map(lambda days: as_of - days * DAY)
    leads = draw(st.lists(st.tuples(attribute_sets(), behaviours(as_of), since), min_size=1, max_size=4))
    known = {persona.key: persona for persona in personas}
    return rules, [(Facts(said, done, as_of, known, scoring), since) for said, done, since in leads]


def done_of(known: Facts) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in sorted(known.behaviour, key=lambda one: one.at):
        found.setdefault(one.kind, []).append(seconds_of(one.at))
    return found


@CALM
@given(worlds())
def test_the_sieve_says_what_the_rules_of_one_lead_say(world):
    rules, leads = world
    one = leads[0][0]
    sieve = Sieve(rules, one.personas, one.scoring)
    for known, since in leads:
        sifted = sieve.sift([known.attributes.get(name) for name in sieve.fields])
        done, moments = done_of(known), moments_of(done_of(known), seconds_of(since), seconds_of(known.as_of))
        for rule, test in zip(rules, sifted.tests, strict=True):
            slow = first_met(rule, known, since)
            assert first_second(test, done, moments) == (slow and seconds_of(slow))
        assert sifted.fit == {each.key for each in known.scoring.fit if meets(each.when, known)}


@CALM
@given(worlds())
def test_a_rule_gave_points_where_it_has_a_line_at_some_moment(world):
    for known, since in world[1]:
        done = done_of(known)
        moments = moments_of(done, seconds_of(since), seconds_of(known.as_of))
        for rule in known.scoring.behaviour:
            instants = [datetime.fromtimestamp(at, UTC) for at in moments]
            slow = any(list(behaviour_lines(rule, replace(known, as_of=at))) for at in instants)
            assert gave(rule, done, seconds_of(since), seconds_of(known.as_of)) == slow


def test_no_rule_takes_every_lead_and_fields_are_asked_once():
    fit = FitRule("f", DENMARK, 5)
    sieve = Sieve([None, DENMARK], (), Scoring((fit,), ()))
    assert sieve.fields == ("country",)
    assert sieve.sift(["Sweden"]).tests == (True, False)
    assert sieve.sift(["denmark"]) == sieve.sift(["Denmark"])
    assert sieve.sift(["Denmark"]).fit == {"f"}
    assert sieve.sift([["a list"]]).tests == (True, False)
