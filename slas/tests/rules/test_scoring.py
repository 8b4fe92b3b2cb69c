"""Points: read and refused, faded in whole steps, and a score that is always the sum of its lines."""

import json
import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.rules.behaviour import Behaviour
from slas.rules.conditions import Attribute, Did, Facts, IsPersona, Persona, ScoreAtLeast
from slas.rules.scoring import NO_SCORING, BehaviourRule, FitRule, Score, Scoring, score

from .rule_oracle import points
from .rule_strategies import AS_OF, CALM, DAYS, ZONES, behaviour_rules, cases, scorings
from .rules_build import CHIEF, DAY, IN_NORDICS, NOW, SCORING, SECOND, ago, all_of, any_of, lead

HEAD = FitRule("head", all_of(CHIEF), 20)
TRIAL = BehaviourRule("trial", "trial_started", 25, "halves", 30)
PRICING = BehaviourRule("pricing", "pricing_seen", 5, "ends", 30, 2)
HALVES, ENDS = {"fades": "halves", "days": 21}, {"fades": "ends", "days": 21}


# --- Reading ---------------------------------------------------------------------------------


def test_scoring_is_read_as_it_is_written():
    when = {"all": [{"field": "country", "op": "in", "value": ["Denmark", "Sweden"]}]}
    data = {
        "fit": [{"key": "nordics", "when": when, "points": 8}],
        "behaviour": [
            {
                "key": "trial",
                "did": "trial_started",
                "points": 25,
                "fades": "halves",
                "days": 30,
                "most": None,
            },
            {"key": "left", "did": "unsubscribed", "points": -50, "fades": "stays", "days": None, "most": 1},
        ],
    }
    scoring = Scoring.from_data(data)
    assert scoring.fit == (FitRule("nordics", all_of(IN_NORDICS), 8),)
    assert scoring.behaviour[0] == TRIAL
    assert scoring.as_data() == data
    assert Scoring.from_data({"fit": [], "behaviour": []}) == NO_SCORING


@CALM
@given(scorings())
def test_scoring_survives_its_own_json(scoring):
    assert Scoring.from_data(json.loads(json.dumps(scoring.as_data()))) == scoring


def fit_data(**more):
    return {"fit": [{"key": "a", "when": all_of(IN_NORDICS).as_data(), "points": 8} | more], "behaviour": []}


def behaviour_data(**more):
    rule = {"key": "a", "did": "webinar", "points": 8, "fades": "halves", "days": 21, "most": None}
    return {"fit": [], "behaviour": [rule | more]}


