"""Periods: keys, labels, neighbours, zones, and the share of open time that has passed."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.rules.business_time import Calendar
from slas.rules.periods import (
    KINDS,
    local_day,
    parse_period,
    period_of,
    share_passed,
    start_of_day,
)

from .build import OFFICE

CPH = "Europe/Copenhagen"
ZONES = (CPH, "America/Sao_Paulo", "Pacific/Apia", "America/St_Johns", "America/Havana", "UTC")


@pytest.mark.parametrize(
    ("key", "kind", "first", "last", "label"),
    [
        ("2018-W18", "week", date(2018, 4, 30), date(2018, 5, 6), "Week 18, 2018"),
        ("2021-W01", "week", date(2021, 1, 4), date(2021, 1, 10), "Week 1, 2021"),
        ("2020-W53", "week", date(2020, 12, 28), date(2021, 1, 3), "Week 53, 2020"),
        ("2018-05", "month", date(2018, 5, 1), date(2018, 5, 31), "May 2018"),
        ("2020-02", "month", date(2020, 2, 1), date(2020, 2, 29), "February 2020"),
        ("2018-12", "month", date(2018, 12, 1), date(2018, 12, 31), "December 2018"),
        ("2018-Q1", "quarter", date(2018, 1, 1), date(2018, 3, 31), "Q1 2018"),
        ("2018-Q4", "quarter", date(2018, 10, 1), date(2018, 12, 31), "Q4 2018"),
        ("2018-05-07", "day", date(2018, 5, 7), date(2018, 5, 7), "7 May 2018"),
    ],
)
def test_a_key_names_its_period(key, kind, first, last, label):
    period = parse_period(key, CPH)
    assert (period.kind, period.key, period.label) == (kind, key, label)
    assert (period.first_day, period.last_day) == (first, last)
    assert period.start == datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(CPH))
    assert local_day(period.end, CPH) == last + timedelta(days=1)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2018",
        "2018-5",
        "2018-13",
        "2018-Q5",
        "2018-W54",
        "2019-W53",
        "2018-02-30",
        "18-05",
        "0000-01",
        None,
    ],
)
def test_a_bad_key_is_refused_with_a_sentence(key):
    with pytest.raises(ValueError, match=r"is no period\. Write a quarter as 2018-Q1"):
        parse_period(key, CPH)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no kind of period"):
        period_of("year", datetime(2018, 5, 1, tzinfo=UTC), CPH)


def test_a_period_holds_its_start_and_not_its_end():
    month = parse_period("2018-05", CPH)
    second = timedelta(seconds=1)
    assert not month.contains(month.start - second)
    assert month.contains(month.start)
    assert month.contains(month.end - second)
    assert not month.contains(month.end)


def test_periods_begin_in_their_zone():
    assert parse_period("2018-05", CPH).start == datetime(2018, 4, 30, 22, tzinfo=UTC)
    assert period_of("month", datetime(2018, 4, 30, 22, tzinfo=UTC), CPH).key == "2018-05"
    assert period_of("month", datetime(2018, 4, 30, 22, tzinfo=UTC), "UTC").key == "2018-04"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(ZONES), st.integers(0, 60 * 365 * 86_400))
def test_every_instant_lies_in_one_period_and_neighbours_touch(kind, tz, seconds):
    at = datetime(1970, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    period = period_of(kind, at, tz)
    assert period.contains(at)
    assert parse_period(period.key, tz) == period
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.next().previous() == period == period.previous().next()


@pytest.mark.parametrize(
    ("tz", "day", "first"),
    [
        (CPH, date(2018, 5, 1), "2018-04-30T22:00:00+00:00"),
        ("America/Sao_Paulo", date(2017, 10, 15), "2017-10-15T03:00:00+00:00"),  # no 00:00 that day
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),  # no such day at all
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00+00:00"),  # the first of two
    ],
)
def test_the_first_instant_of_a_date(tz, day, first):
    assert start_of_day(day, tz) == datetime.fromisoformat(first)


def test_the_share_of_open_time_that_has_passed():
    week = parse_period("2026-W23", CPH)  # Monday 1 June
    calendar = Calendar(CPH, OFFICE, ["2026-06-05"])  # 4 days of 8 h
    monday = datetime(2026, 6, 1, tzinfo=ZoneInfo(CPH))

    def passed(**later):
        return share_passed(week, calendar, monday + timedelta(**later))

    assert passed(hours=9) == 0
    assert passed(hours=13) == Fraction(4, 32)
    assert passed(days=3, hours=17) == 1
    assert passed(days=9) == 1
    assert passed(days=-9) == 0


def test_a_period_without_opening_has_passed_nothing_until_it_is_over():
    sunday = parse_period("2026-06-07", CPH)
    calendar = Calendar(CPH, OFFICE)
    assert share_passed(sunday, calendar, sunday.end - timedelta(seconds=1)) == 0
    assert share_passed(sunday, calendar, sunday.end) == 1
