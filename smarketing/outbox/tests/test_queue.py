"""Writing mail: once for a key, in the caller's transaction, readable as text and as HTML."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from smarketing.accounts.tests.factories import rita, sam
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.services import queue, queue_many
from smarketing.outbox.tests.factories import NOW, make_mail

pytestmark = pytest.mark.django_db


def notice(key, to, **fields):
    return {
        "key": key,
        "kind": Kind.NOTICE,
        "to": to,
        "subject": "4 hours ran out",
        "text": "Call now.",
    } | fields


def test_a_key_is_written_once():
    reader = rita()
    first = queue(**notice("breach:1", reader), now=NOW)
    again = queue(**notice("breach:1", reader, subject="Other words"), now=NOW)
    assert again is None
    assert Mail.objects.get() == first
    assert (first.state, first.not_before, first.to_email) == (State.WAITING, NOW, "rita@nordvik.example")


def test_it_lives_and_dies_with_the_callers_transaction():
    reader = rita()
    with transaction.atomic():
        queue(**notice("breach:1", reader), now=NOW)
        queue(**notice("breach:1", reader), now=NOW)  # a known key must not break the transaction
        assert Mail.objects.count() == 1
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_key_at_the_same_moment():
    reader, start, made = rita(), threading.Barrier(4), []

    def write():
        connection.ensure_connection()
        start.wait()
        try:
            with transaction.atomic():
                made.append(queue(**notice("breach:1", reader), now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mail.objects.count() == 1
    assert sorted(mail is not None for mail in made) == [False, False, False, True]


def test_many_are_written_together_and_only_the_new_ones_come_back():
    reader, other = rita(), sam()
    queue(**notice("night:1:rita", reader), now=NOW)
    made = queue_many([notice("night:1:rita", reader), notice("night:1:sam", other)], now=NOW)
    assert [mail.to for mail in made] == [other]
    assert Mail.objects.count() == 2
    assert queue_many([], now=NOW) == []


def test_one_wrong_mail_among_many_writes_none():
    with pytest.raises(ValueError, match="no kind of mail"):
        queue_many([notice("a", rita()), notice("b", sam(), kind="advert")], now=NOW)
    assert not Mail.objects.exists()


@pytest.mark.parametrize("readers", [3, 30])
def test_the_number_of_queries_does_not_grow(readers):
    person = rita()
    mails = [notice(f"night:{number}", person) for number in range(readers)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        queue_many(mails, now=NOW)
    assert len(queries) <= 5  # known keys, insert (in its savepoint), read back


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "advert"}, "“advert” is no kind of mail"),
        ({"to": None}, "“” is no e-mail address"),
        ({"to": None, "to_email": "rita"}, "“rita” is no e-mail address"),
        ({"to": None, "to_email": "a@b.example\nBcc: c@d.example"}, "is no e-mail address"),
        ({"subject": " \n ", "text": "x"}, "needs a subject"),
        ({"text": " \n "}, "needs a subject and a text"),
    ],
)
def test_a_wrong_mail_is_refused_with_a_sentence(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        queue(**(notice("x", rita()) | fields), now=NOW)
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Katrine\r\nBcc: all@nordvik.example", "Katrine Bcc: all@nordvik.example"),
        ("a\x00b\x85c\u2028d", "a b c d"),
        ("  Inbound   Nordics \t week 46 ", "Inbound Nordics week 46"),
        ("x" * 300, "x" * 249 + "…"),
    ],
)
def test_a_subject_is_one_line(subject, expected):
    assert make_mail(subject=subject).subject == expected


def test_text_is_wrapped_at_72_columns_and_addresses_stay_whole():
    address = "https://smarketing.example/" + "a" * 80
    text = f"◖ {'Marketing keeps its word. ' * 6}\n\n\n\n  - {'Sales does too. ' * 8}\nSee {address}"
    lines = make_mail(to=rita(), text=text).body_text.splitlines()
    assert all(len(line) <= 72 or line.strip().startswith("http") for line in lines)
    assert address in lines
    assert lines[1].startswith("  Marketing") or lines[1].startswith("  ")
    assert "\n\n\n" not in "\n".join(lines)


def test_text_is_not_escaped_and_html_is():
    mail = queue(
        key="reset",
        kind=Kind.PASSWORD,
        to=rita(name="O'Brien"),
        template="password_reset",
        context={"link": "https://smarketing.example/?a=1&b=2", "hours": 72},
        now=NOW,
    )
    assert "https://smarketing.example/?a=1&b=2" in mail.body_text
    assert "https://smarketing.example/?a=1&amp;b=2" in mail.body_html


def test_html_carries_its_styles_inline_and_names_no_other_host():
    html = make_mail(to=rita()).body_html
    assert '<h1 class="answer" style="margin: 0;font-size: 20px' in html
    assert "prefers-color-scheme: dark" in html
    assert 'width="600"' in html
    assert "<link" not in html
    assert "<script" not in html
    assert "◖" in html


def test_times_in_a_mail_are_those_of_its_reader():
    mail = queue(
        key="zone",
        kind=Kind.PASSWORD,
        to=rita(time_zone="America/Sao_Paulo"),
        subject="x",
        template="password_reset",
        context={"link": NOW, "hours": 72},
        now=NOW,
    )
    assert "11:20" in mail.body_html  # 14:20 in UTC
    assert "2:20" not in mail.body_html


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_that_can_be_stopped_says_how(client, kind):
    reader = rita()
    mail = make_mail(to=reader, kind=kind)
    if kind in (Kind.AGREEMENT, Kind.INVITATION, Kind.PASSWORD):
        assert mail.unsubscribe_url == ""
        assert "unsubscribe" not in mail.body_text + mail.body_html
        return
    assert mail.unsubscribe_url in mail.body_text
    assert mail.unsubscribe_url in mail.body_html
    path = mail.unsubscribe_url.removeprefix("http://127.0.0.1:8000")
    assert client.post(path).status_code == 200
    reader.refresh_from_db()
    assert not reader.wants(kind.preference)
