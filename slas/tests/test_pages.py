"""The pages of agreements: everybody inside reads all, strangers nothing, nobody changes anything."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from slas.models import FrozenTerms, Version
from slas.services.drafting import create_agreement, draft_version
from slas.services.proposing import propose
from slas.services.signing import sign
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement, signed_version
from smarketing.accounts.tests.factories import mia, rita, vic
from smarketing.triggers import lifted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)


@pytest.fixture
def agreement():
    return signed_agreement(name="Inbound Nordics", country="DK", now=datetime(2025, 12, 1, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def fetch(client):
    """Fetch a page, as a rep unless told otherwise: the answer, whatever its status."""

    def fetch(url, as_=rita):
        if "_auth_user_id" not in client.session:
            client.force_login(as_())
        return client.get(url)

    return fetch


@pytest.mark.parametrize("reader", [rita, mia, vic])
def test_both_sides_and_viewers_read_the_agreement(fetch, agreement, reader):
    answer = fetch(reverse("agreement", args=["inbound"]), as_=reader)
    assert answer.status_code == 200
    for words in ("Inbound Nordics, version 1", "In force", "48 business hours", "Mona Lind", "Sam Okafor"):
        assert words in answer.content.decode()


def urls():
    return ["/slas/", "/slas/inbound/", "/slas/inbound/1/", "/slas/inbound/1/terms.json"]


@pytest.mark.parametrize("url", urls())
def test_a_stranger_is_sent_to_the_login(client, agreement, url):
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")


@pytest.mark.parametrize("url", urls())
def test_nothing_can_be_posted(client, agreement, url):
    client.force_login(marketing_manager())
    assert client.post(url, {"status": "draft"}).status_code == 405


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/slas/outbound/", "There is no agreement “outbound”"),
        ("/slas/outbound/1/", "There is no agreement “outbound”"),
        ("/slas/inbound/2/", "Inbound Nordics has no version 2."),
        ("/slas/inbound/2/terms.json", "There are no frozen terms of version 2"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(fetch, agreement, url, sentence):
    answer = fetch(url)
    assert answer.status_code == 404
    assert sentence in answer.content.decode()


def test_an_agreement_without_a_version_says_so(fetch):
    create_agreement("empty", "Empty", now=NOW)
    answer = fetch("/slas/empty/")
    assert (answer.status_code, "It has no version." in answer.content.decode()) == (200, True)
    assert "It has no version yet." in fetch("/slas/").content.decode()


def test_the_list_names_version_signers_and_what_comes_next(fetch, agreement):
    signed_version(agreement, starts_on=date(2026, 9, 1), now=NOW)
    text = fetch("/slas/").content.decode()
    for words in ("One agreement is in force.", "since 1 January 2026 to 31 August 2026", "Mona Lind"):
        assert words in text
    assert "version 2</a>, Signed, in force from 1 September 2026" in text


def test_the_list_without_agreements_says_what_to_do(fetch):
    assert "No agreement yet" in fetch("/slas/").content.decode()


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC), "version 1"),
        (datetime(2026, 8, 31, 22, 0, 0, tzinfo=UTC), "version 2"),  # midnight in Copenhagen
    ],
)
def test_the_agreement_page_shows_the_version_in_force(fetch, agreement, time_machine, at, shown):
    signed_version(agreement, starts_on=date(2026, 9, 1), now=NOW)
    time_machine.move_to(at, tick=False)
    assert f"Inbound Nordics, {shown} <span" in fetch("/slas/inbound/").content.decode()
    assert "One agreement is in force." in fetch("/slas/").content.decode()


def test_the_download_is_the_frozen_text_to_the_byte(fetch, agreement):
    answer = fetch("/slas/inbound/1/terms.json")
    frozen = FrozenTerms.objects.get()
    assert answer.content == frozen.canonical.encode()
    assert hashlib.sha256(answer.content).hexdigest() == frozen.digest
    assert answer["Content-Disposition"] == 'attachment; filename="inbound-1.json"'


def test_the_page_says_when_a_row_was_altered(fetch, agreement):
    assert "The text is as it was signed" in fetch("/slas/inbound/").content.decode()
    with lifted():
        FrozenTerms.objects.update(canonical=FrozenTerms.objects.get().canonical.replace("172800", "86400"))
    text = fetch("/slas/inbound/").content.decode()
    assert "The text is not as it was signed" in text
    assert "The stored text was altered" in text


def test_holidays_of_the_next_year_are_listed(fetch, agreement):
    text = fetch("/slas/inbound/").content.decode()
    assert "Friday 25 December" in text
    assert "Thursday 25 December 2025" not in text


def test_drafts_and_proposals_can_be_read(fetch, agreement):
    draft = draft_version(
        agreement,
        by=marketing_manager(),
        now=NOW,
        copy_of=agreement.versions.get(),
        starts_on=date(2027, 1, 1),
    )
    assert "The text can still change." in fetch("/slas/inbound/2/").content.decode()
    propose(draft, marketing_manager(), NOW)
    sign(draft, sales_manager(), "sales", now=NOW)
    text = fetch("/slas/inbound/2/").content.decode()
    assert "signed by Sales, not yet by the other side" in text
    assert "not signed" in text


def count(django_assert_max_num_queries, client, url):
    with django_assert_max_num_queries(100) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", ["/slas/", "/slas/inbound/"])
def test_queries_do_not_grow_with_rows(client, agreement, django_assert_max_num_queries, url):
    client.force_login(rita())
    before = count(django_assert_max_num_queries, client, url)
    for year in range(2027, 2037):
        signed_version(agreement, starts_on=date(year, 1, 1))
        signed_agreement(f"other-{year}", starts_on=date(year - 1, 1, 1))
    assert Version.objects.count() == 21
    assert count(django_assert_max_num_queries, client, url) == before
    assert before <= 16
