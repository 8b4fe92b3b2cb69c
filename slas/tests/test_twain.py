"""Two versions side by side: each change is in both columns, and the page says first what it comes to."""

import html
import re
from datetime import UTC, date, datetime

import pytest

from slas.services.drafting import draft_next
from slas.services.proposing import propose
from slas.tests.factories import signed_agreement, signed_version
from slas.twain import answer_of, twain_of
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import rita

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
URL = "/slas/inbound/2/changes/"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    return signed_agreement(name="Inbound Nordics", review_on=date(2026, 12, 1))


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@nordvik.example")


def says(runs) -> str:
    return "".join(piece.text for run in runs for piece in run.pieces)


def marks(runs) -> list[str]:
    return ["".join(piece.text for piece in run.pieces) for run in runs if run.mark]


def second(agreement, **overrides):
    return signed_version(agreement, starts_on=date(2026, 7, 1), review_on=date(2026, 12, 1), **overrides)


def compared(agreement, **overrides):
    old = agreement.version_at(datetime(2026, 2, 1, tzinfo=UTC)).terms()
    return twain_of(old, second(agreement, **overrides).terms())


def test_only_number_and_start_differ(agreement):
    twain = compared(agreement)
    assert twain.changed == []
    assert answer_of(twain.changes).things == ""
    start = twain.rows[0]
    assert "version 1, holds from 1 January 2026" in says(start.old)
    assert "version 2, holds from 1 July 2026" in says(start.new)


def test_a_shorter_window_is_one_clause_in_two_texts(agreement):
    twain = compared(agreement, window={"window_seconds": 4 * 3600})
    first, warned = twain.changed
    assert marks(first.old) == ["48 business hours"]
    assert marks(first.new) == ["4 business hours"]
    assert (first.side, warned.side) == ("sales", "sales")
    assert says(warned.new).startswith("All leads: The clock is at risk after 75% of that, 3 business hours")


@pytest.mark.parametrize(
    "overrides",
    [
        {"review_on": date(2026, 11, 1)},
        {"ends_on": date(2027, 1, 1)},
        {"handoff_stage": "sql"},
        {"currency": "DKK"},
        {"scope": {"field": "country", "in": ["Denmark"]}},
        {"by_name_only": True},
        {"report_hour": 9},
        {"meeting_weekday": 2, "meeting_hour": 10},
        {"mirrors": {}},
        {"window": {"late_entry_grace_seconds": 3600}},
        {"window": {"reassign": True}},
        {"windows": [{"key": "all", "name": "Everybody"}]},
        {"week": {"mon": [["09:00", "12:00"]]}},
        {"holidays": (date(2026, 12, 24),)},
        {"special": {"2026-12-31": [["09:00", "12:00"]]}},
        {"time_zone": "Europe/Oslo"},
        {"rules": {"mql": {"rule": {"all": [{"field": "country", "op": "known", "value": None}]}}}},
        {
            "personas": [
                {"key": "p", "name": "P", "rule": {"all": [{"did": "webinar", "times": 1, "days": 9}]}}
            ]
        },
        {"score_rules": [{"key": "s", "kind": "behaviour", "did": "webinar", "points": 5}]},
    ],
    ids=str,
)
def test_what_is_told_as_a_sentence_is_seen_side_by_side(agreement, overrides):
    old = agreement.version_at(datetime(2026, 2, 1, tzinfo=UTC)).terms()
    new = signed_version(
        agreement, **({"starts_on": date(2026, 7, 1), "review_on": date(2026, 12, 1)} | overrides)
    ).terms()
    twain = twain_of(old, new)
    assert twain.changes
    assert twain.changed
    assert all(marks(row.old) or marks(row.new) for row in twain.changed)
    assert len(twain_of(new, old).changed) == len(twain.changed)


def test_the_order_of_windows_is_a_change(agreement):
    tiers = [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]
    old = second(agreement, windows=tiers).terms()
    new = signed_version(agreement, starts_on=date(2026, 8, 1), windows=tiers[::-1]).terms()
    rows = [says(row.new) for row in twain_of(old, new).changed]
    assert "Order of the windows: B and A." in rows


def test_the_answer_counts_promises_only(agreement):
    twain = compared(
        agreement,
        window={"window_seconds": 3600, "late_entry_grace_seconds": 60, "reassign": True},
        score_rules=[{"key": "s", "kind": "behaviour", "did": "webinar", "points": 5}],
    )
    answer = answer_of(twain.changes)
    assert answer.things == "Four things change"
    assert answer.of_sides == (("sales", "three"),)


# --- The page --------------------------------------------------------------------------------


def test_the_page_compares_with_the_version_before(client, agreement):
    second(agreement, window={"window_seconds": 4 * 3600})
    client.force_login(rita())
    answer = client.get(URL)
    page = text_of(answer)
    assert "What version 2 changes against version 1, ended, 1 January 2026 to 30 June 2026" in page
    assert "One thing changes , a promise of Sales ." in page
    assert "<del>" in answer.content.decode()
    assert "Money is in EUR." not in page
    assert "Money is in EUR." in text_of(client.get(URL + "?all=1"))
    as_sentences = text_of(client.get(URL + "?show=sentences"))
    assert "All leads, first follow-up: within 4 business hours instead of within 48 business" in as_sentences


def test_any_two_versions(client, agreement):
    second(agreement, window={"window_seconds": 4 * 3600})
    signed_version(agreement, starts_on=date(2026, 7, 10), window={"window_seconds": 8 * 3600})
    client.force_login(person("sam"))
    assert "within 48 business hours" in text_of(client.get("/slas/inbound/3/changes/?with=1"))
    page = client.get("/slas/inbound/3/changes/?with=2&of=1", follow=True)
    assert page.redirect_chain == [("/slas/inbound/1/changes/?with=2", 302)]
    assert "What version 1 changes against version 2" in text_of(page)


@pytest.mark.parametrize("wanted", ["9", "x", "-1", "2", "٣"])
def test_an_unknown_version_is_said(client, agreement, wanted):
    second(agreement)
    client.force_login(person("sam"))
    page = text_of(client.get(URL, {"with": wanted}))
    assert f"There is no version “{wanted}” to compare with." in page
    assert "against version 1" in page


def test_the_first_version_has_nothing_before(client, agreement):
    client.force_login(person("sam"))
    assert "It is the first version" in text_of(client.get("/slas/inbound/1/changes/"))
    assert client.get("/slas/inbound/7/changes/").status_code == 404


def test_a_proposal_leads_to_signing_and_a_draft_does_not(client, agreement):
    marketing, sales = person("mona"), person("sam")
    version = draft_next(agreement, by=marketing, now=NOW)
    version.windows.update(window_seconds=3600)
    client.force_login(sales)
    assert "Go on to signing" not in text_of(client.get(URL))
    propose(version, marketing, NOW)
    assert "Go on to signing" in text_of(client.get(URL))
    assert "/slas/inbound/2/clocks/" in client.get(URL).content.decode()