CIRCULAR = (
    "The scoring rule a is circular: points for who somebody is can't depend on a score or on what they did. "
    "Ask for fields or personas."
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "The scoring is no object with named fields."),
        ({"fit": []}, "The scoring has no behaviour. Add it."),
        ({"fit": {}, "behaviour": []}, "The fit rules of the scoring are no list. Put them between [ and ]."),
        ({"fit": [7], "behaviour": []}, "The scoring rule is no object with named fields."),
        (fit_data(key=" "), "The key of a scoring rule is ' '. Give it a text."),
        (fit_data(points=0), "The scoring rule a gives 0 points. Give it some, or take it away."),
        (fit_data(points=1.5), "The number of points of scoring rule a is 1.5. Give a whole number"),
        (fit_data(points=1001), "The number of points of scoring rule a is 1001. Give at most 1,000."),
        (fit_data(points=-1001), "The number of points of scoring rule a is -1001. Give at least -1000."),
        (fit_data(when={"all": []}), "A group has no condition."),
        (fit_data(when={"all": [ScoreAtLeast("fit", 3).as_data()]}), CIRCULAR),
        (fit_data(when={"all": [{"any": [Did("webinar").as_data()]}]}), CIRCULAR),
        (behaviour_data(did="danced"), "What was done in scoring rule a is 'danced'. Choose one of"),
        (behaviour_data(fades="melts"), "How the points of scoring rule a fade is 'melts'. Choose one of"),
        (behaviour_data(days=None), "The points of scoring rule a fade. Say after how many days."),
        (behaviour_data(days=0), "The number of days of scoring rule a is 0. Give at least 1."),
        (behaviour_data(days=3651), "The number of days of scoring rule a is 3651. Give at most 3,650."),
        (behaviour_data(fades="stays"), "The points of scoring rule a stay, so no days are needed."),
        (behaviour_data(most=0), "How often scoring rule a counts is 0. Give at least 1."),
        (
            fit_data() | {"behaviour": behaviour_data()["behaviour"]},
            "Two scoring rules are called a. Give each its own.",
        ),
    ],
)
def test_what_is_no_scoring_is_refused_in_a_sentence(data, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Scoring.from_data(data)


# --- Fading ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "age", "left"),
    [
        (BehaviourRule("a", "webinar", 12), timedelta(), 12),
        (BehaviourRule("a", "webinar", 12), 4000 * DAY, 12),
        (BehaviourRule("a", "webinar", 13, **HALVES), timedelta(), 13),
        (BehaviourRule("a", "webinar", 13, **HALVES), 21 * DAY - SECOND, 13),
        (BehaviourRule("a", "webinar", 13, **HALVES), 21 * DAY, 6),
        (BehaviourRule("a", "webinar", 13, **HALVES), 42 * DAY - SECOND, 6),
        (BehaviourRule("a", "webinar", 13, **HALVES), 42 * DAY, 3),
        (BehaviourRule("a", "webinar", 13, **HALVES), 42 * DAY + SECOND, 3),
        (BehaviourRule("a", "webinar", 13, **HALVES), 63 * DAY, 1),
        (BehaviourRule("a", "webinar", 13, **HALVES), 84 * DAY, 0),
        (BehaviourRule("a", "webinar", 1000, **HALVES), 40_000 * DAY, 0),
        (BehaviourRule("a", "webinar", -13, **HALVES), 21 * DAY, -6),
        (BehaviourRule("a", "webinar", -13, **HALVES), 84 * DAY, 0),
        (BehaviourRule("a", "webinar", 13, **ENDS), 21 * DAY - SECOND, 13),
        (BehaviourRule("a", "webinar", 13, **ENDS), 21 * DAY, 0),
        (BehaviourRule("a", "webinar", -13, **ENDS), 21 * DAY - SECOND, -13),
    ],
)
def test_points_fade_in_whole_steps(rule, age, left):
    assert rule.points_at(NOW - age, NOW) == left
    found = score(Scoring((), (rule,)), Facts({}, (ago("webinar", age),), NOW))
    assert found.behaviour == left
    assert len(found.lines) == bool(left)  # a line that faded to nothing is gone


