"""Who is mailed of which step, and what a date brings: everybody concerned, each once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from slas.services.commenting import comment
from slas.services.drafting import draft_next
from slas.services.proposing import decline, propose, withdraw
from slas.services.reminding import remind
from slas.services.signing import sign
from slas.services.witnessing import invite_witness
from slas.tests.factories import signed_agreement, signed_version
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.tests.factories import UserFactory, mia, mona, raj, rita, sam, vic
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)


@pytest.fixture
def people():
    made = {"mona": mona(), "sam": sam(), "rita": rita(), "raj": raj(), "mia": mia(), "vic": vic()}
    UserFactory(email="ulla@nordvik.example", side=Side.MARKETING, role=Role.MANAGER)
    UserFactory(side=Side.SALES, role=Role.MANAGER, is_active=False)
    return made


@pytest.fixture
def draft(people):
    agreement = signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1))
    version = draft_next(agreement, by=people["mona"], now=NOW)
    comment(version, "time", "Why?", by=people["rita"], now=NOW)
    return version


def told(start: str) -> list[str]:
    mails = Mail.objects.filter(key__startswith=f"{start}:").order_by("to_email")
    return [mail.to_email.split("@")[0] for mail in mails]


def test_a_proposal_is_told_to_all_concerned_and_asks_the_signers(draft, people):
    propose(draft, people["mona"], NOW)
    propose(draft, people["mona"], NOW)
    assert told("agreement-proposed") == ["rita", "sam", "ulla"]
    mails = {mail.to_email.split("@")[0]: mail for mail in Mail.objects.filter(key__contains="proposed")}
    assert "asks you to sign" in mails["sam"].subject
    assert mails["rita"].subject == "Mona Lind proposes version 2 of Inbound Nordics"


def test_a_withdrawal_is_told_with_the_reason(draft, people):
    propose(draft, people["mona"], NOW)
    invite_witness(draft, people["vic"], by=people["mona"], now=NOW)
    withdraw(draft, people["sam"], NOW, note="We start\nin May.")
    withdraw(draft, people["sam"], NOW)
    assert told("agreement-withdrew") == ["mona", "rita", "ulla", "vic"]
    mail = Mail.objects.filter(key__startswith="agreement-withdrew").first()
    assert mail.subject == "Sam Okafor has withdrawn version 2 of Inbound Nordics"
    assert "“We start\nin May.”" in mail.body_text
    assert "We start<br>in May." in mail.body_html


def test_a_decline_is_told_with_the_reason(draft, people):
    propose(draft, people["mona"], NOW)
    decline(draft, people["sam"], Side.SALES, NOW, reason="Too fast for two <b>people</b>.")
    assert told("agreement-declined") == ["mona", "rita", "ulla"]
    mail = Mail.objects.filter(key__startswith="agreement-declined").first()
    assert "“Too fast for two <b>people</b>.”" in mail.body_text
    assert "Too fast for two &lt;b&gt;people&lt;/b&gt;." in mail.body_html


def test_one_signature_is_told_and_both(draft, people):
    propose(draft, people["mona"], NOW)
    sign(draft, people["mona"], Side.MARKETING, now=NOW)
    assert told("agreement-signed-marketing") == ["rita", "sam", "ulla"]
    sign(draft, people["sam"], Side.SALES, now=NOW)
    assert told("agreement-signed-sales") == []
    assert told("agreement-signed") == ["mia", "mona", "raj", "rita", "sam", "ulla"]


# --- What a date brings ----------------------------------------------------------------------


def test_the_first_day_is_told_once(draft, people):
    propose(draft, people["mona"], NOW)
    sign(draft, people["mona"], Side.MARKETING, now=NOW)
    sign(draft, people["sam"], Side.SALES, now=NOW)
    start = datetime(2026, 7, 15, 22, tzinfo=UTC)  # midnight in Copenhagen
    remind(start - timedelta(seconds=1))
    assert told("agreement-in-force") == []
    for at in (start, start, start + timedelta(days=3)):
        remind(at)
    assert told("agreement-in-force") == ["mia", "mona", "raj", "rita", "sam", "ulla"]
    assert Mail.objects.filter(key__contains="in-force").first().not_before > start


def test_signed_on_its_first_day_it_was_told_then(draft, people):
    draft.starts_on = date(2026, 7, 15)
    draft.save(update_fields=["starts_on"])
    propose(draft, people["mona"], NOW)
    sign(draft, people["mona"], Side.MARKETING, now=NOW)
    sign(draft, people["sam"], Side.SALES, now=NOW)
    remind(NOW)
    assert told("agreement-in-force") == []


@pytest.mark.parametrize(
    ("at", "near", "due"),
    [
        (datetime(2026, 8, 16, 21, 59, tzinfo=UTC), 0, 0),
        (datetime(2026, 8, 16, 22, 0, tzinfo=UTC), 1, 0),  # 17 August in Copenhagen
        (datetime(2026, 8, 30, 21, 59, tzinfo=UTC), 1, 0),
        (datetime(2026, 8, 30, 22, 0, tzinfo=UTC), 0, 1),  # 31 August
        (datetime(2026, 9, 7, 12, 0, tzinfo=UTC), 0, 1),
        (datetime(2026, 9, 8, 12, 0, tzinfo=UTC), 0, 0),
    ],
)
def test_a_review_is_told_14_days_before_and_on_the_day(people, at, near, due):
    signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1), review_on=date(2026, 8, 31))
    remind(at)
    remind(at)
    managers = ["mona", "sam", "ulla"]
    assert told("agreement-review-near") == managers * near
    assert told("agreement-review-due") == managers * due


def test_what_is_not_in_force_any_more_is_not_reviewed(people):
    agreement = signed_agreement(starts_on=date(2026, 1, 1), review_on=date(2026, 8, 31))
    signed_version(agreement, starts_on=date(2026, 8, 1))
    remind(datetime(2026, 8, 31, 10, tzinfo=UTC))
    assert told("agreement-review-due") == []


def test_the_day_of_a_review_says_how_far_it_is(people):
    signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1), review_on=date(2026, 8, 31))
    remind(datetime(2026, 8, 17, 10, tzinfo=UTC))
    mail = Mail.objects.get(to=User.objects.get(email="sam@nordvik.example"))
    assert mail.subject == "Inbound Nordics: the review of version 1 is due in 14 days"
