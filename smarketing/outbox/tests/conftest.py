"""The way from our settings to a mail server of a test, and to a second process on the test database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def use_server(settings):
    """Call with a port: from then on mail goes to that server."""

    def use(port, *, timeout=5, **fields):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        for name, value in fields.items():
            setattr(settings, name, value)

    return use


def database_url() -> str:
    """The test database as DATABASE_URL, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    who = connection.settings_dict
    secret = f":{who['PASSWORD']}" if who["PASSWORD"] else ""
    return f"postgres://{who['USER']}{secret}@{who['HOST']}:{who['PORT']}/{name}"


@pytest.fixture
def start_delivery(tmp_path):
    """Call with a port: starts `deliver_mail` in a process of its own, on the test database."""
    started = []

    def start(port, *args):
        env = os.environ | {
            "DATABASE_URL": database_url(),
            "SECRET_KEY": "of-a-test-only-" + "x" * 40,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(tmp_path),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        command = [sys.executable, "manage.py", "deliver_mail", "--json", *args]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=ROOT, env=env, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
