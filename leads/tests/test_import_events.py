"""Importing what leads did: whose it is, what it is, when; once; and the scores that follow."""

import datetime as dt
import io
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.importing import running_events
from leads.importing.dates import BadValue
from leads.importing.events import KINDS, kind_of
from leads.importing.reading import ImportFailed
from leads.importing.running_events import prepare_events, run_events
from leads.models import Behaviour, ImportBatch, Lead
from leads.services.behaviour import record_behaviour
from leads.services.qualifying import qualify_due
from leads.services.scoring import score_at
from slas.rules.behaviour import BEHAVIOURS
from slas.tests.factories import signed_agreement
from smarketing.accounts.tests.factories import mia

from .import_helpers import NOW, rows_in_all_tables, utc

pytestmark = pytest.mark.django_db

SCORES = [{"key": "demo", "kind": "behaviour", "points": 40, "did": "demo_requested"}]
RULE = {"all": [{"score": "total", "at_least": 40}]}


@pytest.fixture
def agreement(db):
    return signed_agreement(
        starts_on=dt.date(2018, 1, 1),
        score_rules=SCORES,
        rules={"mql": {"rule": RULE, "by_itself": True}},
    )


def a_lead(agreement=None, **fields):
    return Lead.objects.create(agreement=agreement, created_at=utc("2026-01-01"), recorded_at=NOW, **fields)


@pytest.fixture
def ann(agreement):
    return a_lead(agreement, email="Ann@example.com", external_id="7")


def take_in(text, *, dry_run=False, rejects=None, progress=None, **options):
    options = {"now": NOW} | options
    prepared = prepare_events(io.BytesIO(text.encode()), "events.csv", **options)
    return run_events(prepared, dry_run=dry_run, rejects=rejects, progress=progress)


def events():
    rows = Behaviour.objects.order_by("at", "id")
    return list(rows.values_list("lead", "kind", "at", "detail"))


def test_an_event_is_known_from_when_it_happened_and_scored(ann):
    text = (
        "Contact Email,Activity Type,Date,Subject\n"
        "ann@EXAMPLE.com,Requested a demo,2026-11-19 10:00,40 trucks\n"
        "ann@example.com,Webinar,2026-11-18,Routes\n"
    )
    assert take_in(text).counts() == {"created": 2, "unchanged": 0, "rejected": 0}
    assert events() == [
        (ann.pk, "webinar", utc("2026-11-17T23:00"), "Routes"),
        (ann.pk, "demo_requested", utc("2026-11-19T09:00"), "40 trucks"),
    ]
    row = Behaviour.objects.latest("at")
    assert (row.recorded_at, row.entered_at, row.by, row.batch.file_name) == (row.at, NOW, None, "events.csv")
    assert score_at(ann, NOW).total == 40
    assert qualify_due(NOW) == 1


def test_the_same_file_twice_changes_nothing(ann):
    text = "email,kind,at\n" + "".join(
        f"ann@example.com,page_seen,2026-11-{day:02}\n" for day in range(1, 11)
    )
    assert take_in(text + "ann@example.com,page_seen,2026-11-01\n").counts() == {
        "created": 10,
        "unchanged": 1,
        "rejected": 0,
    }
    before = rows_in_all_tables()
    assert take_in(text).counts() == {"created": 0, "unchanged": 10, "rejected": 0}
    assert rows_in_all_tables() == before
    assert ImportBatch.objects.get().created == 10


def test_what_a_person_recorded_is_not_made_twice(ann):
    record_behaviour(ann, "webinar", by=mia(), now=NOW, at=utc("2026-11-18"), click="x")
    assert take_in("email,kind,at\nann@example.com,webinar,2026-11-18T00:00Z\n").unchanged == 1


def test_a_dry_run_counts_the_same_and_stores_nothing(ann):
    text = (
        "email,kind,at\nann@example.com,webinar,2026-11-18\nann@example.com,webinar,2026-11-18\n"
        "bob@example.com,webinar,2026-11-18\n"
    )
    before = rows_in_all_tables()
    tried = take_in(text, dry_run=True).counts()
    assert rows_in_all_tables() == before
    assert take_in(text).counts() == tried == {"created": 1, "unchanged": 1, "rejected": 1}


def test_chunks_apart_the_same_event_is_one(ann, monkeypatch):
    monkeypatch.setattr(running_events, "CHUNK", 1)
    text = "email,kind,at\n" + "ann@example.com,webinar,2026-11-18\n" * 3
    for dry_run in (True, False):
        assert take_in(text, dry_run=dry_run).counts() == {"created": 1, "unchanged": 2, "rejected": 0}


def test_a_run_that_was_cut_short_goes_on(ann):
    text = "email,kind,at\n" + "".join(f"ann@example.com,webinar,2026-11-{day}\n" for day in (17, 18, 19))
    seen = []

    def stop(taken, rows):
        seen.append((taken, rows))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(text, progress=stop)
    assert seen == [(3, 3)]
    prepared = prepare_events(io.BytesIO(text.encode()), "events.csv", now=NOW)
    done = run_events(prepared, resume=ImportBatch.objects.get())
    assert done.counts() == {"created": 3, "unchanged": 0, "rejected": 0}
    assert ImportBatch.objects.get().finished_at == NOW


