"""The whole way: midnight passes, both teams are mailed, a real SMTP server gets each mail exactly once."""

import datetime as dt
from collections import Counter

import pytest

from reports.services.nightly import nightly
from reports.services.sweep import sweep
from reports.services.weekly import weekly
from reports.tests.worlds import DEADLINE, HOUR, agreement, four_of_six
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.outbox.delivery import deliver
from smarketing.outbox.models import Mail, State
from smarketing.outbox.tests.servers import Inbox, RefusesAddresses, serving

pytestmark = pytest.mark.django_db

MIDNIGHT = dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)
SEVEN = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)


@pytest.fixture
def smtp(settings):
    """Call with a port: mail goes to that server."""

    def use(port: int) -> None:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5

    return use


@pytest.fixture
def teams():
    """Both teams, with the two who signed; a viewer who did not ask; Friday's leads."""
    mia(), raj(), vic()
    four_of_six(agreement(), rita())
    return list(User.objects.exclude(side=""))


def arrived(inbox: Inbox) -> Counter:
    return Counter((address, mail["Subject"]) for mail in inbox.messages for address in mail.envelope_to)


def test_both_teams_get_the_summary_once_at_seven(teams, smtp):
    with serving(inbox := Inbox()) as port:
        smtp(port)
        nightly(MIDNIGHT)
        assert deliver(SEVEN - HOUR).sent == 0
        deliver(SEVEN)
        nightly(SEVEN)
        deliver(SEVEN + HOUR)
    assert sorted(arrived(inbox).values()) == [1] * 5
    assert {address for address, _ in arrived(inbox)} == {person.email for person in teams}
    assert set(Mail.objects.values_list("state", flat=True)) == {State.SENT}


def test_the_mail_is_html_and_text_with_a_way_out(teams, smtp):
    with serving(inbox := Inbox()) as port:
        smtp(port)
        nightly(MIDNIGHT)
        deliver(SEVEN)
    mail = inbox.messages[0]
    assert mail["Subject"] == "Inbound, Friday 20 November: neither promise on course"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/unsubscribe/" in mail["List-Unsubscribe"]
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html"]
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 72


def test_the_weekly_report_and_the_notices_arrive_too(teams, smtp):
    monday = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
    with serving(inbox := Inbox()) as port:
        smtp(port)
        sweep(DEADLINE + HOUR)
        weekly(monday)
        deliver(monday)
        deliver(monday)
    subjects = Counter(mail["Subject"] for mail in inbox.messages)
    assert subjects == {"Inbound: 2 late": 2, "Inbound, week 47: neither promise on course": 5}


def test_an_address_that_the_server_refuses_keeps_nobody_else_waiting(teams, smtp):
    gone = teams[0].email
    with serving(inbox := RefusesAddresses(550, lambda address: address == gone)) as port:
        smtp(port)
        nightly(MIDNIGHT)
        deliver(SEVEN)
    assert {address for address, _ in arrived(inbox)} == {person.email for person in teams[1:]}
    assert Mail.objects.get(to_email=gone).state == State.FAILED
