"""Delivering to real mail servers: good ones, and ones that refuse, hang or drop."""

import json
import logging
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from io import StringIO

import pytest
from aiosmtpd.smtp import AuthResult
from django.core import mail as django_mail
from django.core.management import CommandError, call_command

from smarketing.accounts.tests.factories import rita, sam, vic
from smarketing.outbox.delivery import BACKOFF, CLAIM_LASTS, Delivered, deliver
from smarketing.outbox.models import Kind, Mail, State
from smarketing.outbox.tests.factories import NOW, make_mail
from smarketing.outbox.tests.servers import (
    Breaks,
    DropsWithinData,
    Inbox,
    RefusesAddresses,
    RefusesContent,
    RefusesSender,
    free_port,
    serving,
)

pytestmark = pytest.mark.django_db
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own, about clients that went away


def states() -> list[str]:
    return list(Mail.objects.order_by("id").values_list("state", flat=True))


def all_arrived_once(inbox: Inbox) -> bool:
    return inbox.copies == dict.fromkeys(Mail.objects.values_list("message_id", flat=True), 1)


# --- Good servers ----------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_in_order_on_one_connection(use_server):
    late, early, later = make_mail(minutes=0), make_mail(minutes=-5), make_mail(minutes=1)
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(sent=2)
        assert deliver(NOW) == Delivered()
        assert [message["Message-ID"] for message in inbox.messages] == [early.message_id, late.message_id]
        assert inbox.connections == 1
        assert deliver(NOW + timedelta(minutes=1)) == Delivered(sent=1)
    assert inbox.messages[-1]["Message-ID"] == later.message_id
    assert all_arrived_once(inbox)
    late.refresh_from_db()
    assert (late.state, late.sent_at, late.claim) == (State.SENT, NOW, "")


def test_at_most_the_limit_is_sent(use_server):
    for _ in range(3):
        make_mail()
    with serving(Inbox()) as port:
        use_server(port)
        assert deliver(NOW, limit=2).sent == 2
        assert deliver(NOW, limit=2).sent == 1


def test_a_message_says_what_a_mail_program_needs(use_server):
    mail = make_mail(to=rita(), subject="Katrine Bech: über 4 hours")
    with serving(inbox := Inbox()) as port:
        use_server(port)
        deliver(NOW)
    message = inbox.messages[0]
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"].strip() == f"<{mail.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(make_header(decode_header(message["Subject"]))) == mail.subject
    assert parseaddr(message["To"])[1] == "rita@nordvik.example"
    text, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    assert text.replace("\r\n", "\n") == mail.body_text
    assert html.replace("\r\n", "\n").strip() == mail.body_html.strip()


def test_mails_about_the_account_cannot_be_unsubscribed_from(use_server):
    make_mail(to=rita(), kind=Kind.PASSWORD)
    with serving(inbox := Inbox()) as port:
        use_server(port)
        deliver(NOW)
    assert inbox.messages[0]["List-Unsubscribe"] is None


# --- Kept here, or no longer wanted ----------------------------------------------------------------


def test_without_a_server_mail_is_stored_as_delivered(settings):
    settings.EMAIL_URL = ""
    make_mail()
    make_mail(minutes=1)
    assert deliver(NOW) == Delivered(stored=1)
    assert states() == [State.STORED, State.WAITING]
    assert django_mail.outbox == []


@pytest.mark.parametrize("address", ["mona@demo.example", "Mona@DEMO.example"])
def test_demo_addresses_are_stored_whatever_the_server(use_server, address):
    make_mail(to_email=address)
    make_mail(to_email="mona@notdemo.example")
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(sent=1, stored=1)
    assert [message.envelope_to for message in inbox.messages] == [["mona@notdemo.example"]]


def test_who_left_or_chose_otherwise_since_gets_nothing(use_server):
    gone, bored, viewer, wanting = rita(), sam(), vic(), vic(email="v2@nordvik.example", wants_notices=True)
    mails = [make_mail(to=person) for person in (gone, bored, viewer, wanting)]
    account = make_mail(to=bored, kind=Kind.PASSWORD)
    gone.is_active, bored.wants_notices = False, False
    gone.save(update_fields=["is_active"])
    bored.save(update_fields=["wants_notices"])
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(sent=2, cancelled=3)
    assert {message["Message-ID"] for message in inbox.messages} == {mails[3].message_id, account.message_id}
    assert list(
        Mail.objects.filter(state=State.CANCELLED).order_by("id").values_list("last_error", flat=True)
    ) == [
        "Rita Sørensen is no longer active.",
        "Sam Okafor does not want notices about single leads.",
        "Vic Stone does not want notices about single leads.",
    ]


def test_a_notice_whose_reader_was_deleted_is_cancelled(use_server):
    reader = rita()
    make_mail(to=reader)
    reader.delete()
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(cancelled=1)
    assert inbox.messages == []


# --- Servers that refuse ---------------------------------------------------------------------------


def test_a_final_no_to_one_address_fails_that_mail_only(use_server):
    bad, good = make_mail(to_email="gone@nordvik.example"), make_mail()
    with serving(inbox := RefusesAddresses(550, lambda address: address.startswith("gone"))) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(sent=1, failed=1)
        assert deliver(NOW + timedelta(days=1)) == Delivered()
    assert inbox.copies == {good.message_id: 1}
    bad.refresh_from_db()
    assert bad.last_error == "The mail server refused the address: 550 not here"


@pytest.mark.parametrize("handler", [RefusesAddresses(451), RefusesContent(452), RefusesSender()])
def test_a_passing_no_puts_the_mail_back(use_server, handler):
    mail = make_mail()
    with serving(handler) as port:
        use_server(port)
        assert deliver(NOW).put_back == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.claim) == (State.WAITING, 1, "")
    assert mail.not_before == NOW + timedelta(minutes=1)
    assert mail.last_error.startswith("The mail server refused")
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW + timedelta(seconds=59)) == Delivered()
        assert deliver(NOW + timedelta(seconds=60)) == Delivered(sent=1)
    assert all_arrived_once(inbox)


def test_a_mail_that_the_server_will_never_take_fails(use_server):
    make_mail()
    with serving(RefusesContent(552)) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(failed=1)


def test_waits_longer_each_time_and_gives_up_within_two_days(use_server):
    make_mail()
    now, waits = NOW, []
    with serving(RefusesAddresses(451)) as port:
        use_server(port)
        while deliver(now).put_back:
            due = Mail.objects.get().not_before
            waits.append((due - now) / timedelta(minutes=1))
            now = due
    mail = Mail.objects.get()
    assert waits == list(BACKOFF)
    assert mail.state == State.FAILED
    assert mail.last_error == (
        "The mail server refused the address: 451 not here Given up after 10 attempts in two days."
    )
    assert timedelta(hours=40) < now - NOW <= timedelta(hours=48)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_of_ours_ends_the_run_and_fails_nothing(use_server):
    for _ in range(2):
        make_mail()
    refusing = {
        "auth_required": True,
        "auth_require_tls": False,
        "authenticator": lambda *args: AuthResult(success=False, handled=False),
    }
    with serving(inbox := Inbox(), **refusing) as port:
        use_server(port, EMAIL_HOST_USER="smarketing", EMAIL_HOST_PASSWORD="wrong")
        done = deliver(NOW)
    assert (done.put_back, done.failed, done.sent) == (1, 0, 0)
    assert done.stopped.startswith("The mail server refused us: 535")
    assert "wrong" not in done.stopped
    assert states() == [State.WAITING, State.WAITING]
    assert inbox.messages == []


# --- Servers that hang, drop or are not there ------------------------------------------------------


def test_a_server_that_is_not_there_ends_the_run_and_loses_nothing(use_server):
    for _ in range(3):
        make_mail()
    use_server(free_port())
    done = deliver(NOW)
    assert (done.put_back, done.sent) == (1, 0)
    assert done.stopped.startswith("The mail server can’t be reached")
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW + timedelta(minutes=1)).sent == 3
    assert all_arrived_once(inbox)


BROKEN = [
    pytest.param(Breaks("MAIL", "hang", times=1), {}, id="hangs at MAIL"),
    pytest.param(Breaks("RCPT", "hang", times=1), {}, id="hangs at RCPT"),
    pytest.param(Breaks("DATA", "hang", times=1), {}, id="hangs after the content"),
    pytest.param(Breaks("MAIL", "drop", times=1), {}, id="drops at MAIL"),
    pytest.param(Breaks("RCPT", "drop", times=1), {}, id="drops at RCPT"),
    pytest.param(Breaks("DATA", "drop", times=1), {}, id="drops after the content"),
    pytest.param(Breaks("DATA", "drop", times=2, good=2), {}, id="drops twice in the middle"),
    pytest.param(Breaks("DATA", "hang", times=1, good=2), {}, id="hangs in the middle"),
]


