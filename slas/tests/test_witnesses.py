"""Witnesses: invited by a manager, they sign with their password beside both sides, for neither."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from slas.models import Signature, Version, Witness
from slas.services.drafting import draft_next
from slas.services.proposing import propose, withdraw
from slas.services.refusal import Refused
from slas.services.signing import sign
from slas.services.verification import verify
from slas.services.witnessing import invite_witness, sign_as_witness
from slas.tests.factories import signed_agreement
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import PASSWORD, UserFactory, mona, rita, sam, vic
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
URL = "/slas/inbound/2/witness/"


@pytest.fixture(autouse=True)
def _now(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people():
    made = {"mona": mona(password=PASSWORD), "sam": sam(password=PASSWORD), "vic": vic(password=PASSWORD)}
    return made | {"rita": rita(password=PASSWORD)}


@pytest.fixture
def draft(people):
    agreement = signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1))
    return draft_next(agreement, by=people["mona"], now=NOW)


@pytest.fixture
def proposed(draft, people):
    return propose(draft, people["mona"], NOW)


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def told(what: str) -> list[str]:
    mails = Mail.objects.filter(key__startswith=f"agreement-{what}:").order_by("to_email")
    return [mail.to_email.split("@")[0] for mail in mails]


def test_an_invited_viewer_signs_for_neither_side(proposed, people):
    invite_witness(proposed, people["vic"], by=people["sam"], now=NOW)
    signature = sign_as_witness(proposed, people["vic"], now=NOW, address="10.20.4.9")
    assert (signature.side, signature.name, signature.address) == ("", "Vic Stone", "10.20.4.9")
    assert signature.digest == proposed.frozen.digest
    sign(proposed, people["mona"], Side.MARKETING, now=NOW)
    assert Version.objects.get(pk=proposed.pk).status == "proposed"
    sign(proposed, people["sam"], Side.SALES, now=NOW)
    assert Version.objects.get(pk=proposed.pk).status == "signed"
    assert verify(proposed).is_intact


def test_a_witness_signs_until_it_is_in_force(proposed, people):
    invite_witness(proposed, people["vic"], by=people["sam"], now=NOW)
    sign(proposed, people["mona"], Side.MARKETING, now=NOW)
    sign(proposed, people["sam"], Side.SALES, now=NOW)
    starts = Version.objects.get(pk=proposed.pk).in_force_at
    with pytest.raises(Refused, match="is in force already"):
        sign_as_witness(proposed, people["vic"], now=starts)
    assert sign_as_witness(proposed, people["vic"], now=starts - timedelta(seconds=1)).side == ""
    again = sign_as_witness(proposed, people["vic"], now=starts + timedelta(days=1))
    assert again == Signature.objects.get(user=people["vic"])


def test_who_can_not_witness(draft, people):
    with pytest.raises(Refused, match="is still a draft"):
        invite_witness(draft, people["vic"], by=people["mona"], now=NOW)
    proposed = propose(draft, people["mona"], NOW)
    with pytest.raises(Refused, match="Only managers of Marketing and Sales invite a witness"):
        invite_witness(proposed, people["vic"], by=people["rita"], now=NOW)
    with pytest.raises(Refused, match="Rita Sørensen can’t be a witness"):
        invite_witness(proposed, people["rita"], by=people["mona"], now=NOW)
    with pytest.raises(Refused, match="Only who was invited signs"):
        sign_as_witness(proposed, people["vic"], now=NOW)
    sign(proposed, people["mona"], Side.MARKETING, now=NOW)
    with pytest.raises(Refused, match="Mona Lind signed Version 2 of Inbound Nordics for Marketing"):
        invite_witness(proposed, people["mona"], by=people["sam"], now=NOW)
    withdraw(proposed, people["mona"], NOW)
    with pytest.raises(Refused, match="is withdrawn, so there is nothing to witness"):
        invite_witness(proposed, people["vic"], by=people["mona"], now=NOW)
    assert not Witness.objects.exists()


def test_nobody_signs_twice_in_two_roles(proposed, people):
    other = UserFactory(name="Ulla Berg", side=Side.SALES, role=Role.MANAGER)
    for person in (other, people["sam"]):
        invite_witness(proposed, person, by=people["mona"], now=NOW)
    sign_as_witness(proposed, other, now=NOW)
    with pytest.raises(Refused, match="Ulla Berg has signed Version 2 of Inbound Nordics as a witness"):
        sign(proposed, other, Side.SALES, now=NOW)
    sign(proposed, people["sam"], Side.SALES, now=NOW)
    with pytest.raises(Refused, match="You signed Version 2 of Inbound Nordics for Sales"):
        sign_as_witness(proposed, people["sam"], now=NOW)


def test_each_is_asked_once_and_everybody_concerned_is_told(proposed, people):
    first = invite_witness(proposed, people["vic"], by=people["mona"], now=NOW)
    assert invite_witness(proposed, people["vic"], by=people["sam"], now=NOW) == first
    assert told("witness") == ["vic"]
    sign_as_witness(proposed, people["vic"], now=NOW)
    sign_as_witness(proposed, people["vic"], now=NOW)
    assert told("witnessed") == ["mona", "sam"]


# --- In the browser --------------------------------------------------------------------------


def test_a_manager_asks_and_the_witness_signs(client, proposed, people):
    client.force_login(people["mona"])
    page = text_of(client.post("/slas/inbound/2/witnesses/", {"user": people["vic"].pk}, follow=True))
    assert "Vic Stone is asked to sign as a witness." in page
    client.force_login(people["vic"])
    assert "You are asked to witness" in text_of(client.get("/slas/inbound/2/"))
    assert "as a witness: Vic Stone" in text_of(client.get("/slas/inbound/2/sign/"))
    answer = client.post(URL, {"password": PASSWORD}, follow=True, REMOTE_ADDR="10.20.4.9")
    assert "You signed as a witness." in text_of(answer)
    assert Signature.objects.get(version=proposed).address == "10.20.4.9"
    assert "You are asked to witness" not in text_of(client.get("/slas/inbound/2/"))
    assert "Witness: Vic Stone , 15 July 2026, 12:00, password confirmed, from 10.20.4.9" in text_of(answer)


@pytest.mark.parametrize(
    ("password", "status", "sentence"),
    [("", 422, "Enter your password."), ("wrong", 422, "This is not your password. Nothing was signed.")],
)
def test_without_the_password_nothing_is_signed(client, proposed, people, password, status, sentence):
    invite_witness(proposed, people["vic"], by=people["mona"], now=NOW)
    client.force_login(people["vic"])
    answer = client.post(URL, {"password": password})
    assert (answer.status_code, Signature.objects.count()) == (status, 2)  # those of version 1
    assert sentence in text_of(answer)


def test_passwords_are_not_guessed(client, proposed, people):
    invite_witness(proposed, people["vic"], by=people["mona"], now=NOW)
    client.force_login(people["vic"])
    for _ in range(5):
        client.post(URL, {"password": "wrong"})
    answer = client.post(URL, {"password": PASSWORD})
    assert answer.status_code == 429
    assert not proposed.signatures.exists()


@pytest.mark.parametrize("user", ["", "x", "0", "999999999999999999999"])
def test_nobody_is_asked_where_nobody_was_chosen(client, proposed, people, user):
    client.force_login(people["mona"])
    page = text_of(client.post("/slas/inbound/2/witnesses/", {"user": user}, follow=True))
    assert "Choose who is to witness it. Nobody was asked." in page


def test_too_late_is_said(client, proposed, people):
    invite_witness(proposed, people["vic"], by=people["mona"], now=NOW)
    withdraw(proposed, people["mona"], NOW)
    client.force_login(people["vic"])
    page = text_of(client.post(URL, {"password": PASSWORD}, follow=True))
    assert "is withdrawn, so there is nothing to witness" in page
