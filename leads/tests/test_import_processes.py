"""Imports that are killed, and imports that run at the same time: real processes, one database."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from leads.importing import running
from leads.models import Handoff, ImportBatch, Lead
from leads.services.clocks import drift_of_everything
from slas.tests.factories import signed_agreement

from .import_helpers import NOW, end_state, rows_in_all_tables

LEADS = 4_200
MANAGE = Path(settings.BASE_DIR) / "manage.py"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leads_csv(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    lines = ["external_id,email,source,owner,created_at,handed_over_at,first_follow_up_at,won_at"]
    start = dt.datetime(2018, 2, 1, 9, tzinfo=dt.UTC)
    for number in range(LEADS):
        at = start + dt.timedelta(minutes=37 * number)
        followed_up = f"{at + dt.timedelta(hours=number % 90)}" if number % 3 else ""
        won = f"{at + dt.timedelta(days=9)}" if number % 7 == 0 else ""
        lines.append(f"id{number},lead{number}@example.com,web,rep{number % 9},{at},{at},{followed_up},{won}")
        if number % 50 == 0:
            lines.append(f"id{number // 2},,,,,,,")
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings of a process that works on the database of this test."""
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        at = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
        who = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
        url = f"postgres://{who}@{at}/{database['NAME']}"
    else:
        url = f"sqlite:///{database['NAME']}"
    keys = {"DATABASE_URL": url, "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "localhost"}
    return os.environ | keys | {"DATA_DIR": str(tmp_path / "data")}


def start(path: Path, environment: dict[str, str]) -> subprocess.Popen:
    command = [sys.executable, str(MANAGE), "import_leads", str(path), "--agreement", "inbound", "--json"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


@pytest.fixture
def once(leads_csv, db) -> list:
    """Where the file ends when it is imported once, here, undisturbed; undone again."""
    from django.db import transaction

    with transaction.atomic():
        signed_agreement(starts_on=dt.date(2018, 1, 1))
        with leads_csv.open("rb") as file:
            running.import_file(file, "leads.csv", now=NOW, agreement="inbound")
        state = end_state()
        transaction.set_rollback(True)
    return state


def in_a_file() -> None:
    """A second process can't see a database in memory."""
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("The test database is in memory: no second process can see it.")


def test_killed_in_the_middle_and_repeated_is_the_same_as_once(leads_csv, environment, once):
    in_a_file()
    signed_agreement(starts_on=dt.date(2018, 1, 1))
    process = start(leads_csv, environment)
    deadline = time.monotonic() + 60
    while Lead.objects.count() == 0:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.communicate()
    stored = Lead.objects.count()
    assert 0 < stored < LEADS
    assert stored % running.CHUNK in range(running.CHUNK)
    assert Handoff.objects.count() == stored
    assert list(drift_of_everything(NOW)) == []
    assert not ImportBatch.objects.exclude(finished_at=None).exists()

    finish(start(leads_csv, environment))
    assert end_state() == once
    rows = rows_in_all_tables()
    finish(start(leads_csv, environment))
    assert rows_in_all_tables() == rows


def test_two_imports_of_one_file_at_once_are_the_same_as_one(leads_csv, environment, once):
    in_a_file()
    signed_agreement(starts_on=dt.date(2018, 1, 1))
    created = sum(
        json.loads(finish(process))["created"]
        for process in [start(leads_csv, environment) for _ in range(2)]
    )
    assert created == LEADS
    assert end_state() == once
    assert list(drift_of_everything(NOW)) == []
