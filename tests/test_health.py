"""/healthz and /readyz: what they say when all is well, and when each part is missing."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
import time_machine
from django.db import connection

from smarketing import broker, heartbeats
from smarketing.accounts.tests.factories import ada, mona
from smarketing.celery import app
from smarketing.tasks import heartbeat
from smarketing.ticks import Ticks


@pytest.fixture
def own_broker(settings, tmp_path):
    """A broker of the test's own as REDIS_URL; its process."""
    folder = broker.short_folder("smarketing-test-")
    server = subprocess.Popen(broker.server_command(folder))
    settings.REDIS_URL = broker.broker_url(folder)
    until = time.monotonic() + 20
    while not broker.answers(folder) and time.monotonic() < until:
        time.sleep(0.02)
    yield server
    server.kill()
    server.wait()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def readiness(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_asks_nobody(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # no django_db here: a query would raise
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_all_four_are_there(client, own_broker):
    heartbeat()
    heartbeats.seen("beat")
    assert readiness(client) == (
        200,
        {"ready": True, "database": True, "broker": True, "worker": True, "beat": True, "missing": []},
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "status"), [(179, 200), (180, 200), (181, 503)])
def test_lately_is_three_minutes(client, own_broker, later, status):
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False) as clock:
        heartbeats.seen("worker")
        clock.shift(timedelta(seconds=later))
        heartbeats.seen("beat")
        code, answer = readiness(client)
    assert code == status
    assert answer["worker"] is (status == 200)
    assert answer["beat"] is True
    assert answer["missing"] == ([] if status == 200 else [f"The worker was last seen {later} seconds ago."])


@pytest.mark.django_db
def test_who_was_never_seen_is_named(client, own_broker):
    heartbeats.seen("worker")
    code, answer = readiness(client)
    assert (code, answer["missing"]) == (503, ["The beat was not seen in the last day."])


@pytest.mark.django_db
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_broker_that_is_gone_or_hangs_is_said_quickly(client, own_broker, how):
    own_broker.send_signal(how)
    if how == signal.SIGKILL:
        own_broker.wait()
    begin = time.monotonic()
    code, answer = readiness(client)
    assert time.monotonic() - begin < 5
    assert code == 503
    assert (answer["database"], answer["broker"], answer["worker"], answer["beat"]) == (
        True,
        False,
        False,
        False,
    )
    assert answer["missing"][0] == "The broker does not answer."


@pytest.mark.django_db
def test_without_a_broker_it_says_so_once(client, settings):
    settings.REDIS_URL = ""
    code, answer = readiness(client)
    assert (code, answer["missing"]) == (
        503,
        ["REDIS_URL is not set, so there is no broker, worker or beat."],
    )


@pytest.mark.django_db
def test_a_database_that_fails_is_said(client, own_broker):
    heartbeats.seen("worker")
    heartbeats.seen("beat")

    def fail(execute, sql, params, many, context):
        from django.db import OperationalError

        raise OperationalError("gone")

    with connection.execute_wrapper(fail):
        code, answer = readiness(client)
    assert (code, answer["missing"]) == (503, ["The database does not answer."])


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_neither_is_sent_to_https_or_to_the_log_in_page(client, settings, own_broker, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code in (200, 503)
    assert client.post(path).status_code == 405


def test_a_beat_without_redis_url_stops_with_a_sentence(tmp_path):
    for program in ("worker", "beat"):
        answer = subprocess.run(
            [sys.executable, "-m", "celery", "--app", "smarketing", program],
            env={**os.environ, "REDIS_URL": "", "DATA_DIR": str(tmp_path), "DATABASE_URL": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode != 0
        assert "REDIS_URL is not set." in answer.stderr


def test_beat_ticks_at_once_and_each_message_expires_before_the_next(own_broker, settings):
    url = broker.client_url(settings.REDIS_URL)
    with app.connection_for_write(settings.REDIS_URL) as line, line.Producer() as producer:
        beat = Ticks(app=app)
        for entry in beat.schedule.values():
            assert beat.is_due(entry)[0]
            beat.apply_async(entry, producer=producer)
    with redis.Redis.from_url(url) as client:
        messages = [json.loads(text) for text in client.lrange("smarketing", 0, -1)]
    assert {message["headers"]["task"] for message in messages} == {
        "smarketing.tasks.heartbeat",
        "reports.tasks.sweep",
        "reports.tasks.nightly",
        "reports.tasks.weekly",
        "leads.tasks.imports",
        "leads.tasks.qualify",
        "reports.tasks.deliver",
    }
    assert all(message["headers"]["expires"] and not message["headers"]["eta"] for message in messages)
    assert heartbeats.seconds_since("beat", "worker") == [0, None]


def test_every_tick_has_its_task():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "seen_names", "said"),
    [
        (ada, (), True),
        (ada, ("worker",), True),
        (ada, ("worker", "beat"), False),
        (mona, (), False),
    ],
    ids=["nobody seen", "beat unseen", "all well", "not an administrator"],
)
def test_administrators_are_told_on_every_page_that_the_worker_is_offline(
    client, own_broker, settings, who, seen_names, said
):
    for name in seen_names:
        heartbeats.seen(name)
    client.force_login(who())
    page = client.get("/me/").content.decode()
    assert ("The worker is offline" in page) is said


@pytest.mark.django_db
def test_administrators_are_told_that_the_broker_is_gone(client, own_broker):
    own_broker.kill()
    own_broker.wait()
    client.force_login(ada())
    assert "The broker does not answer" in client.get("/me/").content.decode()
