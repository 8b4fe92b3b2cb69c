"""Two people at one lead at the same moment: real connections, in threads and in processes."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, connections

from leads.models import Clock, Entry, Lead
from leads.services.clocks import drift_of_everything
from leads.services.follow_up import log_follow_up
from leads.services.refusal import NotAllowed
from leads.tests.factories import HANDED_OVER_AT, handed_over
from slas.tests.factories import sales_manager, signed_agreement
from smarketing.accounts.tests.factories import raj, rita

pytestmark = pytest.mark.django_db(transaction=True)

LATER = HANDED_OVER_AT + timedelta(minutes=30)


@pytest.fixture
def handoff():
    return handed_over(signed_agreement(window={"window_seconds": 4 * 3600}))


def at_once(*works):
    """Run each in a thread with a connection of its own, from one signal on; what each raised or returned."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        gate.wait(timeout=20)
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def logs(lead_id, user, now=LATER, **more):
    """Logging as the page does it: on a row of its own."""
    return lambda: log_follow_up(Lead.objects.get(pk=lead_id), by=user, now=now, kind="call", **more)


def test_two_reps_log_at_once_on_one_free_lead(handoff):
    """Both read it while nobody held it: both calls are kept, and the first has the lead."""
    reps = [rita(), raj()]
    read = [Lead.objects.get(pk=handoff.lead_id) for _ in reps]
    works = [
        lambda row=row, rep=rep: log_follow_up(row, by=rep, now=LATER, kind="call")
        for row, rep in zip(read, reps, strict=True)
    ]
    results = at_once(*works)
    assert all(isinstance(each, Entry) for each in results), results
    assert handoff.lead.entries.follow_ups().count() == 2
    owner = Entry.objects.assignments().get().to_owner
    assert Lead.objects.get().owner == owner
    clock = Clock.objects.get()
    assert (clock.outcome, clock.stopped_at, clock.holder, clock.attempts) == ("met", LATER, owner, None)
    assert list(drift_of_everything(LATER)) == []


def test_who_comes_later_is_told_who_holds_it(handoff):
    first, late = rita(), raj()
    log_follow_up(handoff.lead, by=first, now=LATER, kind="call")
    with pytest.raises(NotAllowed, match="Rita Sørensen holds it"):
        log_follow_up(Lead.objects.get(), by=late, now=LATER, kind="call")


def test_two_who_may_log_are_both_kept(handoff):
    boss, other = sales_manager(), rita()
    log_follow_up(handoff.lead, by=other, now=LATER, kind="email")
    results = at_once(*(logs(handoff.lead_id, person) for person in (boss, other) * 4))
    assert all(isinstance(each, Entry) for each in results), results
    assert handoff.lead.entries.follow_ups().count() == 9
    clock = Clock.objects.get()
    assert (clock.outcome, clock.stopped_at) == ("met", LATER)
    assert Lead.objects.get().owner == other
    assert list(drift_of_everything(LATER)) == []


def test_one_click_sent_many_times_at_once_counts_once(handoff):
    person = rita()
    results = at_once(*(logs(handoff.lead_id, person, click="k") for _ in range(6)))
    assert len({each.pk for each in results}) == 1
    assert handoff.lead.entries.follow_ups().count() == 1


SCRIPT = """
import sys, time, datetime
import django
django.setup()
from leads.models import Lead
from leads.services.follow_up import log_follow_up
from smarketing.accounts.models import User
lead, person, go, now = sys.argv[1:]
while time.time() < float(go):
    time.sleep(0.001)
for _ in range(10):
    log_follow_up(
        Lead.objects.get(pk=lead), by=User.objects.get(pk=person),
        now=datetime.datetime.fromisoformat(now), kind="call",
    )
"""


def address_of_the_test_database():
    """DATABASE_URL of the database this test runs on, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    port = found["PORT"] or 5432
    return f"postgres://{found['USER']}{secret}@{found['HOST'] or '127.0.0.1'}:{port}/{found['NAME']}"


def test_two_processes_log_on_one_lead(handoff, tmp_path):
    people = [rita(), sales_manager()]
    log_follow_up(handoff.lead, by=people[0], now=LATER, kind="call")
    environment = os.environ | {
        "DATABASE_URL": address_of_the_test_database(),
        "DJANGO_SETTINGS_MODULE": "smarketing.settings",
        "SECRET_KEY": "only-for-this-test",
        "ALLOWED_HOSTS": "localhost",
        "DATA_DIR": str(tmp_path),
    }
    go = str(time.time() + 4)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(handoff.lead_id), str(person.pk), go, LATER.isoformat()],
            cwd=settings.BASE_DIR,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for person in people
    ]
    told = [each.communicate(timeout=60)[1] for each in running]
    assert [each.returncode for each in running] == [0, 0], told
    assert handoff.lead.entries.follow_ups().count() == 21
    assert Clock.objects.get().outcome == "met"
    assert list(drift_of_everything(LATER)) == []
