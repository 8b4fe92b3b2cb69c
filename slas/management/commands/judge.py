"""`manage.py judge FILE.jsonl`: the verdict of each story, one JSON object a line (stories.md)."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from slas.rules.clock import BadStory, judge, parse_story

DONE, SOME_BAD, WRONG_USAGE = 0, 1, 2
_UTF8_MARK = b"\xef\xbb\xbf"


class Command(BaseCommand):
    help = "Judge stories: one JSON story a line in, one verdict a line out. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file with one story a line; - for standard input")
        parser.add_argument("--json", action="store_true", help="changes nothing: each line is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bad = self._judge_all(options["file"])
            self.stdout.flush()
        except BrokenPipeError:
            # The reader has had enough. Nothing is left to be flushed into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            bad = 0
        if bad:
            sys.exit(SOME_BAD)

    def _judge_all(self, name: str) -> int:
        """Write a line for each story; how many of them could not be judged."""
        bad = 0
        for line in _lines(name):
            verdict = verdict_of(line)
            bad += "error" in verdict
            self.stdout.write(json.dumps(verdict))
        return bad


def _lines(name: str) -> Iterator[bytes]:
    """The lines of the file, blank ones left out; CommandError where it can't be read."""
    try:
        if name == "-":
            yield from _filled(sys.stdin.buffer)
        else:
            with open(name, "rb") as file:
                yield from _filled(file)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError(
            f"{name} can't be read: {reason}. Name a file with one story a line, or - for standard input.",
            returncode=WRONG_USAGE,
        ) from None


def _filled(file: BinaryIO) -> Iterator[bytes]:
    for number, line in enumerate(file):
        line = line.removeprefix(_UTF8_MARK) if number == 0 else line
        if line.strip():
            yield line


def verdict_of(line: bytes | str) -> dict[str, Any]:
    """The verdict of one line, or {"id": ..., "error": sentence} where it can't be judged."""
    no_numbers: list[str] = []  # NaN and Infinity: read as null, so that the line still says whose it is
    try:
        text = line.decode() if isinstance(line, bytes) else line
        data = json.loads(text, parse_float=Decimal, parse_constant=no_numbers.append)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"The line is no JSON: {error}."}
    if no_numbers:
        return {"id": _id_of(data), "error": f"The line is no JSON: {no_numbers[0]} is no number."}
    try:
        return judge(parse_story(data)).as_data()
    except BadStory as error:
        return {"id": _id_of(data), "error": str(error)}
    except RecursionError:
        return {
            "id": _id_of(data),
            "error": "The story is nested too deeply. Give it the plain shape of a story.",
        }


def _id_of(data: Any) -> Any:
    identity = data.get("id") if isinstance(data, dict) else None
    return identity if isinstance(identity, str | int | None) else str(identity)
