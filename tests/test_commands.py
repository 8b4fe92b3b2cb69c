"""The shared shape of our commands: one line or one JSON object, exit codes, instants."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from smarketing.commands import HouseCommand, day, instant


class Count(HouseCommand):
    takes_at = True

    def add_arguments(self, parser):
        parser.add_argument("number", type=int)

    def handle(self, *args, **options):
        if options["number"] < 0:
            self.fail_usage("Nothing below 0 can be counted.")
        failed = "1 row failed." if options["number"] > 9 else ""
        self.report(
            f"Counted to {options['number']}.",
            {"number": options["number"], "at": self.now(options)},
            failed=failed,
        )


def run(*args) -> str:
    out = StringIO()
    call_command(Count(), *args, stdout=out)
    return out.getvalue()


def test_one_line_of_text():
    assert run("3") == "Counted to 3.\n"


def test_exactly_one_json_object():
    out = run("3", "--json", "--at", "2026-11-20T14:20:00+01:00")
    assert out.count("\n") == 1
    assert json.loads(out) == {"number": 3, "at": "2026-11-20T14:20:00+01:00"}


def test_failed_rows_are_reported_and_exit_with_1():
    out = StringIO()
    with pytest.raises(CommandError, match="1 row failed") as failure:
        call_command(Count(), "12", "--json", stdout=out)
    assert failure.value.returncode == 1
    assert json.loads(out.getvalue())["number"] == 12


def test_wrong_usage_exits_with_2():
    with pytest.raises(CommandError, match="below 0") as failure:
        run("--", "-1")
    assert failure.value.returncode == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T13:20:00Z", datetime(2026, 11, 20, 13, 20, tzinfo=UTC)),
        ("2026-11-20T14:20:00+01:00", datetime(2026, 11, 20, 13, 20, tzinfo=UTC)),
        ("2026-11-20 14:20+01:00", datetime(2026, 11, 20, 13, 20, tzinfo=UTC)),
    ],
)
def test_instants_are_aware(text, expected):
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-11-20T14:20:00", "has no offset"),
        ("2026-11-20", "has no offset"),
        ("2026-02-30T10:00:00Z", "is no instant"),
        ("soon", "is no instant"),
        ("2026-11-20T14:20:00.5Z", "fractions"),
        ("0001-01-01T00:00:00+14:00", "outside the years 1900 to 2199"),
        ("1899-12-31T23:59:59Z", "outside the years"),
        ("2200-01-01T00:00:00Z", "outside the years"),
        ("9999-12-31T23:59:59-14:00", "outside the years"),
    ],
)
def test_bad_instants_answer_with_a_sentence(text, sentence):
    with pytest.raises(argparse.ArgumentTypeError, match=sentence):
        instant(text)
    with pytest.raises(CommandError, match=sentence):
        run("1", "--at", text)


def test_days():
    assert day("2026-11-20") == date(2026, 11, 20)
    for text in ("20.11.2026", "2026-02-30"):
        with pytest.raises(argparse.ArgumentTypeError, match="is no date"):
            day(text)
    assert (day("1900-01-01"), day("2199-12-31")) == (date(1900, 1, 1), date(2199, 12, 31))
    for text in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"):
        with pytest.raises(argparse.ArgumentTypeError, match="outside the years 1900 to 2199"):
            day(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("figures", "--agreement", "\udcff", "--period", "2018-Q1"),
        ("nightly", "--agreement", "\udcff"),
        ("weekly", "--agreement", "\udcff"),
    ],
)
def test_an_argument_that_is_no_text_is_answered_with_a_sentence(words):
    with pytest.raises(CommandError, match="is no UTF-8 text") as failure:
        call_command(*words)
    assert failure.value.returncode == 2


def test_a_database_without_tables_is_a_sentence_and_no_stack_trace(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "audit"],
        cwd=settings.BASE_DIR,
        env={**environment, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "run manage.py migrate first" in done.stderr
    assert "Traceback" not in done.stderr
