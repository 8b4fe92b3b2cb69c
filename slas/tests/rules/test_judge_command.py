"""`manage.py judge`: a process as others run it, lines in and lines out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .build import CASES

ROOT = Path(__file__).resolve().parents[3]
STORIES = [json.loads(line) for line in (CASES / "stories.jsonl").read_text().splitlines()]
GOOD = [case for case in STORIES if "error" not in case["expected"]]


@pytest.fixture
def judge(tmp_path):
    def run(*arguments, text=b"", **more):
        environment = os.environ | {
            "DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": "sqlite:////nowhere/no.db",
        }
        environment |= {"SECRET_KEY": "judge", "ALLOWED_HOSTS": "localhost"}
        command = [sys.executable, "manage.py", "judge", *arguments]
        return subprocess.run(command, cwd=ROOT, input=text, env=environment, capture_output=True, **more)

    return run


def lines(*values):
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_a_file_of_stories_gives_a_line_each(judge, tmp_path):
    file = tmp_path / "stories.jsonl"
    file.write_bytes(lines(*(case["story"] for case in GOOD[:20])))
    done = judge(str(file))
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [c["expected"] for c in GOOD[:20]]
    assert done.stderr == b""


def test_bad_lines_are_named_and_the_others_go_on(judge):
    text = b"\xef\xbb\xbf" + lines(GOOD[0]["story"]) + b"\n{oops\n\xff\n" + lines({"id": "b"}, [1])
    text += b'{"id": "n", "as_of": NaN}\n' + lines(GOOD[1]["story"]).strip()
    done = judge("-", text=text)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert found[0] == GOOD[0]["expected"]
    assert found[-1] == GOOD[1]["expected"]
    assert [line["id"] for line in found[1:-1]] == [None, None, "b", None, "n"]
    assert all(set(line) == {"id", "error"} for line in found[1:-1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((), "required"), (("no-such-file",), "can't be read"), ((".",), "can't be read")],
)
def test_wrong_usage_is_2_with_a_sentence(judge, arguments, words):
    done = judge(*arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_no_story_is_nothing_to_do(judge):
    assert judge("-").returncode == 0


def test_a_reader_who_leaves_early_is_no_error(tmp_path):
    file = tmp_path / "stories.jsonl"
    file.write_bytes(lines(*(case["story"] for case in GOOD)) * 10)
    environment = os.environ | {"DATA_DIR": str(tmp_path / "data")}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "judge", str(file)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert json.loads(process.stdout.readline()) == GOOD[0]["expected"]
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 0
