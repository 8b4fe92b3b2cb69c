"""A figure against its promise: met or missed, on pace or behind, and where it will end.

All comparisons are exact (Fraction), so a figure at a boundary is on the good side of it.
Only forecasts are floats.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from slas.rules.metrics import METRICS
from slas.rules.terms import Commitment

BEHIND_BELOW = Fraction(9, 10)  # of the pace
FAR_AHEAD_ABOVE = Fraction(12, 10)
TOO_FEW_BELOW = 5  # cases of a rate
RANGE_Z = 1.2816  # four forecasts in five lie within their range

STATES = (
    "met",
    "missed",
    "on_pace",
    "behind",
    "far_ahead",
    "within",
    "over",
    "too_few",
    "no_data",
)

Number = Decimal | Fraction | int | float


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a promise stands.

    state     met, missed: the period is over; on_pace, behind, far_ahead: before, for at least;
              within, over: before, for at most; too_few: a rate of fewer than 5 cases; no_data
    expected  what should be there by now: for what adds up target x share passed, else the target
    pace      value / expected; None where nothing is expected yet
    gap       value - expected, in the metric's unit; below 0: less than expected
    forecast  the value at the period's end, with its range; None where nothing can be said
    """

    state: str
    expected: Fraction | None = None
    pace: Fraction | None = None
    gap: Fraction | None = None
    forecast: float | None = None
    forecast_low: float | None = None
    forecast_high: float | None = None

    @property
    def is_short(self) -> bool:
        """Whether the promise falls short now: missed, behind or over."""
        return self.state in ("missed", "behind", "over")


def assess(
    commitment: Commitment,
    value: Number | None,
    k: int | None = None,
    n: int | None = None,
    passed: Number = 0,
    over: bool = False,
) -> Assessment:
    """`value` of the commitment's metric in its period, of which the share `passed` (0 to 1) of the
    open business time is gone; `over`: the period has ended.

    A rate or share is taken as k/n where both are given, so that no float rounds it. `n` of a sum of
    money is the number of cases in it, for the forecast's range.
    """
    metric = METRICS[commitment.metric]
    if metric.has_count and n is not None and n < TOO_FEW_BELOW:
        return Assessment("too_few" if n else "no_data")
    if value is None:
        return Assessment("no_data")
    exact = Fraction(k, n) if metric.has_count and k is not None and n else _exact(value)
    share = Fraction(1) if over else _exact(passed)
    target = Fraction(commitment.value)
    expected = target * share if metric.adds_up else target
    pace = exact / expected if expected else None
    low, middle, high = _forecast(metric.kind, exact, k, n, share, adds_up=metric.adds_up)
    state = _state(commitment.at_least, exact, target, pace, over=over, adds_up=metric.adds_up)
    return Assessment(state, expected, pace, exact - expected, middle, low, high)


def _exact(number: Number) -> Fraction:
    """The number as written: the float 0.7 is 7/10."""
    return Fraction(Decimal(repr(number))) if isinstance(number, float) else Fraction(number)


def _state(
    at_least: bool, value: Fraction, target: Fraction, pace: Fraction | None, *, over: bool, adds_up: bool
) -> str:
    kept = value >= target if at_least else value <= target
    if over:
        return "met" if kept else "missed"
    if not at_least:
        return "within" if kept else "over"
    if not adds_up:
        return "on_pace" if kept else "behind"
    if pace is None or BEHIND_BELOW <= pace <= FAR_AHEAD_ABOVE:
        return "on_pace"  # before any time has passed nothing is behind
    return "behind" if pace < BEHIND_BELOW else "far_ahead"


def _forecast(
    kind: str, value: Fraction, k: int | None, n: int | None, passed: Fraction, *, adds_up: bool
) -> tuple[float | None, float | None, float | None]:
    """(low, forecast, high) at the period's end."""
    now = float(value)
    if passed >= 1:
        return now, now, now
    if adds_up:
        return _volume_forecast(kind, value, n, passed)
    if kind in ("rate", "share") and k is not None and n:
        low, high = wilson(k, n)
        return low, now, high
    return None, now, None


def _volume_forecast(
    kind: str, value: Fraction, n: int | None, passed: Fraction
) -> tuple[float | None, float | None, float | None]:
    """What came so far, carried on: value / passed.

    The range takes arrivals as a Poisson stream whose rate is itself known only from the c cases so
    far: the standard deviation of the end is sqrt((c + 1) (1 - passed)) / passed cases, and what
    has come can't go away. Money is cases times the mean amount; without its cases it has no range.
    """
    if not passed:
        return None, None, None
    end = float(value / passed)
    cases = value if kind != "money" else n
    if not cases:
        unit = 1.0 if kind != "money" else None
    else:
        unit = float(value / cases)
    if unit is None or cases is None:
        return None, end, None
    spread = RANGE_Z * unit * sqrt(float(cases + 1) * float(1 - passed)) / float(passed)
    return max(float(value), end - spread), end, end + spread


def wilson(k: int, n: int, z: float = RANGE_Z) -> tuple[float, float]:
    """The Wilson score interval of k of n."""
    share, square = k / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)
