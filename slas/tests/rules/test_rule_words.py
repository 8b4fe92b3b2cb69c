"""Rules in words: sentences that read well, and every value is heard in them."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given

from slas.rules.conditions import Attribute, Did, DidNot, Group, IsPersona, Persona, ScoreAtLeast
from slas.rules.fields import FREE_MAIL
from slas.rules.rule_words import describe_persona, describe_rule, describe_scoring
from slas.rules.scoring import BehaviourRule, FitRule, Scoring

from .rule_strategies import CALM, cases
from .rules_build import BUSINESS, CHIEF, DEMO, IN_NORDICS, RULE, all_of, any_of

BUYER = Persona("buyer", "Buyer", all_of(CHIEF))
SELLER = Persona("seller", "Sales and marketing", all_of(IsPersona("buyer"), IN_NORDICS))
PERSONAS = (BUYER, SELLER)


def has(field, op, *values):
    return Attribute(field, op, values or None)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (has("country", "in", "Denmark"), "is in Denmark"),
        (has("country", "in", "Denmark", "Sweden", "Norway"), "is in Denmark, Sweden or Norway"),
        (has("country", "not_in", "Denmark", "Sweden"), "is in another country than Denmark or Sweden"),
        (has("country", "contains", "land"), "has a country that contains land"),
        (has("country", "unknown"), "has no known country"),
        (has("company", "in", "Vestby", "Ø"), "works at Vestby or Ø"),
        (has("source", "in", "webinar", "trial"), "has the source webinar or trial"),
        (has("source", "not_in", "webinar"), "has another source than webinar"),
        (has("industry", "contains", "retail"), "has an industry that contains retail"),
        (has("job_title", "not_contains", "intern"), "has a job title that does not contain intern"),
        (has("extra.Segment", "in", "gold"), "has the “Segment” gold"),
        (has("phone", "known"), "has a known phone"),
        (has("company", "in", "Smith, Jones and Co"), "works at “Smith, Jones and Co”"),
        (has("company", "in", " Ann", "A (B)"), "works at “ Ann” or “A (B)”"),
        (Attribute("employees", "at_least", 1), "is at a company of at least 1 person"),
        (Attribute("employees", "at_most", 1200), "is at a company of at most 1,200 people"),
        (has("employees", "known"), "has a known company size"),
        (BUSINESS, "has a business e-mail (not gmail.com and 46 others)"),
        (
            has("email", "business", "b.example", "a.example"),
            "has a business e-mail (not a.example or b.example)",
        ),
        (has("email", "domain_in", "b.example", "a.example"), "has an e-mail at a.example or b.example"),
        (DEMO, "asked for a demo in the last 90 days"),
        (Did("webinar", 2, 1), "attended a webinar at least twice in the last day"),
        (Did("event_met", 3), "met us at an event at least 3 times"),
        (DidNot("unsubscribed"), "never unsubscribed"),
        (DidNot("page_seen", 30), "has not seen a page in the last 30 days"),
        (ScoreAtLeast("total", 60), "has a score of at least 60"),
        (ScoreAtLeast("fit", 1200), "has a fit score of at least 1,200"),
        (ScoreAtLeast("behaviour", 5), "has a behaviour score of at least 5"),
        (IsPersona("buyer"), "fits the persona Buyer"),
        (IsPersona("seller"), "fits the persona “Sales and marketing”"),
        (IsPersona("gone"), "fits the persona gone"),
    ],
)
def test_conditions_in_words(condition, words):
    assert describe_rule(all_of(condition), PERSONAS) == words


def test_a_changed_list_of_free_mailboxes_is_heard():
    longer = has("email", "business", *FREE_MAIL, "abc.example")
    shorter = has("email", "business", *FREE_MAIL[1:])
    other = has("email", "business", *FREE_MAIL[1:], "abc.example")
    own = has("email", "business", *(f"{letter}.example" for letter in "abcdef"))
    no_gmail = has("email", "business", *(set(FREE_MAIL) - {"gmail.com"}))
    assert [describe_rule(all_of(one)) for one in (longer, shorter, other, no_gmail)] == [
        "has a business e-mail (not gmail.com and 47 others: the usual ones with abc.example)",
        "has a business e-mail (not gmail.com and 45 others: the usual ones without 126.com)",
        "has a business e-mail (not gmail.com and 46 others: the usual ones without 126.com and with "
        "abc.example)",
        "has a business e-mail (not 126.com and 45 others: the usual ones without gmail.com)",
    ]
    assert "not a.example, b.example, c.example, d.example, e.example or f.example" in describe_rule(
        all_of(own)
    )


SCORE, NEVER = ScoreAtLeast("total", 60), DidNot("unsubscribed")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            RULE,
            "is in Denmark or Sweden, has a business e-mail (not gmail.com and 46 others), and either asked "
            "for a demo in the last 90 days or has a score of at least 60",
        ),
        (all_of(SCORE, NEVER), "has a score of at least 60 and never unsubscribed"),
        (all_of(IN_NORDICS, SCORE), "is in Denmark or Sweden, and has a score of at least 60"),
        (any_of(SCORE), "has a score of at least 60"),
        (any_of(SCORE, NEVER), "either has a score of at least 60 or never unsubscribed"),
        (
            any_of(SCORE, NEVER, DEMO),
            "either has a score of at least 60, never unsubscribed or asked for a demo in the last 90 days",
        ),
        (
            any_of(IN_NORDICS, SCORE, NEVER),
            "either is in Denmark or Sweden, or has a score of at least 60, or never unsubscribed",
        ),
        (
            any_of(SCORE, all_of(IN_NORDICS, NEVER)),
            "either has a score of at least 60, or both is in Denmark or Sweden and never unsubscribed",
        ),
        (
            any_of(SCORE, all_of(NEVER, DEMO, Did("webinar"))),
            "either has a score of at least 60, or all together never unsubscribed, asked for a demo in the "
            "last 90 days and attended a webinar",
        ),
        (all_of(any_of(SCORE), NEVER), "has a score of at least 60 and never unsubscribed"),
    ],
)
def test_rules_in_words(rule, words):
    assert describe_rule(rule, PERSONAS) == words


def test_personas_in_words():
    assert describe_persona(BUYER) == (
        "The persona Buyer is a lead that has a job title that contains chief or head of."
    )
    assert describe_persona(SELLER, PERSONAS) == (
        "The persona “Sales and marketing” is a lead that fits the persona Buyer, and is in "
        "Denmark or Sweden."
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (BehaviourRule("a", "demo_requested", 40), "Asked for a demo: 40 points, which stay."),
        (
            BehaviourRule("a", "webinar", 12, "halves", 21),
            "Attended a webinar: 12 points, halved every 21 days.",
        ),
        (BehaviourRule("a", "webinar", 1, "halves", 1), "Attended a webinar: 1 point, halved every day."),
        (
            BehaviourRule("a", "pricing_seen", 5, "ends", 30, 2),
            "Saw the pricing page, at most twice: 5 points, for 30 days.",
        ),
        (BehaviourRule("a", "page_seen", 5, "ends", 1, 1), "Saw a page, at most once: 5 points, for 1 day."),
        (
            BehaviourRule("a", "unsubscribed", -50, "stays", None, 3),
            "Unsubscribed, at most 3 times: minus 50 points, which stay.",
        ),
        (FitRule("a", all_of(CHIEF), 15), "Job title contains chief or head of: 15 points."),
        (
            FitRule("a", all_of(has("country", "in", "Denmark"), Attribute("employees", "at_least", 50)), -1),
            "Country is Denmark and company size is at least 50 people: minus 1 point.",
        ),
        (
            FitRule("a", any_of(IsPersona("buyer"), all_of(CHIEF, has("phone", "known"))), 5),
            "Fits the persona Buyer, or (job title contains chief or head of, and phone is known): 5 points.",
        ),
    ],
)
def test_scoring_in_words(rule, words):
    scoring = Scoring((rule,)) if isinstance(rule, FitRule) else Scoring((), (rule,))
    assert describe_scoring(scoring, PERSONAS) == [words]


# --- Every value is heard --------------------------------------------------------------------

OTHER: dict[str, Any] = {
    "did": "download",
    "kind": "download",
    "points": 77,
    "most": 77,
    "times": 77,
    "days": 77,
    "of": "behaviour",
    "name": "Another",
    "field": "campaign",
}
OPS = {
    "in": "not_in", "not_in": "contains", "contains": "not_contains", "not_contains": "in",
    "at_least": "at_most", "at_most": "at_least", "business": "domain_in", "domain_in": "business",
    "known": "unknown", "unknown": "known",
}  # fmt: skip


def changes(value: Any):
    """The value with each of its own values changed to another that fits, one at a time."""
    if isinstance(value, tuple):
        for place, one in enumerate(value):
            for changed in changes(one):
                yield (*value[:place], changed, *value[place + 1 :])
        if len(value) > 1:
            yield value[1:]
        return
    if isinstance(value, str):
        yield f"x{value}"
        return
    if isinstance(value, int):
        yield value + 77
        return
    for field in fields(value):
        for changed in _field_changes(value, field.name):
            yield replace(value, **{field.name: changed})


def _field_changes(value: Any, name: str):
    found = getattr(value, name)
    if isinstance(value, Attribute) and name == "field":
        kind = {"employees": (), "email": ()}.get(found, ("campaign", "extra.Other"))
        yield from (one for one in kind if one != found)
    elif isinstance(value, Attribute) and name == "op":
        yield OPS[found]
    elif isinstance(value, IsPersona):
        yield "seller" if found == "buyer" else "buyer"
    elif name == "how":
        if len(value.parts) > 1:  # of one condition, all and any say the same
            yield "any" if found == "all" else "all"
    elif name == "fades":
        if found != "stays":
            yield "ends" if found == "halves" else "halves"
    elif name == "days":
        if found is not None:
            yield found + 77
        if isinstance(value, Did | DidNot):
            yield None if found else 77
    elif name == "most":
        yield (found or 0) + 77
    elif name in ("key", "fit", "behaviour", "parts", "rule", "when", "name", "points", "times", "value"):
        if name != "key" and found is not None:
            yield from changes(found)
    else:
        yield OTHER[name]


EVERY = all_of(
    IN_NORDICS,
    has("country", "not_in", "Norway", "Finland"),
    CHIEF,
    has("extra.Segment", "not_contains", "gold", "or"),
    has("company", "in", "Vestby", "A, B"),
    has("phone", "known"),
    Attribute("employees", "at_least", 50),
    Attribute("employees", "at_most", 200),
    has("email", "unknown"),
    has("email", "business", "a.example", "b.example"),
    BUSINESS,
    has("email", "domain_in", "a.example", "b.example"),
    any_of(DEMO, Did("webinar", 2), SCORE, IsPersona("seller")),
    all_of(NEVER, DidNot("page_seen", 3), ScoreAtLeast("fit", 5)),
)
POINTS = Scoring(
    (
        FitRule("f1", all_of(IN_NORDICS, any_of(CHIEF, BUSINESS)), 20),
        FitRule("f2", any_of(IsPersona("seller"), has("phone", "known")), -5),
    ),
    (
        BehaviourRule("b1", "demo_requested", 40),
        BehaviourRule("b2", "webinar", 12, "halves", 21),
        BehaviourRule("b3", "pricing_seen", -5, "ends", 30, 2),
    ),
)


def test_every_value_of_a_rule_is_heard():
    heard = {describe_rule(EVERY, PERSONAS)}
    tried = 0
    for rule in changes(EVERY):
        said = describe_rule(rule, PERSONAS)
        assert said not in heard, rule
        heard.add(said)
        tried += 1
    assert tried > 100


def test_every_value_of_the_scoring_is_heard():
    said = [describe_scoring(one, PERSONAS) for one in changes(POINTS)]
    assert describe_scoring(POINTS, PERSONAS) not in said
    assert len(said) > 80


def test_every_value_of_a_persona_is_heard():
    said = [describe_persona(one, PERSONAS) for one in changes(SELLER)]
    assert describe_persona(SELLER, PERSONAS) not in said
    assert len(said) > 5


@CALM
@given(cases())
def test_rules_that_say_the_same_read_the_same(case):
    rule, facts = case
    again = Group.from_data(rule.as_data())
    said = describe_rule(rule, facts.personas)
    assert said == describe_rule(again, list(facts.personas.values()))
    assert said.strip() == said
    assert len(describe_scoring(facts.scoring, facts.personas)) == len(
        facts.scoring.fit + facts.scoring.behaviour
    )
