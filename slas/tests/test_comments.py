"""Comments on a section: kept as said, settled, opened again; bad ones answered by a sentence; the mails."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from slas.models import Comment
from slas.services.commenting import LONGEST, comment, open_again, settle
from slas.services.drafting import draft_next
from slas.services.proposing import propose, withdraw
from slas.services.refusal import Refused
from slas.tests.factories import signed_agreement
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import UserFactory, mia, mona, raj, rita, sam, vic
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
URL = "/slas/inbound/2/comments/"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def people():
    return {"mona": mona(), "sam": sam(), "rita": rita(), "mia": mia(), "vic": vic(), "raj": raj()}


@pytest.fixture
def draft(people):
    agreement = signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1))
    return draft_next(agreement, by=people["mona"], now=NOW)


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def mails() -> dict[str, int]:
    found: dict[str, int] = {}
    for mail in Mail.objects.filter(key__startswith="agreement-comment:"):
        name = mail.to_email.split("@")[0]
        found[name] = found.get(name, 0) + 1
    return found


def test_it_is_kept_as_said_with_its_lines(draft, people):
    made = comment(draft, "time", "  Open at 8?\r\n<b>Raj</b> is in by then.\n", by=people["rita"], now=NOW)
    assert made.text == "Open at 8?\n<b>Raj</b> is in by then."
    assert (made.by, made.at, made.section) == (people["rita"], NOW, "time")


@pytest.mark.parametrize(
    ("section", "text", "sentence"),
    [
        ("time", " \n ", "The comment is empty"),
        ("time", "a\x00b", "The comment has a sign that can’t be kept. Type it anew"),
        ("time", "x" * (LONGEST + 1), "The comment has 2,001 letters. Shorten it to 2,000"),
        ("nowhere", "Hello", "has no such section"),
        ("", "Hello", "has no such section"),
    ],
)
def test_what_can_not_be_kept(draft, people, section, text, sentence):
    with pytest.raises(Refused, match=sentence):
        comment(draft, section, text, by=people["rita"], now=NOW)
    assert not Comment.objects.exists()


def test_2000_letters_are_kept(draft, people):
    assert len(comment(draft, "time", "x" * LONGEST, by=people["rita"], now=NOW).text) == LONGEST


def test_a_viewer_does_not_comment(draft, people):
    for act in (
        lambda: comment(draft, "time", "No.", by=people["vic"], now=NOW),
        lambda: settle(comment(draft, "time", "A", by=people["mia"], now=NOW), by=people["vic"], now=NOW),
    ):
        with pytest.raises(Refused, match="Only people of Marketing and Sales"):
            act()


def test_a_closed_version_keeps_what_was_said(draft, people):
    said = comment(draft, "time", "Why?", by=people["rita"], now=NOW)
    withdraw(draft, people["mona"], NOW)
    for act in (
        lambda: comment(draft, "time", "Still", by=people["rita"], now=NOW),
        lambda: settle(said, by=people["rita"], now=NOW),
        lambda: open_again(said, by=people["rita"]),
    ):
        with pytest.raises(Refused, match="Version 2 of Inbound Nordics is withdrawn, so what was said"):
            act()


def test_anybody_on_a_side_settles_it_and_opens_it_again(draft, people):
    said = comment(draft, "time", "Why?", by=people["rita"], now=NOW)
    later = NOW + timedelta(hours=1)
    settled = settle(said, by=people["mia"], now=later)
    assert (settled.settled_by, settled.settled_at) == (people["mia"], later)
    again = settle(said, by=people["sam"], now=later + timedelta(hours=1))
    assert (again.settled_by, again.settled_at) == (people["mia"], later)
    assert open_again(said, by=people["raj"]).settled_at is None
    assert open_again(said, by=people["raj"]).settled_by is None


def test_a_second_click_is_one_comment(draft, people):
    first = comment(draft, "time", "Why?", by=people["rita"], now=NOW)
    assert comment(draft, "time", "Why?", by=people["rita"], now=NOW + timedelta(seconds=30)) == first
    comment(draft, "time", "Why?", by=people["rita"], now=NOW + timedelta(minutes=2))
    assert Comment.objects.count() == 2


def test_the_other_sides_managers_get_one_mail_in_half_an_hour(draft, people):
    UserFactory(side=Side.MARKETING, role=Role.MANAGER, is_active=False)
    for minute in (0, 1, 20, 31):
        comment(draft, "time", f"At {minute}", by=people["rita"], now=NOW + timedelta(minutes=minute))
    assert mails() == {"mona": 2}
    comment(draft, "windows", "Yes", by=people["mona"], now=NOW + timedelta(minutes=32))
    assert mails() == {"mona": 2, "sam": 1, "rita": 1}
    mail = Mail.objects.filter(to=people["mona"], key__startswith="agreement-comment").earliest("pk")
    assert mail.subject == "Rita Sørensen commented on version 2 of Inbound Nordics"
    assert "“At 0”" in mail.body_text
    assert "/slas/inbound/2/#c-time" in mail.body_html


# --- On the page -----------------------------------------------------------------------------


def test_it_stands_at_its_section_and_nothing_is_markup(client, draft, people):
    client.force_login(people["rita"])
    answer = client.post(URL, {"section": "windows", "text": "Too short.\n<script>x</script>"})
    assert answer["Location"] == "/slas/inbound/2/#c-windows"
    page = client.get("/slas/inbound/2/").content.decode()
    place = page.index('id="c-windows"')
    assert page.index("Rita Sørensen", place) > place
    assert "Too short.<br>&lt;script&gt;x&lt;/script&gt;" in page
    client.force_login(people["vic"])
    page = client.get("/slas/inbound/2/").content.decode()
    assert "Too short." in page
    assert "/comments/" not in page


def test_what_was_typed_comes_back_with_the_sentence(client, draft, people):
    client.force_login(people["rita"])
    long = "Nine till five. " * 199 + "Nine till five.."
    answer = client.post(URL, {"section": "time", "text": long})
    assert answer.status_code == 422
    assert "The comment has 3,200 letters. Shorten it to 2,000." in text_of(answer)
    assert long in answer.content.decode()
    part = client.post(URL, {"section": "time", "text": " "}, headers={"HX-Request": "true"})
    assert (part.status_code, part["X-Draft"]) == (422, "1")
    assert "The comment is empty." in text_of(part)
    assert "<html" not in part.content.decode()


def test_htmx_gets_the_comments_of_the_section(client, draft, people):
    client.force_login(people["mia"])
    part = client.post(URL, {"section": "time", "text": "Fine."}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "Fine." in text_of(part)
    said = Comment.objects.get()
    part = client.post(f"{URL}{said.pk}/settle/", headers={"HX-Request": "true"})
    assert "settled by Mia Holm" in text_of(part)
    assert "Open again" in text_of(part)
    assert client.post(f"/slas/inbound/1/comments/{said.pk}/settle/").status_code == 404


def test_a_proposal_is_commented_on_too(client, draft, people):
    propose(draft, people["mona"], NOW)
    client.force_login(people["sam"])
    client.post(URL, {"section": "promises", "text": "25 is a lot."})
    assert Comment.objects.get().version == draft
    assert "25 is a lot." in text_of(client.get("/slas/inbound/2/"))


def test_many_comments_cost_no_more_queries(client, draft, people, django_assert_max_num_queries):
    client.force_login(people["rita"])
    for number in range(3):
        comment(draft, "time", f"No. {number}", by=people["rita"], now=NOW)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/slas/inbound/2/")
    for number in range(30):
        comment(draft, "windows", f"No. {number}", by=people["raj"], now=NOW)
    with django_assert_max_num_queries(len(few)):
        client.get("/slas/inbound/2/")
