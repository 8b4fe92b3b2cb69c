"""Nights and weeks: which days an agreement has, when each ends in its zone, which are due."""

import datetime as dt

import pytest

from reports.services.nights import night_of as _night_of
from reports.services.nights import nights_due, reach_of
from reports.services.weeks import week_of, weeks_due
from reports.tests.worlds import agreement
from slas.models import Agreement
from slas.services.signing import end_early
from slas.tests.factories import marketing_manager, sales_manager, signed_version

pytestmark = pytest.mark.django_db


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def night_of(agreement: Agreement, text: str):
    return _night_of(agreement, list(agreement.versions_signed()), day(text))


def due(agreement: Agreement, now: dt.datetime) -> list[str]:
    return [str(night.day) for night in nights_due(agreement, list(agreement.versions_signed()), now)]


@pytest.mark.parametrize(
    ("zone", "date", "start", "end"),
    [
        pytest.param("Europe/Copenhagen", "2026-11-20", "2026-11-19T23:00", "2026-11-20T23:00", id="24 h"),
        pytest.param(
            "Pacific/Auckland", "2026-09-27", "2026-09-26T12:00", "2026-09-27T11:00", id="Auckland, 23 h"
        ),
        pytest.param(
            "Pacific/Auckland", "2026-04-05", "2026-04-04T11:00", "2026-04-05T12:00", id="Auckland, 25 h"
        ),
        pytest.param(
            "America/Los_Angeles",
            "2026-03-08",
            "2026-03-08T08:00",
            "2026-03-09T07:00",
            id="LA, 23 h",
        ),
        pytest.param(
            "America/Los_Angeles",
            "2026-11-01",
            "2026-11-01T07:00",
            "2026-11-02T08:00",
            id="LA, 25 h",
        ),
        pytest.param(
            "America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00", "2017-10-16T02:00", id="no midnight there"
        ),
        pytest.param(
            "America/Sao_Paulo", "2017-10-14", "2017-10-14T03:00", "2017-10-15T03:00", id="ends at the jump"
        ),
        pytest.param("Asia/Kathmandu", "2026-11-20", "2026-11-19T18:15", "2026-11-20T18:15", id="quarters"),
    ],
)
def test_a_night_is_the_local_day_of_the_agreement(zone, date, start, end):
    it = agreement(time_zone=zone, starts_on=day("2017-01-02"))
    night = night_of(it, date)
    assert (night.start, night.end) == (utc(start), utc(end))


def test_before_the_first_version_and_after_the_end_there_is_no_night():
    it = agreement(starts_on=day("2026-11-02"), ends_on=day("2026-11-18"))
    assert night_of(it, "2026-11-01") is None
    assert night_of(it, "2026-11-02").version.number == 1
    assert night_of(it, "2026-11-18").version.number == 1, "the last day counts"
    assert night_of(it, "2026-11-19") is None


def test_the_day_a_version_is_superseded_belongs_to_the_next_one():
    it = agreement(starts_on=day("2026-11-02"))
    signed_version(it, starts_on=day("2026-11-10"))
    assert [night_of(it, f"2026-11-{n:02}").version.number for n in (9, 10)] == [1, 2]


def test_an_agreement_ended_early_has_its_last_night_on_that_day():
    it = agreement(starts_on=day("2026-11-02"))
    people = {"marketing_manager": marketing_manager(), "sales_manager": sales_manager()}
    end_early(it.versions.get(), ends_at=utc("2026-11-18T13:00"), now=utc("2026-11-17T13:00"), **people)
    assert night_of(it, "2026-11-18").version.number == 1
    assert night_of(it, "2026-11-19") is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-03T22:59:59", ["2026-11-01", "2026-11-02"]),
        ("2026-11-03T23:00", ["2026-11-01", "2026-11-02", "2026-11-03"]),
        ("2026-11-01T22:59:59", []),
    ],
)
def test_a_night_is_due_from_its_midnight_on(now, expected):
    assert due(agreement(), utc(now)) == expected


