"""The picture of a week: its numbers, and the sentence of its sum."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.editor.week import answer, days_of, open_minutes, without
from slas.rules.clock_changes import clock_changes
from slas.rules.opening_hours import week_of

OFFICE = [["09:00", "17:00"]]
WEEK = week_of(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE))


def week(*openings: list[str], days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")):
    return week_of({day: list(openings) for day in days})


def test_a_row_a_day_with_its_hours_in_words_and_in_sum() -> None:
    monday, *_, sunday = days_of(week(["09:00", "12:00"], ["12:30", "17:20"]), WEEK)
    assert [(span.kind, span.x, span.width) for span in monday.spans] == [
        ("open", "9", "3"),
        ("open", "12.5", "4.8333"),
        ("gone", "12", "0.5"),
    ]
    assert (monday.short, monday.words) == ("Mon", "9:00 to 12:00, 12:30 to 17:20")
    assert (monday.gone, monday.sum, monday.is_changed) == ("12:00 to 12:30", "7 h 50 min", True)
    assert (sunday.name, sunday.words, sunday.sum, sunday.spans) == ("Sunday", "closed", "", ())
    assert not sunday.is_changed


def test_without_a_week_before_nothing_is_gone() -> None:
    assert all(span.kind == "open" for day in days_of(WEEK, None) for span in day.spans)


def test_a_day_that_the_change_closes_is_all_dashed() -> None:
    friday = days_of(week(["09:00", "17:00"], days=("mon", "tue", "wed", "thu")), WEEK)[4]
    assert [(span.kind, span.x, span.width) for span in friday.spans] == [("gone", "9", "8")]
    assert (friday.words, friday.gone) == ("closed", "9:00 to 17:00")


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (WEEK, "A week has 40 open hours, as in version 2."),
        (
            week(["09:00", "12:00"], ["12:30", "17:00"]),
            "With the lunch break, a week has 37.5 open hours instead of 40 in version 2.",
        ),
        (
            week(["09:00", "15:00"], ["15:15", "17:00"]),
            "With the break, a week has 38.75 open hours instead of 40 in version 2.",
        ),
        (
            week(["09:00", "10:00"], ["10:15", "15:00"], ["15:15", "17:00"]),
            "With the breaks, a week has 37.5 open hours instead of 40 in version 2.",
        ),
        (week(["09:00", "16:00"]), "A week has 35 open hours instead of 40 in version 2."),
        (week(["08:00", "16:00"]), "A week has 40 open hours as in version 2, at other times."),
        (week(["09:00", "17:20"]), "A week has 41 h 40 min of open time instead of 40 in version 2."),
        (week(["09:00", "10:00"], days=("mon",)), "A week has 1 open hour instead of 40 in version 2."),
        (
            week(["00:00", "24:00"], days=("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
            "A week has 168 open hours instead of 40 in version 2.",
        ),
    ],
)
def test_the_sum_of_a_week_against_the_one_before(now, sentence: str) -> None:
    assert str(answer(now, WEEK, 2)) == sentence


def test_without_a_version_before_it_says_only_its_own() -> None:
    assert str(answer(WEEK)) == "A week has 40 open hours."


edges = st.sets(st.integers(0, 1440), max_size=8).map(sorted)


def pairs(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(numbers[::2], numbers[1::2], strict=False))


@given(edges, edges)
def test_what_is_gone_and_what_stayed_is_what_was(before: list[int], after: list[int]) -> None:
    was, now = pairs(before), pairs(after)
    old = {minute for a, b in was for minute in range(a, b)}
    new = {minute for a, b in now for minute in range(a, b)}
    assert {minute for a, b in without(was, now) for minute in range(a, b)} == old - new
    assert open_minutes([without(was, now)]) == len(old - new)


@pytest.mark.parametrize(
    ("tz", "first", "changes"),
    [
        ("UTC", date(2027, 1, 1), []),
        (
            "Europe/Copenhagen",
            date(2027, 1, 1),
            [(date(2027, 3, 28), 120, 180, True), (date(2027, 10, 31), 120, 180, False)],
        ),
        (
            "America/Sao_Paulo",
            date(2017, 1, 1),
            [(date(2017, 2, 18), 1380, 1440, False), (date(2017, 10, 15), 0, 60, True)],
        ),
        (
            "Australia/Lord_Howe",
            date(2027, 1, 1),
            [(date(2027, 4, 4), 90, 120, False), (date(2027, 10, 3), 120, 150, True)],
        ),
    ],
)
def test_the_clocks_change(tz: str, first: date, changes: list[tuple[date, int, int, bool]]) -> None:
    assert [tuple(one) for one in clock_changes(tz, first, date(first.year, 12, 31))] == changes
