"""Rules are read, written back, and refused with a sentence; fields and how texts are folded."""

import json
import re

import pytest
from hypothesis import given

from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    Group,
    IsPersona,
    Persona,
    condition_from,
)
from slas.rules.fields import FIELDS, FOLD_FROM, FOLD_TO, FREE_MAIL, field_of, fold

from .rule_strategies import CALM, groups, persona_lists
from .rules_build import (
    DEMO,
    RULE,
    all_of,
    any_of,
)


def test_a_rule_is_read_as_it_is_written():
    data = {
        "all": [
            {"field": "country", "op": "in", "value": ["Denmark", "Sweden"]},
            {"field": "email", "op": "business", "value": list(FREE_MAIL)},
            {"any": [{"did": "demo_requested", "times": 1, "days": 90}, {"score": "total", "at_least": 60}]},
        ]
    }
    assert Group.from_data(data) == RULE
    assert RULE.as_data() == data


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ({"field": "phone", "op": "known"}, Attribute("phone", "known")),
        ({"did": "webinar"}, Did("webinar", 1, None)),
        ({"did_not": "unsubscribed"}, DidNot("unsubscribed", None)),
        ({"persona": "buyer"}, IsPersona("buyer")),
        (
            {"field": "email", "op": "domain_in", "value": ["@B.example", "a.example", "A.example"]},
            Attribute("email", "domain_in", ("a.example", "b.example")),
        ),
    ],
)
def test_what_may_be_left_out(data, condition):
    assert condition_from(data) == condition


def deep(depth: int) -> dict:
    data: dict = {"did": "webinar"}
    for _ in range(depth):
        data = {"all": [data]}
    return data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"all": []}, "A group has no condition. Add one, or take the group away."),
        ({"all": [{"any": []}]}, "A group has no condition. Add one, or take the group away."),
        (deep(3), "A group stands in a group of a group. Nest groups once."),
        (deep(900), "A group stands in a group of a group. Nest groups once."),
        ({}, "A rule is "),
        ([], "A rule is "),
        (None, "A rule is "),
        ({"all": [deep(0)], "any": [deep(0)]}, "A rule is "),
        ({"all": {"did": "webinar"}}, "The conditions of 'all' are no list. Put them between [ and ]."),
        ({"all": [{}]}, "A condition names exactly one of field, did, did_not, score, persona; this is {}."),
        ({"all": ["country"]}, "A condition names exactly one of"),
        ({"all": [{"did": "webinar", "score": "fit"}]}, "A condition names exactly one of"),
        ({"all": [deep(0)] * 101}, "A group has 101 conditions. Keep at most 100."),
        (
            {"all": [{"field": "shoe_size", "op": "in", "value": ["42"]}]},
            "'shoe_size' is no field of a lead.",
        ),
        ({"all": [{"field": "extra. ", "op": "known"}]}, "'extra. ' is no field of a lead."),
        ({"all": [{"field": ["country"], "op": "known"}]}, "['country'] is no field of a lead."),
        ({"all": [{"field": "country", "value": ["Denmark"]}]}, "A condition has no op. Add it."),
        (
            {"all": [{"field": "country", "op": "at_least", "value": 3}]},
            "The operator of the condition on country is 'at_least'. Choose one of in, not_in, contains, "
            "not_contains, known, unknown.",
        ),
        (
            {"all": [{"field": "employees", "op": "contains", "value": ["5"]}]},
            "The operator of the condition on company size is 'contains'. Choose one of at_least, at_most",
        ),
        (
            {"all": [{"field": "email", "op": "in", "value": ["a@b.example"]}]},
            "The operator of the condition on e-mail is 'in'. Choose one of business, domain_in",
        ),
        (
            {"all": [{"field": "country", "op": "in"}]},
            "The condition on country lists no value. Name at least one.",
        ),
        (
            {"all": [{"field": "country", "op": "in", "value": []}]},
            "The condition on country lists no value. Name at least one.",
        ),
        (
            {"all": [{"field": "email", "op": "business", "value": []}]},
            "The condition on e-mail lists no value. Name at least one.",
        ),
        ({"all": [{"field": "country", "op": "in", "value": "Denmark"}]}, "are a list of texts."),
        ({"all": [{"field": "country", "op": "in", "value": [""]}]}, "is ''. Give it a text."),
        ({"all": [{"field": "country", "op": "in", "value": [7]}]}, "is 7. Give it a text."),
        ({"all": [{"field": "country", "op": "in", "value": ["a\x00b"]}]}, "is no text that can be kept."),
        ({"all": [{"field": "country", "op": "in", "value": ["a\ud800"]}]}, "is no text that can be kept."),
        (
            {"all": [{"field": "country", "op": "in", "value": ["x"] * 1001}]},
            "The condition on country lists 1001 values. Keep at most 1,000.",
        ),
        (
            {"all": [{"field": "country", "op": "known", "value": ["Denmark"]}]},
            "The condition on country asks only whether it is known. Leave its value out.",
        ),
        (
            {"all": [{"field": "email", "op": "domain_in", "value": ["acme"]}]},
            "“acme” in the condition on e-mail is no domain. Write it like example.com.",
        ),
        ({"all": [{"field": "employees", "op": "at_least"}]}, "is None. Give a whole number of at least 0."),
        (
            {"all": [{"field": "employees", "op": "at_least", "value": -1}]},
            "The value of the condition on company size is -1. Give at least 0.",
        ),
        ({"all": [{"field": "employees", "op": "at_most", "value": True}]}, "is True. Give a whole number"),
        ({"all": [{"field": "employees", "op": "at_most", "value": 10**10}]}, "Give at most 1,000,000,000."),
        ({"all": [{"did": "danced"}]}, "What was done in a condition is 'danced'. Choose one of"),
        ({"all": [{"did_not": None}]}, "What was not done in a condition is None. Choose one of"),
        (
            {"all": [{"did": "webinar", "days": 0}]},
            "The number of days of the condition on webinar is 0. Give at least 1.",
        ),
        ({"all": [{"did_not": "webinar", "days": 3651}]}, "is 3651. Give at most 3,650."),
        (
            {"all": [{"did": "webinar", "times": 0}]},
            "How often, in the condition on webinar, is 0. Give at least 1.",
        ),
        ({"all": [{"score": "total"}]}, "The minimum score has no at_least. Add it."),
        ({"all": [{"score": "total", "at_least": -5}]}, "The minimum score is -5. Give at least 0."),
        ({"all": [{"score": "luck", "at_least": 5}]}, "The score of a condition is 'luck'. Choose one of"),
        ({"all": [{"persona": " "}]}, "The persona of a condition is ' '. Give it a text."),
    ],
)
def test_what_is_no_rule_is_refused_in_a_sentence(data, words):
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        Group.from_data(data)
    assert str(refused.value).endswith(".")


