"""Figures in words: a rounded figure never says more, or less, than it is."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from reports.content import numbers
from reports.content.cells import cell
from reports.content.promises import promise_line
from reports.metrics import Figure
from reports.metrics.wording import value_text
from reports.services.promises import standing
from slas.rules.periods import period_of
from slas.rules.terms import Commitment

AT = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("share", "target", "text"),
    [
        pytest.param(Fraction(134, 151), None, "88.7%", id="one decimal"),
        pytest.param(Fraction(9, 10), Decimal("0.9"), "90%", id="exactly the promise"),
        pytest.param(Fraction(8996, 10_000), Decimal("0.9"), "89.96%", id="just short is not the promise"),
        pytest.param(Fraction(9004, 10_000), Decimal("0.9"), "90.04%", id="just above is not exactly it"),
        pytest.param(Fraction(89_999_999, 10**8), Decimal("0.9"), "89.9999%", id="cut below it"),
        pytest.param(Fraction(90_000_001, 10**8), Decimal("0.9"), "90.0001%", id="cut above it"),
        pytest.param(Fraction(1), None, "100%", id="all"),
        pytest.param(Fraction(9_999, 10_000), None, "99.99%", id="not all is never 100%"),
        pytest.param(Fraction(0), None, "0%", id="none"),
        pytest.param(Fraction(1, 3_000), None, "0.03%", id="some is never 0%"),
        pytest.param(0.7, Decimal("0.7"), "70%", id="a float is taken as written"),
    ],
)
def test_a_share_reads_as_its_promise_only_if_it_equals_it(share, target, text):
    assert numbers.percent(share, target) == text


@pytest.mark.parametrize(
    ("k", "n", "text"),
    [
        (9, 10, "90%"),
        (8996, 10_000, "89.96%"),
        (134, 151, "88.7%"),
        (2, 3, None),  # below 5 cases: its count
        (9999, 10_000, "99.99%"),
    ],
)
def test_board_figure_and_report_say_one_figure_alike(k, n, text):
    promise = Commitment("speed", "sales", "speed_met_share", True, Decimal("0.9"), "share", "month")
    figure = Figure("speed_met_share", k / n, k, n)
    month = period_of("month", AT, "UTC")
    stands = standing(promise, month, figure, "EUR", Fraction(1, 2), AT)
    expected = text or f"{k} of {n}"
    assert value_text(figure, promise.value) == expected
    assert promise_line(stands).figure == expected
    assert cell(stands, "", [], month.key).line.figure == expected


@pytest.mark.parametrize(
    ("seconds", "target", "text"),
    [
        (11_400, None, "3 h 10 min"),
        (14_400, 14_400, "4 h"),
        (14_420, 14_400, "4 h 20 s"),
        (14_399, 14_400, "3 h 59 min"),
        (Fraction(28_801, 2), 14_400, "4 h 1 s"),
    ],
)
def test_a_duration_over_its_limit_never_reads_as_the_limit(seconds, target, text):
    assert numbers.duration(seconds, target) == text


@pytest.mark.parametrize(
    ("amount", "currency", "target", "text"),
    [
        (14_600, "EUR", None, "€14,600"),
        (Decimal("199999.60"), "EUR", 200_000, "€199,999.60"),
        (Decimal("1200.50"), "DKK", None, "DKK 1,201"),
        (0, "USD", None, "$0"),
    ],
)
def test_money_keeps_its_currency_and_its_distance_from_the_promise(amount, currency, target, text):
    assert numbers.money(amount, currency, target) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (60, "1 min late"),
        (0, "1 s late"),
        (11_400, "3 h 10 min late"),
        (47 * 3600, "47 h late"),
        (48 * 3600, "2 days late"),
        (54 * 3600, "2 days 6 h late"),
    ],
)
def test_how_late(seconds, text):
    assert numbers.late_text(seconds) == text
