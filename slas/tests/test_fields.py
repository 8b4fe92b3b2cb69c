"""What people type into a draft, and the sentence for what can't be meant."""

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from slas.forms.countries import country_choices
from slas.forms.fields import DatesField, HoursField, NumberField, OpeningsField, PercentField, WholeField
from slas.rules.opening_hours import split_week
from slas.services.week_text import openings_of_text, text_of_week

WINDOW = HoursField(least=60, why_not_less="would breach every lead at once.")
COUNT = NumberField(least=Decimal(1), most=Decimal(999_999_999))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4", 14_400),
        ("4 h", 14_400),
        ("4h", 14_400),
        ("4.5", 16_200),
        ("4,5 h", 16_200),
        ("4:30", 16_200),
        ("4 h 30 min", 16_200),
        ("4 hours and 30 minutes", 16_200),
        ("90 min", 5400),
        ("1 H 1 MIN 1 S", 3661),
        ("1 min", 60),
    ],
)
def test_hours_are_read_as_people_write_them(text, seconds):
    assert WINDOW.clean(text) == seconds


@pytest.mark.parametrize("seconds", [60, 3600, 5400, 3661, 4_000_000, 8_760 * 3600])
def test_hours_are_shown_as_they_are_read(seconds):
    assert WINDOW.clean(WINDOW.show(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "required"),
        ("soon", "“soon” is no time. Write it as 4 h, 4 h 30 min or 90 min."),
        ("-4", "is no time"),
        ("4:75", "is no time"),
        ("٤", "is no time"),
        ("0", "0 hours would breach every lead at once. Enter at least 1 min."),
        ("59 s", "59 s would breach every lead at once. Enter at least 1 min."),
        ("99999", "longer than a year"),
        ("0.3333", "is no time"),  # no whole second
    ],
)
def test_hours_that_can_not_be(text, sentence):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        WINDOW.clean(text)


def test_an_empty_field_means_none_and_0_hours_may_mean_never():
    assert HoursField(required=False).clean("") is None
    assert HoursField().clean("0 h") == 0
    assert HoursField().show(0) == "0 h"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (COUNT, "290", Decimal(290)),
        (COUNT, "1,240", Decimal(1240)),
        (COUNT, "1 240", Decimal(1240)),
        (WholeField(least=Decimal(1), most=Decimal(9)), "3", 3),
        (PercentField(), "90", Decimal("0.9")),
        (PercentField(), "87.5 %", Decimal("0.875")),
        (PercentField(), "0.01", Decimal("0.0001")),
    ],
)
def test_numbers_and_percent(field, text, value):
    assert field.clean(text) == value
    assert field.clean(field.show(value)) == value


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (COUNT, "0", "0 can't be. Enter a number from 1 to 999,999,999."),
        (COUNT, "-5", "-5 can't be"),
        (COUNT, "9999999999999999999", "can't be"),
        (COUNT, "22.5", "22.5 is too exact. Enter a whole number."),
        (COUNT, "many", "“many” is no number. Write it in figures, such as 12."),
        (COUNT, "1,24", "is no number"),
        (COUNT, "NaN", "is no number"),
        (PercentField(), "0", "from 0.01 to 100 percent"),
        (PercentField(), "101", "from 0.01 to 100 percent"),
        (PercentField(), "90.123", "at most 2 decimals"),
    ],
)
def test_numbers_that_can_not_be(field, text, sentence):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        field.clean(text)


@pytest.mark.parametrize(
    ("text", "openings"),
    [
        ("9:00-17:00", [["09:00", "17:00"]]),
        ("9-17", [["09:00", "17:00"]]),
        ("9:00 \N{EN DASH} 12:00, 13.00 to 17", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("8 until 12 and 13-24", [["08:00", "12:00"], ["13:00", "24:00"]]),
        ("22:00-6:00", [["22:00", "06:00"]]),
        ("", []),
        ("closed", []),
    ],
)
def test_opening_hours_of_a_day(text, openings):
    assert openings_of_text(text) == openings


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nine to five", "“nine to five” are no opening hours. Write it as “9:00-12:00, 13:00-17:00”"),
        ("9:00-12:00,", "are no opening hours"),
        ("9:75-17:00", "no time of day"),
        ("9-25", "no time of day"),
        ("9-9", "ends when it begins"),
        ("24-6", "begins at 24:00"),
    ],
)
def test_opening_hours_that_can_not_be(text, sentence):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        OpeningsField().clean(text)


@pytest.mark.parametrize(
    ("week", "shown"),
    [
        ({"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}, {"mon": "9:00-12:00, 13:00-17:00"}),
        ({"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]}, {"mon": "22:00-6:00", "tue": ""}),
        ({"sun": [["22:00", "24:00"]], "mon": [["00:00", "06:00"]]}, {"sun": "22:00-6:00", "mon": ""}),
        (
            {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]]},
            {"mon": "0:00-24:00", "tue": "0:00-24:00"},
        ),
        (
            {"mon": [["18:00", "24:00"]], "tue": [["00:00", "06:00"], ["18:00", "24:00"]]},
            {"mon": "18:00-6:00", "tue": "18:00-24:00"},
        ),
    ],
)
def test_a_week_is_shown_as_it_is_read(week, shown):
    texts = text_of_week(week)
    assert {day: text for day, text in texts.items() if day in shown} == shown
    assert split_week({day: openings_of_text(text) for day, text in texts.items()}) == week


def test_dates_are_sorted_and_single():
    field = DatesField()
    read = field.clean("31 December 2026\n2026-12-24; 24 December 2026")
    assert read == ["2026-12-24", "2026-12-31"]
    assert field.show(read) == "24 December 2026\n31 December 2026"
    with pytest.raises(ValidationError, match=r"“24\.12\.” is no date. Write each on a line of its own"):
        field.clean("24.12.")


def test_countries_have_names():
    choices = dict(country_choices())
    assert (choices["DK"], choices["US"], choices[""]) == ("Denmark", "United States", "none")
