"""Closures: dates closed by an amendment after signing (product section 3 rule 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Agreement, Closure, Version
from slas.rules.words import long_date
from slas.rules.zones import local_day, start_of_day
from slas.services.refusal import Refused
from slas.services.signing import refuse_one_sided

if TYPE_CHECKING:
    from datetime import date, datetime

    from smarketing.accounts.models import User


@transaction.atomic
def add_closure(
    agreement: Agreement,
    date: date,
    *,
    marketing_manager: User,
    sales_manager: User,
    now: datetime,
    note: str = "",
) -> Closure:
    """Close a date, confirmed by a manager of each side; in force from `now` on. The same date twice is one.

    It moves deadlines that lie ahead; whoever calls this has the open clocks judged again. Refused for a past
    date, one that is closed anyway, or one on which no version is in force.
    """
    refuse_one_sided(marketing_manager, sales_manager, "confirm a closure")
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    known = agreement.closures.filter(date=date, retracted_at=None).first()
    if known:
        return known
    refuse_closure(agreement, date, now)
    return Closure.objects.create(
        agreement=agreement,
        date=date,
        recorded_at=now,
        note=note,
        confirmed_by_marketing=marketing_manager,
        confirmed_by_sales=sales_manager,
    )


def refuse_closure(agreement: Agreement, date: date, now: datetime) -> None:
    """Refused for a past date, one that is closed anyway, or one on which no version is in force."""
    terms = version_on(agreement, date).terms()
    if date < local_day(now, terms.tz):
        raise Refused(f"{long_date(date)} is past. A closure moves only deadlines that lie ahead.")
    closed = agreement.closures.filter(date=date, retracted_at=None)
    if not terms.calendar.is_open_day(date) or closed.exists():
        raise Refused(f"{long_date(date)} is closed already, so there is nothing to close.")


def version_on(agreement: Agreement, date: date) -> Version:
    """The version in force on a date, each asked in its own zone. Refused where none is."""
    for version in agreement.versions_signed():
        if agreement.version_at(start_of_day(date, version.terms().tz)) == version:
            return version
    raise Refused(f"No version of {agreement.name} is in force on {long_date(date)}. Choose another date.")
