"""The section of working time: the week and its picture, holidays, closures, special hours; what is wrong."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slas.editor.time import TimeForm
from slas.models import Agreement, Section, Version
from slas.rules.opening_hours import WEEKDAYS, hours_of, split_week, week_of
from slas.services.content import terms_of
from slas.services.editing import _said
from slas.services.week_text import openings_of_text, text_of_week
from slas.tests.factories import draft_content
from slas.tests.typing_in import fields_of, typed, unlabelled

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
OFFICE = [["09:00", "17:00"]]
EARLY = [["08:00", "16:00"]]
LUNCH = [["09:00", "12:00"], ["12:30", "17:00"]]
WEEK = dict.fromkeys(WEEKDAYS[:5], OFFICE)


def version(**fields: Any) -> Version:
    agreement = Agreement(slug="inbound", name="Inbound")
    return Version(agreement=agreement, number=1, **({"starts_on": date(2027, 1, 1)} | fields))


def content(*, worked: tuple[str, ...] = (), notes: dict[str, str] | None = None, **parts: Any):
    rows = draft_content(**({"week": WEEK, "country": "DK"} | parts))
    rows.working_time.worked_holidays = list(worked)
    rows.working_time.notes = notes or {}
    return rows


def full():
    return content(
        week={"mon": [["00:00", "06:00"], *LUNCH], "sun": [["22:00", "24:00"]]},
        closed=(date(2027, 12, 24), date(2027, 6, 4)),
        special={"2027-12-31": [["09:00", "12:00"]], "2027-12-30": []},
        worked=("2027-03-25",),
        holidays=(date(2027, 8, 2),),
        notes={"2027-12-24": "Christmas Eve", "2027-12-31": "New Year’s Eve", "2027-08-02": "Fair"},
    )


def form_of(data: QueryDict | None, rows: Any = None, **fields: Any) -> TimeForm:
    form = TimeForm(version(**fields), rows or content(), data)
    form.now = NOW
    return form


def drawn(form: TimeForm) -> str:
    return render_to_string(form.template, {"form": form})


def sent(rows: Any = None, **over: str) -> QueryDict:
    """What a browser sends of the section as it is drawn."""
    return typed(drawn(form_of(None, rows)), **over)


def saved(data: QueryDict, rows: Any = None) -> Any:
    form = form_of(data, rows)
    assert form.is_valid(), form.mistakes
    form.apply()
    return form.content.working_time


def mistakes(data: QueryDict, rows: Any = None) -> list[str]:
    form = form_of(data, rows)
    assert not form.is_valid()
    html = drawn(form)
    for field, _ in form.mistakes:
        assert f'id="{field}"' in html, "the box of mistakes links to a field"
    return [sentence for _, sentence in form.mistakes]


def pressed(form: TimeForm, what: str) -> TimeForm:
    assert what in fields_of(drawn(form)).buttons, "the button is on the page"
    form.do(what)
    return form


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# --- Saving ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [content, full])
def test_what_is_drawn_is_what_is_stored(rows) -> None:
    before, after = rows(), rows()
    saved(sent(after), after)
    assert terms_of(version(), after) == terms_of(version(), before)
    assert _said(version(), after, Section.TIME) == _said(version(), before, Section.TIME)


def test_however_the_stored_week_is_written_it_stays_so() -> None:
    odd = {"fri": [["13:00", "17:00"], ["09:00", "12:00"]], "sat": []}
    assert saved(sent(content(week=odd)), content(week=odd)).week == odd


def test_monday_to_friday_is_one_entry_for_five_days() -> None:
    rows = content()
    assert [name for name, _ in fields_of(drawn(form_of(None))).sent if name.startswith("time-")][:5] == [
        "time-each",
        "time-workdays",
        "time-sat",
        "time-sun",
        "time-time_zone",
    ]
    row = saved(sent(time__workdays="9:00 to 12:00 and 12:30 to 17:00", time__sat="10-14"), rows)
    assert row.week == dict.fromkeys(WEEKDAYS[:5], LUNCH) | {"sat": [["10:00", "14:00"]]}


def test_one_day_only_is_typed_after_each_day_stands_by_itself() -> None:
    form = pressed(form_of(sent(time__workdays="8-16")), "each")
    assert form.is_valid()
    data = typed(drawn(form), time__wed="8-12")
    row = saved(data)
    assert row.week["tue"] == [["08:00", "16:00"]]
    assert row.week["wed"] == [["08:00", "12:00"]]
    form = pressed(form_of(data), "together")
    assert form.is_valid()
    assert form.week.is_each is False
    assert saved(typed(drawn(form))).week == dict.fromkeys(WEEKDAYS[:5], EARLY)


def test_hours_past_midnight_are_kept_as_two_and_shown_as_one() -> None:
    rows = content()
    row = saved(sent(time__workdays="22:00-6:00", time__sat=""), rows)
    night = [["00:00", "06:00"], ["22:00", "24:00"]]
    assert row.week == {"mon": [["22:00", "24:00"]], **dict.fromkeys(WEEKDAYS[1:5], night), "sat": night[:1]}
    assert dict(fields_of(drawn(form_of(None, rows))).sent)["time-workdays"] == "22:00-6:00"


def test_closures_and_special_hours_are_stored_with_their_reasons() -> None:
    rows = full()
    form = pressed(form_of(sent(rows), rows), "closed:add")
    assert not form.is_valid()
    assert form.mistakes == []
    data = typed(drawn(form), closed__2__date="2027-07-19", closed__2__why="Summer")
    form = pressed(form_of(data, rows), "special:remove-1")
    assert form.is_valid(), form.mistakes
    row = saved(typed(drawn(form)), rows)
    assert row.closed == ["2027-06-04", "2027-07-19", "2027-12-24"]
    assert row.special == {"2027-12-30": []}
    assert row.notes == {"2027-08-02": "Fair", "2027-12-24": "Christmas Eve", "2027-07-19": "Summer"}


def test_a_public_holiday_is_opened_and_closed_again() -> None:
    rows = content()
    data = sent(rows)
    data.appendlist("time-open", "2027-03-25")
    assert saved(data, rows).worked_holidays == ["2027-03-25"]
    assert "open on 1 of them" in words(drawn(form_of(None, rows)))
    data = sent(rows)
    assert data.getlist("time-open") == ["2027-03-25"]
    data.setlist("time-open", [])
    assert saved(data, rows).worked_holidays == []


def test_what_is_no_public_holiday_can_not_be_opened() -> None:
    data = sent()
    data.setlist("time-open", ["2027-03-24", "nonsense", "2027-03-25"])
    assert saved(data).worked_holidays == ["2027-03-25"]


def test_a_country_with_regions_asks_for_one() -> None:
    assert "time-holiday_region" not in drawn(form_of(None))
    form = form_of(sent(time__holiday_country="DE"))
    form.do("draw")
    assert form.is_valid()
    html = drawn(form)
    assert '<option value="BY">Bayern</option>' in html
    rows = content()
    row = saved(typed(html, time__holiday_region="BY"), rows)
    assert (row.holiday_country, row.holiday_region) == ("DE", "BY")
    assert "Corpus Christi" in drawn(form_of(None, rows))


def test_the_region_of_another_country_is_forgotten() -> None:
    rows = content(country="DE", region="BY")
    assert saved(sent(rows, time__holiday_country="AT"), rows).holiday_region == ""
    rows = content(country="DE", region="BY")
    assert saved(sent(rows, time__holiday_country=""), rows).holiday_region == ""


# --- Mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        (
            {"workdays": "9-12, 11-17"},
            "Monday: 09:00 to 12:00 and 11:00 to 17:00 overlap. Make them one opening, or part them.",
        ),
        ({"workdays": "9-9"}, "“9-9” ends when it begins. For a whole day write 00:00-24:00."),
        (
            {"workdays": "5-9, 22-6"},
            "Tuesday: 00:00 to 06:00 and 05:00 to 09:00 overlap. Make them one opening, or part them.",
        ),
        ({"workdays": ""}, "The week has no opening. Write at least one, such as 9:00-17:00."),
        ({"sat": "morning"}, "“morning” are no opening hours. Write it as “9:00-12:00, 13:00-17:00”"),
        ({"sat": "9-25"}, "“25:00” in “9-25” is no time of day."),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone of the list. Choose one of it."),
        ({"holiday_country": "XX"}, "“XX” is no country of the list. Choose one of it, or none."),
    ],
)
def test_a_mistake_in_the_week_is_one_sentence(over: dict[str, str], sentence: str) -> None:
    (said,) = mistakes(sent(**{f"time__{name}": value for name, value in over.items()}))
    assert said.startswith(sentence)


def test_an_unknown_region_is_said() -> None:
    rows = content(country="DE")
    (said,) = mistakes(sent(rows, time__holiday_region="XX"), rows)
    assert said.startswith("“XX” is no region of DE. Use one of BB, BE,")
    rows = content(country="AU")
    (said,) = mistakes(sent(rows, time__holiday_region="NSW Western"), rows)
    assert said == "“NSW Western” can’t be chosen. Take another region, or none."


SPECIAL = {"2027-06-04": OFFICE}


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"special-0-date": ""}, "Choose the date."),
        ({"special-0-date": "tomorrow"}, "This is no date. Choose one, or write it as 2026-12-24."),
        ({"special-0-date": "4026-01-01"}, "The year 4026 can’t be. Choose a day from 2000 to 2199."),
        (
            {"special-0-date": "2027-12-24"},
            "24 December 2027 is one of your closures, and stays closed. Remove it there first.",
        ),
        ({"special-0-hours": ""}, "Enter the hours of that date, such as 9:00-12:00. To close it, make it a"),
        ({"special-0-hours": "9-x"}, "“9-x” are no opening hours. Write it as “9:00-12:00, 13:00-17:00”."),
        ({"special-0-hours": "22-6"}, "Hours of one date end at midnight. Write 22:00-24:00, and enter"),
        ({"special-0-hours": "9-12, 11-13"}, "9-12, 11-13: 09:00 to 12:00 and 11:00 to 13:00 overlap."),
        ({"special-0-why": "x" * 121}, "That is 121 letters. Keep at most 120."),
        ({"closed-1-date": "2027-12-24"}, "24 December 2027 is closed twice. Remove one of the two."),
        (
            {"special-1-date": "2027-06-04", "special-1-hours": "9-12"},
            "4 June 2027 stands there twice. Put all its hours in one line.",
        ),
        (
            {"special-0-date": "2027-03-29"},
            "29 March 2027 is Easter Monday, a public holiday, and stays closed. To open, remove it from the",
        ),
    ],
)
def test_a_mistake_at_a_date_is_one_sentence(over: dict[str, str], sentence: str) -> None:
    rows = content(special=SPECIAL, closed=(date(2027, 12, 24),))
    data = sent(rows)
    for name, value in over.items():
        data[name] = value
    (said,) = mistakes(data, rows)
    assert said.startswith(sentence)


def test_a_button_opens_on_the_holiday_of_special_hours() -> None:
    rows = content(special=SPECIAL)
    form = form_of(sent(rows, special__0__date="2027-03-29"), rows)
    assert not form.is_valid()
    beside = render_to_string(form.wrong, {"form": form})
    assert 'id="aside-special-0" hx-swap-oob="true"' in beside
    assert "special:open-0" in fields_of(beside).buttons
    pressed(form, "special:open-0")
    assert form.is_valid(), form.mistakes
    row = saved(typed(drawn(form)), rows)
    assert (row.worked_holidays, list(row.special)) == (["2027-03-29"], ["2027-03-29"])


@pytest.mark.parametrize(
    "what",
    [
        "closed:remove-7",
        "special:open-9",
        "special:open-x",
        "closed:up-0",
        "special:",
        "together",
        "no",
        ":add",
    ],
)
def test_a_forged_button_changes_nothing(what: str) -> None:
    before, rows = content(special=SPECIAL), content(special=SPECIAL)
    form = form_of(sent(rows), rows)
    form.do(what)
    assert form.is_valid(), form.mistakes
    form.apply()
    assert _said(version(), rows, Section.TIME) == _said(version(), before, Section.TIME)


def test_an_empty_post_is_answered_with_a_sentence() -> None:
    assert mistakes(QueryDict("")) == [
        "The week has no opening. Write at least one, such as 9:00-17:00.",
        "Choose the time zone.",
    ]


# --- What is worth knowing, and no mistake ---------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hint"),
    [
        ("2027-12-24", ""),
        ("2027-12-25", "It is Christmas Day, a public holiday, and closed anyway."),
        ("2027-07-17", "It is a Saturday, and closed anyway."),
        ("2026-07-14", "It is past, so it changes nothing."),
        ("2026-12-24", "It is before the start, 1 January 2027, so it changes nothing."),
        ("2037-12-24", "It is after 31 December 2036, so it changes nothing."),
    ],
)
def test_a_closure_that_changes_nothing_is_said(day: str, hint: str) -> None:
    rows = content(closed=(date.fromisoformat(day),))
    drawn(form := form_of(None, rows))
    assert form.closures[0].hint == hint
    form = form_of(sent(rows), rows)
    assert form.is_valid()
    assert form.closures[0].hint == hint
    assert hint in render_to_string(form.live, {"form": form})


def test_special_hours_that_are_the_usual_ones_are_said() -> None:
    rows = content(special=SPECIAL)
    assert "These are the hours of every Friday." in drawn(form_of(None, rows))
    rows = content(special={"2026-07-01": [["09:00", "10:00"]]})
    assert "It is past, so it changes nothing." in drawn(form_of(None, rows))


@pytest.mark.parametrize(
    ("week", "hints"),
    [
        (WEEK, []),
        (
            {"sun": [["02:30", "08:00"]]},
            [
                "On Sunday 28 March 2027 the clocks in Copenhagen skip 2:00 to 3:00, so 2:30 is taken as",
                "On Sunday 31 October 2027 the clocks in Copenhagen show 2:00 to 3:00 twice, so 2:30 is the",
            ],
        ),
        ({"sun": [["03:00", "08:00"]]}, []),
        ({"sun": [["01:00", "02:00"]]}, ["On Sunday 31 October 2027 the clocks in Copenhagen show 2:00 to"]),
    ],
)
def test_hours_that_a_change_of_the_clock_moves_are_said(week: dict[str, Any], hints: list[str]) -> None:
    said = form_of(None, content(week=week, country="")).clock_hints
    assert len(said) == len(hints)
    assert all(one.startswith(hint) for one, hint in zip(said, hints, strict=True))


# --- Holidays, and what is closed next -------------------------------------------------------


def test_the_holidays_of_twelve_months_are_listed_the_others_by_year() -> None:
    form = form_of(None)
    assert len(form.coming) == 10
    assert [year for year, _ in form.others] == list(range(2028, 2037))
    assert form.holiday_words == f"{len(form.public)} in the term, until 2036"
    html = drawn(form)
    assert html.count('name="time-open"') == sum(1 for one in form.holidays if not one.aside)
    assert "Sunday, closed anyway" in html
    none = form_of(None, content(country=""))
    assert "None are left out." in drawn(none)


def test_the_next_closed_days_are_those_that_would_be_open() -> None:
    rows = full()
    rows.working_time.week = WEEK
    days = [(one.words, one.name, one.is_own) for one in form_of(None, rows).next_closed]
    assert days == [
        ("Fri 1 Jan 2027", "New Year's Day", False),
        ("Fri 26 Mar 2027", "Good Friday", False),
        ("Mon 29 Mar 2027", "Easter Monday", False),
        ("Thu 6 May 2027", "Ascension Day", False),
        ("Mon 17 May 2027", "Pentecost Monday", False),
    ]
    form = form_of(None, rows)
    form.now = datetime(2027, 5, 17, 23, tzinfo=UTC)
    assert [(one.words, one.name, one.is_own) for one in form.next_closed][:2] == [
        ("Fri 4 Jun 2027", "", True),
        ("Mon 2 Aug 2027", "Fair", False),
    ]


# --- Drawing ---------------------------------------------------------------------------------


def test_every_control_has_a_label() -> None:
    assert unlabelled(drawn(form_of(None, full()))) == []
    assert unlabelled(drawn(form_of(None, content(country="DE")))) == []


def test_the_picture_follows_what_is_typed() -> None:
    form = form_of(sent(time__workdays="9-12, 12:30-17"))
    assert form.is_valid()
    live = render_to_string(form.live, {"form": form})
    assert "A week has <b>37.5 open hours</b>." in live
    assert '<rect class="open" x="12.5" width="4.5" height="10"/>' in live
    wrong = form_of(sent(time__workdays="9-12, 11-17"))
    assert not wrong.is_valid()
    assert "A week has <b>40 open hours</b>." in drawn(wrong), "as it is stored"


# --- Text and week ---------------------------------------------------------------------------


@st.composite
def weeks(draw: Any) -> dict[str, list[list[str]]]:
    """Weeks as they are kept: openings that don't overlap, some to and from midnight."""
    edges = [sorted(steps) for steps in draw(st.lists(st.sets(st.integers(0, 96), max_size=6), max_size=7))]
    week = {}
    for day, steps in zip(WEEKDAYS, edges, strict=False):
        if hours := [[_wall(a), _wall(b)] for a, b in zip(steps[::2], steps[1::2], strict=False)]:
            week[day] = hours
    return week


def _wall(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(weeks())
def test_text_and_week_are_one(week: dict[str, list[list[str]]]) -> None:
    texts = text_of_week(week)
    read = split_week({day: openings_of_text(text) for day, text in texts.items()})
    assert {day: hours_of(hours, day) for day, hours in read.items()} == {
        day: hours_of(hours, day) for day, hours in week.items()
    }


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(weeks().filter(bool))
def test_the_week_survives_the_form(week: dict[str, list[list[str]]]) -> None:
    rows = content(week=week, country="")
    data = QueryDict(mutable=True)
    data.update({f"time-{day}": text for day, text in text_of_week(week).items()})
    data.update({"time-each": "True", "time-time_zone": "Europe/Copenhagen"})
    assert week_of(saved(data, rows).week) == week_of(week)
    assert rows.working_time.week == week
