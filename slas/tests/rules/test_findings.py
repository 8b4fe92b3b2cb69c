"""Each condition says what became of it, and one sentence what is missing."""

import pytest

from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    ScoreAtLeast,
    evaluate,
    missing,
)

from .rules_build import (
    AT_ACME,
    BUSINESS,
    CHIEF,
    DAY,
    DEMO,
    EXTRA_SEGMENT,
    IN_NORDICS,
    NO_CHIEF,
    NOT_IN,
    RULE,
    SECOND,
    ago,
    all_of,
    any_of,
    lead,
)


@pytest.mark.parametrize(
    ("condition", "facts", "sentence"),
    [
        (IN_NORDICS, lead(), "Country is one of Denmark and Sweden: the country is unknown."),
        (IN_NORDICS, lead(country="Norway"), "Country is one of Denmark and Sweden: it is Norway."),
        (NOT_IN, lead(country="Denmark"), "Country is not Norway: it is Denmark."),
        (CHIEF, lead(job_title="Head of IT"), "Job title contains chief or head of: it is Head of IT."),
        (NO_CHIEF, lead(), "Job title contains none of chief and head of: the job title is unknown."),
        (EXTRA_SEGMENT, lead(), "“Segment” is gold: the “Segment” is unknown."),
        (Attribute("phone", "known"), lead(phone="+45"), "Phone is known: it is +45."),
        (Attribute("phone", "unknown"), lead(), "Phone is unknown: the phone is unknown."),
        (
            Attribute("employees", "at_least", 50),
            lead(employees=1),
            "Company size is at least 50 people: it is 1 person.",
        ),
        (
            Attribute("employees", "at_most", 50),
            lead(),
            "Company size is at most 50 people: the company size is unknown.",
        ),
        (
            BUSINESS,
            lead(email="ann@Vestby.example"),
            "E-mail is a business address, not gmail.com and 46 others: it is at vestby.example.",
        ),
        (AT_ACME, lead(email="ann"), "E-mail is at acme.example: the e-mail ann has no domain."),
        (DEMO, lead(), "Asked for a demo in the last 90 days: never did."),
        (
            DEMO,
            lead(ago("demo_requested", 120 * DAY)),
            "Asked for a demo in the last 90 days: last did 120 days ago.",
        ),
        (DEMO, lead(ago("demo_requested", DAY)), "Asked for a demo in the last 90 days: did 1 day ago."),
        (
            Did("webinar", 2),
            lead(ago("webinar", 9 * DAY), ago("webinar", SECOND)),
            "Attended a webinar at least twice: did twice, last less than a day ago.",
        ),
        (
            DidNot("pricing_seen", 30),
            lead(ago("pricing_seen", 31 * DAY)),
            "Has not seen the pricing page in the last 30 days: last did 31 days ago.",
        ),
        (DidNot("unsubscribed"), lead(), "Never unsubscribed: never did."),
        (
            ScoreAtLeast("total", 60),
            lead(ago("trial_started", DAY), job_title="Head"),
            "At least 60 points: has 53.",
        ),
        (ScoreAtLeast("fit", 1), lead(), "At least 1 fit point: has 0."),
        (ScoreAtLeast("behaviour", 1000), lead(), "At least 1,000 behaviour points: has 0."),
    ],
)
def test_a_finding_is_a_sentence(condition, facts, sentence):
    assert evaluate(condition, facts).sentence == sentence


def test_a_group_says_how_many_of_it_are_met():
    finding = evaluate(RULE, lead(country="Denmark", email="ann@gmail.com"))
    assert finding.sentence == "All of these: 1 of 3 is met."
    assert finding.parts[2].sentence == "Any of these: 0 of 2 are met."


HEAD = {"job_title": "Head", "email": "ann@vestby.example"}


@pytest.mark.parametrize(
    ("rule", "facts", "sentence"),
    [
        (
            RULE,
            lead(ago("trial_started", DAY), **HEAD),
            "Not yet. The country is unknown and 7 points are missing.",
        ),
        (
            RULE,
            lead(ago("demo_requested", DAY), country="Denmark", **HEAD),
            "Qualifies: the country is Denmark, the e-mail is at vestby.example and the last demo request "
            "was 1 day ago.",
        ),
        (all_of(DEMO), lead(), "Not yet. A demo request in the last 90 days is missing."),
        (
            all_of(Did("event_met", 3)),
            lead(ago("event_met", DAY)),
            "Not yet. 2 meetings at an event are missing.",
        ),
        (
            all_of(DidNot("unsubscribed"), IN_NORDICS),
            lead(ago("unsubscribed", 3 * DAY), country="Norway"),
            "Not yet. There was an unsubscription 3 days ago and the country is Norway.",
        ),
        (all_of(DidNot("webinar", 7)), lead(), "Qualifies: no webinar in the last 7 days is known."),
        (all_of(ScoreAtLeast("fit", 21)), lead(**HEAD), "Not yet. 1 fit point is missing."),
        (all_of(ScoreAtLeast("total", 20)), lead(**HEAD), "Qualifies: the score is 20."),
        (any_of(IN_NORDICS, DEMO), lead(), "Not yet. The country is unknown."),
    ],
)
def test_what_is_missing_stands_on_top(rule, facts, sentence):
    assert missing(evaluate(rule, facts), facts) == sentence
