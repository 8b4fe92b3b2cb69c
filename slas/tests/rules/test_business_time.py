"""Opening hours: every published case, an independent walk, and the edges of calendars and zones."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.rules.business_time import Calendar, calendar_of
from slas.rules.opening_hours import minute_of, split_week, time_text

from .build import CASES, FIRST, OFFICE, QUARTER, calendars
from .oracle import STEP, Walk

LINES = (CASES / "business_time.jsonl").read_text().splitlines()
MODERATE = settings(max_examples=120, deadline=None)


def _cases():
    cases = [json.loads(line) for line in LINES]
    return [pytest.param(case, id=case["id"]) for case in cases]


def _without_breaks(calendar: Calendar, day: date, breaks: list[list[str]]) -> list[list[str]]:
    spans = [list(span) for span in calendar.hours_on(day)]
    for begin, end in ((minute_of(a), minute_of(b)) for a, b in breaks):
        spans = [
            [a, b]
            for opens, closes in spans
            for a, b in ((opens, min(closes, begin)), (max(opens, end), closes))
            if a < b
        ]
    return [[time_text(a), time_text(b)] for a, b in spans]


def _calendar(case: dict, week: dict) -> Calendar:
    special = dict(case.get("shifts", {}))
    plain = Calendar(case["tz"], week, case["holidays"], special)
    for day, breaks in case.get("breaks", {}).items():
        special[day] = _without_breaks(plain, date.fromisoformat(day), breaks)
    return Calendar(case["tz"], week, case["holidays"], special)


def test_all_cases_are_here():
    assert len(LINES) == 219


@pytest.mark.parametrize("case", _cases())
def test_case(case):
    weeks = [case["week"], split_week(case["week_overnight"]) if "week_overnight" in case else case["week"]]
    for calendar in (_calendar(case, week) for week in weeks):
        start = datetime.fromisoformat(case["start"])
        if case["kind"] == "add":
            found = calendar.deadline(start, case["amount_seconds"])
            assert found == datetime.fromisoformat(case["expected"])
            assert found.tzinfo is UTC
        else:
            assert calendar.elapsed(start, datetime.fromisoformat(case["end"])) == case["expected"]


# -- properties -------------------------------------------------------------------------------------

instants = st.integers(0, 14 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
amounts = st.integers(0, 200 * 3600)
any_calendar = calendars.map(Calendar.from_data)


@MODERATE
@given(any_calendar, instants, st.integers(1, 200 * 3600))
def test_a_deadline_is_the_earliest_instant(calendar, start, seconds):
    deadline = calendar.deadline(start, seconds)
    assert calendar.elapsed(start, deadline) == seconds
    assert calendar.elapsed(start, deadline - timedelta(seconds=1)) == seconds - 1


@MODERATE
@given(any_calendar, instants, instants, amounts, amounts)
def test_deadlines_and_time_only_grow(calendar, start, other, seconds, more):
    first, last = sorted((start, other))
    assert calendar.deadline(first, seconds) <= calendar.deadline(last, seconds)
    assert calendar.deadline(first, seconds) <= calendar.deadline(first, seconds + more)
    assert calendar.deadline(calendar.deadline(first, seconds), more) == calendar.deadline(
        first, seconds + more
    )
    assert calendar.elapsed(first, last) + calendar.elapsed(last, last + STEP) == calendar.elapsed(
        first, last + STEP
    )


@MODERATE
@given(calendars, st.integers(0, 14 * 96), st.integers(1, 100))
def test_a_walk_through_the_quarters_finds_the_same(data, start, quarters):
    """Quarter by quarter, by the wall clock alone."""
    walk, moment = Walk(data), FIRST + start * STEP
    begin, left, passed = moment, quarters, 0
    while left:
        left -= walk.is_open(moment)
        passed += walk.is_open(moment)
        moment += STEP
    calendar = Calendar.from_data(data)
    assert calendar.deadline(begin, quarters * QUARTER) == moment
    assert calendar.elapsed(begin, moment) == passed * QUARTER


@MODERATE
@given(any_calendar, st.lists(st.integers(-1500, 1500), min_size=2, max_size=4))
def test_the_order_of_questions_changes_no_answer(calendar, days):
    """The table grows forwards and backwards; a fresh calendar says the same."""
    moments = [FIRST + timedelta(days=number, hours=10) for number in days]
    answers = [calendar.deadline(moment, 7200) for moment in moments]
    for moment, answer in zip(moments, answers, strict=True):
        assert Calendar.from_data(calendar.as_data()).deadline(moment, 7200) == answer


@MODERATE
@given(any_calendar)
def test_a_calendar_survives_its_own_data(calendar):
    again = Calendar.from_data(json.loads(json.dumps(calendar.as_data())))
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert again.as_data() == calendar.as_data()
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301


@pytest.mark.parametrize(
    ("overnight", "kept"),
    [
        ({"fri": [["22:00", "06:00"]]}, {"fri": [["22:00", "24:00"]], "sat": [["00:00", "06:00"]]}),
        ({"sun": [["20:00", "00:00"]]}, {"sun": [["20:00", "24:00"]]}),
        ({"sun": [["23:00", "01:00"]]}, {"mon": [["00:00", "01:00"]], "sun": [["23:00", "24:00"]]}),
        ({"mon": [["09:00", "17:00"]]}, {"mon": [["09:00", "17:00"]]}),
    ],
)
def test_hours_past_midnight_are_kept_as_two(overnight, kept):
    assert split_week(overnight) == kept


# -- edges ------------------------------------------------------------------------------------------

OFFICE_UTC = Calendar("UTC", OFFICE)
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_saturday_has_one_deadline_whatever_the_hour():
    saturday = datetime(2026, 6, 6, tzinfo=UTC)
    found = {OFFICE_UTC.deadline(saturday + timedelta(hours=h), 7200) for h in (0, 8, 15, 20)}
    assert found == {datetime(2026, 6, 8, 11, tzinfo=UTC)}


def test_no_time_is_the_start_itself():
    for start in (MONDAY, datetime(2026, 6, 6, 20, tzinfo=UTC), datetime(2026, 6, 1, 17, tzinfo=UTC)):
        assert OFFICE_UTC.deadline(start, 0) == start


def test_a_holiday_wins_over_special_hours():
    hours = {date(2026, 6, 1): [["10:00", "12:00"]]}
    assert not Calendar("UTC", OFFICE, [date(2026, 6, 1)], hours).is_open_day(date(2026, 6, 1))
    assert Calendar("UTC", OFFICE, [], hours).elapsed(MONDAY, MONDAY + timedelta(days=1)) == 7200


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Copenhagen", date(2026, 3, 29), 23),
        ("Europe/Copenhagen", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Sao_Paulo", date(2017, 10, 15), 23),
        ("America/Sao_Paulo", date(2018, 2, 17), 25),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
        ("America/Havana", date(2024, 11, 3), 25),
    ],
)
def test_a_day_has_the_hours_it_has(zone, day, hours):
    calendar = Calendar(zone, ALWAYS)
    assert sum((b - a).total_seconds() for a, b in calendar.openings(day)) == hours * 3600
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for days in (1, 5, 400):  # and round the clock every second counts
        span = timedelta(days=days)
        assert calendar.elapsed(noon - span, noon + span) == span.total_seconds() * 2


def test_a_skipped_date_has_no_opening():
    calendar = Calendar("Pacific/Apia", OFFICE)
    assert not calendar.is_open_day(date(2011, 12, 30))
    thursday = datetime(2011, 12, 29, 17, tzinfo=ZoneInfo("Pacific/Apia"))
    assert calendar.deadline(thursday, 3600) == datetime(2012, 1, 2, 10, tzinfo=ZoneInfo("Pacific/Apia"))


def test_openings_in_a_gap_begin_at_the_jump():
    calendar = Calendar("Europe/Copenhagen", {"sun": [["02:30", "04:00"]]})
    assert calendar.openings(date(2026, 3, 29)) == (
        (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
    )


def test_local_mean_time_with_seconds():
    calendar = Calendar("Europe/Amsterdam", OFFICE)
    opens, closes = calendar.openings(date(1890, 1, 6))[0]
    assert (closes - opens) == timedelta(hours=8)
    assert calendar.deadline(opens, 8 * 3600) == closes


def test_years_of_closed_days_end_somewhere():
    days = [date(2026, 6, 2) + timedelta(days=number) for number in range(3000)]
    for closed in (
        Calendar("UTC", OFFICE, days),
        Calendar("UTC", OFFICE, (), {day: [] for day in days}),
    ):
        assert closed.deadline(MONDAY, 8 * 3600 + 1) > datetime(2034, 8, 1, tzinfo=UTC)
        assert closed.next_opening(MONDAY + timedelta(days=1))[0].year == 2034


@pytest.mark.parametrize("seconds", [8 * 10**11, 10**40])
def test_a_deadline_beyond_the_last_year_is_refused(seconds):
    with pytest.raises(ValueError, match="9999"):
        OFFICE_UTC.deadline(MONDAY, seconds)


@pytest.mark.parametrize("instant", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)])
def test_an_instant_at_the_edge_of_time_is_refused(instant):
    with pytest.raises(ValueError, match="years"):
        OFFICE_UTC.deadline(instant, 60)


def test_a_naive_instant_is_refused():
    naive = datetime(2026, 6, 1, 9)  # noqa: DTZ001
    for ask in (
        lambda: OFFICE_UTC.deadline(naive, 60),
        lambda: OFFICE_UTC.elapsed(naive, MONDAY),
        lambda: OFFICE_UTC.elapsed(MONDAY, naive),
        lambda: OFFICE_UTC.next_opening(naive),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            ask()


@pytest.mark.parametrize("odd", [None, 3, "2026-06-01T09:00:00Z", date(2026, 6, 1), [], MONDAY.time()])
def test_what_is_no_instant_is_refused_with_a_sentence(odd):
    for ask in (
        lambda: OFFICE_UTC.deadline(odd, 60),
        lambda: OFFICE_UTC.deadline(odd, 0),
        lambda: OFFICE_UTC.elapsed(odd, MONDAY),
        lambda: OFFICE_UTC.elapsed(MONDAY, odd),
    ):
        with pytest.raises(ValueError, match="is no instant"):
            ask()


@pytest.mark.parametrize("odd", [None, "60", 1.5, 60.0, float("nan"), float("inf"), True, []])
def test_what_is_no_number_of_seconds_is_refused_with_a_sentence(odd):
    with pytest.raises(ValueError, match="Give a whole number"):
        OFFICE_UTC.deadline(MONDAY, odd)


@pytest.mark.parametrize("odd", [None, True, 3, [], {}, "", "Europe", "europe/paris", "../UTC", "localtime"])
def test_what_is_no_zone_is_refused_with_a_sentence(odd):
    with pytest.raises(ValueError, match="is no time zone"):
        Calendar(odd, OFFICE)


def test_a_negative_amount_is_refused():
    with pytest.raises(ValueError, match="before its start"):
        OFFICE_UTC.deadline(MONDAY, -1)


def test_time_backwards_is_none():
    assert OFFICE_UTC.elapsed(MONDAY + timedelta(hours=1), MONDAY) == 0


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-06-01T09:00:00.500000+00:00", "2026-06-01T10:00:00.500000+00:00"),
        ("2026-06-01T08:59:59.500000+00:00", "2026-06-01T10:00:00+00:00"),
        ("2026-06-01T16:00:00.500000+00:00", "2026-06-02T09:00:00.500000+00:00"),
        ("2026-06-01T17:00:00.500000+00:00", "2026-06-02T10:00:00+00:00"),
    ],
)
def test_fractions_of_a_second_are_exact(start, expected):
    begin = datetime.fromisoformat(start)
    assert OFFICE_UTC.deadline(begin, 3600) == datetime.fromisoformat(expected)
    assert OFFICE_UTC.elapsed(begin, datetime.fromisoformat(expected)) == 3600


def test_any_offset_is_the_same_instant():
    tokyo = MONDAY.astimezone(timezone(timedelta(hours=9)))
    assert OFFICE_UTC.deadline(tokyo, 60) == OFFICE_UTC.deadline(MONDAY, 60)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (MONDAY - timedelta(hours=1), MONDAY),
        (MONDAY, MONDAY),
        (MONDAY + timedelta(hours=7, minutes=59), MONDAY),
        (MONDAY + timedelta(hours=8), MONDAY + timedelta(days=1)),
    ],
)
def test_the_next_opening_is_the_running_one_or_the_next(at, opens):
    assert OFFICE_UTC.next_opening(at) == (opens, opens + timedelta(hours=8))
    assert OFFICE_UTC.is_open(at) == (opens <= at)


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ({}, "no opening"),
        ({"mon": [["09:00", "09:00"]]}, "does not end after it starts"),
        ({"mon": [["22:00", "06:00"]]}, "Hours past midnight"),
        ({"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}, "overlap"),
        ({"mon": [["09:00", "24:01"]]}, "24:01"),
        ({"mo": [["09:00", "17:00"]]}, "no day of the week"),
    ],
)
def test_bad_weeks_are_refused_with_a_sentence(week, words):
    with pytest.raises(ValueError, match=words):
        Calendar("UTC", week)


def test_special_hours_do_not_make_up_for_a_week_without_an_opening():
    with pytest.raises(ValueError, match="no opening"):
        Calendar("UTC", {}, (), {date(2026, 6, 1): [["09:00", "17:00"]]})


def test_intervals_may_touch():
    touching = Calendar("UTC", {"mon": [["12:00", "17:00"], ["09:00", "12:00"]]})
    assert touching.deadline(MONDAY, 8 * 3600) == MONDAY + timedelta(hours=8)


def test_the_same_data_is_the_same_calendar():
    data = OFFICE_UTC.as_data()
    assert calendar_of(data) is calendar_of(json.loads(json.dumps(data)))
    assert calendar_of(data | {"holidays": ["2026-06-01"]}) != calendar_of(data)


def test_a_million_seconds_are_asked_in_any_order_quickly():
    """The bench measures the ratio; here only that no walk is hidden in it."""
    fresh = Calendar("Europe/Copenhagen", OFFICE)
    moments = [MONDAY + timedelta(hours=7 * number) for number in range(4000)]
    for moment in reversed(moments):
        deadline = fresh.deadline(moment, 16 * 3600)
        assert fresh.elapsed(moment, deadline) == 16 * 3600
