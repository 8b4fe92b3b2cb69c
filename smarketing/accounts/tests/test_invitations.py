"""Invitations: a link that works once, for a week, and tells strangers nothing."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from smarketing.accounts import limits
from smarketing.accounts.invitations import LASTS, accept, found_by, invite, invite_again
from smarketing.accounts.models import Change, Invitation, User
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.accounts.tests.factories import PASSWORD, ada, mona, rita, sam
from smarketing.now import this_second
from smarketing.outbox.models import Kind, Mail, State

pytestmark = pytest.mark.django_db
LIST = reverse("people")
EMAIL = "liv@nordvik.example"
ASKED = {"email": EMAIL, "place": "marketing:member"}
ANSWER = {"name": "Liv Dahl", "password": PASSWORD, "again": PASSWORD}
GONE = "This invitation does not work any more."


@pytest.fixture
def administrator(client):
    person = ada()
    client.force_login(person)
    return person


@pytest.fixture
def now():
    return this_second()


def link_in(mail) -> str:
    return re.search(r"http://[^/\s]+(/invitation/\S+/)", mail.body_text)[1]


def invited(by, now, **fields):
    """(invitation, token) of Liv, as a marketer unless told otherwise."""
    place = {"side": "marketing", "role": "member"} | fields
    found, link = invite(EMAIL, by=by, now=now, **place)
    return found, link.rstrip("/").rpartition("/")[2]


def test_the_whole_way(client, administrator):
    answer = client.post(LIST, ASKED, follow=True)
    assert f"{EMAIL} is invited." in answer.text
    assert "not here yet" in answer.text
    mail = Mail.objects.get()
    assert (mail.kind, mail.to, mail.to_email) == (Kind.INVITATION, None, EMAIL)
    address = link_in(mail)
    assert address in answer.text  # no mail server in tests: the administrator passes it on

    client.logout()
    assert "Ada Berg invites you" in client.get(address).text
    assert client.post(address, ANSWER).headers["Location"] == reverse("scoreboard")
    person = User.objects.get(email=EMAIL)
    assert client.session[SESSION_KEY] == str(person.pk)
    assert (person.name, person.position, person.time_zone) == (
        "Liv Dahl",
        "Marketing, member",
        "Europe/Copenhagen",
    )
    assert person.check_password(PASSWORD)
    assert [change.what for change in person.changes.all()] == [Change.JOINED]
    assert Mail.objects.get().to == person

    client.logout()
    for again in (client.get(address), client.post(address, ANSWER)):
        assert (again.status_code, GONE in again.text) == (404, True)
    assert User.objects.filter(email=EMAIL).count() == 1


def test_with_a_mail_server_the_link_is_for_its_reader_alone(client, administrator, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    answer = client.post(LIST, ASKED, follow=True)
    assert f"on its way to {EMAIL}" in answer.text
    assert link_in(Mail.objects.get()) not in answer.text
    assert link_in(Mail.objects.get()) not in client.get(reverse("mail", args=[Mail.objects.get().pk])).text


def test_the_database_keeps_no_token(administrator, now):
    found, token = invited(administrator, now)
    assert token not in str(vars(found))


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_the_link_works_until_its_last_second(administrator, now, seconds, works):
    _, token = invited(administrator, now)
    assert bool(found_by(token, now=now + LASTS + timedelta(seconds=seconds))) is works


def test_accepting_is_done_once(administrator, now):
    found, _ = invited(administrator, now)
    accept(found, name="Liv Dahl", password=PASSWORD, now=now)
    with pytest.raises(Refused, match="used or withdrawn"):
        accept(found, name="Somebody Else", password=PASSWORD, now=now)
    assert User.objects.get(email=EMAIL).name == "Liv Dahl"


def test_inviting_again_replaces_the_link(client, administrator, now):
    found, old = invited(administrator, now - timedelta(days=8))
    client.post(reverse("invitation_again", args=[found.pk]))
    found.refresh_from_db()
    assert found.expires_at > now
    client.logout()
    assert GONE in client.get(reverse("invitation", args=[old])).text
    newest = Mail.objects.order_by("-pk")[0]
    assert client.get(link_in(newest)).status_code == 200
    assert Mail.objects.count() == 2


def test_a_second_click_sends_nothing(client, administrator):
    for _ in range(2):
        answer = client.post(LIST, ASKED, follow=True)
    assert "less than a minute ago" in answer.text
    assert (Invitation.objects.count(), Mail.objects.count()) == (1, 1)


def test_withdrawing_stops_link_and_mail_and_inviting_anew_opens_another(client, administrator, now):
    found, token = invited(administrator, now - timedelta(hours=1))
    address = reverse("invitation_withdraw", args=[found.pk])
    assert "is withdrawn" in client.post(address, follow=True).text
    assert "no open invitation" in client.post(address, follow=True).text
    assert found_by(token, now=now) is None
    assert Mail.objects.get().state == State.CANCELLED
    assert "withdrawn" in client.post(reverse("invitation_again", args=[found.pk]), follow=True).text
    assert Mail.objects.count() == 1
    client.post(LIST, ASKED)
    assert Invitation.objects.open().count() == 1
    assert Invitation.objects.count() == 2


def test_inviting_the_same_e_mail_later_changes_the_place(administrator, now):
    invited(administrator, now - timedelta(hours=1))
    invited(administrator, now, side="sales", role="manager")
    assert Invitation.objects.get().position == "Sales, manager"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": ""}, "Enter your e-mail."),
        ({"email": "liv"}, "This is no e-mail address."),
        ({"email": f"{'x' * 250}@y.example"}, "at most 254 characters"),
        ({"place": "marketing:viewer"}, "is no place here"),
        ({"place": ""}, "Choose a side and a role."),
        ({"email": "RITA@nordvik.example"}, "Rita Sørensen has this e-mail and an account already."),
        ({"email": "sam@nordvik.example"}, "is deactivated. Reactivate that account instead."),
    ],
)
def test_bad_input_answers_with_a_sentence_and_invites_nobody(client, administrator, data, sentence):
    rita(password=PASSWORD)
    sam(is_active=False)
    answer = client.post(LIST, ASKED | data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


def test_somebody_known_without_a_password_keeps_their_place(client, administrator):
    known = mona()
    client.post(LIST, {"email": "Mona@nordvik.example", "place": ":viewer"})
    address = link_in(Mail.objects.get())
    client.logout()
    assert 'value="Mona Lind"' in client.get(address).text
    client.post(address, ANSWER | {"name": "Mona Lindqvist"})
    known.refresh_from_db()
    assert (known.name, known.position) == ("Mona Lindqvist", "Marketing, manager")
    assert known.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "1234567890", "again": "1234567890"}, "too common"),
        ({"password": "liv@nordvik.example", "again": "liv@nordvik.example"}, "too similar"),
        ({"again": "another-long-passphrase"}, "The two passwords differ."),
        ({"password": ""}, "Choose a password."),
    ],
)
def test_a_bad_answer_lets_nobody_in_and_keeps_the_link(client, administrator, now, data, sentence):
    _, token = invited(administrator, now)
    client.logout()
    answer = client.post(reverse("invitation", args=[token]), ANSWER | data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert not User.objects.filter(email=EMAIL).exists()
    assert found_by(token, now=now) is not None


def test_trying_links_is_limited(client, administrator, now):
    _, token = invited(administrator, now)
    client.logout()
    for number in range(limits.WRONG_LINKS.at_most):
        assert client.get(reverse("invitation", args=[f"wrong{number}"])).status_code == 404
    answer = client.get(reverse("invitation", args=[token]))
    assert (answer.status_code, "tried too often from your network" in answer.text) == (429, True)
    elsewhere = client.get(reverse("invitation", args=[token]), REMOTE_ADDR="10.0.0.7")
    assert elsewhere.status_code == 200


@pytest.mark.parametrize("who", [mona, sam, rita])
def test_the_services_refuse_who_is_no_administrator(who, now):
    with pytest.raises(NotAllowed):
        invite(EMAIL, side="", role="viewer", by=who(), now=now)
    found, _ = invited(ada(), now)
    with pytest.raises(NotAllowed):
        invite_again(found, by=User.objects.exclude(is_administrator=True)[0], now=now)
