"""Where a campaign stands on a day, in words, and its days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.rules.words import counted, long_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from slas.models import Campaign


@dataclass(frozen=True, slots=True)
class Standing:
    """`word` for a pill with its look and icon; `waits`: for Sales to acknowledge."""

    word: str
    look: str
    icon: str
    days: str
    waits: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[tuple[Campaign, Standing], ...]


def standing_of(campaign: Campaign, today: date) -> Standing:
    """Where it stands on `today`, a date of its agreement."""
    over = campaign.ended_at is not None or (campaign.ends_on is not None and campaign.ends_on < today)
    waits = campaign.acknowledged_at is None and not over
    if campaign.ended_at is not None:
        word, look, icon = "Called off", "quiet", "x-circle"
    elif over:
        word, look, icon = "Over", "quiet", "dash-circle"
    elif campaign.starts_on > today:
        word, look, icon = "Coming", "quiet", "calendar-event"
    else:
        word, look, icon = "Running", "met", "play-circle"
    return Standing(word, look, icon, days_of(campaign), waits, _next(campaign, today, waits=waits))


def _next(campaign: Campaign, today: date, *, waits: bool) -> str:
    if campaign.acknowledged_at is not None:
        return f"{campaign.acknowledged_by} has acknowledged for Sales how it is followed up."
    if not waits:
        return "Sales did not acknowledge it."
    away = (campaign.starts_on - today).days
    if away > 0:
        return f"It waits for a manager of Sales to acknowledge it. It starts in {counted(away, 'day')}."
    return "It runs, and no manager of Sales has acknowledged yet how it is followed up."


def days_of(campaign: Campaign) -> str:
    """ "3 to 28 November 2026", "from 3 November 2026"."""
    first, last = campaign.starts_on, campaign.ends_on
    if last is None:
        return f"from {long_date(first)}"
    if last == first:
        return f"on {long_date(first)}"
    begun = long_date(first)
    if (first.year, first.month) == (last.year, last.month):
        begun = str(first.day)
    elif first.year == last.year:
        begun = long_date(first).rsplit(" ", 1)[0]
    return f"{begun} to {long_date(last)}"


def grouped(campaigns: Iterable[Campaign], today: date) -> list[Group]:
    """Running, coming (the next first) and over; a group without a campaign is left out."""
    rows = [(one, standing_of(one, today)) for one in campaigns]
    running = [row for row in rows if row[1].word == "Running"]
    coming = sorted((row for row in rows if row[1].word == "Coming"), key=lambda row: row[0].starts_on)
    over = [row for row in rows if row[1].word in ("Over", "Called off")]
    groups = [("Running now", running), ("Coming", coming), ("Over", over)]
    return [Group(title, tuple(found)) for title, found in groups if found]
