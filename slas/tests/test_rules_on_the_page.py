"""Stages and points in the editor: stored as one goes, read back in words, nobody else changes them."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slas.services.content import definition_of, read_content, scoring_of
from slas.services.drafting import draft_next
from slas.tests.editing import EDIT, fields, post, send, typed
from slas.tests.factories import marketing_manager, signed_agreement
from slas.tests.test_scoring_section import RULES
from slas.tests.test_stages_section import MQL, TWO
from smarketing.accounts.tests.factories import mia, rita, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
POINTS = [RULES[0], *RULES[2:]]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    return signed_agreement(
        now=datetime(2025, 12, 1, tzinfo=UTC),
        ends_on=date(2027, 6, 30),
        rules={"mql": {"rule": MQL, "by_itself": True}},
        personas=TWO,
        score_rules=POINTS,
    )


@pytest.fixture
def draft(agreement):
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, draft):
    client.force_login(marketing_manager())
    return client


def words_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def mql_of(draft):
    return definition_of(draft.definitions.get(stage="mql"))


def test_what_is_sent_unchanged_changes_nothing(as_mona, draft):
    before = read_content(draft)
    for section in ("stages", "scoring"):
        assert post(as_mona, section, {}).status_code == 302
    draft.refresh_from_db()
    assert draft.edition == 0
    after = read_content(draft)
    assert scoring_of(after.score_rules) == scoring_of(before.score_rules)
    assert [row.pk for row in after.definitions] == [row.pk for row in before.definitions]


def test_conditions_are_stored_and_read_back_in_words(as_mona, draft):
    answer = post(as_mona, "stages", {"stage-mql-rule-0-value": "Norway"}, htmx=True)
    assert answer.status_code == 200
    assert mql_of(draft).rule.parts[0].texts == ("Norway",)
    assert "An MQL is a lead that is in Norway, either asked for a demo" in words_of(answer)
    assert 'id="words-mql" hx-swap-oob="true"' in answer.content.decode()


def test_points_are_stored_and_what_stands_beside_follows(as_mona, draft):
    answer = post(as_mona, "scoring", {"did-1-days": "7", "fit-0-points": "-30"}, htmx=True)
    assert answer.status_code == 200
    assert [row.points for row in draft.score_rules.all()] == [-30, 40, 12, 5]
    assert draft.score_rules.get(key="did-2").days == 7
    assert "halves every 7 days" in words_of(answer)


def test_a_mistake_stores_nothing_and_is_said(as_mona, draft):
    answer = post(as_mona, "stages", {"stage-mql-rule-0-value": "", "stage-lead-sentence": "x"}, htmx=True)
    assert answer.status_code == 422
    assert "The country is one of nothing. Name at least one, such as Denmark, Sweden." in words_of(answer)
    assert mql_of(draft).rule.as_data() == MQL
    answer = post(as_mona, "scoring", {"did-0-points": "0"})
    assert answer.status_code == 422
    assert "0 points change nothing. Enter some, or remove the rule." in words_of(answer)
    assert 'value="0"' in answer.content.decode(), "what was typed is still there"


def test_buttons_draw_the_section_again_with_what_was_typed(as_mona, draft):
    data = fields(as_mona, "stages") | {"stage-lead-sentence": "somebody new.", "do": "stage-sql-rule:add"}
    answer = send(as_mona, "stages", data, htmx=True)
    assert 'name="stage-sql-rule-0-what"' in answer.content.decode()
    again = typed(answer, "stages")
    assert again["stage-lead-sentence"] == "somebody new."
    again |= {"stage-sql-rule-0-what": "employees", "do": "stage-sql-rule:change-0"}
    again = typed(send(as_mona, "stages", again), "stages")
    again |= {"stage-sql-rule-0-value": "50"}
    assert send(as_mona, "stages", again).status_code == 302
    assert definition_of(draft.definitions.get(stage="sql")).rule.as_data() == {
        "all": [{"field": "employees", "op": "at_least", "value": 50}]
    }
    assert draft.definitions.get(stage="lead").sentence == "somebody new."


def test_rules_of_points_are_added_moved_and_removed(as_mona, draft):
    for what in ("did:add", "did:up-3", "fit:remove-0"):
        assert post(as_mona, "scoring", {"do": what}, htmx=True).status_code == 200
    assert [row.key for row in draft.score_rules.all()] == ["did-1", "did-2", "did-4", "did-3"]


def test_a_persona_that_is_used_elsewhere_is_kept(as_mona, draft):
    answer = post(as_mona, "stages", {"do": "remove-0"}, htmx=True)
    assert "Decision makers is used by an MQL. Take it out there first." in words_of(answer)
    assert draft.personas.count() == 2
    post(as_mona, "stages", {"do": "remove-1"}, htmx=True)
    assert [row.name for row in draft.personas.all()] == ["Decision makers"]


@pytest.mark.parametrize("who", [mia, rita, vic])
def test_others_change_nothing_by_a_forged_post(client, draft, who):
    client.force_login(marketing_manager())
    sent = {section: fields(client, section) for section in ("stages", "scoring")}
    client.force_login(who())
    for section, data in sent.items():
        assert client.get(f"{EDIT}{section}/").status_code == 403
        data = data | {"stage-lead-sentence": "mine", "did-0-points": "999", "do": "add"}
        assert send(client, section, data).status_code == 403
    draft.refresh_from_db()
    assert draft.edition == 0
    assert not draft.score_rules.filter(points=999).exists()


def test_a_thousand_forged_fields_are_answered(as_mona):
    data = {f"fit-{number}-key": "x" for number in range(990)} | {"seen": "0"}
    assert send(as_mona, "scoring", data).status_code in (200, 422)


@pytest.mark.parametrize("section", ["stages", "scoring"])
def test_many_rules_ask_the_database_as_often_as_few(as_mona, draft, section):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert as_mona.get(f"{EDIT}{section}/").status_code == 200
        return len(asked)

    queries()
    few = queries()
    rule = {
        "all": [{"field": f"extra.Column {number}", "op": "known", "value": None} for number in range(30)]
    }
    draft.definitions.filter(stage="mql").update(rule=rule)
    for number in range(20):
        draft.score_rules.create(
            position=20 + number, key=f"x-{number}", kind="fit", points=1, when=MORE[number]
        )
    assert queries() == few


MORE = [{"all": [{"field": "company", "op": "in", "value": [f"Company {number}"]}]} for number in range(20)]
