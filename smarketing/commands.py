"""What our management commands share: one line or one JSON object, exit codes, instants as arguments.

Exit codes: 0 done, 1 some rows or steps failed, 2 wrong usage with a sentence.
"""

import argparse
import json
from datetime import date, datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, ProgrammingError
from django.utils.dateparse import parse_date, parse_datetime

from smarketing.now import this_second

FIRST_YEAR, LAST_YEAR = 1900, 2199


def instant(text: str) -> datetime:
    """An `--at` value as an aware datetime of whole seconds: `type=instant` of an argument.

    Wants an offset (Z, +01:00), because a wall time alone names no instant. Raises
    ArgumentTypeError with a sentence, which ends the command with exit code 2.
    """
    try:
        value = parse_datetime(text.strip())
    except ValueError:
        value = None
    if value is None:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no instant. Write it as 2026-11-20T14:20:00+01:00 or 2026-11-20T13:20:00Z."
        )
    if value.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"“{text}” has no offset, so it names no instant. Add Z for UTC, or an offset such as +01:00."
        )
    if value.microsecond:
        raise argparse.ArgumentTypeError(f"“{text}” has fractions of a second. Write whole seconds.")
    _refuse_far_off(text, value.date())
    return value


def day(text: str) -> date:
    """A `--date` value as a date: `type=day` of an argument. ArgumentTypeError with a sentence."""
    try:
        value = parse_date(text.strip())
    except ValueError:
        value = None
    if value is None:
        raise argparse.ArgumentTypeError(f"“{text}” is no date. Write it as 2026-11-20.")
    _refuse_far_off(text, value)
    return value


def _refuse_far_off(text: str, value: date) -> None:
    """Far from the ends of what a date can be, so that a zone or a span added to it still is one."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(
            f"“{text}” lies outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year."
        )


class HouseCommand(BaseCommand):
    """A command that prints one line of what it did, or with `--json` exactly one JSON object.

    Subclasses write `add_arguments` and `handle` as usual; `--json` is there already, `--at` with
    `takes_at = True` (then `self.now(options)` is the instant to work at).
    """

    takes_at = False
    as_json = False
    requires_system_checks: Any = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a line")
        if self.takes_at:
            parser.add_argument(
                "--at", type=instant, metavar="INSTANT", help="work as if it were this instant (default: now)"
            )
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.as_json = bool(options.get("json"))
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(
                f"The database does not answer as it should ({str(error).strip()}). "
                "If it is new or older than this version, run manage.py migrate first.",
                returncode=1,
            ) from error
        except UnicodeEncodeError as error:  # an argument's stray bytes come as lone surrogates
            text = error.object.encode("utf-8", "replace").decode()
            raise CommandError(f"“{text}” is no UTF-8 text. Write it anew.", returncode=2) from error

    def now(self, options: dict[str, Any]) -> datetime:
        """The instant to work at: `--at`, else this second."""
        return options.get("at") or this_second()

    def report(self, sentence: str, data: dict[str, Any], *, failed: str = "") -> None:
        """Print `sentence`, or `data` as one JSON object; then exit 1 if `failed` says what went wrong.

        `failed` is a sentence for stderr; dates, decimals and UUIDs in `data` are written as text.
        """
        if self.as_json:
            self.stdout.write(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.stdout.write(sentence)
        if failed:
            raise CommandError(failed, returncode=1)

    def fail_usage(self, sentence: str) -> NoReturn:
        """End with exit code 2: the command was asked for something it cannot do, as `sentence` says."""
        raise CommandError(sentence, returncode=2)