@pytest.mark.parametrize(("handler", "options"), BROKEN)
def test_a_server_that_breaks_gets_every_mail_once_in_the_end(use_server, handler, options):
    mails = [make_mail() for _ in range(5)]
    with serving(handler, **options) as port:
        use_server(port, timeout=0.4)
        first = deliver(NOW)
        assert first.put_back >= 1
        assert first.sent + first.put_back == 5
        assert Mail.objects.filter(state=State.WAITING).exclude(last_error="").count() == first.put_back
        assert deliver(NOW + timedelta(minutes=1)).sent == first.put_back
    assert states() == [State.SENT] * 5
    assert Mail.objects.count() == len(mails)
    assert all_arrived_once(handler)


def test_a_connection_dropped_within_the_content_is_tried_again(use_server):
    for _ in range(2):
        make_mail()
    DropsWithinData.left = 1
    with serving(inbox := Inbox(), smtp_class=DropsWithinData) as port:
        use_server(port)
        assert deliver(NOW) == Delivered(sent=1, put_back=1)
        assert deliver(NOW + timedelta(minutes=1)) == Delivered(sent=1)
    assert all_arrived_once(inbox)


def test_a_connection_dropped_after_acceptance_sends_nothing_twice(use_server):
    for _ in range(4):
        make_mail()
    with serving(inbox := Breaks("after", "drop")) as port:
        use_server(port)
        for minute in range(3):
            deliver(NOW + timedelta(minutes=minute))
    assert states() == [State.SENT] * 4
    assert all_arrived_once(inbox)


def test_a_server_that_keeps_hanging_does_not_hold_the_others_up_for_long(use_server):
    for _ in range(6):
        make_mail()
    with serving(Breaks("MAIL", "hang")) as port:
        use_server(port, timeout=0.2)
        done = deliver(NOW)
    assert (done.put_back, done.stopped) == (3, "The mail server did not answer in time.")
    assert states() == [State.WAITING] * 6


# --- Deliveries that die, and claims that were taken ------------------------------------------------


def test_a_fresh_claim_of_another_delivery_is_left_alone_and_a_stale_one_is_released(use_server):
    mail = make_mail()
    Mail.objects.update(state=State.SENDING, claim="another", claimed_at=NOW)
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW, clock=lambda: NOW + CLAIM_LASTS) == Delivered()
        later = NOW + CLAIM_LASTS + timedelta(seconds=1)
        assert deliver(NOW, clock=lambda: later) == Delivered(released=1, sent=1)
    assert inbox.copies == {mail.message_id: 1}


def test_working_at_a_later_instant_takes_no_claim_from_a_living_delivery(use_server):
    make_mail()
    Mail.objects.update(state=State.SENDING, claim="another", claimed_at=NOW)
    with serving(inbox := Inbox()) as port:
        use_server(port)
        assert deliver(NOW + timedelta(days=1), clock=lambda: NOW) == Delivered()
    assert inbox.messages == []


# --- The command -----------------------------------------------------------------------------------


def command(*args) -> str:
    out = StringIO()
    call_command("deliver_mail", *args, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did(settings):
    settings.EMAIL_URL = ""
    make_mail()
    assert command("--at", "2026-11-20T14:19:59Z") == "No mail is due.\n"
    assert command("--at", "2026-11-20T14:20:00Z") == "Mail: 1 stored.\n"
    make_mail()
    assert json.loads(command("--json", "--at", "2026-11-20T15:20:00+01:00"))["stored"] == 1


def test_the_command_exits_with_1_when_mail_did_not_go_out(use_server):
    make_mail()
    use_server(free_port())
    with pytest.raises(CommandError, match="1 mail did not go out") as failure:
        command("--at", "2026-11-20T14:20:00Z", "--json")
    assert failure.value.returncode == 1


def test_the_command_exits_with_2_for_a_time_without_an_offset():
    with pytest.raises(CommandError, match="has no offset"):
        command("--at", "2026-11-20T14:20:00")
