"""What is said of a rule without a lead is never a false alarm."""

import re
from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    Facts,
    IsPersona,
    Persona,
    ScoreAtLeast,
    asked_about,
    check_personas,
    check_rule,
    check_scoring,
    contradiction,
    evaluate,
    hides,
    meets,
    truth,
)
from slas.rules.scoring import NO_SCORING, FitRule, Scoring

from .rule_strategies import CALM, cases, groups
from .rules_build import (
    AT_ACME,
    BUSINESS,
    CHIEF,
    DAY,
    DEMO,
    IN_NORDICS,
    NOW,
    RULE,
    SCORING,
    ago,
    all_of,
    any_of,
    lead,
)


def test_what_a_rule_asks_about():
    plain = asked_about(all_of(IN_NORDICS, DEMO), (), SCORING)
    assert (plain.fields, plain.kinds, plain.score) == ({"country"}, {"demo_requested"}, False)
    buyer = Persona("buyer", "Buyer", all_of(Attribute("company", "known"), DidNot("webinar")))
    scored = asked_about(all_of(IsPersona("buyer"), ScoreAtLeast("fit", 3)), {"buyer": buyer}, SCORING)
    assert scored.fields == {"company", "job_title"}
    assert scored.kinds == {"webinar", "trial_started"}
    assert scored.score
    nothing = asked_about(None, (), SCORING)
    assert (nothing.fields, nothing.kinds, nothing.score) == (frozenset(), frozenset(), False)


@CALM
@given(cases())
def test_what_is_not_asked_about_changes_nothing(case):
    rule, facts = case
    asked = asked_about(rule, facts.personas, facts.scoring)
    less = replace(
        facts,
        attributes={name: value for name, value in facts.attributes.items() if name in asked.fields},
        behaviour=tuple(one for one in facts.behaviour if one.kind in asked.kinds),
        scoring=facts.scoring if asked.score else NO_SCORING,
    )
    assert truth(rule, less) == truth(rule, facts)


A = Persona("a", "A", all_of(IsPersona("b")))
B = Persona("b", "B", all_of(IN_NORDICS, any_of(DEMO, IsPersona("c"))))
C = Persona("c", "C", all_of(IsPersona("a")))
FINE = Persona("c", "C", all_of(CHIEF))


@pytest.mark.parametrize(
    ("personas", "words"),
    [
        (
            (A, B, C),
            "Persona A is made of B, which is made of C, which is made of A. Take one out of the circle.",
        ),
        ((Persona("a", "A", all_of(IsPersona("a"))),), "Persona A is made of A. Take one out of the circle."),
        ((A, B), "Persona B names the persona c, which is not there. Make it, or take it out."),
        ((FINE, replace(FINE, name="D")), "Two personas have the key c. Give each its own."),
        ((FINE, replace(FINE, key="d")), "Two personas have the name C. Give each its own."),
    ],
)
def test_personas_that_do_not_go_together(personas, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        check_personas(personas)


def test_personas_that_go_together():
    check_personas(())
    check_personas((A, B, FINE))
    check_personas({one.key: one for one in (A, B, FINE)})


def test_personas_in_personas_take_no_time():
    """Forty, each twice in the next: two to the fortieth ways to walk."""
    names = [f"p{number}" for number in range(40)]
    made = [Persona("p0", "p0", all_of(DEMO))] + [
        Persona(name, name, all_of(IsPersona(below), any_of(DEMO, IsPersona(below))))
        for below, name in pairwise(names)
    ]
    rule = all_of(IsPersona("p39"))
    with pytest.raises(ValueError, match=r"^Persona p8 is made of more than 1,000 conditions"):
        check_personas(made)
    with pytest.raises(ValueError, match=r"^The MQL is made of more than 1,000 conditions"):
        check_rule(rule, made, "The MQL")
    check_personas(made[:8])
    assert asked_about(rule, made, SCORING).kinds == {"demo_requested"}
    facts = replace(lead(), personas={one.key: one for one in made})
    assert truth(rule, facts) == evaluate(rule, facts).result == "failed"


def test_a_rule_names_personas_that_are_there():
    check_rule(all_of(IsPersona("c")), (FINE,))
    with pytest.raises(ValueError, match="The MQL names the persona d, which is not there"):
        check_rule(all_of(IsPersona("d")), (FINE,), "The MQL")


def test_points_for_fit_are_not_circular():
    personas = (A, B, FINE)
    check_scoring(Scoring((FitRule("f", all_of(IsPersona("c")), 5),)), personas)
    for key, words in (("a", "circular: persona A asks for"), ("d", "Scoring rule f names the persona d")):
        with pytest.raises(ValueError, match=words):
            check_scoring(Scoring((FitRule("f", all_of(IsPersona(key)), 5),)), personas)


def country(op, *names):
    return Attribute("country", op, names or None)


AT_LEAST_50, AT_MOST_49 = Attribute("employees", "at_least", 50), Attribute("employees", "at_most", 49)
UNKNOWN_COUNTRY = Attribute("country", "unknown")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (all_of(AT_LEAST_50, AT_MOST_49), "the company size is to be at least 50 and at most 49."),
        (all_of(UNKNOWN_COUNTRY, country("known")), "the country is to be unknown and known."),
        (all_of(UNKNOWN_COUNTRY, IN_NORDICS), "the country is to be unknown and known."),
        (all_of(IN_NORDICS, country("in", "Norway")), "leave nothing of the country Denmark or Sweden."),
        (all_of(IN_NORDICS, country("not_in", "DENMARK", "sweden ")), "leave nothing of the country"),
        (all_of(IN_NORDICS, country("contains", "land")), "leave nothing of the country"),
        (
            all_of(country("contains", "Denmark"), country("not_contains", "den")),
            "to contain Denmark and not to.",
        ),
        (all_of(AT_ACME, Attribute("email", "business", ("acme.example",))), "leave nothing of the e-mail"),
        (all_of(DEMO, DidNot("demo_requested")), "it asked for a demo and did not."),
        (all_of(DEMO, DidNot("demo_requested", 90)), "it asked for a demo and did not."),
        (all_of(IN_NORDICS, any_of(UNKNOWN_COUNTRY, country("in", "Norway"))), "the country"),
        (any_of(all_of(AT_LEAST_50, AT_MOST_49), all_of(UNKNOWN_COUNTRY, IN_NORDICS)), "the company size"),
    ],
)
def test_what_nothing_can_match(rule, words):
    said = contradiction(rule)
    assert said is not None
    assert said.startswith("No lead can match: ")
    assert words in said


