"""The pages under /mail/: who sees what, and how."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from smarketing.accounts.tests.factories import ada, mona, raj, rita
from smarketing.now import this_second
from smarketing.outbox import views
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.tests.factories import NOW, make_mail

pytestmark = pytest.mark.django_db
LIST = reverse("outbox")


def subjects(answer) -> list[str]:
    return [mail.subject for mail, _ in answer.context["mails"]]


def test_everybody_finds_what_was_addressed_to_them(client):
    me, other = rita(), raj()
    mine, theirs = make_mail(to=me), make_mail(to=other)
    stranger = make_mail()
    client.force_login(me)
    answer = client.get(LIST)
    assert subjects(answer) == [mine.subject]
    assert mine.subject in answer.text
    for mail in (theirs, stranger):
        assert client.get(reverse("mail", args=[mail.pk])).status_code == 404
        assert client.get(reverse("mail_html", args=[mail.pk])).status_code == 404


def test_a_manager_is_no_administrator(client):
    make_mail(to=rita())
    client.force_login(mona())
    assert subjects(client.get(LIST)) == []


def test_administrators_see_all_mail_with_the_secrets_masked(client):
    reader = rita()
    mail = make_mail(to=reader)
    client.force_login(ada())
    assert subjects(client.get(LIST)) == [mail.subject]
    for name, form in (("mail", {"form": "text"}), ("mail_html", {})):
        answer = client.get(reverse(name, args=[mail.pk]), form)
        assert answer.status_code == 200
        assert reader.mail_token not in answer.text
        assert "•••" in answer.text


def test_a_password_link_is_for_its_reader_alone(client):
    reader = rita()
    link = "http://127.0.0.1:8000/password/reset/MQ/secret-token/"
    mail = make_mail(to=reader, kind=Kind.PASSWORD, text=link, html=f'<a href="{link}">here</a>')
    for person, sees in ((reader, True), (ada(), False)):
        client.force_login(person)
        for name, form in (("mail", {"form": "text"}), ("mail_html", {})):
            assert ("secret-token" in client.get(reverse(name, args=[mail.pk]), form).text) is sees


def test_the_page_shows_headers_text_and_a_frame(client):
    reader = rita()
    mail = make_mail(to=reader, text="<b>Call</b> Katrine.")
    client.force_login(reader)
    page = client.get(reverse("mail", args=[mail.pk])).text
    assert mail.message_id.strip("<>") in page
    assert "List-Unsubscribe-Post" in page
    assert f'src="{reverse("mail_html", args=[mail.pk])}"' in page
    assert "style=" not in page
    as_text = client.get(reverse("mail", args=[mail.pk]), {"form": "text"}).text
    assert "&lt;b&gt;Call&lt;/b&gt; Katrine." in as_text
    assert "<iframe" not in as_text


def test_the_html_is_served_under_a_policy_that_lets_it_do_nothing(client):
    reader = rita()
    mail = make_mail(to=reader)
    client.force_login(reader)
    answer = client.get(reverse("mail_html", args=[mail.pk]))
    policy = {
        part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")
    }
    assert policy == {
        "sandbox": [],
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'self'"],
    }
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Nobody has followed up yet." in answer.text
    assert "prefers-color-scheme: dark" in mail.body_html
    assert "prefers-color-scheme" not in answer.text
    assert 'content="light dark"' not in answer.text


def test_plain_mail_has_no_frame(client):
    reader = rita()
    mail = make_mail(to=reader, html="")
    client.force_login(reader)
    assert "plain text only" in client.get(reverse("mail", args=[mail.pk])).text
    assert client.get(reverse("mail_html", args=[mail.pk])).status_code == 404


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"state": State.WAITING}, "waiting"),
        ({"state": State.WAITING, "last_error": "451 later"}, "refused"),
        ({"state": State.SENDING}, "on its way"),
        ({"state": State.SENT, "sent_at": NOW}, "sent"),
        ({"state": State.FAILED, "last_error": "550 no"}, "failed"),
        ({"state": State.STORED}, "kept here"),
        ({"state": State.CANCELLED}, "not sent"),
    ],
)
def test_every_state_has_a_word_and_the_error_is_shown(client, fields, word):
    reader = rita()
    mail = make_mail(to=reader)
    Mail.objects.update(**fields)
    client.force_login(reader)
    for address in (LIST, reverse("mail", args=[mail.pk])):
        page = client.get(address).text
        assert f"</i>{word}</span>" in page
        assert fields.get("last_error", "") in page


def test_filters_are_in_the_address(client):
    administrator = ada()
    mine, waiting, failed = make_mail(to=administrator), make_mail(), make_mail()
    Mail.objects.filter(pk=mine.pk).update(state=State.STORED)
    Mail.objects.filter(pk=failed.pk).update(state=State.FAILED)
    client.force_login(administrator)
    for show, expected in (("me", mine), ("waiting", waiting), ("failed", failed)):
        assert subjects(client.get(LIST, {"show": show})) == [expected.subject]


def test_pages_follow_each_other_without_gap_or_overlap(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 3)
    reader = rita()
    times = [0, 0, 5, 5, 5, 5, 1, 9]  # several of the same moment, not in the order of their ids
    for minutes in times:
        make_mail(to=reader, now=NOW + timedelta(minutes=minutes))
    client.force_login(reader)
    seen, older = [], ""
    while older is not None:
        answer = client.get(LIST, {"older": older} if older else {})
        seen += subjects(answer)
        older = answer.context["older"]
    assert seen == list(Mail.objects.order_by("-created_at", "-id").values_list("subject", flat=True))
    assert len(seen) == len(times)


def test_kind_and_reader_narrow_the_list_and_stay_in_its_links(client):
    administrator, reader = ada(), rita()
    report = make_mail(to=reader, kind=Kind.REPORT)
    make_mail(to=reader)
    make_mail(to=raj(), kind=Kind.REPORT)
    client.force_login(administrator)
    for words in ("sørensen", "RITA@"):
        answer = client.get(LIST, {"kind": "report", "reader": words})
        assert subjects(answer) == [report.subject]
    assert f"{reverse('mail', args=[report.pk])}?kind=report&amp;reader=RITA%40" in answer.text


def test_only_administrators_search_readers(client):
    me = rita()
    mail = make_mail(to=me)
    client.force_login(me)
    answer = client.get(LIST, {"reader": "nobody-of-this-name"})
    assert subjects(answer) == [mail.subject]
    assert 'name="reader"' not in answer.text


def test_the_answer_begins_with_what_failed_and_what_is_held(client):
    me, now = rita(), this_second()
    for fields in (
        {"state": State.FAILED},
        {"state": State.WAITING, "last_error": "452 full", "not_before": now + timedelta(hours=1)},
        {"state": State.WAITING, "not_before": now + timedelta(hours=9)},
        {"state": State.STORED},
    ):
        Mail.objects.filter(pk=make_mail(to=me, now=now).pk).update(**fields)
    make_mail(to=raj(), now=now)
    client.force_login(me)
    page = client.get(LIST).text
    places = [
        page.index(words)
        for words in (
            "1 mail did not go out",
            "1 was refused",
            "1 is held",
            "4 mails in the last seven days, 1 arrived",
        )
    ]
    assert places == sorted(places)
    assert "</i>held</span>" in page


def test_an_empty_list_says_why(client):
    client.force_login(rita())
    assert "No mail yet." in client.get(LIST).text
    assert "No mail fits." in client.get(LIST, {"show": "failed"}).text


def test_one_mail_costs_no_more_queries_beside_a_longer_list(client):
    administrator, counts = ada(), []
    client.force_login(administrator)
    for number in (3, 27):
        for _ in range(number):
            mail = make_mail(to=administrator)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("mail", args=[mail.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    "query",
    [{"older": "x"}, {"older": "99999"}, {"older": "9" * 30}, {"show": "all"}, {"kind": "spam"}],
)
def test_a_wrong_address_answers_404(client, query):
    client.force_login(rita())
    assert client.get(LIST, query).status_code == 404


def test_the_place_of_other_peoples_mail_cannot_be_tried(client):
    other = make_mail(to=raj())
    client.force_login(rita())
    assert client.get(LIST, {"older": other.pk}).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_for_reading(client, method):
    client.force_login(rita())
    assert getattr(client, method)(LIST).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_list(client):
    administrator, counts = ada(), []
    client.force_login(administrator)
    for number in (3, 27):
        for _ in range(number):
            make_mail(to=administrator)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
