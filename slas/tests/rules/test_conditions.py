"""Conditions are evaluated in three values, as a second opinion does."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from slas.rules.behaviour import Behaviour
from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    Facts,
    Group,
    IsPersona,
    Persona,
    evaluate,
    meets,
    missing,
    truth,
)
from slas.rules.fields import FIELDS

from .rule_oracle import NAMES, verdict
from .rule_strategies import CALM, cases
from .rules_build import (
    AT_ACME,
    BUSINESS,
    CHIEF,
    DAY,
    EXTRA_SEGMENT,
    IN_NORDICS,
    NO_CHIEF,
    NOT_IN,
    NOW,
    SECOND,
    ago,
    all_of,
    lead,
)


@pytest.mark.parametrize(
    ("condition", "said", "result"),
    [
        (IN_NORDICS, {"country": "Denmark"}, "passed"),
        (IN_NORDICS, {"country": " dENMARK\t"}, "passed"),
        (IN_NORDICS, {"country": "Denmark West"}, "failed"),
        (IN_NORDICS, {"country": " "}, "unknown"),
        (IN_NORDICS, {"country": None}, "unknown"),
        (IN_NORDICS, {}, "unknown"),
        (NOT_IN, {"country": "Denmark"}, "passed"),
        (NOT_IN, {"country": "NORWAY"}, "failed"),
        (NOT_IN, {"country": ""}, "unknown"),
        (CHIEF, {"job_title": "Vice Head of IT"}, "passed"),
        (CHIEF, {"job_title": "Headmaster"}, "failed"),
        (CHIEF, {}, "unknown"),
        (NO_CHIEF, {"job_title": "Headmaster"}, "passed"),
        (NO_CHIEF, {"job_title": "CHIEF"}, "failed"),
        (NO_CHIEF, {"job_title": ""}, "unknown"),
        (Attribute("country", "known"), {"country": "x"}, "passed"),
        (Attribute("country", "known"), {"country": " "}, "failed"),
        (Attribute("country", "unknown"), {}, "passed"),
        (Attribute("country", "unknown"), {"country": "x"}, "failed"),
        (EXTRA_SEGMENT, {"extra.Segment": "Gold"}, "passed"),
        (EXTRA_SEGMENT, {"Segment": "Gold"}, "unknown"),
        (Attribute("employees", "at_least", 50), {"employees": 49}, "failed"),
        (Attribute("employees", "at_least", 50), {"employees": 50}, "passed"),
        (Attribute("employees", "at_most", 50), {"employees": 50}, "passed"),
        (Attribute("employees", "at_most", 50), {"employees": 51}, "failed"),
        (Attribute("employees", "at_most", 0), {"employees": 0}, "passed"),
        (Attribute("employees", "at_least", 0), {"employees": None}, "unknown"),
        (Attribute("employees", "known"), {"employees": 0}, "passed"),
        (Attribute("employees", "unknown"), {"employees": None}, "passed"),
        (BUSINESS, {"email": "ann@acme.example"}, "passed"),
        (BUSINESS, {"email": "ann@GMail.com"}, "failed"),
        (BUSINESS, {"email": "ann@mail.gmail.com"}, "passed"),
        (BUSINESS, {"email": "ann"}, "unknown"),
        (BUSINESS, {"email": "ann@"}, "unknown"),
        (BUSINESS, {"email": ""}, "unknown"),
        (AT_ACME, {"email": "ann@ACME.example"}, "passed"),
        (AT_ACME, {"email": '"a@b"@acme.example'}, "passed"),
        (AT_ACME, {"email": "ann@sub.acme.example"}, "failed"),
        (Attribute("email", "known"), {"email": "ann"}, "passed"),
    ],
)
def test_fields_are_asked(condition, said, result):
    assert truth(condition, Facts(said, (), NOW)) == result
    assert evaluate(condition, Facts(said, (), NOW)).result == result


@pytest.mark.parametrize(
    ("condition", "ages", "result"),
    [
        (Did("webinar"), [], "failed"),
        (Did("webinar"), [4000 * DAY], "passed"),
        (Did("webinar"), [timedelta()], "passed"),  # at the very instant
        (Did("webinar"), [-SECOND], "failed"),  # not yet
        (Did("webinar", 1, 7), [7 * DAY - SECOND], "passed"),
        (Did("webinar", 1, 7), [7 * DAY], "failed"),  # exactly so many days ago is out
        (Did("webinar", 2), [DAY], "failed"),
        (Did("webinar", 2), [DAY, DAY], "passed"),
        (Did("webinar", 2, 7), [DAY, 8 * DAY], "failed"),
        (DidNot("webinar"), [], "passed"),
        (DidNot("webinar"), [4000 * DAY], "failed"),
        (DidNot("webinar", 7), [7 * DAY], "passed"),
        (DidNot("webinar", 7), [7 * DAY - SECOND], "failed"),
        (DidNot("webinar"), [-SECOND], "passed"),
        (Did("download"), [DAY], "failed"),  # they did something else
    ],
)
def test_behaviour_is_asked(condition, ages, result):
    facts = Facts({}, tuple(ago("webinar", age) for age in ages), NOW)
    assert truth(condition, facts) == result


def test_an_hour_that_comes_twice_is_two_hours():
    """Half past two comes twice on that night; the later one is not at the earlier one."""
    copenhagen = ZoneInfo("Europe/Copenhagen")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=copenhagen)
    second = first.replace(fold=1)
    assert not meets(Did("webinar"), Facts({}, (Behaviour("webinar", second),), first))
    assert meets(Did("webinar"), Facts({}, (Behaviour("webinar", first),), second))
    day_later = datetime(2026, 10, 26, 2, 30, tzinfo=copenhagen)  # 25 hours after the first
    assert not meets(Did("webinar", 1, 1), Facts({}, (Behaviour("webinar", first),), day_later))


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        Facts({}, (), NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no time zone"):
        Facts({}, (Behaviour("webinar", NOW.replace(tzinfo=None)),), NOW)


YES, NO, MAYBE = Attribute("phone", "unknown"), Attribute("phone", "known"), IN_NORDICS


@pytest.mark.parametrize(
    ("parts", "of_all", "of_any"),
    [
        ((YES, YES), "passed", "passed"),
        ((YES, NO), "failed", "passed"),
        ((YES, MAYBE), "unknown", "passed"),
        ((NO, MAYBE), "failed", "unknown"),
        ((NO, NO), "failed", "failed"),
        ((MAYBE,), "unknown", "unknown"),
        ((YES, NO, MAYBE), "failed", "passed"),
    ],
)
def test_three_values_go_together(parts, of_all, of_any):
    facts = Facts({}, (), NOW)
    for how, result in (("all", of_all), ("any", of_any)):
        assert truth(Group(how, parts), facts) == evaluate(Group(how, parts), facts).result == result
        assert meets(Group(how, parts), facts) == (result == "passed")


@CALM
@given(cases())
def test_a_second_opinion_agrees(case):
    rule, facts = case
    for part in (rule, *rule.parts):
        assert truth(part, facts) == NAMES[verdict(part, facts)]


@CALM
@given(cases())
def test_findings_say_what_the_rule_does(case):
    rule, facts = case
    finding = evaluate(rule, facts)
    assert finding.result == truth(rule, facts)
    assert len(finding.parts) == len(rule.parts)
    for part, found in zip(rule.parts, finding.parts, strict=True):
        assert (found.condition, found.result) == (part, truth(part, facts))
        assert found.sentence.endswith(".")
    assert missing(finding, facts).startswith("Qualifies: " if finding.met else "Not yet. ")


@CALM
@given(cases())
def test_who_knows_more_qualifies_no_less_but_for_what_was_denied(case):
    """A blank filled in never makes a failed condition of what passed, but for "is unknown"."""
    rule, facts = case
    if any(isinstance(one, Attribute) and one.op == "unknown" for one in rule.conditions()):
        return
    if facts.personas or facts.scoring.fit:
        return
    said = {name: value for name, value in facts.attributes.items() if str(value or "").strip() or value == 0}
    fuller = replace(facts, attributes={**dict.fromkeys(FIELDS, "Denmark"), "employees": 50, **said})
    if meets(rule, facts):
        assert meets(rule, fuller)


def test_the_personas_of_a_lead():
    buyer = Persona("buyer", "Buyer", all_of(CHIEF))
    nordic = Persona("nordic", "Nordic buyer", all_of(IsPersona("buyer"), IN_NORDICS))
    facts = replace(lead(job_title="Chief", country="Norway"), personas={"buyer": buyer, "nordic": nordic})
    assert truth(IsPersona("buyer"), facts) == "passed"
    finding = evaluate(IsPersona("nordic"), facts)
    assert [part.result for part in finding.parts] == ["passed", "failed"]
    assert finding.sentence == "Fits the persona Nordic buyer: does not."
    with pytest.raises(
        ValueError, match=r"There is no persona seller\. Make it, or take it out of the rule\."
    ):
        meets(all_of(IsPersona("seller")), facts)
