"""On which dates the clocks of a zone change, and what wall times are skipped or come twice then."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from slas.rules.zones import DAY, EPOCH_DAY, FIRST_DAY, LAST_DAY, offset_seconds, zone_of


class ClockChange(NamedTuple):
    """Wall times from `start` to before `end`, in minutes of the date, that are skipped or come twice."""

    day: date
    start: int
    end: int
    is_skipped: bool

    def touches(self, minute: int) -> bool:
        """Whether that minute is skipped on the date or comes twice; an end of what is skipped is there."""
        return (self.start < minute if self.is_skipped else self.start <= minute) and minute < self.end


def clock_changes(tz: str, first: date, last: date) -> Iterator[ClockChange]:
    """Each change of the clock from `first` to `last`, both included, in their order."""
    zone = zone_of(tz)
    day = max(first, FIRST_DAY)
    while day <= min(last, LAST_DAY):
        before, after = offset_seconds(day, 0, zone), offset_seconds(day + timedelta(1), 0, zone)
        if before != after:
            midnight = (day.toordinal() - EPOCH_DAY) * DAY
            early = midnight - before
            late = early + DAY + before - after
            while late - early > 1:
                middle = (early + late) // 2
                is_old = _offset(datetime.fromtimestamp(middle, UTC).astimezone(zone)) == before
                early, late = (middle, late) if is_old else (early, middle)
            start, end = sorted((late + offset - midnight) // 60 for offset in (before, after))
            yield ClockChange(day, start, end, is_skipped=after > before)
        day += timedelta(1)


def _offset(at: datetime) -> int:
    offset = at.utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds
