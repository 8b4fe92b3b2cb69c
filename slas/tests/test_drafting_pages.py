"""Drafting in the browser: who may, what is stored, what is refused, and two people in one draft."""

import html
import re
from datetime import UTC, date, datetime

import pytest

from slas.models import Commitment, FrozenTerms, Step, Version, Window
from slas.services.drafting import draft_next
from slas.services.proposing import propose
from slas.tests.editing import EDIT, post
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement, signed_version
from smarketing.accounts.models import Role
from smarketing.accounts.tests.factories import UserFactory, mia, rita, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    return signed_agreement(
        name="Inbound Nordics", country="DK", now=datetime(2025, 12, 1, tzinfo=UTC), ends_on=date(2027, 6, 30)
    )


@pytest.fixture
def draft(agreement):
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, agreement):
    client.force_login(marketing_manager())
    return client


def text_of(answer) -> str:
    """The words of a page, without its markup."""
    words = html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split()
    return re.sub(r" ([,.])", r"\1", " ".join(words))


# --- Drafting --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [marketing_manager, sales_manager])
def test_a_manager_of_either_side_copies_the_version_in_force(client, agreement, who):
    client.force_login(who())
    assert "Draft version 2" in text_of(client.get("/slas/inbound/"))
    answer = client.post("/slas/inbound/draft/")
    assert (answer.status_code, answer.url) == (302, EDIT)
    made = agreement.versions.get(number=2)
    assert (made.status, made.starts_on, made.ends_on) == ("draft", date(2026, 7, 16), date(2027, 6, 30))
    assert "No change since version 1" in text_of(client.get(EDIT))


def test_the_copy_is_of_what_is_in_force_and_starts_after_what_is_signed(agreement):
    signed_version(agreement, starts_on=date(2026, 9, 1), now=NOW, window={"window_seconds": 3600})
    copy = draft_next(agreement, by=marketing_manager(), now=NOW)
    assert copy.windows.get().window_seconds == 48 * 3600
    assert copy.starts_on == date(2026, 9, 2)


def test_a_second_draft_is_refused_with_the_way_to_the_open_one(as_mona, agreement, draft):
    page = text_of(as_mona.get("/slas/inbound/"))
    assert "Draft version 3" not in page
    assert "Draft version 2" in page  # the way to it
    answer = as_mona.post("/slas/inbound/draft/", follow=True)
    assert answer.redirect_chain[-1][0] == "/slas/inbound/2/"
    assert "Version 2 of Inbound Nordics is not signed yet. Finish or withdraw it first." in text_of(answer)
    assert agreement.versions.count() == 2


POSTS = [
    "/slas/inbound/draft/",
    f"{EDIT}reports/",
    "/slas/inbound/2/propose/",
    "/slas/inbound/2/withdraw/",
]


@pytest.mark.parametrize("url", POSTS)
@pytest.mark.parametrize(
    "who", [rita, mia, vic, lambda: UserFactory(side="", role=Role.VIEWER, is_administrator=True)]
)
def test_nobody_else_changes_anything(client, draft, url, who):
    client.force_login(who())
    answer = client.post(url, {"seen": Step.objects.latest("pk").pk})
    assert answer.status_code == 403
    assert "Only managers of Marketing and Sales" in text_of(answer)
    assert list(Version.objects.values_list("status", flat=True)) == ["signed", "draft"]
    assert Step.objects.filter(version=draft).count() == 1


@pytest.mark.parametrize("url", POSTS)
def test_a_stranger_is_sent_to_the_login(client, draft, url):
    assert client.post(url).url.startswith("/login/")


@pytest.mark.parametrize("url", [POSTS[0], *POSTS[2:]])
def test_what_changes_something_is_not_fetched(as_mona, draft, url):
    assert as_mona.get(url).status_code == 405


@pytest.mark.parametrize("who", [rita, vic])
def test_others_read_the_draft_and_are_told_why_they_can_not_change_it(client, draft, who):
    client.force_login(who())
    page = text_of(client.get("/slas/inbound/2/"))
    assert "Waiting for Mona Lind or Sam Okafor to propose it." in page
    assert "Only managers of Marketing and Sales edit, propose and sign." in page
    assert "Withdraw it" not in page
    assert client.get(EDIT).status_code == 403