@CALM
@given(behaviour_rules(), st.sampled_from(AS_OF), st.integers(0, 400), st.sampled_from((-1, 0, 1)))
def test_before_at_and_after_each_step(rule, as_of, steps, beside):
    if rule.days is None:
        steps, span = 0, DAY
    else:
        span = timedelta(days=rule.days)
    age = max(steps * span + beside * SECOND, timedelta())
    full = abs(rule.points)
    whole = steps if beside >= 0 or not steps else steps - 1
    left = {"stays": full, "halves": full // 2**whole, "ends": 0 if whole else full}[rule.fades]
    at = (as_of.astimezone(UTC) - age).astimezone(ZONES[steps % len(ZONES)])
    assert rule.points_at(at, as_of) == (left if rule.points > 0 else -left)


@CALM
@given(behaviour_rules(), st.sampled_from(AS_OF), st.integers(0, 5_000_000), st.integers(0, 5_000_000))
def test_what_is_older_never_counts_for_more(rule, as_of, age, more):
    utc = as_of.astimezone(UTC)
    younger = rule.points_at(utc - age * SECOND, as_of)
    older = rule.points_at(utc - (age + more) * SECOND, as_of)
    assert abs(older) <= abs(younger) <= abs(rule.points)
    assert younger * rule.points >= 0


# --- Scores ----------------------------------------------------------------------------------


def test_a_score_shows_its_lines():
    facts = replace(
        lead(
            ago("pricing_seen", 5 * DAY),
            ago("trial_started", 31 * DAY),
            ago("pricing_seen", DAY),
            ago("pricing_seen", 9 * DAY),
            ago("pricing_seen", -SECOND),
            job_title="Head of IT",
        ),
        scoring=Scoring((HEAD, FitRule("minus", any_of(CHIEF, IN_NORDICS), -3)), (TRIAL, PRICING)),
    )
    found = facts.score
    assert found == score(facts.scoring, facts)
    assert (found.fit, found.behaviour, found.total) == (17, 22, 39)
    assert [found.of(which) for which in ("fit", "behaviour", "total")] == [17, 22, 39]
    assert [(one.key, one.kind, one.points, one.full_points, one.at) for one in found.lines] == [
        ("head", "fit", 20, 20, None),
        ("minus", "fit", -3, -3, None),
        ("trial", "behaviour", 12, 25, NOW - 31 * DAY),
        ("pricing", "behaviour", 5, 5, NOW - DAY),
        ("pricing", "behaviour", 5, 5, NOW - 5 * DAY),
    ]
    assert [one.sentence for one in found.lines] == [
        "Job title contains chief or head of.",
        "Job title contains chief or head of, or country is one of Denmark and Sweden.",
        "Started a trial: 12 of 25 points, halved every 30 days.",
        "Saw the pricing page: 5 points, for 30 days.",
        "Saw the pricing page: 5 points, for 30 days.",
    ]


def test_only_the_newest_count_as_of_the_moment():
    """The third visit takes the place of the first; before it, the first counted."""
    visits = tuple(ago("pricing_seen", age * DAY) for age in (3, 2, 1))
    newest = score(Scoring((), (PRICING,)), Facts({}, visits, NOW))
    assert [one.at for one in newest.lines] == [NOW - DAY, NOW - 2 * DAY]
    earlier = score(Scoring((), (PRICING,)), Facts({}, visits, NOW - 2 * DAY))
    assert [one.at for one in earlier.lines] == [NOW - 2 * DAY, NOW - 3 * DAY]


def test_a_fit_rule_asks_for_a_persona():
    chief = Persona("chief", "Chief", all_of(CHIEF))
    scoring = Scoring((FitRule("p", all_of(IsPersona("chief")), 20),))
    facts = Facts({"job_title": "Chief"}, (), NOW, {"chief": chief}, scoring)
    assert facts.score.fit == 20
    assert facts.score.lines[0].sentence == "Fits the persona Chief."


def test_what_is_unknown_gives_no_points():
    rule = FitRule("a", all_of(Attribute("country", "not_in", ("Norway",))), 5)
    assert score(Scoring((rule,)), lead(country=" ")) == Score(0, 0, ())


@CALM
@given(cases(), st.integers(-8_000_000, 8_000_000))
def test_a_score_is_the_sum_of_its_lines_as_of_any_moment(case, later):
    _, facts = case
    facts = replace(facts, as_of=facts.as_of + later * SECOND)
    found = facts.score
    assert found.total == sum(line.points for line in found.lines)
    for kind in ("fit", "behaviour"):
        assert found.of(kind) == sum(line.points for line in found.lines if line.kind == kind)
    assert all(line.points for line in found.lines)
    assert (found.fit, found.behaviour) == points(facts)
    assert all(line.at is None or line.at <= facts.as_of for line in found.lines)


@CALM
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_recorded_says_nothing(case, random):
    _, facts = case
    shuffled = list(facts.behaviour)
    random.shuffle(shuffled)
    assert replace(facts, behaviour=tuple(shuffled)).score == facts.score


@CALM
@given(cases(), st.sampled_from(DAYS))
def test_doing_more_never_takes_points_that_rules_give(case, days):
    """Where all points are positive and none is bounded, one more deed adds to the score or leaves it."""
    _, facts = case
    rules = tuple(replace(rule, points=abs(rule.points), most=None) for rule in facts.scoring.behaviour)
    facts = replace(facts, scoring=replace(facts.scoring, behaviour=rules))
    more = (*facts.behaviour, Behaviour("webinar", facts.as_of - days * DAY))
    assert replace(facts, behaviour=more).score.total >= facts.score.total


def test_no_scoring_gives_nothing():
    assert score(NO_SCORING, lead(job_title="Head")) == Score(0, 0, ())
    assert SCORING != NO_SCORING
