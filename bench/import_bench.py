"""Row 5: importing a CSV with validation, de-duplication, history and clocks, against Django's bulk_create
of the rows that came of it (Lead, Handoff, Entry, Clock, prepared in memory, 2,000 at a time).

    python -m bench.import_bench 100000 5    rows and rounds; by default fewer rows, the ratio is the same

On SQLite, and on PostgreSQL where one answers: each in a process and a database of its own.
"""

import datetime as dt
import io
import random
import statistics
import sys
from collections.abc import Iterator
from typing import Any, cast

from bench.databases import HERE, in_own_process, own_database, postgresql, print_result
from bench.table import Row, render, seconds

ROWS, ROUNDS = 20_000, 5
BATCH = 2_000
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> list[Row]:
    """A line for SQLite and one for PostgreSQL; one that says why where there is no PostgreSQL."""
    found = [_line("SQLite", _measured("", rows, rounds))]
    if url := postgresql():
        found.append(_line("PostgreSQL", _measured(url, rows, rounds)))
    return found


def _line(database: str, measured: dict[str, Any]) -> Row:
    ours, reference, rows = measured["ours"], measured["reference"], measured["rows"]
    return Row(
        5,
        f"import of {rows:,} CSV rows, {database}",
        f"{ours:.1f} s, {rows / ours:,.0f}/s",
        f"bulk_create {reference:.1f} s",
        f"{reference / ours:.2f}x",
        ">= 1x",
        reference >= ours,
    )


def _measured(url: str, rows: int, rounds: int) -> dict[str, Any]:
    """Median seconds of both, measured in turns in a process of its own."""
    return cast(dict[str, Any], in_own_process("bench.import_bench", [str(rows), str(rounds)], url))


def csv_lines(rows: int) -> Iterator[str]:
    """Leads of two years, seeded: handed over, mostly followed up, some won, with owners and extra data."""
    chance, begin = random.Random(5), dt.datetime(2024, 1, 8, 8, tzinfo=dt.UTC)
    yield (
        "external_id,email,first_name,last_name,company,job_title,country,phone,source,campaign,owner,"
        "created_at,handed_over_at,first_follow_up_at,won_at,amount,currency,score\n"
    )
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    for number in range(rows):
        created = begin + dt.timedelta(seconds=chance.randrange(600 * 86_400))
        handed = created + dt.timedelta(seconds=chance.randrange(3 * 86_400))
        answered = handed + dt.timedelta(seconds=chance.randrange(12 * 86_400))
        won = chance.random() < 0.1
        yield (
            f"id{number},person{number}@example.com,First{number % 997},Last{number % 4999},"
            f"Company {number % 9001},CFO,DK,+45 {number:08d},{chance.choice(['web', 'webinar', 'ads'])},"
            f"Campaign {number % 12},rep{number % 40}@example.com,{created:{stamp}},"
            f"{handed:{stamp}},{f'{answered:{stamp}}' if chance.random() < 0.8 else ''},"
            f"{f'{handed + dt.timedelta(days=20):{stamp}}' if won else ''},"
            f"{'1234.50' if won else ''},{'EUR' if won else ''},{number % 100}\n"
        )


class Workshop:
    """Both sides, on the database of this process."""

    def __init__(self, rows: int) -> None:
        from leads.importing.running import import_file

        self._import = import_file
        self._file = io.BytesIO("".join(csv_lines(rows)).encode())
        self._rows = rows
        self._made: list[tuple[Any, list[Any]]] = []

    def ours(self) -> None:
        done = self._import(self._file, "bench.csv", now=NOW, agreement="bench")
        assert done.created == self._rows, done

    def keep_rows(self) -> None:
        """What the import wrote, as instances for the reference."""
        from leads.models import Clock, Entry, Handoff, ImportBatch, Lead

        tables = (ImportBatch, Lead, Handoff, Entry, Clock)
        self._made = [(model, list(model.objects.order_by("pk"))) for model in tables]

    def reference(self) -> None:
        from django.db import transaction

        for model, made in self._made:
            for start in range(0, len(made), BATCH):
                with transaction.atomic():
                    model.objects.bulk_create(made[start : start + BATCH])

    def clear(self) -> None:
        from django.db import connection

        from leads.models import Clock, ClockPause, Entry, Handoff, ImportBatch, Lead, TouchedDay
        from smarketing.triggers import lifted

        tables = [
            model._meta.db_table
            for model in (ClockPause, Clock, Entry, Handoff, Lead, TouchedDay, ImportBatch)
        ]
        with lifted(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
                return
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")


def _here(rows: int, rounds: int) -> dict[str, Any]:
    """Measure on the database of this process's settings, with a database made for it."""
    import django

    django.setup()
    with own_database():
        return _compared(rows, rounds)


def _compared(rows: int, rounds: int) -> dict[str, Any]:
    from django.core.management import call_command

    call_command("standard_agreement", "bench", "--timezone", "Europe/Copenhagen", "--from", "2024-01-01")
    workshop = Workshop(rows)
    ours, reference = [], []
    for _ in range(rounds):
        ours.append(seconds(workshop.ours))
        workshop.keep_rows()
        workshop.clear()
        reference.append(seconds(workshop.reference))
        workshop.clear()
    return {"rows": rows, "ours": statistics.median(ours), "reference": statistics.median(reference)}


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each != HERE]
    if HERE in sys.argv:
        print_result(lambda: _here(*numbers))
    else:
        print(render(measure(*numbers)))
