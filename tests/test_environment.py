"""The environment: every variable has its row in the README, and what is missing is said in a sentence."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smarketing.secret import kept_secret_key
from tests.running import INSTALLATION, ROOT

TABLE_ROW = re.compile(r"^\| `([A-Z_]+)`", re.MULTILINE)
READ = re.compile(r"env\.\w+\(\s*\"([A-Z_]+)\"")


def manage(*words: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in INSTALLATION}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=clean | {"DATA_DIR": str(data)} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_readmes_table_is_what_the_settings_read():
    section = (ROOT / "README.md").read_text().split("## Environment")[1].split("\n## ")[0]
    settings = (ROOT / "smarketing" / "settings.py").read_text()
    assert sorted(TABLE_ROW.findall(section)) == sorted(set(READ.findall(settings)))
    assert set(TABLE_ROW.findall(section)) == INSTALLATION


def test_make_test_and_the_tests_know_the_same_variables():
    line = re.search(r"^ENVIRONMENT := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert line is not None
    assert set(line[1].split()) == INSTALLATION


COMPLETE = {"DATABASE_URL": "sqlite:////nowhere/db", "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "sla.example"}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
@pytest.mark.parametrize("blank", [True, False])
def test_an_installation_without_it_stops_with_a_sentence(tmp_path, missing, blank):
    variables = {name: value for name, value in COMPLETE.items() if name != missing}
    answer = manage("migrate", data=tmp_path, **variables, **({missing: ""} if blank else {}))
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"DATABASE_URL is set but {missing} is not. Set ")
    assert len(answer.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PUBLIC_URL", "sla.example", "PUBLIC_URL has to begin with http:// or https://."),
        ("REDIS_URL", "localhost:6379", "REDIS_URL has to begin with redis://"),
    ],
)
def test_a_value_that_makes_no_sense_stops_with_a_sentence(tmp_path, name, value, sentence):
    answer = manage("check", data=tmp_path, **{name: value})
    assert answer.returncode == 2
    assert answer.stderr.startswith(sentence)
    assert "Traceback" not in answer.stderr


def test_a_bare_checkout_makes_its_secret_key_once(tmp_path):
    key = kept_secret_key(tmp_path)
    assert len(key) >= 50
    assert kept_secret_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_at_once_have_one_secret_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: kept_secret_key(tmp_path), range(40)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


@pytest.mark.parametrize(
    "path",
    [
        "bootstrap/css/bootstrap.min.css",
        "bootstrap/js/bootstrap.bundle.min.js",
        "icons/bootstrap-icons.min.css",
        "icons/fonts/bootstrap-icons.woff2",
        "django_htmx/htmx-2.min.js",
    ],
)
def test_assets_are_served_from_the_wheels_without_collecting_them(client, path):
    assert client.get(f"/static/{path}").status_code == 200


def test_an_installation_serves_collected_files_by_hashed_name(tmp_path):
    variables = COMPLETE | {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    show = "from django.templatetags.static import static; print(static('bootstrap/css/bootstrap.min.css'))"
    before = manage("shell", "-v", "0", "-c", show, data=tmp_path, **variables)
    assert before.stdout == "/static/bootstrap/css/bootstrap.min.css\n"
    collected = manage("collectstatic", "--noinput", data=tmp_path, **variables)
    assert collected.returncode == 0, collected.stderr
    after = manage("shell", "-v", "0", "-c", show, data=tmp_path, **variables)
    assert re.fullmatch(r"/static/bootstrap/css/bootstrap\.min\.[0-9a-f]{12}\.css\n", after.stdout)


def test_check_deploy_has_nothing_to_say_about_an_https_installation(tmp_path):
    words = ("check", "--deploy", "--fail-level", "WARNING")
    answer = manage(*words, data=tmp_path, PUBLIC_URL="https://sla.example")
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout
