"""Instants, local dates and time zones: the few conversions everything else stands on.

An *instant* is an aware datetime; inside the rules it is often a whole number of seconds since
1970-01-01T00:00Z, because integers compare and add ten times faster than datetimes.
"""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH_DAY = date(1970, 1, 1).toordinal()
DAY = 86_400
# Two days off the ends of the calendar: a local date there has no instant in every zone.
FIRST_DAY = date(1, 1, 3)
LAST_DAY = date(9999, 12, 29)

# zoneinfo prefers the system's data to that of the tzdata package, and systems differ: a verdict would
# depend on the machine. From here on the pinned package alone says what the clocks of a zone do.
zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()

_NOT_PLACES = ("right/", "posix/", "localtime", "posixrules", "Factory", "SystemV/")


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone called `name`; ValueError with a sentence if there is none."""
    zone = _zone_of(name) if isinstance(name, str) else None
    if zone is None:
        raise ValueError(f"{name!r} is no time zone. Name one of the IANA list, such as Europe/Copenhagen.")
    return zone


@lru_cache(maxsize=1024)
def _zone_of(name: str) -> ZoneInfo | None:
    try:
        return None if name.startswith(_NOT_PLACES) else ZoneInfo(name)
    except (ImportError, KeyError, ValueError, OSError):
        return None


def seconds_of(at: datetime) -> int:
    """An aware instant of whole seconds as seconds since 1970; ValueError for any other."""
    utc = in_utc(at)
    if utc.microsecond:
        raise ValueError(f"{at.isoformat()} has a fraction of a second. Give whole seconds.")
    return (utc.toordinal() - EPOCH_DAY) * DAY + utc.hour * 3600 + utc.minute * 60 + utc.second


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC; ValueError with a sentence if it is none, naive or out of range."""
    if not isinstance(at, datetime):
        raise ValueError(f"{at!r} is no instant. Give a datetime with its offset.")
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone. Give an instant with its offset.")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at.isoformat()} lies outside the years 1 to 9999 in UTC.") from None


def instant_of(seconds: int) -> datetime:
    """Seconds since 1970 as an aware UTC datetime; ValueError outside the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("That instant lies outside the years 1 to 9999.") from None


def local_day(at: datetime, tz: str) -> date:
    """The date that a wall calendar in `tz` shows at the instant."""
    try:
        return in_utc(at).astimezone(zone_of(tz)).date()
    except OverflowError:
        raise ValueError(f"{at.isoformat()} lies outside the years 1 to 9999 in {tz}.") from None


def start_of_day(day: date, tz: str) -> datetime:
    """The first instant of the local date, in UTC.

    Where the clock jumps over midnight it is the instant of the jump (São Paulo, 2017-10-15); a
    date that was skipped altogether begins and ends at the jump (Apia, 2011-12-30); where midnight
    comes twice it is the first.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day.isoformat()} lies outside the years that a calendar covers.")
    return instant_of(wall_seconds(day, 0, zone_of(tz)))


def offset_seconds(day: date, minute: int, zone: ZoneInfo, fold: int = 0) -> int:
    """UTC offset that holds at a local wall time; in a gap or fold that before the change."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    wall = midnight + timedelta(minutes=minute)  # wall arithmetic: no change of the clock in it
    offset = wall.replace(fold=fold).utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds


def wall_seconds(day: date, minute: int, zone: ZoneInfo) -> int:
    """Seconds since 1970 at which the wall clock of `zone` reaches `minute` of `day`.

    A wall time that is skipped is reached at the jump; one that comes twice is reached first.
    """
    wall = (day.toordinal() - EPOCH_DAY) * DAY + minute * 60
    before = offset_seconds(day, minute, zone)
    after = offset_seconds(day, minute, zone, fold=1)
    if after <= before:
        return wall - before
    return _jump(wall - after, wall - before, zone)


def _jump(early: int, late: int, zone: ZoneInfo) -> int:
    """The second within (early, late] at which the zone's offset changes for the first time."""
    old = _offset_at(early, zone)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset_at(middle, zone) == old:
            early = middle
        else:
            late = middle
    return late


def _offset_at(seconds: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