@pytest.mark.parametrize(
    "rule",
    [
        RULE,
        any_of(AT_LEAST_50, AT_MOST_49),
        all_of(AT_LEAST_50, Attribute("employees", "at_most", 50)),
        all_of(IN_NORDICS, country("in", "SWEDEN")),
        all_of(DEMO, DidNot("demo_requested", 89)),
        all_of(Did("demo_requested"), DidNot("demo_requested", 90)),
        all_of(IN_NORDICS, any_of(UNKNOWN_COUNTRY, DEMO)),
        all_of(country("contains", "Den", "land"), country("not_contains", "den")),
        all_of(*(any_of(DEMO, ScoreAtLeast("fit", number)) for number in range(30))),
    ],
)
def test_what_something_can_match(rule):
    assert contradiction(rule) is None


HIDDEN = [
    (None, RULE),
    (None, None),
    (RULE, RULE),
    (all_of(IN_NORDICS), RULE),
    (all_of(country("known")), RULE),
    (any_of(IN_NORDICS, AT_LEAST_50), all_of(country("in", "DENMARK"))),
    (all_of(country("in", "Denmark", "Sweden")), any_of(country("in", "sweden"), country("in", "denmark"))),
    (all_of(country("not_in", "Norway")), all_of(IN_NORDICS)),
    (all_of(country("contains", "den")), all_of(IN_NORDICS)),
    (all_of(country("contains", "den")), all_of(country("contains", "Eden", "den "))),
    (all_of(country("not_contains", "eden")), all_of(country("not_contains", "den"))),
    (all_of(country("not_in", "Sweden")), all_of(country("not_contains", "den"))),
    (all_of(BUSINESS), all_of(AT_ACME)),
    (all_of(Attribute("email", "business", ("gmail.com",))), all_of(BUSINESS)),
    (all_of(AT_LEAST_50), all_of(Attribute("employees", "at_least", 51))),
    (all_of(AT_MOST_49), all_of(Attribute("employees", "at_most", 48))),
    (all_of(Did("webinar", 1, 30)), all_of(Did("webinar", 2, 7))),
    (all_of(Did("webinar")), all_of(Did("webinar", 1, 7))),
    (all_of(DidNot("webinar", 7)), all_of(DidNot("webinar"))),
    (all_of(ScoreAtLeast("fit", 10)), all_of(ScoreAtLeast("fit", 11))),
    (all_of(IsPersona("a")), all_of(IsPersona("a"), DEMO)),
]
NOT_HIDDEN = [
    (RULE, None),
    (RULE, all_of(IN_NORDICS)),
    (all_of(country("in", "Denmark")), all_of(IN_NORDICS)),
    (all_of(country("not_in", "Denmark")), all_of(IN_NORDICS)),
    (all_of(country("in", "Denmark")), all_of(country("contains", "Denmark"))),
    (all_of(country("contains", "Eden")), all_of(country("contains", "den"))),
    (all_of(AT_LEAST_50), all_of(Attribute("employees", "at_least", 49))),
    (all_of(AT_MOST_49), all_of(Attribute("employees", "at_most", 50))),
    (all_of(AT_ACME), all_of(BUSINESS)),
    (all_of(BUSINESS), all_of(Attribute("email", "business", ("gmail.com",)))),
    (all_of(Did("webinar", 2)), all_of(Did("webinar", 1))),
    (all_of(Did("webinar", 1, 7)), all_of(Did("webinar", 1, 30))),
    (all_of(DidNot("webinar")), all_of(DidNot("webinar", 7))),
    (all_of(ScoreAtLeast("fit", 11)), all_of(ScoreAtLeast("fit", 10))),
    (all_of(ScoreAtLeast("total", 10)), all_of(ScoreAtLeast("fit", 10))),
    (all_of(IsPersona("a")), all_of(IsPersona("b"))),
    (all_of(IN_NORDICS), any_of(IN_NORDICS, DEMO)),
    (all_of(IN_NORDICS), all_of(AT_LEAST_50, AT_MOST_49)),  # contradiction() speaks of that
]