def test_nights_are_due_from_the_local_day_on_which_the_agreement_was_recorded():
    it = agreement()
    Agreement.objects.filter(pk=it.pk).update(nights_due_from=utc("2026-11-09T23:30"))  # the 10th there
    it.refresh_from_db()
    assert due(it, utc("2026-11-12T12:00")) == ["2026-11-10", "2026-11-11"]


def test_what_is_stored_is_not_due_again():
    it = agreement()
    stored = {day("2026-11-01"), day("2026-11-02")}
    nights = nights_due(it, list(it.versions_signed()), utc("2026-11-04T12:00"), stored)
    assert [str(night.day) for night in nights] == ["2026-11-03"]


@pytest.mark.parametrize(
    ("touched", "last"),
    [("2026-11-20", "2026-12-31"), ("2026-12-31", "2027-01-03"), ("2027-01-01", "2027-03-31")],
)
def test_a_change_reaches_to_the_end_of_its_quarter_or_week(touched, last):
    assert reach_of(day(touched)) == day(last)


# -- weeks ------------------------------------------------------------------------------------------


def weeks(agreement: Agreement, now: dt.datetime) -> list[str]:
    return [week.period.key for week in weeks_due(agreement, list(agreement.versions_signed()), now)]


@pytest.mark.parametrize(
    ("zone", "weekday", "hour", "due_at"),
    [
        pytest.param("Europe/Copenhagen", 0, 8, "2026-11-16T07:00", id="Monday at 8"),
        pytest.param("Europe/Copenhagen", 4, 16, "2026-11-20T15:00", id="Friday at 16"),
        pytest.param("Pacific/Auckland", 0, 8, "2026-11-15T19:00", id="Monday there, Sunday in UTC"),
        pytest.param("America/Los_Angeles", 0, 8, "2026-11-16T16:00", id="Los Angeles"),
    ],
)
def test_a_report_is_due_at_the_agreements_day_and_hour(zone, weekday, hour, due_at):
    it = agreement(time_zone=zone, report_weekday=weekday, report_hour=hour)
    week = week_of(it, list(it.versions_signed()), "2026-W46")
    assert week.due_at == utc(due_at)
    assert "2026-W46" not in weeks(it, utc(due_at) - dt.timedelta(seconds=1))
    assert weeks(it, utc(due_at))[-1] == "2026-W46"


def test_an_hour_that_the_clock_skips_is_reached_at_the_jump():
    it = agreement(starts_on=day("2026-03-02"), report_weekday=6, report_hour=2)
    week = week_of(it, list(it.versions_signed()), "2026-W12")
    assert week.due_at == utc("2026-03-29T01:00"), "02:00 on 29 March is 03:00 there"


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        pytest.param("2026-W53", "2026-12-27T23:00", "2027-01-03T23:00", id="week 53, over the year's end"),
        pytest.param("2026-W44", "2026-10-25T23:00", "2026-11-01T23:00", id="the week after the DST change"),
        pytest.param("2026-W43", "2026-10-18T22:00", "2026-10-25T23:00", id="the DST week: 169 h"),
    ],
)
def test_weeks_are_iso_weeks_of_the_zone(key, start, end):
    it = agreement(starts_on=day("2026-01-01"))
    week = week_of(it, list(it.versions_signed()), key)
    assert (week.period.start, week.period.end) == (utc(start), utc(end))


def test_an_agreement_that_ended_on_wednesday_is_reported_on_with_its_last_night():
    it = agreement(ends_on=day("2026-11-11"))
    week = week_of(it, list(it.versions_signed()), "2026-W46")
    assert str(week.night.day) == "2026-11-11"
    assert week_of(it, list(it.versions_signed()), "2026-W47") is None


def test_another_kind_of_period_is_refused():
    with pytest.raises(ValueError, match="is no week"):
        week_of(agreement(), [], "2026-11")
