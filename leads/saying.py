"""Short words for instants and durations on the pages of leads, in the reader's zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from slas.rules.words import counted, duration

_DAY = 86_400


def moment(at: dt.datetime, zone: ZoneInfo, now: dt.datetime) -> str:
    """ "today 14:52", "Monday 09:05" in the week ahead, else "19 Nov 15:10"; the year where it is another."""
    local, here = at.astimezone(zone), now.astimezone(zone)
    ahead = (local.date() - here.date()).days
    if ahead == 0:
        return f"today {local:%H:%M}"
    if 0 < ahead < 7:
        return f"{local:%A} {local:%H:%M}"
    year = "" if local.year == here.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def day_name(at: dt.datetime, zone: ZoneInfo, now: dt.datetime) -> str:
    """The day as a heading: "Monday" in the week ahead, else "Monday 30 November"."""
    local, here = at.astimezone(zone).date(), now.astimezone(zone).date()
    if 0 < (local - here).days < 7:
        return f"{local:%A}"
    return f"{local:%A} {local.day} {local:%B}" + ("" if local.year == here.year else f" {local.year}")


def lateness(seconds: int) -> str:
    """ "3 h 10 min", and from three days on "16 days": minutes of a month tell nobody anything."""
    return duration(seconds) if seconds < 3 * _DAY else counted(seconds // _DAY, "day")
