"""Signing in the browser: who may, the password once more, wrong ones limited, declining, mails."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from slas.models import Signature, Version
from slas.services.drafting import draft_next
from slas.services.proposing import propose, withdraw
from slas.services.signing import sign
from slas.tests.factories import signed_agreement, signed_version
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import PASSWORD, UserFactory, mia, mona, rita, sam, vic
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
SIGN, DECLINE = "/slas/inbound/2/sign/", "/slas/inbound/2/decline/"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def people():
    return {"mona": mona(password=PASSWORD), "sam": sam(password=PASSWORD)}


@pytest.fixture
def proposed(people):
    agreement = signed_agreement(name="Inbound Nordics", now=datetime(2025, 12, 1, tzinfo=UTC))
    version = draft_next(agreement, by=people["mona"], now=NOW)
    version.windows.update(window_seconds=4 * 3600)
    version.commitments.filter(key="mqls").update(value=25)
    return propose(version, people["mona"], NOW)


def text_of(answer) -> str:
    words = html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split()
    return re.sub(r" ([,.])", r"\1", " ".join(words))


def post(client, who, url=SIGN, **data):
    client.force_login(who)
    return client.post(url, {"password": PASSWORD} | data, follow=True, REMOTE_ADDR="10.20.4.52")


# --- Signing ---------------------------------------------------------------------------------


def test_both_sign_and_it_comes_into_force_on_its_date(client, people, proposed, time_machine):
    page = text_of(post(client, people["mona"]))
    assert "You signed for Marketing. Waiting for Sam Okafor to sign for Sales." in page
    assert Version.objects.get(pk=proposed.pk).status == "proposed"
    client.force_login(people["sam"])
    page = text_of(client.get(SIGN))
    assert "Sign version 2 for Sales" in page
    assert "Marketing has signed. Two things change, one of them is a promise of Sales and one is" in page
    page = text_of(post(client, people["sam"]))
    assert "You signed for Sales. Signed by both. It comes into force on 16 July 2026." in page
    signature = Signature.objects.get(version=proposed, side=Side.SALES)
    assert (signature.name, signature.email) == ("Sam Okafor", "sam@nordvik.example")
    assert (signature.address, signature.signed_at) == ("10.20.4.52", NOW)
    assert signature.digest == proposed.frozen.digest
    assert proposed.agreement.version_at(datetime(2026, 7, 15, 21, 59, 59, tzinfo=UTC)).number == 1
    assert proposed.agreement.version_at(datetime(2026, 7, 15, 22, tzinfo=UTC)).number == 2  # in Copenhagen


def test_a_manager_signs_for_the_own_side_only(client, people, proposed):
    post(client, people["sam"], side="marketing")
    assert list(proposed.signatures.values_list("side", flat=True)) == ["sales"]


def test_signing_twice_is_signing_once(client, people, proposed):
    post(client, people["sam"])
    page = text_of(post(client, people["sam"]))
    assert "Only a manager of Marketing can sign for Marketing." in text_of(client.get(SIGN))
    assert proposed.signatures.count() == 1
    assert "You signed for Sales." in page


def test_another_manager_of_a_side_that_has_signed_is_told_who_did(client, people, proposed):
    post(client, people["sam"])
    other = UserFactory(side=Side.SALES, role=Role.MANAGER, password=PASSWORD)
    answer = post(client, other)
    assert answer.status_code == 409
    assert "Sam Okafor has signed Version 2 of Inbound Nordics for Sales already." in text_of(answer)
    assert proposed.signatures.count() == 1


@pytest.mark.parametrize(
    "who",
    [rita, mia, vic, lambda **more: UserFactory(side="", role=Role.VIEWER, is_administrator=True, **more)],
)
@pytest.mark.parametrize("url", [SIGN, DECLINE])
def test_nobody_else_signs_or_declines(client, proposed, who, url):
    answer = post(client, who(password=PASSWORD), url, reason="No.")
    assert answer.status_code == 403
    assert "Only managers of Marketing and Sales" in text_of(answer)
    assert not proposed.signatures.exists()
    assert Version.objects.get(pk=proposed.pk).status == "proposed"


@pytest.mark.parametrize("who", [rita, vic])
def test_others_read_what_is_to_be_signed_and_why_they_can_not(client, proposed, who):
    client.force_login(who())
    page = text_of(client.get(SIGN))
    assert "Waiting for Mona Lind to sign for Marketing and Sam Okafor to sign for Sales." in page
    assert "at least 20 a month at least 25 a month" in page
    assert "Only managers of Marketing and Sales edit, propose and sign." in page
    assert "password, once more" not in page


@pytest.mark.parametrize("url", [SIGN, DECLINE])
def test_a_stranger_is_sent_to_the_login(client, proposed, url):
    assert client.post(url, {"password": PASSWORD}).url.startswith("/login/")
    assert not proposed.signatures.exists()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Enter your password. Nothing was signed."),
        ("wrong", "This is not your password. Nothing was signed."),
    ],
)
def test_without_the_password_nothing_is_signed(client, people, proposed, password, sentence):
    answer = post(client, people["sam"], password=password)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not proposed.signatures.exists()


def test_wrong_passwords_are_limited_for_a_while(client, people, proposed, time_machine):
    for _ in range(5):
        assert post(client, people["sam"], password="wrong").status_code == 422
    answer = post(client, people["sam"])  # right, but too late
    assert answer.status_code == 429
    assert "Too many wrong passwords. Nothing was signed. Try again in 15 minutes." in text_of(answer)
    assert not proposed.signatures.exists()
    post(client, people["mona"])  # the other side is not locked
    assert proposed.signatures.get().side == "marketing"
    time_machine.move_to(NOW + timedelta(minutes=15), tick=False)
    post(client, people["sam"])
    assert proposed.signatures.count() == 2


def test_a_proposal_whose_start_has_passed_is_not_signed(client, people, proposed, time_machine):
    time_machine.move_to(datetime(2026, 8, 1, 10, tzinfo=UTC), tick=False)
    answer = post(client, people["sam"])
    assert answer.status_code == 409
    page = text_of(answer)
    assert "starts on 16 July 2026, which is past" in page
    assert "so nobody can sign it now. Withdraw it and draft another." in page
    assert not proposed.signatures.exists()


@pytest.mark.parametrize("url", [SIGN, DECLINE])
def test_what_is_no_proposal_any_more_is_said(client, people, proposed, url):
    withdraw(proposed, people["mona"], NOW)
    page = text_of(post(client, people["sam"], url, reason="No."))
    assert "Version 2 is withdrawn. There is nothing to sign." in page


def test_a_draft_is_not_signed(client, people, proposed):
    withdraw(proposed, people["mona"], NOW)
    draft_next(proposed.agreement, by=people["mona"], now=NOW)
    page = text_of(post(client, people["sam"], "/slas/inbound/3/sign/"))
    assert "Version 3 is still a draft, which has to be proposed first." in page


# --- Declining -------------------------------------------------------------------------------


def test_declining_needs_a_reason_and_leaves_the_text_to_read(client, people, proposed):
    answer = post(client, people["sam"], DECLINE, reason=" ")
    assert answer.status_code == 422
    assert "Say why you decline" in text_of(answer)
    assert Version.objects.get(pk=proposed.pk).status == "proposed"
    page = text_of(post(client, people["sam"], DECLINE, reason="4 hours are too few in August."))
    assert "Version 2 is declined. What is in force stays in force." in page
    assert "4 hours are too few in August." in page
    assert Version.objects.get(pk=proposed.pk).status == "declined"
    assert "Draft version 3" in page


def test_a_reason_that_is_too_long_is_refused(client, people, proposed):
    answer = post(client, people["sam"], DECLINE, reason="x" * 1001)
    assert "The reason has 1001 signs. Shorten it to 1000." in text_of(answer)


# --- Mails -----------------------------------------------------------------------------------


def told(what: str) -> dict[str, Mail]:
    return {mail.to_email: mail for mail in Mail.objects.filter(key__startswith=f"agreement-{what}:")}


def test_the_managers_of_the_other_side_are_asked_to_sign_once(people, proposed):
    gone = UserFactory(side=Side.SALES, role=Role.MANAGER, is_active=False)
    propose(proposed, people["mona"], NOW)  # a second click
    mails = told("proposed")
    assert list(mails) == ["sam@nordvik.example"]
    assert gone.email not in mails
    mail = mails["sam@nordvik.example"]
    assert mail.subject == "Mona Lind asks you to sign version 2 of Inbound Nordics"
    assert "MQLs delivered: at least 25 a month instead of at least 20 a month." in mail.body_text
    assert "/slas/inbound/2/sign/" in mail.body_text
    assert "/slas/inbound/2/sign/" in mail.body_html
    assert (mail.kind, mail.not_before, mail.unsubscribe_url) == ("agreement", NOW, "")


def test_nobody_is_asked_before_seven_in_the_morning(people):
    agreement = signed_agreement(now=datetime(2025, 12, 1, tzinfo=UTC))
    night = datetime(2026, 7, 15, 22, 30, tzinfo=UTC)
    propose(draft_next(agreement, by=people["sam"], now=night), people["sam"], night)
    assert told("proposed")["mona@nordvik.example"].not_before == datetime(2026, 7, 16, 5, tzinfo=UTC)


def test_all_members_are_told_once_when_both_have_signed(people, proposed):
    rita(), mia(), vic()
    sign(proposed, people["sam"], Side.SALES, now=NOW)
    assert told("signed") == {}
    sign(proposed, people["mona"], Side.MARKETING, now=NOW)
    sign(proposed, people["mona"], Side.MARKETING, now=NOW)
    mails = told("signed")
    assert sorted(mails) == [f"{name}@nordvik.example" for name in ("mia", "mona", "rita", "sam")]
    mail = mails["rita@nordvik.example"]
    assert mail.subject == "Inbound Nordics: version 2 is signed, in force from 16 July 2026"
    assert "Sam Okafor for Sales, 15 July 2026, 12:00" in mail.body_text


def test_history_that_was_recorded_as_signed_mails_nobody():
    agreement = signed_agreement()
    signed_version(agreement, starts_on=date(2026, 3, 1))
    assert not Mail.objects.exists()
