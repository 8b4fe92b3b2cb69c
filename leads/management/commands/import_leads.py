"""Import leads from a CSV file: good rows in, bad ones back with the reason beside each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from leads.importing.presets import FIELDS, PRESETS
from leads.importing.reading import MAX_BYTES, MAX_ROWS
from leads.importing.running import Import, Imported, prepare, run
from leads.management.files import given_file
from smarketing.commands import HouseCommand
from smarketing.now import this_second


class Command(HouseCommand):
    help = (
        "Import leads from a CSV file (UTF-8 or Latin-1; comma, semicolon or tab; at most "
        f"{MAX_BYTES / 1e6:.0f} MB and {MAX_ROWS:,} rows). The same file twice changes nothing. "
        "Exit code 1 where rows were rejected, 2 where the file or the options can't be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--preset", default="", help=f"whose export it is: {', '.join(PRESETS)}")
        parser.add_argument(
            "--map",
            action="append",
            nargs="+",
            default=[],
            metavar="THEIRS=OURS",
            help=f"which column fills which field; ours are: {', '.join(FIELDS)}; extra: none",
        )
        parser.add_argument("--timezone", default="", metavar="ZONE", help="default: the agreement's")
        parser.add_argument("--dates", default="", help="order of day, month and year: ymd, dmy or mdy")
        parser.add_argument("--agreement", default="", metavar="SLUG", help="default: by scope")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="where to write the rejected rows")
        parser.add_argument("--dry-run", action="store_true", help="the same counts, and nothing is stored")

    def handle(self, *args: Any, **options: Any) -> None:
        path, rejects = options["file"], options["rejects"]
        with given_file(self, path, rejects) as file:
            prepared = prepare(
                file,
                path.name,
                now=this_second(),
                agreement=options["agreement"],
                preset=options["preset"],
                stated=[text for texts in options["map"] for text in texts],
                zone=options["timezone"],
                dates=options["dates"],
            )
            done = run(prepared, rejects=rejects, dry_run=options["dry_run"])
        self._print_reasons(done, rejects)
        self.report(
            _sentence(prepared, done, options["dry_run"]), done.counts(), failed=_failed(done, rejects)
        )

    def _print_reasons(self, done: Imported, rejects: Path | None) -> None:
        """Reasons and unknown owners, on stderr beside the one line or object on stdout."""
        if rejects is None:
            for number, reason in done.reasons:
                self.stderr.write(f"Row {number}: {reason}", self.style.NOTICE)
        if done.unknown_owners and not self.as_json:
            names = ", ".join(done.unknown_owners)
            self.stderr.write(
                f"Owners nobody here is known by, kept as text ({len(done.unknown_owners)}): {names}",
                self.style.NOTICE,
            )
        if done.without_agreement:
            self.stderr.write(
                f"{done.without_agreement} new leads belong to no agreement. Name one with --agreement.",
                self.style.NOTICE,
            )


def _sentence(prepared: Import, done: Imported, dry_run: bool) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in done.counts().items())
    tried = "Tried, nothing stored" if dry_run else "Imported"
    return (
        f"{tried}: {counts} of {prepared.survey.rows:,} rows of {prepared.table.name} ({prepared.table.how})."
    )


def _failed(done: Imported, rejects: Path | None) -> str:
    if not done.rejected:
        return ""
    rows = "1 row was" if done.rejected == 1 else f"{done.rejected:,} rows were"
    where = f"With their reasons they are in {rejects}." if rejects else "--rejects FILE writes all of them."
    return f"{rows} rejected. {where}"