def test_the_id_goes_before_the_e_mail_and_times_are_those_of_the_leads_agreement(ann):
    brazil = signed_agreement("south", time_zone="America/Sao_Paulo", starts_on=dt.date(2018, 1, 1))
    other = a_lead(brazil, external_id="8", email="eva@example.com")
    none = a_lead(email="ida@example.com")
    rows = ["8,ann@example.com,webinar,2026-11-18 10:00\n", ",ida@example.com,webinar,2026-11-18 10:00\n"]
    text = "id,email,kind,at\n" + "".join(rows)
    assert take_in(text).created == 2
    assert [(lead, at) for lead, _, at, _ in events()] == [
        (none.pk, utc("2026-11-18T10:00")),  # the installation's
        (other.pk, utc("2026-11-18T13:00")),
    ]
    assert take_in("id,kind,at\n8,webinar,2026-11-17\n", agreement="inbound").reasons == [
        (2, "No lead has the external_id 8. Import the lead first, then what it did.")
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9,,webinar,2026-11-18,", "No lead has the external_id 9. Import the lead first, then what it did."),
        (
            "9,bob@example.com,webinar,2026-11-18,",
            "No lead has the external_id 9 or the e-mail bob@example.com. Import the lead first,",
        ),
        (",,webinar,2026-11-18,", "The row has neither an external_id nor an email"),
        ("7,,,2026-11-18,", "kind: it is empty. Say what the lead did."),
        (
            "7,,sneezed,2026-11-18,",
            "kind: “sneezed” is nothing a lead does that we count. Write one of: demo_req",
        ),
        ("7,,webinar,,", "at: it is empty. Say when it happened."),
        ("7,,webinar,2027-11-18,", "at: 2027-11-18 is in the future."),
        ("7,,webinar,soon,", "at: “soon” is no date we can read."),
        ("7,,webinar,2026-03-29 02:30,", "at: 2026-03-29 02:30 does not exist in Europe/Copenhagen"),
        (f"7,,webinar,2026-11-18,{'x' * 301}", "detail: 301 characters, and at most 300 fit. Shorten it."),
        ("7,,webinar", "The row has 3 cells, the header has 5."),
        ("7,,sneezed,,", "kind: “sneezed” is nothing"),
    ],
)
def test_a_bad_row_comes_back_with_the_reason(ann, row, reason, tmp_path):
    rejects = tmp_path / "rejects.csv"
    done = take_in(f"external_id,email,kind,at,detail\n{row}\n7,,webinar,2026-11-18,\n", rejects=rejects)
    assert done.counts() == {"created": 1, "unchanged": 0, "rejected": 1}
    assert done.reasons[0][1].startswith(reason)
    assert rejects.read_text().splitlines()[1].startswith(row)


def test_an_e_mail_of_two_leads_is_nobodys(ann):
    a_lead(signed_agreement("other", by_name_only=True), email="ann@example.com")
    text = "email,kind,at\nann@example.com,webinar,2026-11-18\n"
    assert take_in(text).reasons[0][1] == (
        "2 leads have the e-mail ann@example.com. Name the agreement, or an external_id of one lead."
    )
    assert take_in(text, agreement="inbound").created == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind,at\nwebinar,2026-11-18\n", "No column says which lead a row is."),
        ("email,at\na@b.com,2026-11-18\n", "No column says what the lead did. Name one kind"),
        ("email,kind\na@b.com,webinar\n", "No column says when it happened. Name one at"),
        ("email,kind,at\na@b.com,webinar,03/11/2026\n", "can be 3 November or 11 March 2026"),
    ],
)
def test_a_file_that_says_too_little_is_refused(agreement, text, sentence):
    with pytest.raises(ImportFailed, match=sentence):
        take_in(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("webinar", "webinar"),
        ("Webinar", "webinar"),
        ("Form submission", "contact_requested"),
        ("FORM_SUBMISSION", "contact_requested"),
        ("Demo request", "demo_requested"),
        ("asked for a demo", "demo_requested"),
        ("E-mail click", "email_clicked"),
        ("Email Clicked", "email_clicked"),
        ("White paper download", "download"),
        ("Page view", "page_seen"),
        ("Unsubscribed", "unsubscribed"),
    ],
)
def test_kinds_by_key_by_name_and_by_what_others_call_them(text, kind):
    assert kind_of(text) == kind


def test_every_kind_has_its_names_and_nothing_else_has():
    assert set(KINDS.values()) == set(BEHAVIOURS)
    for kind in BEHAVIOURS.values():
        assert kind_of(kind.key) == kind_of(kind.noun) == kind_of(kind.did) == kind.key
    with pytest.raises(BadValue, match="“webinar registration” is nothing"):
        kind_of("webinar registration")


def test_a_file_is_stored_in_sets(ann, django_assert_max_num_queries):
    text = "email,kind,at\n" + "".join(
        f"ann@example.com,page_seen,2026-11-18 {n // 60:02}:{n % 60:02}\n" for n in range(1000)
    )
    with django_assert_max_num_queries(40):
        assert take_in(text).created == 1000


# --- the command ---------------------------------------------------------------------------------


def test_the_command_prints_what_came_of_it(ann, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(
        "Who,What happened,On\nann@example.com,Webinar,18/11/2026\nnobody@example.com,Webinar,18/11/2026\n"
    )
    out, rejects = StringIO(), tmp_path / "rejects.csv"
    mapped = ["Who=email", "What happened=kind", "On=at"]
    with pytest.raises(CommandError) as ended:
        call_command("import_behaviour", file, map=[mapped], rejects=rejects, json=True, stdout=out)
    assert ended.value.returncode == 1
    assert json.loads(out.getvalue()) == {"created": 1, "unchanged": 0, "rejected": 1}
    assert "No lead has the e-mail nobody@example.com." in rejects.read_text()
    with pytest.raises(CommandError) as refused:
        call_command("import_behaviour", file, stdout=StringIO(), stderr=StringIO())
    assert refused.value.returncode == 2
