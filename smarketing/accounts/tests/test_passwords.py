"""A forgotten password, by a link in a mail of the outbox; a changed one, by its owner."""

import re

import pytest
from django.urls import reverse

from smarketing.accounts.tests.factories import PASSWORD, rita, sam
from smarketing.outbox.models import Kind, Mail

pytestmark = pytest.mark.django_db
NEW = "another-long-passphrase"


def ask(client, email):
    return client.post(reverse("password_reset"), {"email": email})


def link_of(mail) -> str:
    return re.search(r"http://[^\s]*(/password/reset/\S+)", mail.body_text)[1]


def test_the_whole_way(client):
    person = rita(password=PASSWORD)
    answer = ask(client, "Rita@nordvik.example")
    assert answer.headers["Location"] == reverse("password_reset_done")
    mail = Mail.objects.get()
    assert (mail.kind, mail.to, mail.unsubscribe_url) == (Kind.PASSWORD, person, "")
    assert link_of(mail) in mail.body_html

    page = client.get(link_of(mail), follow=True)
    assert page.status_code == 200
    saved = client.post(page.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Your new password is saved." in saved.text
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert "does not work any more" in client.get(link_of(mail), follow=True).text


@pytest.mark.parametrize("who", ["nobody", "without a password", "inactive"])
def test_who_cannot_have_a_link_gets_the_same_answer_and_no_mail(client, who):
    if who != "nobody":
        rita(password=PASSWORD if who == "inactive" else None, is_active=who != "inactive")
    answer = client.post(reverse("password_reset"), {"email": "rita@nordvik.example"}, follow=True)
    assert "If this e-mail has an account" in answer.text
    assert not Mail.objects.exists()


def test_a_bad_address_answers_with_a_sentence(client):
    answer = ask(client, "rita")
    assert "This is no e-mail address." in answer.text
    assert not Mail.objects.exists()


def test_a_weak_new_password_is_refused_and_the_old_one_stays(client):
    person = rita(password=PASSWORD)
    ask(client, person.email)
    page = client.get(link_of(Mail.objects.get()), follow=True)
    answer = client.post(
        page.request["PATH_INFO"], {"new_password1": "1234567890", "new_password2": "1234567890"}
    )
    assert "too common" in answer.text
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_changing_it_needs_the_old_one(client):
    person = sam(password=PASSWORD)
    client.force_login(person)
    data = {"new_password1": NEW, "new_password2": NEW}
    wrong = client.post(reverse("password_change"), data | {"old_password": "wrong"})
    assert "old password was entered incorrectly" in wrong.text
    right = client.post(reverse("password_change"), data | {"old_password": PASSWORD}, follow=True)
    assert "Your password is changed." in right.text
    person.refresh_from_db()
    assert person.check_password(NEW)
