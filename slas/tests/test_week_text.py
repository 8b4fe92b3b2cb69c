"""A week as people type it."""

import pytest

from slas.services.refusal import Refused
from slas.services.week_text import week_of_text

OFFICE = [["09:00", "17:00"]]


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("mon-fri 09:00-17:00", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)),
        (
            "mon-tue 09:00-12:00 13:00-17:00; fri 09:00-15:00",
            {
                "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
                "tue": [["09:00", "12:00"], ["13:00", "17:00"]],
                "fri": [["09:00", "15:00"]],
            },
        ),
        ("mon,wed 9:00-17:00", {"mon": OFFICE, "wed": OFFICE}),
        ("Monday 13:00-17:00, 09:00-12:00", {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}),
        ("sat-mon 09:00\N{EN DASH}17:00", {"sat": OFFICE, "sun": OFFICE, "mon": OFFICE}),
        ("fri 22:00-06:00", {"fri": [["22:00", "24:00"]], "sat": [["00:00", "06:00"]]}),
        ("sun 22:00-00:00", {"sun": [["22:00", "24:00"]]}),
        ("mon 00:00-24:00", {"mon": [["00:00", "24:00"]]}),
    ],
)
def test_a_week_is_read(text, week):
    assert week_of_text(text) == week


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "neither a day nor hours"),
        ("mon", "names a day without hours"),
        ("mon 09:00-17:00; tue", "names a day without hours"),
        ("09:00-17:00", "stands before any day"),
        ("mon 9-17", "“9-17” is neither a day nor hours"),
        ("moon 09:00-17:00", "“moon” is neither a day nor hours"),
        ("mon-wed-fri 09:00-17:00", "is neither a day nor hours"),
        ("mon 09:00-25:00", "“25:00” in “09:00-25:00” is no time of day"),
        ("mon 09:60-17:00", "“09:60” in"),
        ("mon 09:00-09:00", "ends when it begins"),
        ("mon 24:00-06:00", "begins at 24:00"),
    ],
)
def test_a_week_that_can_not_be_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Refused, match=sentence):
        week_of_text(text)
