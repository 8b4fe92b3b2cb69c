"""`nightly [--date YYYY-MM-DD] [--agreement SLUG]`: the nightly check, by default of every night due."""

from typing import Any

from django.core.management.base import CommandParser

from reports.management.agreements import agreement_argument
from reports.services.nightly import Nightly, nightly
from slas.rules.words import counted
from smarketing.commands import HouseCommand, day
from smarketing.now import this_second


class Command(HouseCommand):
    help = "Store how every promise stands at each midnight that has passed, and write the summaries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="only the night of this day")
        parser.add_argument("--agreement", metavar="SLUG", help="only this agreement")

    def handle(self, *args: Any, **options: Any) -> None:
        agreement = agreement_argument(self, options["agreement"])
        done = nightly(this_second(), date=options["date"], agreement=agreement)
        if agreement is not None and done.skipped:
            self.fail_usage(done.skipped[agreement.slug])
        self.report(_sentence(done), _data(done), failed=" ".join(done.failed.values()))


def _sentence(done: Nightly) -> str:
    stored = f"{counted(done.results, 'result')}, {counted(done.corrections, 'correction')}"
    mailed = f"{counted(done.mails, 'summary', 'summaries')} written"
    skipped = f" Skipped: {' '.join(done.skipped.values())}" if done.skipped else ""
    return f"Checked {counted(done.nights, 'night')}: {stored}; {mailed}.{skipped}"


def _data(done: Nightly) -> dict[str, Any]:
    return {
        "nights": done.nights,
        "results": done.results,
        "corrections": done.corrections,
        "mails": done.mails,
        "skipped": done.skipped,
        "failed": done.failed,
    }
