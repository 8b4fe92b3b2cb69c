"""Administrators send mails again and cancel them: once for two clicks, and nobody else does."""

from datetime import timedelta

import pytest
from django.urls import reverse

from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.accounts.tests.factories import ada, mia, mona, rita, sam, vic
from smarketing.outbox.again import cancel, send_again
from smarketing.outbox.delivery import deliver
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.tests.factories import NOW, make_mail

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def administrator(client):
    person = ada()
    client.force_login(person)
    return person


def a_mail(state, **fields) -> Mail:
    """A notice to Rita in this state."""
    mail = make_mail(to=fields.pop("to", None) or rita(), **fields)
    extra = {"sent_at": NOW} if state == State.SENT else {}
    Mail.objects.filter(pk=mail.pk).update(state=state, last_error="550 no", attempts=3, **extra)
    mail.refresh_from_db()
    return mail


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_what_did_not_arrive_goes_back_to_waiting_as_the_same_mail(administrator, state):
    mail = a_mail(state)
    again, is_new = send_again(mail, by=administrator, now=LATER)
    assert (again.pk, is_new, Mail.objects.count()) == (mail.pk, True, 1)
    again.refresh_from_db()
    assert (again.state, again.not_before, again.attempts, again.last_error) == (State.WAITING, LATER, 0, "")
    assert (again.key, again.message_id, again.asked_by) == (mail.key, mail.message_id, administrator)
    assert send_again(mail, by=administrator, now=LATER) == (again, False)


@pytest.mark.parametrize("state", [State.SENT, State.STORED])
def test_what_arrived_is_written_anew_and_linked(administrator, state):
    mail = a_mail(state)
    again, is_new = send_again(mail, by=administrator, now=LATER)
    assert is_new
    assert (again.again_of, again.asked_by, again.state) == (mail, administrator, State.WAITING)
    assert (again.subject, again.body_html, again.to) == (mail.subject, mail.body_html, mail.to)
    assert again.key != mail.key
    assert again.message_id != mail.message_id
    assert (again.created_at, again.not_before, again.attempts) == (LATER, LATER, 0)
    mail.refresh_from_db()
    assert mail.state == state
    deliver(LATER)
    again.refresh_from_db()
    assert again.state == State.STORED


def test_two_clicks_of_one_page_write_one_mail_and_a_new_page_another(client, administrator):
    mail = a_mail(State.STORED)
    address = reverse("mail_again", args=[mail.pk])
    told = [client.post(address, {"nth": "0"}, follow=True).text for _ in range(2)]
    assert "It goes out again to Rita Sørensen." in told[0]
    assert "nothing was added" in told[1]
    assert Mail.objects.count() == 2
    page = client.get(reverse("mail", args=[mail.pk])).text
    assert 'name="nth" value="1"' in page
    client.post(address, {"nth": "1"})
    assert Mail.objects.filter(again_of=mail).count() == 2


def test_a_repeat_of_a_repeat_is_linked_to_the_first(administrator):
    mail = a_mail(State.STORED)
    again, _ = send_again(mail, by=administrator, now=LATER)
    Mail.objects.filter(pk=again.pk).update(state=State.STORED)
    third, _ = send_again(again, by=administrator, now=LATER)
    assert third.again_of == mail


@pytest.mark.parametrize("kind", [Kind.PASSWORD, Kind.INVITATION])
def test_a_link_that_works_once_is_not_repeated(administrator, kind):
    mail = a_mail(State.SENT, kind=kind)
    with pytest.raises(Refused, match="works once"):
        send_again(mail, by=administrator, now=LATER)
    Mail.objects.filter(pk=mail.pk).update(state=State.FAILED, sent_at=None)
    assert send_again(mail, by=administrator, now=LATER)[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"wants_notices": False}, "does not want"), ({"is_active": False}, "is no longer active")],
)
def test_nothing_goes_to_who_does_not_want_it(client, administrator, fields, sentence):
    mail = a_mail(State.FAILED, to=rita(**fields))
    answer = client.post(reverse("mail_again", args=[mail.pk]), follow=True)
    assert "It was not sent again." in answer.text
    assert sentence in answer.text
    mail.refresh_from_db()
    assert mail.state == State.FAILED


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED])
def test_a_mail_that_has_not_gone_out_is_cancelled_and_can_be_sent_after_all(client, administrator, state):
    mail = a_mail(state)
    address = reverse("mail_cancel", args=[mail.pk])
    assert "It does not go out to Rita Sørensen." in client.post(address, follow=True).text
    assert "nothing left to cancel" in client.post(address, follow=True).text
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == (State.CANCELLED, "Ada Berg cancelled it.")
    assert deliver(LATER).stored == 0
    client.post(reverse("mail_again", args=[mail.pk]))
    mail.refresh_from_db()
    assert mail.state == State.WAITING


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.STORED, State.CANCELLED])
def test_what_went_or_goes_is_not_cancelled(administrator, state):
    mail = a_mail(state)
    assert not cancel(mail, by=administrator)
    mail.refresh_from_db()
    assert mail.state == state


@pytest.mark.parametrize("state", [State.SENDING, State.WAITING])
def test_what_is_on_its_way_is_left_alone(client, administrator, state):
    mail = a_mail(state)
    answer = client.post(reverse("mail_again", args=[mail.pk]), {"nth": "0"}, follow=True)
    assert "nothing was added" in answer.text
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("nth", ["", "x", "-1", "²"])
def test_a_forged_number_is_no_stack_trace(client, administrator, nth):
    mail = a_mail(State.STORED)
    assert client.post(reverse("mail_again", args=[mail.pk]), {"nth": nth}).status_code == 302


@pytest.mark.parametrize("who", [mona, mia, sam, vic, rita])
@pytest.mark.parametrize("name", ["mail_again", "mail_cancel"])
def test_who_is_no_administrator_is_refused(client, who, name):
    reader = rita()
    mail = a_mail(State.FAILED, to=reader)
    person = reader if who is rita else who()
    client.force_login(person)
    answer = client.post(reverse(name, args=[mail.pk]))
    assert (answer.status_code, "Only administrators" in answer.text) == (403, True)
    mail.refresh_from_db()
    assert mail.state == State.FAILED
    for act in (lambda: send_again(mail, by=person, now=LATER), lambda: cancel(mail, by=person)):
        with pytest.raises(NotAllowed):
            act()


def test_the_reader_finds_no_buttons(client):
    reader = rita()
    mail = a_mail(State.FAILED, to=reader)
    client.force_login(reader)
    page = client.get(reverse("mail", args=[mail.pk])).text
    assert "mail_again" not in page
    assert reverse("mail_again", args=[mail.pk]) not in page


@pytest.mark.parametrize("name", ["mail_again", "mail_cancel"])
def test_what_changes_something_is_posted(client, administrator, name):
    mail = a_mail(State.FAILED)
    assert client.get(reverse(name, args=[mail.pk])).status_code == 405
    assert client.post(reverse(name, args=[99999])).status_code == 404
