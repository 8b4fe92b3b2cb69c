"""Short words for instants and durations on the pages of leads, in the reader's zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from slas.rules.business_time import Calendar
from slas.rules.words import counted, duration
from smarketing.accounts.models import User

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


def folded_words(key: str, folded: int, since: dt.datetime | None, reader: User, now: dt.datetime) -> str:
    """ "32 more, late since June"; only late ones are said since when."""
    if key != "late" or since is None:
        return f"{folded:,} more"
    local, here = since.astimezone(reader.zone), now.astimezone(reader.zone)
    if (here - local).days < 25:
        return f"{folded:,} more, late since {local.day} {local:%B}"
    return f"{folded:,} more, late since {local:%B}{'' if local.year == here.year else f' {local.year}'}"


def opening_words(calendars: Iterable[Calendar], reader: User, now: dt.datetime) -> str:
    """ "Open until 17:00.", in the reader's zone; empty where several calendars say different things."""
    ends = {calendar.next_opening(now) for calendar in set(calendars)}
    if len(ends) != 1:
        return ""
    opens, closes = ends.pop()
    if opens <= now:
        return f"Open until {closes.astimezone(reader.zone):%H:%M}."
    return f"Closed until {moment(opens, reader.zone, now)}."


def hour_words(at: dt.datetime, reader: User, now: dt.datetime) -> str:
    """ "today at 9:00", "on Monday at 9:00"."""
    local = at.astimezone(reader.zone)
    is_today = local.date() == now.astimezone(reader.zone).date()
    return f"{'today' if is_today else f'on {day_name(at, reader.zone, now)}'} at {local.hour}:{local:%M}"
