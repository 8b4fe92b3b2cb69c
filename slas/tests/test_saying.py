"""The panel beside the editor: all that the terms say is in it, and only what is new is marked."""

from dataclasses import replace
from datetime import date

import pytest

from slas.editor.saying import SHORT, say
from slas.models import Section, Version
from slas.rules.business_time import Calendar
from slas.rules.grammar import Attribute, Group
from slas.rules.wording import describe
from slas.services.content import terms_of
from slas.services.drafting import create_agreement
from slas.tests.factories import draft_content
from slas.tests.test_editor import NOW

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 15)
KNOWN = {"all": [{"field": "job_title", "op": "known"}]}
LEFT_OUT = ("Closed on", "No holidays", "Its dates were made with")


@pytest.fixture
def terms():
    agreement = create_agreement("inbound", "Inbound", now=NOW)
    version = Version(agreement=agreement, number=2, starts_on=date(2026, 8, 1), review_on=date(2027, 1, 1))
    content = draft_content(
        holidays=(date(2026, 12, 25),),
        special={"2026-12-24": [["09:00", "12:00"]]},
        rules={"mql": {"rule": {"all": [{"did": "demo_requested", "times": 1, "days": 90}]}}},
        personas=[{"key": "buyer", "name": "Buyer", "rule": KNOWN}],
        score_rules=[{"key": "demo", "kind": "behaviour", "did": "demo_requested", "points": 20}],
    )
    return terms_of(version, content)


def marks(said, kind="ins") -> list[str]:
    return [
        "".join(piece.text for piece in run.pieces).strip()
        for one in said
        for clause in one.clauses
        for run in clause.runs
        if run.mark == kind
    ]


def test_all_that_the_terms_say_is_in_it(terms):
    text = " ".join(clause.text for one in say(terms, None, TODAY) for clause in one.clauses)
    for sentence in describe(terms):
        if not sentence.startswith(LEFT_OUT):
            assert sentence.split(" It stands beside")[0].split(". ")[0] in text, sentence


def test_each_section_in_its_order(terms):
    said = say(terms, None, TODAY)
    assert [one.key for one in said] == list(Section)
    assert [one.number for one in said] == list(range(1, 8))
    assert all(one.clauses for one in said)
    assert all(0 < len(one.short) <= SHORT + 2 for one in said)
    assert marks(said) == marks(said, "del") == []


def test_the_same_text_of_another_version_has_no_mark(terms):
    said = say(replace(terms, version=3, starts_on=date(2026, 9, 1)), terms, TODAY)
    assert marks(said) == marks(said, "del") == []


def _promise(terms, **changes):
    first, *others = terms.commitments
    return replace(terms, commitments=(replace(first, **changes), *others))


def _window(terms, **changes):
    window = terms.windows[0]
    return replace(terms, windows=(replace(window, terms=replace(window.terms, **changes)),))


def _closed_too(terms, day):
    data = terms.calendar.as_data()
    data["holidays"] = [*data["holidays"], day]
    return replace(terms, calendar=Calendar.from_data(data))


MEETS = "Both teams meet every Monday at 10:00."
DANES = Group("all", (Attribute("country", "in", ("Denmark",)),))
CHANGES = [
    (lambda terms: replace(terms, ends_on=date(2027, 6, 30)), ["to 30 June 2027."]),
    (lambda terms: replace(terms, review_on=date(2027, 2, 1)), ["1 February 2027"]),
    (lambda terms: replace(terms, currency="DKK"), ["DKK."]),
    (lambda terms: replace(terms, report_hour=15), ["15:00"]),
    (lambda terms: replace(terms, meeting_weekday=0, meeting_hour=10), [MEETS]),
    (lambda terms: _promise(terms, value=30), ["30 MQLs"]),
    (lambda terms: _promise(terms, relevant="It feeds Sales."), ["It feeds Sales."]),
    (lambda terms: _window(terms, window_seconds=4 * 3600), ["4 business hours", "3 business hours"]),
    (lambda terms: replace(terms, personas=(replace(terms.personas[0], name="Purchaser"),)), ["Purchaser"]),
    (lambda terms: replace(terms, scope=DANES), ["Denmark"]),
    (
        lambda terms: _closed_too(terms, "2026-12-31"),
        ["31 December 2026: closed instead of working day as any other."],
    ),
]


@pytest.mark.parametrize(("change", "new"), CHANGES)
def test_what_is_new_is_marked_and_little_else(terms, change, new):
    said = say(change(terms), terms, TODAY)
    found = " ".join(marks(said))
    assert all(words in found for words in new), found
    assert len(found) <= 3 * sum(map(len, new)) + 40
    assert marks(say(terms, terms, TODAY)) == []


def test_what_went_is_struck_out(terms):
    fewer = replace(terms, commitments=terms.commitments[:2], personas=())
    struck = marks(say(fewer, terms, TODAY), "del")
    assert any("win at least 5 customers" in words for words in struck)
    assert any("The persona Buyer" in words for words in struck)


def test_a_clause_is_of_its_side(terms):
    promises = say(terms, None, TODAY)[1]
    sides = [clause.side for clause in promises.clauses if not clause.is_reason]
    assert sides == ["marketing", "sales", "sales"]
