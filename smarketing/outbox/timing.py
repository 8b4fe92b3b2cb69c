"""When a reader may be written to: pure functions of an instant, the reader's zone and the open days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(7)
EVENING = time(20)
SEARCH_DAYS = 400  # a year without an open day: no agreement is like that, so stop looking


def at_local(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clocks of `zone` show `wall` on `day`.

    Of a wall time that comes twice the first; of one that a DST change skips the instant as far
    after the gap as it was inside.
    """
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def at_seven(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 07:00 in `zone` at or after `now`: when a nightly summary may be sent. UTC."""
    today = now.astimezone(zone).date()
    instant = at_local(today, MORNING, zone)
    return instant if instant >= now else at_local(today + timedelta(days=1), MORNING, zone)


def notice_time(now: datetime, zone: ZoneInfo, is_open_day: Callable[[date], bool]) -> datetime:
    """`now` if it is in the reader's daytime, else the next instant that is. UTC.

    Daytime: from 07:00 up to and including 20:00 in `zone`, on a day (local to `zone`) that
    `is_open_day` accepts. ValueError if no day of the next 400 is open.
    """
    first = now.astimezone(zone).date()
    for day in (first + timedelta(days=days) for days in range(SEARCH_DAYS)):
        if not is_open_day(day):
            continue
        start = max(now, at_local(day, MORNING, zone))
        if start <= at_local(day, EVENING, zone):
            return start.astimezone(UTC)
    raise ValueError(f"No open day in the {SEARCH_DAYS} days from {first}: nobody can be notified.")