# --- Proposing and withdrawing ---------------------------------------------------------------


def propose_as_seen(client, draft):
    seen = client.get("/slas/inbound/2/").context["seen"]
    return client.post("/slas/inbound/2/propose/", {"seen": seen}, follow=True)


def test_proposing_freezes_the_text_that_was_read(as_mona, draft):
    answer = propose_as_seen(as_mona, draft)
    assert answer.redirect_chain[-1][0] == "/slas/inbound/2/sign/"
    assert "Waiting for Mona Lind to sign for Marketing and Sam Okafor to sign for Sales." in text_of(answer)
    assert FrozenTerms.objects.filter(version=draft).exists()


def test_a_draft_that_somebody_changed_meanwhile_is_not_proposed_unread(as_mona, draft):
    post(as_mona, "reports", {"reports-report_hour": "9"})
    answer = as_mona.post("/slas/inbound/2/propose/", {"seen": 0}, follow=True)
    assert "You changed “Reports and meeting” in another window." in text_of(answer)
    assert Version.objects.get(pk=draft.pk).status == "draft"


def test_a_proposal_is_not_edited(as_mona, draft):
    propose(draft, marketing_manager(), NOW)
    for url in (EDIT, f"{EDIT}reports/"):
        answer = as_mona.get(url, follow=True)
        assert "Version 2 is proposed, so its text can’t be edited any more." in text_of(answer)


def test_a_draft_whose_start_has_passed_says_so(as_mona, draft, time_machine):
    time_machine.move_to(datetime(2026, 8, 1, tzinfo=UTC), tick=False)
    as_mona.force_login(marketing_manager())
    assert "Its start, 16 July 2026, is past. Edit it and choose a later start." in text_of(
        as_mona.get("/slas/inbound/2/")
    )
    assert "which is past. Move its start" in text_of(propose_as_seen(as_mona, draft))
    assert Version.objects.get(pk=draft.pk).status == "draft"


def test_withdrawing_leaves_it_to_read_with_the_note(as_mona, draft):
    answer = as_mona.post("/slas/inbound/2/withdraw/", {"note": "After the fair."}, follow=True)
    page = text_of(answer)
    assert "Version 2 is withdrawn. What is in force stays in force." in page
    assert "After the fair." in page
    assert "Draft version 3" in page


def test_a_note_is_kept_without_what_no_database_keeps(as_mona, draft):
    as_mona.post("/slas/inbound/2/withdraw/", {"note": "After\x00 the fair."})
    assert draft.steps.last().note == "After the fair."


def test_a_signed_version_is_not_withdrawn(as_mona, agreement):
    answer = as_mona.post("/slas/inbound/1/withdraw/", follow=True)
    assert "Version 1 of Inbound Nordics is signed already. It stays so." in text_of(answer)


@pytest.mark.parametrize(
    "url", ["/slas/other/draft/", "/slas/inbound/9/edit/reports/", "/slas/inbound/9/propose/"]
)
def test_what_is_not_there(as_mona, draft, url):
    assert as_mona.post(url).status_code == 404


@pytest.mark.parametrize("url", ["/slas/inbound/2/", f"{EDIT}promises/"])
def test_queries_do_not_grow_with_promises(as_mona, draft, django_assert_max_num_queries, url):
    def count():
        with django_assert_max_num_queries(100) as queries:
            assert as_mona.get(url).status_code == 200
        return len(queries)

    before = count()
    for number in range(20):
        window = Window.objects.create(
            version=draft, key=f"w{number}", name=f"W {number}", window_seconds=3600, position=number + 1
        )
        Commitment.objects.create(
            version=draft, key=f"p{number}", side="sales", metric="customers", value=1,
            scope_field="tier", scope_value=window.key,
        )  # fmt: skip
    assert count() == before
    assert before <= 30
