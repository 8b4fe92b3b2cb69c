"""Import what leads did from a CSV file: good rows in, bad ones back with the reason beside each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from leads.importing.presets import EVENT_FIELDS
from leads.importing.reading import MAX_BYTES, MAX_ROWS
from leads.importing.running_events import EventImport, TakenIn, prepare_events, run_events
from leads.management.files import given_file
from slas.rules.behaviour import BEHAVIOURS
from smarketing.commands import HouseCommand
from smarketing.now import this_second


class Command(HouseCommand):
    help = (
        "Import what leads did from a CSV file, one event a row (UTF-8 or Latin-1; comma, semicolon or "
        f"tab; at most {MAX_BYTES / 1e6:.0f} MB and {MAX_ROWS:,} rows). The leads have to be here. The same "
        f"file twice changes nothing. Kinds: {', '.join(BEHAVIOURS)}, or what other systems call them. "
        "Exit code 1 where rows were rejected, 2 where the file or the options can't be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--map",
            action="append",
            nargs="+",
            default=[],
            metavar="THEIRS=OURS",
            help=f"which column fills which field; ours are: {', '.join(EVENT_FIELDS)}; extra: none",
        )
        parser.add_argument(
            "--timezone", default="", metavar="ZONE", help="default: that of each lead's agreement"
        )
        parser.add_argument("--dates", default="", help="order of day, month and year: ymd, dmy or mdy")
        parser.add_argument("--agreement", default="", metavar="SLUG", help="only leads of it; default: all")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="where to write the rejected rows")
        parser.add_argument("--dry-run", action="store_true", help="the same counts, and nothing is stored")

    def handle(self, *args: Any, **options: Any) -> None:
        path, rejects = options["file"], options["rejects"]
        with given_file(self, path, rejects) as file:
            prepared = prepare_events(
                file,
                path.name,
                now=this_second(),
                agreement=options["agreement"],
                stated=[text for texts in options["map"] for text in texts],
                zone=options["timezone"],
                dates=options["dates"],
            )
            done = run_events(prepared, rejects=rejects, dry_run=options["dry_run"])
        if rejects is None:
            for number, reason in done.reasons:
                self.stderr.write(f"Row {number}: {reason}", self.style.NOTICE)
        sentence = _sentence(prepared, done, options["dry_run"])
        self.report(sentence, done.counts(), failed=_failed(done, rejects))


def _sentence(prepared: EventImport, done: TakenIn, dry_run: bool) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in done.counts().items())
    tried = "Tried, nothing stored" if dry_run else "Imported what leads did"
    return (
        f"{tried}: {counts} of {prepared.survey.rows:,} rows of {prepared.table.name} ({prepared.table.how})."
    )


def _failed(done: TakenIn, rejects: Path | None) -> str:
    if not done.rejected:
        return ""
    rows = "1 row was" if done.rejected == 1 else f"{done.rejected:,} rows were"
    where = f"With their reasons they are in {rejects}." if rejects else "--rejects FILE writes all of them."
    return f"{rows} rejected. {where}"
