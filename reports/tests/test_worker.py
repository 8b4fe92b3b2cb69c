"""A real Celery worker on a real broker: a tick is sent, what is due is done."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from reports.models import NightCheck, Report
from reports.tests.worlds import DAY, HOUR, agreement
from slas.models import Agreement
from smarketing.accounts.tests.factories import rita
from smarketing.broker import answers, broker_url, server_command, short_folder
from smarketing.now import this_second
from smarketing.outbox.models import Mail, State

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 90  # seconds, on a machine that does other things too


@pytest.fixture
def broker():
    """A Redis-protocol server of its own on a private socket; its URL."""
    folder = short_folder("smk-test-")
    server = subprocess.Popen(server_command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: answers(folder))
        yield broker_url(folder)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def environment(broker, tmp_path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": _database_url(),
        "SECRET_KEY": "of-a-test-only-" + "x" * 40,
        "ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": broker,
        "DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def worker(environment):
    command = "celery -A smarketing worker --pool solo --loglevel WARNING --without-gossip --without-mingle"
    process = subprocess.Popen([sys.executable, "-m", *command.split()], cwd=_root(), env=environment)
    yield process
    process.terminate()
    process.wait(timeout=60)


def _root() -> Path:
    return Path(settings.BASE_DIR)


def _database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{secret}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def _wait_for(there) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, "It did not come in time."
        time.sleep(0.1)


def test_ticks_of_beat_check_the_night_make_the_report_and_deliver(worker, environment):
    started = this_second() - 20 * DAY
    rita()
    agreement(starts_on=started.date(), report_weekday=0, report_hour=0)
    Agreement.objects.update(nights_due_from=started - HOUR)
    ticks = "; ".join(f"app.send_task('reports.tasks.{name}')" for name in ("sweep", "nightly", "weekly") * 2)
    _send(f"from smarketing.celery import app; {ticks}", environment)
    _wait_for(lambda: NightCheck.objects.count() >= 19 and Report.objects.count() >= 2)
    Mail.objects.update(not_before=started)
    _send("from smarketing.celery import app; app.send_task('reports.tasks.deliver')", environment)
    _wait_for(lambda: Mail.objects.filter(state=State.STORED).count() == Mail.objects.count() > 0)
    keys = Mail.objects.values_list("key", flat=True)
    assert len(keys) == len(set(keys))


def _send(code: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=_root(), env=environment, check=True, timeout=PATIENCE)


def test_every_tick_of_beat_is_a_task_of_ours():
    from smarketing.celery import app

    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)
    assert {f"reports.tasks.{name}" for name in ("sweep", "nightly", "weekly", "deliver")} <= scheduled
