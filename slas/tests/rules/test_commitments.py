"""A figure against its promise: the boundaries, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest

from slas.rules.commitments import STATES, assess, wilson
from slas.rules.metrics import METRICS
from slas.rules.terms import Commitment

HALF = Fraction(1, 2)


def promise(metric: str = "mqls", value: str = "100", at_least: bool = True) -> Commitment:
    side = METRICS[metric].side
    return Commitment("p", side, metric, at_least, Decimal(value), METRICS[metric].unit, "month")


@pytest.mark.parametrize(
    ("value", "passed", "state"),
    [
        (0, 0, "on_pace"),  # before any open time has passed nothing is behind
        (5, 0, "on_pace"),
        (44, HALF, "behind"),
        (45, HALF, "on_pace"),  # exactly 0.9 of the pace
        (50, HALF, "on_pace"),
        (60, HALF, "on_pace"),  # exactly 1.2 of the pace
        (61, HALF, "far_ahead"),
        (30, Fraction(1, 3), "on_pace"),  # thirds have no exact float
        (29, Fraction(1, 3), "behind"),
        (40, Fraction(1, 3), "on_pace"),
        (41, Fraction(1, 3), "far_ahead"),
    ],
)
def test_a_volume_against_its_pace(value, passed, state):
    assert assess(promise(), value, passed=passed).state == state


@pytest.mark.parametrize(
    ("at_least", "value", "state"),
    [
        (True, 99, "missed"),
        (True, 100, "met"),
        (True, 500, "met"),
        (False, 100, "met"),
        (False, 101, "missed"),
        (False, 0, "met"),
    ],
)
def test_a_volume_at_the_end(at_least, value, state):
    found = assess(promise(at_least=at_least), value, passed=1, over=True)
    assert found.state == state
    assert found.is_short == (state == "missed")


@pytest.mark.parametrize(("value", "state"), [(10, "within"), (11, "over"), (0, "within")])
def test_at_most_before_the_end(value, state):
    found = assess(promise("clocks_breached", "10", at_least=False), value, passed=HALF)
    assert found.state == state


@pytest.mark.parametrize(
    ("k", "n", "over", "state"),
    [
        (9, 10, False, "on_pace"),
        (89, 100, False, "behind"),
        (9, 10, True, "met"),
        (89, 100, True, "missed"),
        (4, 5, False, "behind"),
        (4, 4, False, "too_few"),
        (4, 4, True, "too_few"),
        (0, 0, False, "no_data"),
        (7, 10, False, "behind"),
    ],
)
def test_a_share(k, n, over, state):
    value = k / n if n else None
    assert assess(promise("speed_met_share", "0.9"), value, k, n, over=over).state == state


def test_a_share_is_taken_from_its_counts_and_not_from_a_float():
    seven_tenths = 1 - 0.3  # a bit below 0.7
    assert assess(promise("speed_met_share", "0.7"), seven_tenths, 7, 10, over=True).state == "met"
    assert assess(promise("speed_met_share", "0.7"), 0.7, over=True).state == "met"


@pytest.mark.parametrize(
    ("k", "over", "state"),
    [(2, False, "within"), (3, False, "over"), (2, True, "met"), (3, True, "missed")],
)
def test_a_share_at_most(k, over, state):
    found = assess(promise("rejected_share", "0.2", at_least=False), k / 10, k, 10, over=over)
    assert found.state == state


@pytest.mark.parametrize(("seconds", "state"), [(3600, "within"), (3601, "over")])
def test_a_duration_has_no_pace(seconds, state):
    metric = "first_follow_up_business_seconds_median"
    found = assess(promise(metric, "3600", at_least=False), seconds, passed=HALF)
    assert (found.state, found.expected) == (state, 3600)


def test_an_average_does_not_grow_with_the_period():
    assert assess(promise("average_revenue", "1000"), 999, passed=HALF).state == "behind"
    assert assess(promise("revenue", "1000"), 500, passed=HALF).state == "on_pace"


def test_without_a_value_there_is_no_verdict():
    found = assess(promise(), None, passed=1, over=True)
    assert (found.state, found.expected, found.forecast) == ("no_data", None, None)


def test_the_gap_is_against_what_should_be_there():
    assert assess(promise(), 40, passed=HALF).gap == -10
    assert assess(promise(), 40, passed=1, over=True).gap == -60
    assert assess(promise(), 40, passed=HALF).pace == Fraction(4, 5)


def test_the_forecast_carries_on_what_came():
    found = assess(promise(), 50, passed=HALF)
    assert found.forecast == 100
    assert 50 < found.forecast_low < 100 < found.forecast_high
    assert found.forecast_high == pytest.approx(100 + 1.2816 * (51 * 0.5) ** 0.5 / 0.5)


def test_the_forecast_narrows_and_never_falls_below_what_is_there():
    early, late = (assess(promise(), 90, passed=share) for share in (HALF, Fraction(9, 10)))
    assert late.forecast_high - late.forecast_low < early.forecast_high - early.forecast_low
    assert assess(promise(), 1, passed=Fraction(99, 100)).forecast_low >= 1
    end = assess(promise(), 90, passed=1, over=True)
    assert (end.forecast_low, end.forecast, end.forecast_high) == (90, 90, 90)


def test_before_any_time_has_passed_there_is_no_forecast():
    assert assess(promise(), 3, passed=0).forecast is None


def test_nothing_so_far_leaves_room():
    found = assess(promise(), 0, passed=HALF)
    assert (found.forecast_low, found.forecast) == (0, 0)
    assert found.forecast_high > 0


def test_money_has_a_range_where_its_cases_are_known():
    unknown = assess(promise("revenue", "1000"), Decimal("500"), passed=HALF)
    assert (unknown.forecast, unknown.forecast_low) == (1000, None)
    known = assess(promise("revenue", "1000"), Decimal("500"), n=5, passed=HALF)
    assert known.forecast_low < 1000 < known.forecast_high


def test_the_range_of_a_rate_is_wilsons():
    low, high = wilson(9, 10, z=1.96)
    assert (low, high) == (pytest.approx(0.5958, abs=1e-4), pytest.approx(0.9821, abs=1e-4))
    found = assess(promise("speed_met_share", "0.9"), 0.9, 9, 10, passed=HALF)
    assert found.forecast_low < 0.9 < found.forecast_high
    assert wilson(0, 10)[0] == pytest.approx(0)
    assert wilson(10, 10)[1] == pytest.approx(1)


def test_a_promise_of_nothing_is_kept():
    assert assess(promise(value="0"), 0, passed=HALF).state == "on_pace"
    assert assess(promise(value="0"), 0, passed=1, over=True).state == "met"


def test_every_state_is_named():
    assert len(set(STATES)) == len(STATES) == 9
