"""`manage.py demo [--reset]`: the demo organisation; twice is the same as once."""

from typing import Any

from django.core.management.base import CommandParser

from reports.demo.making import make, reset
from smarketing.accounts.models import User
from smarketing.commands import HouseCommand

DEMO_DOMAIN = "@demo.example"


class Command(HouseCommand):
    help = "Load the demo organisation: seven people, a signed agreement and half a year of leads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="empty the database first and start anew")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reset"]:
            strangers = User.objects.exclude(email__endswith=DEMO_DOMAIN).count()
            if strangers:
                self.fail_usage(
                    f"This database holds {strangers} people who are not of the demo. "
                    "--reset would delete everything: use it on a demo installation only."
                )
            reset()
        made = make(self.now(options))
        data = {"new": made.is_new, "people": made.people, "leads": made.leads}
        if made.is_new:
            self.report(
                f"The demo is ready: {made.people} people, {made.leads:,} leads of half a year.", data
            )
        else:
            self.report(f"The demo is there already, with {made.leads:,} leads. Nothing was changed.", data)
