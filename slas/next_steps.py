"""What happens next with a version, who it waits for, and what the reader of a page may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.models import Version
from slas.rules.words import listed, long_date
from slas.rules.zones import local_day
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_draft, may_sign

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

NAMES_SHOWN = 3


def next_step(version: Version, now: datetime) -> str:
    """ "Waiting for Sam Okafor to sign for Sales."; blank where nothing has to be done."""
    if version.is_open and version.starts_on < local_day(now, version.working_time.time_zone):
        return _past_start(version)
    if version.status == Version.Status.DRAFT:
        return f"Waiting for {_managers(*Side)} to propose it."
    if version.status == Version.Status.PROPOSED:
        waits = [f"{_managers(side)} to sign for {side.label}" for side in unsigned(version)]
        return f"Waiting for {listed(waits)}."
    if version.in_force_at and version.in_force_at > now:
        return f"Signed by both. It comes into force on {long_date(version.starts_on)}."
    return ""


def unsigned(version: Version) -> list[Side]:
    """The sides whose signature is missing."""
    there = {one.side for one in version.signatures.all()}
    return [side for side in Side if side.value not in there]


def _past_start(version: Version) -> str:
    day = long_date(version.starts_on)
    if version.status == Version.Status.DRAFT:
        return f"Its start, {day}, is past. Edit it and choose a later start."
    return f"Its start, {day}, is past, so nobody can sign it now. Withdraw it and draft another."


def _managers(*sides: Side) -> str:
    people = User.objects.active().managers().filter(side__in=sides).order_by("pk")
    names = [person.name for person in people]
    if not names:
        return f"a manager of {' or '.join(side.label for side in sides)}, of whom there is none yet,"
    others = ["another manager"] if len(names) > NAMES_SHOWN else []
    return listed([*names[:NAMES_SHOWN], *others], "or")


@dataclass(frozen=True)
class Acts:
    """What one person may do with one version now, and the sentence why not."""

    user: User | AnonymousUser
    version: Version

    @property
    def edit(self) -> bool:
        return may_draft(self.user) and self.version.status == Version.Status.DRAFT

    @property
    def withdraw(self) -> bool:
        return may_draft(self.user) and self.version.is_open

    @property
    def sign_for(self) -> Side | None:
        """The side they may sign for now."""
        if self.version.status != Version.Status.PROPOSED:
            return None
        return next((side for side in unsigned(self.version) if may_sign(self.user, side)), None)

    @property
    def why_not(self) -> str:
        """Why there is nothing to press, for an open version; blank where there is."""
        if not self.version.is_open or self.edit or self.sign_for:
            return ""
        if not may_draft(self.user):
            return (
                "Only managers of Marketing and Sales edit, propose and sign. You can read all of it, "
                "and everything it leads to."
            )
        mine = Side(self.user.side)  # type: ignore[union-attr]
        other = Side.SALES if mine == Side.MARKETING else Side.MARKETING
        return f"{mine.label} has signed. Only a manager of {other.label} can sign for {other.label}."
