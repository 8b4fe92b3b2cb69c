"""My preferences, and switching a kind of mail off by the link in it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from smarketing.accounts.tests.factories import PASSWORD, raj, rita, vic
from smarketing.now import this_second
from smarketing.outbox.models import Mail
from smarketing.outbox.tests.factories import make_mail

pytestmark = pytest.mark.django_db
CHOICES = {
    "name": "Rita Sørensen",
    "time_zone": "America/Sao_Paulo",
    "theme": "device",
    "wants_report": "on",
}


def test_saves_name_zone_and_mails(client):
    person = rita()
    client.force_login(person)
    answer = client.post(reverse("me"), CHOICES, follow=True)
    assert "Your preferences are saved." in answer.text
    person.refresh_from_db()
    assert person.time_zone == "America/Sao_Paulo"
    assert (person.wants_summary, person.wants_report, person.wants_notices) == (False, True, False)


def test_changes_nobody_else(client):
    me, other = rita(), raj()
    client.force_login(me)
    client.post(reverse("me"), CHOICES | {"id": other.pk, "email": "new@nordvik.example", "role": "manager"})
    me.refresh_from_db()
    other.refresh_from_db()
    assert (me.email, me.role, other.name) == ("rita@nordvik.example", "member", "Raj Patel")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone of the list"),
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 151}, "at most 150 characters"),
    ],
)
def test_bad_input_answers_with_a_sentence_and_stores_nothing(client, data, sentence):
    person = rita()
    client.force_login(person)
    answer = client.post(reverse("me"), CHOICES | data)
    assert sentence in answer.text
    person.refresh_from_db()
    assert (person.name, person.time_zone) == ("Rita Sørensen", "Europe/Copenhagen")


def test_boxes_show_what_the_role_means_until_somebody_chooses(client):
    for person, checked in ((rita(), True), (vic(), False)):
        client.force_login(person)
        form = client.get(reverse("me")).context["form"]
        assert [form[f"wants_{mail}"].value() for mail in ("summary", "report", "notices")] == [checked] * 3


# --- Unsubscribing ---------------------------------------------------------------------------------


def link(person, kind="notice") -> str:
    return reverse("unsubscribe", args=[person.mail_token, kind])


def test_opening_the_link_only_asks(client):
    person = rita()
    answer = client.get(link(person))
    assert "Stop notices about single leads?" in answer.text
    person.refresh_from_db()
    assert person.wants_notices is None


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "One-Click"}])
@pytest.mark.parametrize(
    ("kind", "field"), [("notice", "notices"), ("summary", "summary"), ("report", "report")]
)
def test_posting_switches_off_that_kind_without_login_or_csrf(kind, field, data):
    person = rita()
    answer = Client(enforce_csrf_checks=True).post(link(person, kind), data)
    assert answer.status_code == 200
    assert "Rita, you no longer get" in answer.text
    person.refresh_from_db()
    assert [mail for mail in ("summary", "report", "notices") if not person.wants(mail)] == [field]


def test_it_can_be_undone(client):
    person = rita(wants_notices=False)
    answer = client.post(link(person), {"undo": "1"})
    assert "you get notices about single leads again" in answer.text
    person.refresh_from_db()
    assert person.wants("notices")


def test_it_is_about_the_reader_of_the_mail_not_about_who_is_logged_in(client):
    me, other = rita(), raj()
    client.force_login(me)
    client.post(link(other))
    me.refresh_from_db()
    other.refresh_from_db()
    assert (me.wants_notices, other.wants_notices) == (None, False)


@pytest.mark.parametrize(
    ("token", "kind"), [("wrong", "notice"), (None, "password"), (None, "invitation"), (None, "x")]
)
def test_a_broken_link_answers_404_and_changes_nothing(client, token, kind):
    person = rita()
    answer = client.post(reverse("unsubscribe", args=[token or person.mail_token, kind]))
    assert answer.status_code == 404
    assert "This unsubscribe link is not complete." in answer.text
    person.refresh_from_db()
    assert person.wants("notices")


# --- How it looks, and what a choice would have meant -----------------------------------------------


@pytest.mark.parametrize(
    ("theme", "attribute", "scheme"),
    [
        ("device", "", "light dark"),
        ("light", ' data-bs-theme="light"', "light"),
        ("dark", ' data-bs-theme="dark"', "dark"),
    ],
)
def test_the_theme_is_on_every_page_before_it_is_drawn(client, theme, attribute, scheme):
    client.force_login(rita())
    client.post(reverse("me"), CHOICES | {"theme": theme})
    for address in (reverse("me"), reverse("outbox"), reverse("people"), "/nowhere/"):
        page = client.get(address).text
        assert f'<html lang="en"{attribute}>' in page, address
        assert f'<meta name="color-scheme" content="{scheme}">' in page
        assert "<script" not in page


def test_an_unknown_theme_is_refused_with_a_sentence(client):
    client.force_login(rita())
    answer = client.post(reverse("me"), CHOICES | {"theme": "pink"})
    assert "“pink” is no theme." in answer.text


def test_a_new_name_stands_in_the_history(client):
    person = rita()
    client.force_login(person)
    client.post(reverse("me"), CHOICES | {"name": "Rita Lund"})
    client.post(reverse("me"), CHOICES | {"name": "Rita Lund"})
    assert [(c.what, c.was, c.became, c.by) for c in person.changes.all()] == [
        ("name", "Rita Sørensen", "Rita Lund", person)
    ]


def test_the_answer_counts_the_mails_of_the_last_seven_days(client):
    now, person, other = this_second(), rita(), raj()
    for kind, days, number in (("notice", 0, 4), ("summary", 1, 2), ("report", 8, 1)):
        for _ in range(number):
            make_mail(to=person, kind=kind, now=now - timedelta(days=days))
    make_mail(to=other, kind="report", now=now)
    Mail.objects.update(state="stored")
    make_mail(to=person, kind="notice", now=now)  # waits still, so it is not here yet
    client.force_login(person)
    page = client.get(reverse("me")).text
    assert "you got <b>6 mails</b>" in page
    assert "Without notices about single leads it would have been <b>2</b>" in page
    assert "none in the last seven days" in page
    person.wants_report = False
    person.save(update_fields=["wants_report"])
    assert "off: you were spared up to 1 in the last seven days" in client.get(reverse("me")).text


def test_choosing_a_password_stands_in_the_history(client):
    person = rita(password=PASSWORD)
    client.force_login(person)
    new = "another-long-passphrase"
    client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert [change.what for change in person.changes.all()] == ["password"]
    assert "Chosen on" in client.get(reverse("me")).text