@pytest.mark.parametrize(("earlier", "later"), HIDDEN)
def test_what_an_earlier_rule_takes_from_a_later_one(earlier, later):
    assert hides(earlier, later)


@pytest.mark.parametrize(("earlier", "later"), NOT_HIDDEN)
def test_what_an_earlier_rule_leaves_to_a_later_one(earlier, later):
    assert not hides(earlier, later)


# A world small enough to walk through: every lead there may be, as far as these conditions see it.
SMALL_CONDITIONS = st.one_of(
    st.builds(
        Attribute,
        st.just("country"),
        st.sampled_from(("in", "not_in", "contains", "not_contains")),
        st.lists(st.sampled_from(("den", "DEN", "eden", "land", "denland", "x")), min_size=1, max_size=3).map(
            tuple
        ),
    ),
    st.builds(
        Attribute, st.sampled_from(("country", "employees", "email")), st.sampled_from(("known", "unknown"))
    ),
    st.builds(Attribute, st.just("employees"), st.sampled_from(("at_least", "at_most")), st.integers(0, 3)),
    st.builds(
        Attribute,
        st.just("email"),
        st.sampled_from(("business", "domain_in")),
        st.lists(st.sampled_from(("a.example", "b.example")), min_size=1).map(tuple),
    ),
    st.builds(Did, st.just("webinar"), st.integers(1, 2), st.sampled_from((None, 7, 30))),
    st.builds(DidNot, st.just("webinar"), st.sampled_from((None, 7, 30))),
)
WORLD = [
    Facts(
        {"country": place, "employees": size, "email": mail}, tuple(ago("webinar", age) for age in ages), NOW
    )
    for place, size, mail, ages in product(
        ("", "den", "Eden", "eden land", "LAND", "denland", "x", "y"),
        (None, 0, 1, 2, 3, 4),
        ("", "nobody", "c@a.example", "c@B.example", "c@c.example"),
        ((), (DAY,), (8 * DAY,), (31 * DAY,), (DAY, 8 * DAY), (8 * DAY, 31 * DAY)),
    )
]
SMALL_RULES = groups(SMALL_CONDITIONS)


@settings(CALM, max_examples=60)
@given(SMALL_RULES)
@example(all_of(country("not_in", "x"), country("contains", "x")))
def test_contradictions_are_no_false_alarm(rule):
    said = contradiction(rule)
    event(f"contradiction: {said is not None}")
    if said is not None:
        assert not any(meets(rule, facts) for facts in WORLD)


@settings(CALM, max_examples=150)
@given(SMALL_RULES, SMALL_RULES)
def test_what_is_hidden_is_hidden(earlier, later):
    hidden = hides(earlier, later)
    event(f"hidden: {hidden}")
    if hidden:
        for facts in WORLD:
            assert meets(earlier, facts) or not meets(later, facts)
