"""Several deliveries at once, and deliveries that are killed: real processes on the test database."""

import json
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from smarketing.now import this_second
from smarketing.outbox.delivery import CLAIM_LASTS, deliver
from smarketing.outbox.models import Mail, State
from smarketing.outbox.tests.factories import make_mail
from smarketing.outbox.tests.servers import Breaks, Inbox, serving

pytestmark = pytest.mark.django_db(transaction=True)


def an_hour_later():
    return this_second() + timedelta(hours=1)


def all_arrived_once(inbox: Inbox) -> bool:
    return inbox.copies == dict.fromkeys(Mail.objects.values_list("message_id", flat=True), 1)


def test_the_second_process_is_on_the_same_kind_of_database(start_delivery):
    make_mail(to_email="mona@demo.example")
    out, _ = start_delivery(1).communicate(timeout=60)
    assert json.loads(out)["stored"] == 1
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        assert connection.vendor == "postgresql"


def test_two_processes_at_once_send_each_mail_once(start_delivery):
    for _ in range(30):
        make_mail()
    with serving(inbox := Inbox()) as port:
        runs = [start_delivery(port) for _ in range(2)]
        done = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert sum(run["sent"] for run in done) == 30
    assert all_arrived_once(inbox)
    assert set(Mail.objects.values_list("state", flat=True)) == {State.SENT}


def test_four_threads_at_once_send_each_mail_once(use_server):
    for _ in range(20):
        make_mail()
    start, sent, now = threading.Barrier(4), [], this_second()

    def run():
        start.wait()
        try:
            sent.append(deliver(now).sent)
        finally:
            connection.close()

    with serving(inbox := Inbox()) as port:
        use_server(port)
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(sent) == 20
    assert all_arrived_once(inbox)


def test_killed_in_the_middle_and_run_again_each_mail_arrives_once(start_delivery, use_server):
    for _ in range(6):
        make_mail()
    with serving(inbox := Breaks("DATA", "hang", times=1, good=3)) as port:
        run = start_delivery(port)
        assert inbox.misbehaving.wait(timeout=60)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert Mail.objects.filter(state=State.SENDING).count() == 1

        use_server(port)
        assert deliver(this_second()).sent == 2  # the claim of the dead one may still be a living one's
        after = deliver(this_second(), clock=lambda: this_second() + CLAIM_LASTS + timedelta(seconds=1))
    assert (after.released, after.sent) == (1, 1)
    assert all_arrived_once(inbox)
    assert set(Mail.objects.values_list("state", flat=True)) == {State.SENT}


class KillsTheSender(Inbox):
    """Accepts the first mail and kills the process that sent it before it can hear so."""

    pid = 0

    def keep(self, envelope):
        super().keep(envelope)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.pid = 0
            time.sleep(0.2)  # it is dead before our answer leaves


def test_killed_between_acceptance_and_our_commit_the_second_copy_has_the_same_message_id(
    start_delivery, use_server
):
    """The one gap that no sender can close: the copy is recognisable, and nothing is lost."""
    mail = make_mail()
    with serving(inbox := KillsTheSender()) as port:
        run = start_delivery(port)
        inbox.pid = run.pid
        run.wait(timeout=60)
        use_server(port)
        deliver(this_second(), clock=an_hour_later)
    assert inbox.copies == {mail.message_id: 2}
    mail.refresh_from_db()
    assert mail.state == State.SENT
