"""The way of a volume against its promise, as numbers of an SVG: cumulative over open business time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from reports.content.numbers import amount
from reports.content.promises import label_of, target_text
from reports.services.promises import Standing
from slas.rules.business_time import Calendar
from slas.rules.periods import share_passed

# The picture: 820 x 240, the plot from 44 to 740 across and from 210 up to 24.
_LEFT, _RIGHT, _GROUND, _TOP = 44, 740, 210, 24
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """A labelled place on an axis."""

    at: str
    text: str


@dataclass(frozen=True)
class Row:
    """One day of the table: what had come by its midnight, and what the pace asked for."""

    day: dt.date
    came: str
    pace: str


@dataclass(frozen=True)
class Chart:
    title: str
    period: str
    says: str
    points: str
    last: tuple[str, str]
    last_text: str
    goal_y: str
    goal_text: str
    fan: str
    fan_ends: tuple[str, str]
    fan_y: str
    levels: list[Mark]
    days: list[Mark]
    rows: list[Row]
    has_nights: bool
    side: str
    is_left: bool  # the words beside the last point stand left of it


def pace_chart(
    standing: Standing, nights: Sequence[tuple[dt.datetime, Decimal]], calendar: Calendar
) -> Chart:
    """`nights`: (midnight, value) stored for the promise's period; the last point is the figure now."""
    period, now = standing.period, min(standing.until, standing.period.end)
    value = Fraction(standing.value or 0)
    target = Fraction(standing.commitment.value)
    found = [(at, Fraction(came)) for at, came in nights if at < now]
    high = standing.assessment.forecast_high if not standing.period_over else None
    most = max(target, value, *(came for _, came in found), Fraction(ceil(high or 0)))

    def x(at: dt.datetime) -> float:
        return _LEFT + (_RIGHT - _LEFT) * float(share_passed(period, calendar, at))

    def y(number: Fraction | float) -> float:
        return _GROUND - (_GROUND - _TOP) * float(number) / float(most or 1)

    points = [(_LEFT, y(0)), *((x(at), y(came)) for at, came in found), (x(now), y(value))]
    end_x, end_y = points[-1]
    low, high_text, fan = _fan(standing, end_x, end_y, y)
    return Chart(
        title=label_of(standing),
        period=standing.period.label,
        says=_says(standing, value),
        points=" ".join(f"{a:.1f},{b:.1f}" for a, b in points),
        last=(f"{end_x:.1f}", f"{end_y:.1f}"),
        last_text=_last_text(standing, value),
        goal_y=f"{y(target):.1f}",
        goal_text=target_text(standing),
        fan=fan,
        fan_ends=(low, high_text),
        fan_y=f"{y(Fraction(ceil(high or 0))) + 4:.1f}",
        levels=_levels(standing, target, y),
        days=_days(standing, calendar, x),
        rows=_rows(standing, found, value, calendar, now),
        has_nights=bool(found),
        side="sales" if standing.commitment.side == "sales" else "mkt",
        is_left=end_x > (_LEFT + _RIGHT) / 2,
    )


def _fan(standing: Standing, end_x: float, end_y: float, y) -> tuple[str, str, str]:
    """("238", "256", polygon) while the period runs; blanks without a forecast."""
    low, high = standing.assessment.forecast_low, standing.assessment.forecast_high
    if standing.period_over or low is None or high is None:
        return "", "", ""
    unit, currency = standing.commitment.unit, standing.currency
    ends = [amount(floor(end), unit, currency=currency) for end in (low, high)]
    polygon = f"{end_x:.1f},{end_y:.1f} {_RIGHT},{y(high):.1f} {_RIGHT},{y(low):.1f}"
    return ends[0], ends[1], polygon


def _gap(standing: Standing, value: Fraction) -> str:
    expected = standing.assessment.expected or Fraction(0)
    if standing.period_over:
        expected = Fraction(standing.commitment.value)
    gap = value - expected
    number = amount(floor(abs(gap) + Fraction(1, 2)), standing.commitment.unit, currency=standing.currency)
    what = "the promise" if standing.period_over else "the pace"
    if abs(gap) < Fraction(1, 2):
        return f"on {what}"
    return f"{number} {'above' if gap > 0 else 'below'} {what}"


def _last_text(standing: Standing, value: Fraction) -> str:
    shown = amount(value, standing.commitment.unit, currency=standing.currency)
    return f"{shown} {'in all' if standing.period_over else 'by now'}, {_gap(standing, value)}"


def _says(standing: Standing, value: Fraction) -> str:
    text = f"{label_of(standing)}, {standing.period.label}: {_last_text(standing, value)}"
    return f"{text}; the promise is {target_text(standing)}."


def _levels(standing: Standing, target: Fraction, y) -> list[Mark]:
    """Nothing, the thirds and the whole of the promise."""
    steps = [Fraction(0), *(Fraction(floor(target * part / 3)) for part in (1, 2)), target]
    shown = dict.fromkeys(steps)
    unit, currency = standing.commitment.unit, standing.currency
    return [Mark(f"{y(step):.1f}", amount(step, unit, currency=currency)) for step in shown]


def open_days(period_first: dt.date, period_last: dt.date, calendar: Calendar) -> list[dt.date]:
    count = (period_last - period_first).days + 1
    days = (period_first + place * _DAY for place in range(count))
    return [day for day in days if calendar.is_open_day(day)]


def _days(standing: Standing, calendar: Calendar, x) -> list[Mark]:
    """The first, each fifth (of a quarter each fifteenth) and the last working day, where each ends."""
    period = standing.period
    days = open_days(period.first_day, period.last_day, calendar)
    step = 1 if len(days) <= 7 else 5 if len(days) <= 31 else 15
    marks = []
    for number, day in enumerate(days, start=1):
        near_end = number != len(days) and len(days) - number < step / 2
        if number == 1 or number == len(days) or (number % step == 0 and not near_end):
            ends = calendar.openings(day)[-1][1]
            text = f"day {number}" if number == 1 else f"{number}"
            marks.append(Mark(f"{x(ends):.1f}", text))
    return marks


def _rows(
    standing: Standing,
    found: Sequence[tuple[dt.datetime, Fraction]],
    value: Fraction,
    calendar: Calendar,
    now: dt.datetime,
) -> list[Row]:
    zone, period = calendar.zone, standing.period
    target = Fraction(standing.commitment.value)
    unit, currency = standing.commitment.unit, standing.currency

    def row(day: dt.date, at: dt.datetime, came: Fraction) -> Row:
        pace = Fraction(floor(target * share_passed(period, calendar, at) + Fraction(1, 2)))
        return Row(day, amount(came, unit, currency=currency), amount(pace, unit, currency=currency))

    rows = [row((at - _DAY / 2).astimezone(zone).date(), at, came) for at, came in found]
    last = (now - dt.timedelta(seconds=1)).astimezone(zone).date()
    return [*(each for each in rows if each.day != last), row(last, now, value)]
