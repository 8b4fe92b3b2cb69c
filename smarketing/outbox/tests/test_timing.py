"""When a reader may be written to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from smarketing.outbox.timing import at_seven, notice_time

COPENHAGEN, SAO_PAULO, KIRITIMATI = (
    ZoneInfo(name) for name in ("Europe/Copenhagen", "America/Sao_Paulo", "Pacific/Kiritimati")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        pytest.param("2026-11-20T06:59:59+01:00", COPENHAGEN, "2026-11-20T07:00:00+01:00", id="before"),
        pytest.param("2026-11-20T07:00:00+01:00", COPENHAGEN, "2026-11-20T07:00:00+01:00", id="at"),
        pytest.param("2026-11-20T07:00:01+01:00", COPENHAGEN, "2026-11-21T07:00:00+01:00", id="after"),
        pytest.param(
            "2026-11-20T23:30:00Z", COPENHAGEN, "2026-11-21T07:00:00+01:00", id="past midnight there"
        ),
        pytest.param(
            "2026-11-20T02:00:00Z", SAO_PAULO, "2026-11-20T07:00:00-03:00", id="the day before there"
        ),
        pytest.param(
            "2026-11-20T12:00:00Z", KIRITIMATI, "2026-11-21T07:00:00+14:00", id="already tomorrow there"
        ),
        pytest.param(
            "2026-03-28T12:00:00Z", COPENHAGEN, "2026-03-29T07:00:00+02:00", id="summer time begins"
        ),
        pytest.param("2026-10-24T12:00:00Z", COPENHAGEN, "2026-10-25T07:00:00+01:00", id="summer time ends"),
        pytest.param(
            "2026-10-25T00:30:00Z", COPENHAGEN, "2026-10-25T07:00:00+01:00", id="in the doubled hour"
        ),
    ],
)
def test_the_next_seven_in_the_morning(now, zone, expected):
    assert at_seven(at(now), zone) == at(expected)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def no_friday(day: date) -> bool:
    return weekday(day) and day != date(2026, 11, 20)


@pytest.mark.parametrize(
    ("now", "zone", "is_open", "expected"),
    [
        # Friday 20 November 2026
        pytest.param(
            "2026-11-20T06:59:59+01:00", COPENHAGEN, weekday, "2026-11-20T07:00:00+01:00", id="too early"
        ),
        pytest.param(
            "2026-11-20T07:00:00+01:00", COPENHAGEN, weekday, "2026-11-20T07:00:00+01:00", id="at seven"
        ),
        pytest.param(
            "2026-11-20T14:20:07+01:00", COPENHAGEN, weekday, "2026-11-20T14:20:07+01:00", id="daytime"
        ),
        pytest.param(
            "2026-11-20T20:00:00+01:00", COPENHAGEN, weekday, "2026-11-20T20:00:00+01:00", id="at eight"
        ),
        pytest.param(
            "2026-11-20T20:00:01+01:00", COPENHAGEN, weekday, "2026-11-23T07:00:00+01:00", id="too late"
        ),
        pytest.param(
            "2026-11-19T20:00:01+01:00", COPENHAGEN, weekday, "2026-11-20T07:00:00+01:00", id="next day"
        ),
        pytest.param(
            "2026-11-21T12:00:00+01:00", COPENHAGEN, weekday, "2026-11-23T07:00:00+01:00", id="Saturday"
        ),
        pytest.param(
            "2026-11-20T12:00:00+01:00", COPENHAGEN, no_friday, "2026-11-23T07:00:00+01:00", id="closed"
        ),
        pytest.param(
            "2026-11-19T23:00:00+01:00", COPENHAGEN, no_friday, "2026-11-23T07:00:00+01:00", id="closed next"
        ),
        pytest.param(
            "2026-11-20T23:30:00Z", SAO_PAULO, weekday, "2026-11-23T07:00:00-03:00", id="Friday evening there"
        ),
        pytest.param("2026-11-20T22:30:00Z", SAO_PAULO, weekday, "2026-11-20T22:30:00Z", id="19:30 there"),
        pytest.param(
            "2026-11-20T12:00:00Z", KIRITIMATI, weekday, "2026-11-23T07:00:00+14:00", id="Saturday there"
        ),
        pytest.param(
            "2026-03-28T12:00:00Z", COPENHAGEN, lambda day: True, "2026-03-28T12:00:00Z", id="any day"
        ),
        pytest.param(
            "2026-03-28T21:00:00+01:00",
            COPENHAGEN,
            lambda day: True,
            "2026-03-29T07:00:00+02:00",
            id="spring DST",
        ),
        pytest.param(
            "2026-10-24T21:00:00+02:00",
            COPENHAGEN,
            lambda day: True,
            "2026-10-25T07:00:00+01:00",
            id="autumn DST",
        ),
    ],
)
def test_the_next_daytime_of_an_open_day(now, zone, is_open, expected):
    assert notice_time(at(now), zone, is_open) == at(expected)


def test_never_open_is_an_error_with_a_sentence():
    with pytest.raises(ValueError, match="No open day"):
        notice_time(at("2026-11-20T12:00:00Z"), COPENHAGEN, lambda day: False)
