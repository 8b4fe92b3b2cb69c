"""A process and a database of its own for each measurement that stores: made, measured in, dropped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
HERE = "--here"  # the argument by which a module knows that it is the process that measures
ENVIRONMENT = {
    "SECRET_KEY": "bench" * 10,
    "ALLOWED_HOSTS": "localhost,testserver",
    "DJANGO_SETTINGS_MODULE": "smarketing.settings",
}


def in_own_process(module: str, arguments: list[str], url: str = "") -> Any:
    """What `python -m module --here arguments` prints (`print_result`); a blank `url`: on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        settings = ENVIRONMENT | {"DATA_DIR": folder, "DATABASE_URL": url}
        command = [sys.executable, "-m", module, HERE, *arguments]
        done = subprocess.run(command, env=os.environ | settings, stdout=subprocess.PIPE, check=True)  # noqa: S603
    return json.loads(done.stdout)


def print_result(measure: Callable[[], Any]) -> None:
    """Print what it returns as JSON; all that is printed meanwhile goes to stderr."""
    out, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps(measure()), file=out)


def postgresql() -> str:
    """Where PostgreSQL is to be measured, DATABASE_URL or the local one; blank where none answers."""
    url = os.environ.get("DATABASE_URL") or POSTGRESQL
    address = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        answers = probe.connect_ex((address.hostname or "127.0.0.1", address.port or 5432)) == 0
    return url if answers else ""


@contextmanager
def own_database() -> Iterator[None]:
    """An empty database with all tables; on PostgreSQL one beside that of DATABASE_URL, dropped at the end.

    For a process of its own (`in_own_process`): the connection of the process is turned to it.
    """
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        call_command("migrate", verbosity=0)
        yield
        return
    before = str(connection.settings_dict["NAME"])
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"  # tests may be running meanwhile
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
