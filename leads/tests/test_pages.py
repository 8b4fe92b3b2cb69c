"""The pages of leads: they work, everybody reads, who may not act is refused, bad input is told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import Clock, Entry, Lead
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause
from leads.services.pipeline import reject
from leads.tests.factories import HANDED_OVER_AT, handed_over, history, lead
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.now import this_second

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

HOURS_4 = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600}
AROUND_THE_CLOCK = HOURS_4 | {"hours": "elapsed"}


@pytest.fixture
def now():
    return this_second()


@pytest.fixture
def agreement():
    return signed_agreement(window=AROUND_THE_CLOCK, starts_on=datetime(2024, 1, 1, tzinfo=UTC).date())


@pytest.fixture
def rep(db):
    return rita()


def log_in(client, person):
    client.force_login(person)
    return client


# --- The list -------------------------------------------------------------------------------------


def test_the_list_shows_leads_newest_first(client, agreement, rep):
    for number in range(3):
        lead(agreement, at=HANDED_OVER_AT - timedelta(days=number), first_name=f"N{number}", last_name="")
    html = log_in(client, rep).get("/leads/").content.decode()
    assert html.index(">N0<") < html.index(">N1<") < html.index(">N2<")
    assert "Not handed over" in html


@pytest.mark.parametrize("person", [rita, mia, vic])
def test_everybody_reads_list_queue_and_lead(client, agreement, person):
    handoff = handed_over(agreement)
    log_in(client, person())
    for address in ("/leads/", "/leads/queue/", f"/leads/{handoff.lead_id}/"):
        assert client.get(address).status_code == 200


def test_a_stranger_is_sent_to_the_login(client, agreement):
    handoff = handed_over(agreement)
    for address in ("/leads/", "/leads/queue/", "/leads/new/", f"/leads/{handoff.lead_id}/"):
        assert client.get(address).status_code == 302
    assert client.post(f"/leads/{handoff.lead_id}/", {"action": "log"}).status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=anna+berg", {"Anna Berg"}),
        ("q=OTTO%40", {"Otto Kern"}),
        ("q=kern+%26", {"Otto Kern"}),
        ("q=nobody-like-this", set()),
        ("stage=mql", {"Anna Berg"}),
        ("agreement=inbound", {"Anna Berg", "Otto Kern"}),
        ("agreement=none", {"Ivo Free"}),
        ("owner=me", {"Anna Berg"}),
        ("owner=nobody", {"Otto Kern", "Ivo Free"}),
        ("clock=running", {"Anna Berg"}),
        ("clock=not_handed_over", {"Otto Kern", "Ivo Free"}),
        ("clock=met", set()),
    ],
)
def test_the_list_can_be_narrowed(client, agreement, rep, now, query, found):
    people = {"Anna": "Berg", "Otto": "Kern", "Ivo": "Free"}
    handed_over(agreement, at=now, to=rep, first_name="Anna", last_name="Berg", company="Berg & Co")
    lead(agreement, first_name="Otto", last_name="Kern", email="otto@kern.example", company="Kern & Co")
    alone = lead(agreement, first_name="Ivo", last_name="Free", email="ivo@free.example", company="Free")
    Lead.objects.filter(pk=alone.pk).update(agreement=None)
    html = log_in(client, rep).get(f"/leads/?{query}").content.decode()
    assert {f"{a} {b}" for a, b in people.items() if f">{a} {b}<" in html} == found


@pytest.mark.parametrize("query", ["stage=king", "owner=999999", "owner=x", "clock=tired", "agreement=no"])
def test_a_filter_that_says_nothing_leaves_all_and_says_so(client, agreement, rep, query):
    lead(agreement)
    response = log_in(client, rep).get(f"/leads/?{query}")
    assert response.status_code == 200
    assert b"field-error" in response.content
    assert b"Anna Berg" in response.content


def test_pages_by_key_show_each_lead_once(client, agreement, rep, monkeypatch):
    monkeypatch.setattr("leads.views.listing.PAGE", 3)
    same = [HANDED_OVER_AT - timedelta(seconds=number // 3) for number in range(8)]
    made = [lead(agreement, at=at).pk for at in same]
    log_in(client, rep)
    seen, address = [], "/leads/"
    while address:
        response = client.get(address)
        seen += [each.pk for each in response.context["leads"]]
        address = response.context["next"] and f"/leads/?{response.context['next']}"
    assert len(seen) == 8
    assert set(seen) == set(made)
    instants = dict(zip(made, same, strict=True))
    assert seen == sorted(seen, key=lambda pk: (instants[pk], pk), reverse=True)


@pytest.mark.parametrize("after", ["x", "20261120T130000Z", "20269999T130000Z-3", "open-x"])
def test_a_damaged_place_shows_the_first_page_and_says_so(client, agreement, rep, after):
    lead(agreement)
    for address in ("/leads/", "/leads/queue/"):
        assert "is damaged" in log_in(client, rep).get(f"{address}?after={after}").content.decode()


@pytest.mark.parametrize("address", ["/leads/", "/leads/queue/"])
def test_lists_ask_six_queries_whatever_the_rows(
    client, agreement, rep, now, address, django_assert_max_num_queries
):
    log_in(client, rep)
    for rows in (3, 30):
        while Lead.objects.count() < rows:
            handed_over(agreement, at=now, to=rep)
        with django_assert_max_num_queries(6) as asked:
            assert client.get(address).status_code == 200
    assert len(asked) <= 6


# --- The queue ------------------------------------------------------------------------------------


def names(response):
    return [row.clock.handoff.lead.first_name for row in response.context["rows"]]


def test_the_queue_shows_what_is_due_first_first(client, agreement, rep, now):
    handed_over(agreement, at=now - timedelta(hours=1), to=rep, first_name="Second")
    handed_over(agreement, at=now - timedelta(hours=5), to=rep, first_name="Late")
    handed_over(agreement, at=now, first_name="Free")
    handed_over(agreement, at=now, to=raj(), first_name="Of Raj")
    response = log_in(client, rep).get("/leads/queue/")
    assert names(response) == ["Late", "Second", "Free"]
    html = response.content.decode()
    assert "1 h late" in html
    assert re.search("(3 h|2 h 59 min) left", html)


def test_a_manager_sees_everybodys_queue(client, agreement, rep, now):
    handed_over(agreement, at=now, to=rep, first_name="A")
    handed_over(agreement, at=now, to=raj(), first_name="B")
    assert sorted(names(log_in(client, sales_manager()).get("/leads/queue/"))) == ["A", "B"]


def test_what_is_done_leaves_the_queue(client, agreement, rep, now):
    done = handed_over(agreement, at=now, to=rep).lead
    log_follow_up(done, by=rep, now=now, kind="call")
    refused = handed_over(agreement, at=now, to=rep)
    reject(refused.lead, by=rep, now=now, reason=refused.version.terms().windows[0].rejection_reasons[0])
    history(agreement, at=now)
    assert names(log_in(client, rep).get("/leads/queue/")) == []


def test_the_queue_says_paused(client, rep, now):
    paused = signed_agreement(
        "uncapped",
        window=AROUND_THE_CLOCK | {"pause_cap_seconds": None, "pause_reasons": ["wrong_contact_data"]},
        starts_on=datetime(2024, 1, 1, tzinfo=UTC).date(),
    )
    handoff = handed_over(paused, at=now, to=rep)
    pause(handoff.lead, by=rep, now=now, reason="wrong_contact_data", seen_to_by=marketing_manager())
    html = log_in(client, rep).get("/leads/queue/").content.decode()
    assert "no deadline while it is paused" in html


# --- Adding and editing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"),
    [(mia, 302), (rita, 302), (marketing_manager, 302), (sales_manager, 302), (vic, 403)],
)
def test_who_adds_leads(client, agreement, person, status):
    response = log_in(client, person()).post(
        "/leads/new/", {"first_name": "Eva", "email": "eva@x.example", "agreement": agreement.pk}
    )
    assert response.status_code == status
    assert Lead.objects.exists() is (status == 302)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Nobody could tell this lead from another"),
        ({"email": "no-at-sign"}, "no e-mail address"),
        ({"first_name": "E", "agreement": "99999"}, "valid choice"),
        ({"first_name": "x" * 151}, "at most 150"),
    ],
)
def test_a_wrong_new_lead_is_told_and_kept_as_typed(client, agreement, fields, sentence):
    typed = fields | {"company": "As typed"} if fields else {}
    response = log_in(client, mia()).post("/leads/new/", typed)
    assert response.status_code == 422
    html = response.content.decode()
    assert sentence in html
    assert not fields or "As typed" in html
    assert not Lead.objects.exists()


def test_the_same_e_mail_twice_is_told(client, agreement):
    lead(agreement, email="eva@x.example")
    response = log_in(client, mia()).post(
        "/leads/new/", {"email": "EVA@x.example", "agreement": agreement.pk}
    )
    assert "has the e-mail EVA@x.example in Inbound already" in response.content.decode()


def test_editing_a_lead(client, agreement, rep):
    mine = lead(agreement, by=rep)
    log_in(client, rep)
    address = reverse("lead_edit", args=[mine.pk])
    fields = {"first_name": "Changed", "email": mine.email, "agreement": agreement.pk}
    assert client.post(address, fields).status_code == 302
    mine.refresh_from_db()
    assert mine.first_name == "Changed"
    assert client.post(address, {"agreement": agreement.pk}).status_code == 422
    assert log_in(client, raj()).get(address).status_code == 403
    assert log_in(client, vic()).post(address, fields).status_code == 403
    assert log_in(client, mia()).get(address).status_code == 200
    assert client.get("/leads/99999/edit/").status_code == 404


# --- One lead --------------------------------------------------------------------------------------


def test_the_lead_page_explains_the_verdict(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now - timedelta(hours=5), to=rep)
    html = log_in(client, rep).get(f"/leads/{handoff.lead_id}/").content.decode()
    assert "1 h late. Nobody has followed up yet" in " ".join(re.sub("<[^>]*>", "", html).split())
    assert "Handed over to Sales" in html
    assert "Rita" in html


def test_both_zones_where_they_differ(client, agreement, now):
    handoff = handed_over(agreement, at=now)
    here = log_in(client, rita()).get(f"/leads/{handoff.lead_id}/").content.decode()
    there = (
        log_in(client, raj(time_zone="America/Sao_Paulo")).get(f"/leads/{handoff.lead_id}/").content.decode()
    )
    assert "in Sao Paulo" in there
    assert "in Copenhagen" in there
    assert "in Copenhagen" not in here


def test_a_lead_without_a_clock_says_why(client, agreement, rep):
    log_in(client, rep)
    assert b"Not measured" in client.get(f"/leads/{history(agreement).lead_id}/").content
    assert b"Not handed over to Sales yet" in client.get(f"/leads/{lead(agreement).pk}/").content


def test_an_unknown_lead_is_404(client, rep):
    assert log_in(client, rep).get("/leads/424242/").status_code == 404
    assert client.post("/leads/424242/", {"action": "log"}).status_code == 404


def test_the_page_asks_the_same_number_of_queries(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    counts = []
    for logged in (1, 30):
        for _ in range(logged):
            log_follow_up(handoff.lead, by=rep, now=now, kind="call")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/leads/{handoff.lead_id}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def act(client, lead_id, action, **fields):
    return client.post(f"/leads/{lead_id}/", {"action": action} | fields)


def test_logging_by_the_page(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    response = client.post(
        f"/leads/{handoff.lead_id}/",
        {"action": "log", "kind": "call", "outcome": "no_answer", "note": "voicemail full"},
        follow=True,
    )
    assert "Logged: no answer, Anna Berg" in response.content.decode()
    assert "voicemail full" in response.content.decode()
    assert Clock.objects.get(pk=handoff.pk).outcome == "met"
    entry = Entry.objects.follow_ups().get()
    assert "Take back" in response.content.decode()
    response = client.post(
        f"/leads/{handoff.lead_id}/", {"action": "take_back", "entry": entry.pk}, follow=True
    )
    assert "taken back" in response.content.decode()
    assert Clock.objects.get(pk=handoff.pk).outcome == ""


def test_the_second_click_logs_nothing(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    page = client.get(f"/leads/{handoff.lead_id}/")
    click = page.context["log"]["form"]["click"].value()
    for _ in range(2):
        response = act(client, handoff.lead_id, "log", kind="call", outcome="sent", click=click)
        assert response.status_code == 302
    assert Entry.objects.follow_ups().count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "call"}, "Say how it went"),
        ({"kind": "pigeon", "outcome": "sent"}, "Choose what you did"),
        ({"kind": "call", "outcome": "sent", "when": "yesterday"}, "This is no time"),
        ({"kind": "call", "outcome": "sent", "when": "2999-01-01T10:00"}, "can’t lie in the future"),
        ({"kind": "call", "outcome": "sent", "when": "2001-01-01T10:00"}, "was handed over on"),
        ({"kind": "call", "outcome": "sent", "when": "0001-01-01T00:00"}, "the year 1. Check the year"),
        ({"kind": "call", "outcome": "sent", "when": "9999-12-31T23:59"}, "the year 9999. Check the year"),
    ],
)
def test_a_wrong_follow_up_is_told_and_kept_as_typed(client, agreement, rep, now, fields, sentence):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    response = act(client, handoff.lead_id, "log", note="as typed", **fields)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "as typed" in response.content.decode()
    assert not Entry.objects.follow_ups().exists()


def test_the_minute_of_the_handoff_means_after_it(client, agreement, rep, now):
    start = (now - timedelta(hours=1)).replace(second=30)
    handoff = handed_over(agreement, at=start, to=rep)
    log_in(client, rep)
    when = start.astimezone(rep.zone).strftime("%Y-%m-%dT%H:%M")
    assert act(client, handoff.lead_id, "log", kind="call", outcome="sent", when=when).status_code == 302
    assert Entry.objects.follow_ups().get().at == start


ALL = {
    "log": {"kind": "call", "outcome": "sent"},
    "accept": {},
    "reject": {"reason": "not_a_fit"},
    "pause": {"reason": "wrong_contact_data"},
    "resume": {},
    "advance": {"to": "sql"},
    "assign": {"to": ""},
    "qualify": {},
    "hand_over": {},
    "recycle": {},
    "lose": {"reason": "x"},
    "disqualify": {"reason": "x"},
    "take_back": {"entry": "1"},
}
FORBIDDEN = {
    "viewer": (vic, set(ALL)),
    "marketer": (mia, set(ALL) - {"hand_over"}),
    "other rep": (raj, set(ALL)),
    "holder": (None, {"assign", "hand_over"}),
}


@pytest.mark.parametrize("who", FORBIDDEN)
@pytest.mark.parametrize("action", ALL)
def test_a_forged_post_of_who_may_not_is_refused(client, agreement, rep, now, who, action):
    person, forbidden = FORBIDDEN[who]
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, person() if person else rep)
    before = Entry.objects.count()
    response = act(client, handoff.lead_id, action, **ALL[action])
    assert (response.status_code == 403) is (action in forbidden)
    if action in forbidden:
        assert Entry.objects.count() == before
        assert "Nothing was changed" in response.content.decode()


def test_an_unknown_action_is_404(client, agreement, rep):
    assert act(log_in(client, rep), handed_over(agreement, to=rep).lead_id, "explode").status_code == 404


def test_a_second_accept_is_told_although_its_form_is_gone(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    assert act(client, handoff.lead_id, "accept").status_code == 302
    response = act(client, handoff.lead_id, "accept")
    assert response.status_code == 422
    assert "There is nothing to accept" in response.content.decode()


def test_the_whole_way_by_the_page(client, agreement, rep, now):
    fresh = lead(agreement, at=now)
    log_in(client, mia())
    assert act(client, fresh.pk, "hand_over").status_code == 302
    assert act(log_in(client, sales_manager()), fresh.pk, "assign", to=rep.pk).status_code == 302
    log_in(client, rep)
    assert act(client, fresh.pk, "accept").status_code == 302
    assert act(client, fresh.pk, "log", kind="meeting", outcome="connected").status_code == 302
    assert act(client, fresh.pk, "advance", to="sql").status_code == 302
    won = act(client, fresh.pk, "advance", to="customer", amount="1200.50", currency="eur")
    assert won.status_code == 302
    fresh.refresh_from_db()
    assert (fresh.stage, str(fresh.amount), fresh.currency) == ("customer", "1200.50", "EUR")
    html = client.get(f"/leads/{fresh.pk}/").content.decode()
    assert "is won" in html
    assert "made it a customer" in html


def test_a_click_sent_again_after_it_was_taken_back_logs_nothing(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    log = {"kind": "call", "outcome": "connected", "click": "an-old-page"}
    act(client, handoff.lead_id, "log", **log)
    act(client, handoff.lead_id, "take_back", entry=Entry.objects.follow_ups().get().pk)
    response = act(client, handoff.lead_id, "log", **log)
    assert response.status_code == 302
    assert "You took this follow-up back" in client.get(response.url).content.decode()
    assert not Entry.objects.follow_ups().standing().exists()
