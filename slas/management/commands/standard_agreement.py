"""Record an agreement with the standard content, signed and in force from a date that may be past."""

import re
from argparse import ArgumentTypeError
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from slas.models import Agreement
from slas.rules.zones import zone_of
from slas.services.refusal import Refused
from slas.services.standard import HOUR, Standard, record_standard
from slas.services.week_text import week_of_text
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.people import ensure_person
from smarketing.accounts.permissions import may_sign
from smarketing.commands import HouseCommand, day

SIGNERS = ("mona@demo.example", "sam@demo.example")
LONGEST_WINDOW_HOURS = 8_760  # a year; longer is a slip of the hand


def window_hours(text: str) -> int:
    """`--window-hours` in seconds."""
    try:
        seconds = Decimal(text) * HOUR
        if 1 <= seconds <= LONGEST_WINDOW_HOURS * HOUR and seconds == int(seconds):
            return int(seconds)
    except (InvalidOperation, OverflowError):
        pass
    raise ArgumentTypeError(f"“{text}” is no window. Give hours above 0, at most {LONGEST_WINDOW_HOURS}.")


class Command(HouseCommand):
    help = "Record an agreement with the standard content, signed by both sides, in force from a date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in addresses and commands, such as inbound")
        parser.add_argument("--timezone", required=True, metavar="ZONE", help="such as Europe/Copenhagen")
        parser.add_argument("--from", dest="starts_on", type=day, required=True, metavar="DATE")
        parser.add_argument("--to", dest="ends_on", type=day, metavar="DATE", help="last day (default: open)")
        parser.add_argument("--week", default="mon-fri 09:00-17:00", help="default: mon-fri 09:00-17:00")
        parser.add_argument("--holidays", default="", metavar="COUNTRY", help="such as DK or DE-BY")
        parser.add_argument(
            "--closed", type=day, nargs="+", action="extend", default=[], metavar="DATE", help="repeatable"
        )
        parser.add_argument("--handoff", choices=["mql", "sql"], default="mql")
        parser.add_argument("--window-hours", type=window_hours, default=48 * HOUR, metavar="HOURS")
        parser.add_argument("--elapsed", action="store_true", help="count the window around the clock")
        parser.add_argument("--counts", choices=["attempt", "connection"], default="attempt")
        parser.add_argument(
            "--signed-by", nargs=2, default=SIGNERS, metavar="EMAIL", help="for Marketing, then for Sales"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                agreement, is_new = self._record(options)
        except ValueError as error:
            self.fail_usage(str(error))
        self._tell(agreement, is_new)

    def _record(self, options: dict[str, Any]) -> tuple[Agreement, bool]:
        wanted = wanted_of(options)
        marketing, sales = options["signed_by"]
        return record_standard(
            wanted,
            marketing_manager=signer(marketing, Side.MARKETING, wanted.time_zone),
            sales_manager=signer(sales, Side.SALES, wanted.time_zone),
            now=self.now(options),
        )

    def _tell(self, agreement: Agreement, is_new: bool) -> None:
        version = agreement.versions.select_related("frozen").order_by("number").first()
        if version is None or version.in_force_at is None:
            return
        done = "is recorded" if is_new else "is there already, nothing was changed"
        self.report(
            f"The agreement {agreement.slug} {done}: in force from {version.starts_on.isoformat()}, "
            f"signed by {' and '.join(one.email for one in version.signatures.all())}.",
            {
                "agreement": agreement.slug,
                "created": is_new,
                "version": version.number,
                "starts_on": version.starts_on,
                "in_force_at": version.in_force_at,
                "ended_at": version.ended_at,
                "sha256": version.frozen.digest,
            },
        )


def wanted_of(options: dict[str, Any]) -> Standard:
    """The options as terms; Refused with a sentence for the ones that can't be."""
    zone_of(options["timezone"])
    starts_on, ends_on = options["starts_on"], options["ends_on"]
    if ends_on and ends_on < starts_on:
        raise Refused(f"--to {ends_on} comes before --from {starts_on}. Choose a later end, or leave it out.")
    country, region = country_of(options["holidays"])
    return Standard(
        slug=options["slug"],
        time_zone=options["timezone"],
        starts_on=starts_on,
        ends_on=ends_on,
        week=week_of_text(options["week"]),
        country=country,
        region=region,
        closed=tuple(options["closed"]),
        handoff_stage=options["handoff"],
        window_seconds=options["window_hours"],
        hours="elapsed" if options["elapsed"] else "business",
        counts=options["counts"],
    )


def country_of(text: str) -> tuple[str, str]:
    """DK, or DE-BY, as country and region."""
    if text and not re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z0-9]{1,10})?", text):
        raise Refused(f"--holidays “{text}” names no country. Write it as DK, or with a region as DE-BY.")
    country, _, region = text.upper().partition("-")
    return country, region


def signer(email: str, side: Side, time_zone: str) -> User:
    """The manager with this e-mail, made where there is none; Refused where they can't sign for the side."""
    try:
        person = ensure_person(email, side=side, role=Role.MANAGER, time_zone=time_zone)
    except ValidationError as error:
        raise Refused(f"--signed-by “{email}” is no person: {' '.join(error.messages)}") from error
    if not may_sign(person, side):
        raise Refused(
            f"{person.email} can't sign for {side.label}: that takes an active manager of {side.label}."
        )
    return person
