"""`weekly [--week 2018-W18] [--agreement SLUG]`: the weekly report, by default of every week that is due."""

from typing import Any

from django.core.management.base import CommandParser

from reports.management.agreements import agreement_argument
from reports.services.weekly import Weekly, weekly
from slas.rules.words import counted
from smarketing.commands import HouseCommand
from smarketing.now import this_second


class Command(HouseCommand):
    help = "Make and keep the compliance report of each week that is over, and write it to both teams."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", metavar="2018-W18", help="only this week")
        parser.add_argument("--agreement", metavar="SLUG", help="only this agreement")

    def handle(self, *args: Any, **options: Any) -> None:
        agreement = agreement_argument(self, options["agreement"])
        try:
            done = weekly(this_second(), week=options["week"], agreement=agreement)
        except ValueError as error:
            self.fail_usage(str(error))
        if agreement is not None and done.skipped:
            self.fail_usage(done.skipped[agreement.slug])
        self.report(_sentence(done), _data(done), failed=" ".join(done.failed.values()))


def _sentence(done: Weekly) -> str:
    skipped = f" Skipped: {' '.join(done.skipped.values())}" if done.skipped else ""
    return f"Made {counted(done.reports, 'report')}; {counted(done.mails, 'mail')} written.{skipped}"


def _data(done: Weekly) -> dict[str, Any]:
    return {
        "reports": done.reports,
        "mails": done.mails,
        "skipped": done.skipped,
        "failed": done.failed,
    }
