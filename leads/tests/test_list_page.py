"""The lead list: chips, counts, pages both ways, and the CSV of everything that matches."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from leads.models import ImportBatch, Lead
from leads.services.intake import add_lead
from leads.tests.factories import HANDED_OVER_AT, handed_over, lead
from slas.tests.factories import signed_agreement
from smarketing.accounts.tests.factories import UserFactory, mia, rita, vic
from smarketing.now import this_second

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return signed_agreement(starts_on=datetime(2024, 1, 1, tzinfo=UTC).date())


@pytest.fixture
def reader(client):
    client.force_login(vic())
    return client


def exported(client, query=""):
    response = client.get(f"/leads/export/{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_filter_is_a_chip_that_can_be_taken_away_alone(reader, agreement):
    lead(agreement, source="Webinar")
    response = reader.get("/leads/?q=anna&stage=lead&source=webinar&after=20261120T130000Z-1")
    chips = response.context["chips"]
    assert [(chip.name, chip.value) for chip in chips] == [
        ("Name, e-mail, phone or company", "anna"),
        ("Stage", "Lead"),
        ("Source", "webinar"),
    ]
    assert [chip.without for chip in chips] == [
        "stage=lead&source=webinar",
        "q=anna&source=webinar",
        "q=anna&stage=lead",
    ]


@pytest.mark.parametrize(
    ("query", "matching"),
    [
        ("", 3),
        ("source=WEBINAR", 1),
        ("source=(none)", 1),
        ("campaign=spring", 1),
        ("agreement=none", 1),
        ("q=zzz", 0),
    ],
)
def test_the_answer_counts_what_matches(reader, agreement, query, matching):
    lead(agreement, source="Webinar", campaign="Spring")
    lead(agreement, source="")
    alone = lead(agreement, source="Trial")
    Lead.objects.filter(pk=alone.pk).update(agreement=None)
    response = reader.get(f"/leads/?{query}")
    assert response.context["matching"] == matching
    words = {0: "No lead matches", 1: "<b>1 lead</b>", 3: "<b>3 leads</b>"}[matching]
    assert words in response.content.decode()


def test_a_long_list_is_not_counted_to_its_end_but_what_matches_is(reader, agreement, monkeypatch):
    monkeypatch.setattr("leads.views.listing.MOST_COUNTED", 3)
    for _ in range(3):
        lead(agreement)
    assert "<b>3 leads</b> in all." in reader.get("/leads/").content.decode()
    lead(agreement)
    assert "<b>More than 3 leads</b> in all." in reader.get("/leads/").content.decode()
    assert "<b>4 leads</b> match." in reader.get("/leads/?stage=lead").content.decode()


def test_a_filter_keeps_what_was_chosen_and_escapes_names(reader, agreement):
    UserFactory(name="<b>Bo</b> & Co", email="bo@nordvik.example")
    html = reader.get("/leads/?stage=mql&owner=nobody").content.decode()
    assert '<option value="mql" selected>MQL</option>' in html
    assert '<option value="nobody" selected>Nobody</option>' in html
    assert html.count(" selected>") == 4, "any agreement and any clock are chosen too"
    assert "&lt;b&gt;Bo&lt;/b&gt; &amp; Co</option>" in html


def test_leads_that_no_agreement_takes_are_listed(reader, agreement):
    alone = lead(agreement)
    Lead.objects.filter(pk=alone.pk).update(agreement=None)
    html = reader.get("/leads/?agreement=none").content.decode()
    assert "No agreement takes it" in html


def test_pages_forth_and_back_show_the_same_rows(reader, agreement, monkeypatch):
    monkeypatch.setattr("leads.views.listing.PAGE", 3)
    for number in range(8):
        lead(agreement, at=HANDED_OVER_AT - timedelta(seconds=number // 3))
    forth, query = [], ""
    while True:
        response = reader.get(f"/leads/?{query}")
        forth.append([each.pk for each in response.context["leads"]])
        if not response.context["next"]:
            break
        query = response.context["next"]
    back = [forth[-1]]
    while response.context["previous"]:
        response = reader.get(f"/leads/?{response.context['previous']}")
        back.append([each.pk for each in response.context["leads"]])
    assert [len(page) for page in forth] == [3, 3, 2]
    assert back[::-1] == forth


def test_the_csv_holds_all_that_matches_not_the_page(reader, agreement, monkeypatch):
    monkeypatch.setattr("leads.views.listing.PAGE", 2)
    for _ in range(5):
        lead(agreement, source="Webinar")
    lead(agreement, source="Trial")
    rows = exported(reader, "?source=webinar&after=20261120T130000Z-1")
    assert len(rows) == 5
    assert {row["source"] for row in rows} == {"Webinar"}


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-cmd|'/c calc'", "@x", "\t=1", " =1"])
def test_no_cell_of_the_csv_is_a_formula(reader, agreement, cell):
    lead(agreement, company=cell, phone="+45 96 55 50 14")
    row = exported(reader)[0]
    assert row["company"].startswith("'") or (
        row["company"] == cell.strip() and cell.strip()[0] not in "=+-@"
    )
    assert row["phone"] == "+45 96 55 50 14"


def test_the_csv_tells_state_and_times_in_the_readers_zone(client, agreement):
    rep = rita()
    client.force_login(rep)
    handed_over(agreement, to=rep)
    row = exported(client)[0]
    assert row["created_at"] == "2026-11-20T14:00:00+01:00"
    assert row["owner"] == "Rita Sørensen"
    assert row["clock"] in {"Running", "At risk", "Breached", "Not started"}


def test_a_stranger_exports_nothing(client, agreement):
    assert client.get("/leads/export/").status_code == 302


def test_only_reading_is_answered(client, agreement):
    client.force_login(mia())
    assert client.post("/leads/export/").status_code == 405
    assert client.post("/leads/").status_code == 405


def test_a_wrong_filter_is_told_and_leaves_all(reader, agreement):
    lead(agreement)
    response = reader.get("/leads/?stage=king")
    assert "field-error" in response.content.decode()
    assert response.context["matching"] == 1


def test_the_leads_of_one_import_are_a_list_of_their_own(reader, agreement):
    batch = ImportBatch.objects.create(
        agreement=agreement, file_name="fair.csv", time_zone="UTC", started_at=HANDED_OVER_AT
    )
    lead(agreement, email="other@x.example")
    mine = lead(agreement, email="mine@x.example")
    Lead.objects.filter(pk=mine.pk).update(batch=batch)
    response = reader.get(f"/leads/?batch={batch.pk}")
    assert [row.pk for row in response.context["leads"]] == [mine.pk]
    assert [(chip.name, chip.value) for chip in response.context["chips"]] == [("Import", str(batch.pk))]
    assert [row["email"] for row in exported(reader, f"?batch={batch.pk}")] == ["mine@x.example"]


@pytest.mark.parametrize("batch", ["nonsense", "-1", "99999999999999999999999"])
def test_an_import_that_can_not_be_is_said_so_and_leaves_all(reader, agreement, batch):
    lead(agreement)
    response = reader.get(f"/leads/?batch={batch}")
    assert response.status_code == 200
    assert len(response.context["leads"]) == 1


def test_a_lead_of_no_agreement_says_why_and_can_be_given_one(client):
    signed_agreement("nordic", scope={"field": "country", "in": ["DK"]})
    marketer = mia()
    lost = add_lead(by=marketer, now=this_second(), first_name="Ida", country="SE")
    client.force_login(marketer)
    html = client.get("/leads/?agreement=none").content.decode()
    assert "No agreement takes it. Nordic does not take it: the country is SE." in html
    assert f'href="/leads/{lost.pk}/edit/#id_agreement">Name one</a>' in html
    client.force_login(vic())
    assert "Name one</a>" not in client.get("/leads/?agreement=none").content.decode()
