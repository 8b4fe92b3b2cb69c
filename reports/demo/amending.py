"""Who witnessed the demo's agreement, and a closure that waits for the other side."""

from __future__ import annotations

import datetime as dt

from slas.models import Agreement, Amendment, Signature, Version, Witness
from slas.rules.business_time import Calendar
from smarketing.accounts.models import Side, User

WEEKS_AHEAD = 3


def ask_and_witness(agreement: Agreement, people: dict[str, User], today: dt.date) -> None:
    """Vic's signature under version 2 as a witness, and Sam's request to close a day in three weeks, which
    waits for Marketing."""
    version = agreement.versions.order_by("number").last()
    if version is None:
        return
    signed_at = version.signatures.order_by("signed_at")[0].signed_at
    _witness(version, people, signed_at)
    closed = next_open_day(version.terms().calendar, today + dt.timedelta(weeks=WEEKS_AHEAD))
    Amendment.objects.create(
        agreement=agreement,
        kind=Amendment.Kind.CLOSURE,
        date=closed,
        note="The whole of Sales is at the kick-off.",
        side=Side.SALES,
        asked_by=people["sam"],
        asked_at=dt.datetime.combine(today - dt.timedelta(days=1), dt.time(14, 10), dt.UTC),
    )


def _witness(version: Version, people: dict[str, User], signed_at: dt.datetime) -> None:
    vic = people["vic"]
    Witness.objects.create(version=version, user=vic, invited_by=people["mona"], invited_at=signed_at)
    Signature.objects.create(
        version=version,
        user=vic,
        name=vic.name,
        email=vic.email,
        digest=version.frozen.digest,
        signed_at=signed_at + dt.timedelta(hours=1),
    )


def next_open_day(calendar: Calendar, day: dt.date) -> dt.date:
    """The first date from `day` on with an opening."""
    while not calendar.is_open_day(day):
        day += dt.timedelta(days=1)
    return day
