"""Mails about a closure or an early end: asked for, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slas.models import Amendment
from slas.rules.words import weekday_date
from slas.services.letters import Letter, link_of, post
from smarketing.accounts.models import Role, Side, User

if TYPE_CHECKING:
    from datetime import datetime


def tell_asked(amendment: Amendment, now: datetime) -> None:
    """Ask the managers of the other side."""
    side = other_side(amendment)
    letter = Letter(
        subject=f"{amendment.asked_by} asks {side.label} to {in_words(amendment)}",
        headline=f"{amendment.asked_by} asks {side.label} to {in_words(amendment)}.",
        quote=amendment.note,
        lines=(f"It holds from the moment on at which a manager of {side.label} confirms it.",),
        link=link_of("amendments", amendment.agreement),
        button="See which deadlines move, and answer",
        note="Nothing that has ended changes, and no breach is undone.",
    )
    readers = User.objects.active().managers().filter(side=side).order_by("pk")
    post(letter, f"amendment-asked:{amendment.pk}", readers, now)


def tell_confirmed(amendment: Amendment, now: datetime) -> None:
    """Tell all members of both sides what holds from now on."""
    day, name = full_date(amendment), amendment.agreement.name
    if amendment.kind == Amendment.Kind.CLOSURE:
        what, then = f"{day} is closed", "Deadlines that lie ahead move; nothing that has ended changes."
    else:
        what, then = f"{name} ends after {day}", "What runs on that day keeps the terms it started under."
    letter = Letter(
        subject=f"{name}: {what}" if amendment.kind == Amendment.Kind.CLOSURE else what,
        headline=f"{what[0].upper()}{what[1:]}: {amendment.asked_by} asked for it, "
        f"{amendment.decided_by} has confirmed it.",
        quote=amendment.note,
        lines=(then,),
        link=link_of("amendments", amendment.agreement),
        button="See it",
    )
    readers = User.objects.active().filter(side__in=list(Side)).exclude(role=Role.VIEWER).order_by("pk")
    post(letter, f"amendment-confirmed:{amendment.pk}", readers, now)


def tell_refused(amendment: Amendment, now: datetime) -> None:
    """Tell the managers of both sides that it was declined or withdrawn, but who did it."""
    by, what = amendment.decided_by, amendment.get_decision_display().lower()
    letter = Letter(
        subject=f"{by} has {what} it: {in_words(amendment)}",
        headline=f"{by} has {what} what {amendment.asked_by} asked for: to {in_words(amendment)}.",
        quote=amendment.reason,
        lines=("Nothing changes.",),
        link=link_of("amendments", amendment.agreement),
        button="See it",
    )
    readers = User.objects.active().managers().filter(side__in=list(Side)).exclude(pk=amendment.decided_by_id)
    post(letter, f"amendment-{amendment.decision}:{amendment.pk}", readers.order_by("pk"), now)


def other_side(amendment: Amendment) -> Side:
    """The side that confirms it."""
    return Side.SALES if amendment.side == Side.MARKETING else Side.MARKETING


def in_words(amendment: Amendment) -> str:
    """ "close Monday 23 November 2026", "end Inbound Nordics after Monday 23 November 2026"."""
    if amendment.kind == Amendment.Kind.CLOSURE:
        return f"close {full_date(amendment)}"
    return f"end {amendment.agreement.name} after {full_date(amendment)}"


def full_date(amendment: Amendment) -> str:
    return f"{weekday_date(amendment.date)} {amendment.date.year}"
