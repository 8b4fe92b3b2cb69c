"""The pages that try a draft on last quarter's leads: the whole, the panels of the editor, the lists."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from leads.models import Lead
from leads.tests.factories import handed_over, lead
from reports.metrics import figure
from reports.services.lately import lately
from slas.models import ScoreRule, Version
from slas.services.drafting import create_agreement, draft_next
from slas.tests.factories import draft_content, marketing_manager, signed_agreement
from smarketing.accounts.tests.factories import vic

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 13, tzinfo=dt.UTC)
QUARTER = dt.datetime(2026, 7, 6, 8, tzinfo=dt.UTC)
DENMARK = {"all": [{"field": "country", "op": "in", "value": ["Denmark"]}]}
NORDIC = {"all": [{"field": "country", "op": "in", "value": ["Denmark", "Sweden"]}]}
SCORED = {"all": [{"score": "total", "at_least": 20}]}
POINTS = {"key": "dk", "kind": "fit", "when": DENMARK, "points": 20}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    made = signed_agreement(rules={"mql": {"rule": DENMARK}})
    draft_next(made, by=marketing_manager(), now=NOW)
    return made


@pytest.fixture
def viewer(client):
    client.force_login(vic())
    return client


def redefine(rule, *points) -> None:
    version = Version.objects.get(number=2)
    version.definitions.filter(stage="mql").update(rule=rule)
    for one in points:
        ScoreRule.objects.create(version=version, position=0, **one)


def people(agreement, country: str, number: int) -> list[Lead]:
    return [lead(agreement, at=QUARTER, country=country) for _ in range(number)]


def page(client, name: str = "draft_trial", *more, number: int = 2, **query):
    return client.get(reverse(name, args=["inbound", number, *more]), query)


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_answer_compares_the_draft_with_what_is_in_force(agreement, viewer):
    people(agreement, "Denmark", 5)
    people(agreement, "Sweden", 2)
    people(agreement, "Norway", 1)
    said = text(page(viewer))
    assert (
        "Last quarter <b>5 of 8 leads</b> would have become MQLs, and none of them became customers." in said
    )
    assert "That is what today’s definition finds, too: this draft changes nothing yet." in said
    redefine(NORDIC)
    said = text(page(viewer))
    assert "<b>7 of 8 leads</b>" in said
    assert "Today’s definition finds 5, with 0 customers: this draft adds 2." in said


def test_below_five_leads_no_share_is_shown(agreement, viewer):
    people(agreement, "Denmark", 4)
    assert "<td>\u2013</td>" in text(page(viewer))
    people(agreement, "Denmark", 1)
    said = text(page(viewer))
    assert "<td>0%</td>" in said
    assert "<td>\u2013</td>" not in said


def test_ten_points_less_are_said_and_open(agreement, viewer):
    redefine({"all": [{"score": "total", "at_least": 25}]}, POINTS)
    people(agreement, "Denmark", 6)
    said = text(page(viewer))
    assert "At 15 points Sales would call 6 more leads to win no more customers." in said
    listed = text(page(viewer, "draft_leads", of="mql.15.other"))
    assert "<h1>6 leads</h1>" in listed
    assert "Leads that would have become MQLs only with the score at 15 last quarter." in listed


@pytest.mark.parametrize("name", ["all", "mql", "mql.now", "mql.new", "handed", "tier.all", "tier", "now"])
def test_each_number_opens_as_a_list_of_so_many(agreement, viewer, name):
    people(agreement, "Denmark", 2)
    handed_over(agreement, at=QUARTER, country="Norway")
    expected = {"all": 3, "mql": 2, "mql.now": 2, "handed": 1, "tier.all": 1}.get(name, 0)
    word = "handoff" if name.partition(".")[0] in ("handed", "tier", "now") else "lead"
    answer = text(page(viewer, "draft_leads", of=name))
    assert f"<h1>{expected} {word}{'' if expected == 1 else 's'}</h1>" in answer


@pytest.mark.parametrize("name", ["", "mql.5", "sql", "tier.gone", "points.none", "mql.new.other", "x"])
def test_a_list_that_no_number_has_is_not_found(agreement, viewer, name):
    assert page(viewer, "draft_leads", of=name).status_code == 404


def test_windows_are_counted_beside_those_of_today(agreement, viewer):
    Version.objects.get(number=2).windows.update(match=DENMARK)
    handed_over(agreement, at=QUARTER, country="Denmark")
    handed_over(agreement, at=QUARTER, country="Norway")
    assert (
        "This window catches 1 of 2 leads that were handed over last quarter; 1 lead has no window."
        in text(page(viewer))
    )


def test_any_lead_is_weighed_by_the_draft(agreement, viewer):
    redefine(SCORED, POINTS)
    theirs = lead(agreement, at=QUARTER, country="Denmark", first_name="Ida", last_name="Krogh")
    said = text(page(viewer, lead=theirs.pk))
    assert "<b>Qualifies.</b> The score is 20." in said
    assert "Country is Denmark." in said
    other = lead(agreement, at=QUARTER, country="", first_name="Bo", last_name="Lind")
    said = text(page(viewer, lead=other.pk))
    assert "<b>Not yet.</b> 20 points are missing." in said
    assert "Ida Krogh" in text(page(viewer, who="krogh ida"))
    assert "Ida Krogh" in text(page(viewer, who="krogh\x00 ida"))  # no database asks for that
    assert "No lead has “nobody &amp; co”" in text(page(viewer, who="nobody & co"))


@pytest.mark.parametrize("key", ["999999", "x", "-1", "9" * 30])
def test_a_lead_that_is_not_there_is_not_found(agreement, viewer, key):
    assert page(viewer, lead=key).status_code == 404


def test_without_leads_it_says_so(agreement, viewer):
    said = text(page(viewer))
    assert "No lead came to be in the last 90 days, so there is nothing to count." in said
    assert "No lead was handed over in the last 90 days, so there is nothing to count." in said
    assert "This agreement has no lead yet." in said


def test_without_conditions_it_says_so(agreement, viewer):
    redefine(None)
    people(agreement, "Denmark", 1)
    assert "This draft has no conditions for an MQL, so there is nothing to count." in text(page(viewer))


def test_a_broken_draft_says_what_is_wrong(agreement, viewer):
    redefine({"all": [{"persona": "gone"}]})
    said = text(page(viewer))
    assert "It can’t be tried yet." in said
    assert "names the persona gone, which is not there" in said
    assert page(viewer, "draft_panel", "stages").status_code == 200
    assert page(viewer, "draft_leads", of="all").status_code == 404


def test_panels_of_the_editor_are_pieces(agreement, viewer):
    redefine(SCORED, POINTS)
    people(agreement, "Denmark", 6)
    stages = text(page(viewer, "draft_panel", "stages"))
    assert "<html" not in stages
    assert "<b>6 of 6 leads</b>" in stages
    assert text(page(viewer, "draft_panel", "stages", short="1")).strip() == (
        "Last quarter: 6 of 6 leads, none became customers."
    )
    assert 'id="given-dk" hx-swap-oob="true"' in text(page(viewer, "draft_panel", "scoring"))
    assert 'id="lately-mqls" hx-swap-oob="true"' in text(page(viewer, "draft_panel", "promises"))
    assert page(viewer, "draft_panel", "windows")["Cache-Control"] == "no-store"
    assert page(viewer, "draft_panel", "time").status_code == 404


def test_the_editor_asks_for_them(agreement, client):
    client.force_login(marketing_manager())
    said = client.get(reverse("version_edit_section", args=["inbound", 2, "stages"])).content.decode()
    for section in ("stages", "windows"):
        assert reverse("draft_panel", args=["inbound", 2, section]) in said
    assert reverse("draft_trial", args=["inbound", 2]) in said


# --- What promises were lately ---------------------------------------------------------------

MQLS = {"key": "m", "side": "marketing", "metric": "mqls", "value": 20}
QUARTERLY = {"key": "q", "side": "marketing", "metric": "mqls", "value": 20, "period": "quarter"}
SPEED = {"key": "s", "side": "sales", "metric": "speed_met_share", "value": "0.9"}
SOURCED = MQLS | {"key": "w", "scope_field": "source", "scope_value": "fair"}
VISITS = {"key": "v", "side": "marketing", "metric": "visitors", "value": 20}


def test_each_promise_has_what_it_was_last_quarter():
    made = signed_agreement(commitments=[MQLS, QUARTERLY, SPEED, SOURCED, VISITS], mirrors={})
    for day in range(6):
        handed_over(made, at=QUARTER + dt.timedelta(days=day), source="fair" if day < 3 else "web")
    found = lately(made, made.versions.get().terms(), NOW)
    assert found == {
        "m": "last quarter: 2 a month, 6-month median 0",
        "q": "last quarter: 6",
        "s": "last quarter: 0%, 0 of 6",
        "w": "last quarter: 1 a month, 6-month median 0",
    }
    assert figure("mqls", made, QUARTER, NOW).value == 6


def test_before_the_first_signature_there_is_nothing_to_say():
    content = draft_content(commitments=[MQLS])
    assert content.commitments
    made = create_agreement("new", "New", now=NOW)
    assert lately(made, signed_agreement().versions.get().terms(), NOW) == {}


@pytest.mark.parametrize("number", [3, 30])
def test_as_many_queries_for_few_and_for_many_leads(agreement, viewer, number, django_assert_max_num_queries):
    for _ in range(number):
        handed_over(agreement, at=QUARTER, country="Denmark")
    page(viewer)
    with django_assert_max_num_queries(38):
        page(viewer)