def test_a_rule_made_in_the_code_is_checked_as_well():
    with pytest.raises(ValueError, match="Nest groups once"):
        all_of(any_of(all_of(DEMO)))
    with pytest.raises(ValueError, match="has no conditions"):
        Persona("buyer", "Buyer", None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"The persona has no rule\. Add it\."):
        Persona.from_data({"key": "buyer", "name": "Buyer"})


@CALM
@given(groups(), persona_lists())
def test_rules_survive_their_own_json(rule, personas):
    assert Group.from_data(json.loads(json.dumps(rule.as_data()))) == rule
    assert tuple(Persona.from_data(json.loads(json.dumps(one.as_data()))) for one in personas) == personas


def test_fields_and_columns():
    assert [field.kind for field in FIELDS.values()].count("text") == 7
    assert field_of("employees").label == "company size"
    assert field_of("extra.Segment") == ("extra.Segment", "Segment", "text")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("DENMARK", "denmark"),
        ("ÆRØ ÅÄÖ ŁŸŽ", "ærø åäö łÿž"),
        ("ΕΛΛΆΔΑ ΆΣ", "ελλάδα άσ"),
        ("РОССИЯ ЇЁ", "россия їё"),
        ("İß ς", "İß ς"),  # no one small letter, small already
    ],
)
def test_folding_is_letter_by_letter(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded


def test_the_table_of_folding_stays_as_it_is():
    assert len(FOLD_FROM) == len(FOLD_TO) == len(set(FOLD_FROM)) == 323
    assert not set(FOLD_FROM) & set(FOLD_TO)
    assert list(FREE_MAIL) == sorted(set(FREE_MAIL))
