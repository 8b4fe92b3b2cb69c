"""Row 1: deadlines, datetime to datetime, against businesstimedelta, on the same leads.

The two have to agree on 3,000 random leads over DST changes and holidays before anything is timed.
"""

import datetime as dt
import random

import businesstimedelta
import pytz

from bench.table import Row, median_pair
from slas.rules.business_time import Calendar

ZONES = ("Europe/Copenhagen", "America/New_York", "Australia/Sydney")
HOURS = (dt.time(9), dt.time(17))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
WINDOWS = (3_600, 4 * 3_600, 8 * 3_600, 24 * 3_600, 48 * 3_600)
LEADS = 3_000


def measure() -> list[Row]:
    """The row, with the number of disagreements in its words."""
    chance = random.Random(1)
    holidays = {dt.date(2026, 1, 1) + dt.timedelta(days=chance.randrange(730)) for _ in range(24)}
    leads = [_lead(chance) for _ in range(LEADS)]
    calendars = {zone: _calendar(zone, holidays) for zone in ZONES}
    rules = {zone: _rules(zone, holidays) for zone in ZONES}

    def ours() -> list[dt.datetime]:
        return [calendars[zone].deadline(start, window) for zone, start, window in leads]

    def reference() -> list[dt.datetime]:
        delta = businesstimedelta.BusinessTimeDelta
        return [start + delta(rules[zone], seconds=window) for zone, start, window in leads]

    differing = sum(a != b for a, b in zip(ours(), reference(), strict=True))
    ours_median, reference_median = median_pair(ours, reference)
    ratio = reference_median / ours_median
    return [
        Row(
            1,
            f"deadline of {LEADS:,} leads ({differing} disagreements)",
            f"{LEADS / ours_median:,.0f}/s",
            f"businesstimedelta {LEADS / reference_median:,.0f}/s",
            f"{ratio:.0f}x",
            ">= 70x, no disagreement",
            ratio >= 70 and not differing,
        )
    ]


def _lead(chance: random.Random) -> tuple[str, dt.datetime, int]:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=chance.randrange(600 * 86_400))
    return chance.choice(ZONES), start, chance.choice(WINDOWS)


def _calendar(zone: str, holidays: set[dt.date]) -> Calendar:
    hours = [[f"{HOURS[0]:%H:%M}", f"{HOURS[1]:%H:%M}"]]
    return Calendar(tz=zone, week=dict.fromkeys(WEEKDAYS, hours), holidays=holidays)


def _rules(zone: str, holidays: set[dt.date]) -> businesstimedelta.Rules:
    tz = pytz.timezone(zone)
    working = businesstimedelta.WorkDayRule(HOURS[0], HOURS[1], [0, 1, 2, 3, 4], tz=tz)
    return businesstimedelta.Rules([working, businesstimedelta.HolidayRule(sorted(holidays), tz=tz)])
