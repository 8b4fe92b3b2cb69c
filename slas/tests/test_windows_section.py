"""The section of follow-up windows: order, leads, times, reasons; nothing typed is lost."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from slas.editor.tiers import ReasonsField
from slas.editor.windows import MOST_TIERS, WindowsForm
from slas.models import Agreement, Section, Version, Window
from slas.services.content import terms_of
from slas.services.editing import _said
from slas.services.standard import standard_window
from slas.tests.factories import draft_content
from slas.tests.typing_in import fields_of, typed, unlabelled

HOUR = 3600
DEMO = {"all": [{"did": "demo_requested", "times": 1, "days": None}]}
DANES = {"all": [{"field": "country", "op": "in", "value": ["Denmark"]}]}
NORDICS = {"all": [{"field": "country", "op": "in", "value": ["Denmark", "Sweden"]}]}
DEPTH = {"depth_attempts": 5, "depth_days": 3, "depth_within_business_days": 10}
TIERS: list[dict[str, Any]] = [
    {"key": "hot", "name": "Demo requests", "match": DEMO, "window_seconds": 2 * HOUR, **DEPTH},
    {"key": "danes", "name": "Danes", "match": DANES, "hours": "elapsed", "counts": "connection"},
    {
        "key": "all",
        "name": "All others",
        "warn_share": Decimal("0.8"),
        "pause_cap_seconds": 40 * HOUR,
        "acceptance_seconds": None,
        "reassign": True,
        "most_hops": 3,
        "tell_managers": False,
        "late_entry_grace_seconds": 0,
    },
]


def version(**fields) -> Version:
    agreement = Agreement(slug="inbound", name="Inbound")
    return Version(agreement=agreement, number=1, starts_on=date(2027, 1, 1), **fields)


def content(tiers=None, **parts):
    return draft_content(windows=TIERS if tiers is None else tiers, **parts)


def drawn(form: WindowsForm) -> str:
    return render_to_string(form.template, {"form": form})


def sent(rows=None, **over) -> QueryDict:
    """What a browser sends of the section as it is drawn."""
    return typed(drawn(WindowsForm(version(), rows or content())), **over)


def form_of(data, rows=None) -> WindowsForm:
    return WindowsForm(version(), rows or content(), data)


def saved(data, rows=None) -> list[Window]:
    form = form_of(data, rows)
    assert form.is_valid(), form.mistakes
    form.apply()
    return form.content.windows


def mistakes(data, rows=None) -> list[str]:
    form = form_of(data, rows)
    assert not form.is_valid()
    html = drawn(form)
    for field, sentence in form.mistakes:
        assert f'id="{field}"' in html, "the box of mistakes links to a field"
        assert sentence in html.replace("&#x27;", "'"), "and it is said beside it"
    return [sentence for _, sentence in form.mistakes]


def pressed(form: WindowsForm, what: str) -> WindowsForm:
    assert what in fields_of(drawn(form)).buttons, "the button is on the page"
    form.do(what)
    return form


def names(form: WindowsForm) -> list[str]:
    return [one.called for one in form.tiers]


# --- Saving ----------------------------------------------------------------------------------


def test_what_is_drawn_is_what_is_stored() -> None:
    before, rows = content(), content()
    saved(sent(), rows)
    assert terms_of(version(), rows) == terms_of(version(), before)
    assert _said(version(), rows, Section.WINDOWS) == _said(version(), before, Section.WINDOWS)


def test_reasons_that_are_no_tidy_keys_stay_as_they_are() -> None:
    odd = {"pause_reasons": ["Wrong number, with Marketing", "a_b c"], "rejection_reasons": ["no_need"]}
    rows = content([odd])
    assert saved(sent(rows), rows)[0].pause_reasons == odd["pause_reasons"]


def test_everything_of_a_window_is_stored() -> None:
    rows = content()
    over = {
        "window__0__name": "Hot leads",
        "window__0__window_seconds": "90 min",
        "window__0__hours": "elapsed",
        "window__0__counts": "connection",
        "window__0__warn_share": "66.5",
        "window__0__depth_attempts": "4",
        "window__0__depth_days": "2",
        "window__0__depth_within_business_days": "5",
        "window__0__acceptance_seconds": "8 h",
        "window__0__pause_reasons": "on holiday\n\n  wrong   number, with Marketing ",
        "window__0__rejection_reasons": "no budget",
        "window__0__pause_cap_seconds": "16 h",
        "window__0__late_entry_grace_seconds": "30 min",
        "window__0__reassign": "on",
        "window__0__most_hops": "1",
    }
    data = sent(**over)
    del data["window-0-tell_holder"]
    row = saved(data, rows)[0]
    said = {name: getattr(row, name) for name in ("name", "hours", "counts", "window_seconds")}
    assert said == {"name": "Hot leads", "hours": "elapsed", "counts": "connection", "window_seconds": 5400}
    assert (str(row.warn_share), row.acceptance_seconds, row.pause_cap_seconds) == ("0.665", 28800, 57600)
    assert (row.depth_attempts, row.depth_days, row.depth_within_business_days) == (4, 2, 5)
    assert row.pause_reasons == ["on_holiday", "wrong_number,_with_Marketing"]
    assert row.rejection_reasons == ["no_budget"]
    assert row.late_entry_grace_seconds == 1800
    assert (row.tell_holder, row.tell_managers, row.reassign, row.most_hops) == (False, True, True, 1)


def test_a_key_is_made_once_of_the_name_and_stays() -> None:
    rows = content()
    form = pressed(form_of(sent(rows), rows), "add")
    assert names(form) == ["Demo requests", "Danes", "", "All others"], "before the one that takes all"
    data = typed(
        drawn(form), window__2__name="Trial & referral", window__2__rule__0__what="did.trial_started"
    )
    data["window-2-rule-0-op"] = "once"
    assert [row.key for row in saved(data, rows)] == ["hot", "danes", "trial-referral", "all"]
    live = render_to_string(WindowsForm.live, {"form": form_of(data, rows)})
    assert 'name="window-2-key" value="trial-referral" hx-swap-oob="true"' in live
    data = typed(drawn(WindowsForm(version(), rows)), window__2__name="Trials")
    assert [row.key for row in saved(data, rows)] == ["hot", "danes", "trial-referral", "all"]


def test_keys_are_unique_and_forged_ones_replaced() -> None:
    data = sent(window__0__key="NOT a key", window__1__key="all", window__2__key="all")
    assert [row.key for row in saved(data)] == ["demo-requests", "all", "all-others"]
    japanese = sent(window__0__key="", window__0__name="デモ")
    assert saved(japanese)[0].key == "window"


def test_a_rule_makes_the_window_for_some_and_none_for_all() -> None:
    rows = content()
    form = pressed(form_of(sent(rows), rows), "window-1-rule:remove-0")
    pressed(form, "down-1")
    data = typed(drawn(form))
    assert mistakes(data, rows) == [
        "All others takes every lead, so Danes after it gets none. Move it to the end, or add a condition."
    ]
    form = pressed(form_of(data, rows), "remove-1")
    assert [row.match for row in saved(typed(drawn(form)), rows)] == [DEMO, None]


# --- Buttons ---------------------------------------------------------------------------------


def test_moving_and_removing_lose_nothing_typed() -> None:
    over = {
        "window__1__name": "Danish",
        "window__1__window_seconds": "soon",
        "window__1__rule__0__value": '"',
    }
    form = pressed(form_of(sent(**over)), "up-1")
    assert names(form) == ["Danish", "Demo requests", "All others"]
    again = form_of(typed(drawn(form)))
    first = again.tiers[0]
    assert (first.key, first["window_seconds"].value()) == ("danes", "soon")
    assert [line.value for line in first.rule.lines()] == ['"']
    pressed(again, "remove-0")
    assert [one.key for one in again.tiers] == ["hot", "all"]


def test_the_one_that_was_moved_is_open_the_others_are_folded() -> None:
    html = drawn(WindowsForm(version(), content()))
    assert [f'id="tier-{key}" open' in html for key in ("hot", "danes", "all")] == [True, False, False]
    html = drawn(pressed(form_of(sent()), "down-1"))
    assert [f'id="tier-{key}" open' in html for key in ("hot", "danes", "all")] == [False, True, False]


def test_one_more_is_as_the_last_one_and_silent_until_it_is_typed() -> None:
    form = pressed(form_of(sent()), "add")
    assert not form.is_valid()
    assert form.mistakes == []
    new, last = form.tiers[2], form.tiers[3]
    assert new.is_open
    for name in ("window_seconds", "pause_reasons", "most_hops", "tell_managers"):
        assert new[name].value() == last[name].value()
    assert "Give the window a name, such as Demo requests." in mistakes(typed(drawn(form)))


def test_the_first_window_takes_every_lead_and_is_whole() -> None:
    rows = content([])
    form = pressed(form_of(sent(rows), rows), "add")
    (row,) = saved(form.data, rows)
    standard = standard_window()
    assert (row.key, row.name, row.match, row.window_seconds) == ("all-leads", "All leads", None, 48 * HOUR)
    assert (row.pause_reasons, row.most_hops) == (standard.pause_reasons, standard.most_hops)


@pytest.mark.parametrize(
    "what", ["remove-7", "up-0", "down-2", "remove-x", "nonsense", "window-0-rule:remove-77", "up-²"]
)
def test_a_forged_button_changes_nothing(what: str) -> None:
    before, rows = content(), content()
    form = form_of(sent(), rows)
    form.do(what)
    assert form.is_valid(), form.mistakes
    form.apply()
    assert terms_of(version(), rows) == terms_of(version(), before)


def test_there_is_an_end_to_how_many() -> None:
    many = [
        {"key": f"k{n}", "name": f"Window {n}", "match": {"all": [{"persona": f"p{n}"}]}}
        for n in range(MOST_TIERS)
    ]
    personas = [{"key": f"p{n}", "name": f"Persona {n}", "rule": DANES} for n in range(MOST_TIERS)]
    rows = content(many, personas=personas)
    assert "add" not in fields_of(drawn(WindowsForm(version(), rows))).buttons
    form = form_of(sent(rows), rows)
    form.do("add")
    assert len(form.tiers) == MOST_TIERS


def test_twelve_windows_with_names_of_200_letters_are_stored() -> None:
    many = [
        {"key": f"k{n}", "name": f"{n:02} " + "x" * 197, "match": {"all": [{"persona": f"p{n}"}]}}
        for n in range(12)
    ]
    personas = [{"key": f"p{n}", "name": f"Persona {n}", "rule": DANES} for n in range(12)]
    rows = content(many, personas=personas)
    data = sent(rows)
    data["window-11-key"] = ""
    assert [len(row.name) for row in saved(data, rows)] == [200] * 12
    assert len(rows.windows[11].key) <= 80


# --- Mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"0__name": " "}, "Give the window a name, such as Demo requests."),
        ({"0__name": "x" * 201}, "The name has 201 letters. Keep at most 200."),
        ({"0__name": "danes"}, "Two windows are called Danes. Rename one of them."),
        ({"0__window_seconds": "0"}, "0 hours would breach every lead at once. Enter at least 1 min."),
        ({"0__window_seconds": ""}, "Enter the time to the first follow-up, such as 4 h."),
        ({"0__window_seconds": "soon"}, "“soon” is no time. Write it as 4 h, 4 h 30 min or 90 min."),
        ({"0__hours": "lunar"}, "“lunar” is none of these. Choose business hours or hours around the clock."),
        ({"0__warn_share": "120"}, "120 can't be. Enter a number from 0 to 100 percent."),
        ({"0__warn_share": "-5"}, "-5 can't be. Enter a number from 0 to 100 percent."),
        ({"0__depth_days": "6"}, "5 attempts can’t be on 6 days. Enter fewer days."),
        (
            {"0__depth_days": ""},
            "Enter days too, or leave all three empty: attempts, days and business days belong together.",
        ),
        (
            {"0__depth_attempts": "", "0__depth_within_business_days": ""},
            "Enter attempts and business days too, or leave all three empty: attempts, days and business "
            "days belong together.",
        ),
        (
            {"0__depth_within_business_days": "2"},
            "3 days don’t fit into 2 business days. Enter at least 3.",
        ),
        ({"0__depth_attempts": "0"}, "0 can't be. Enter a number from 1 to 100."),
        ({"0__acceptance_seconds": "0"}, "0 hours would accept every lead at once. Enter at least 1 min."),
        (
            {"2__pause_reasons": ""},
            "A limit of pauses has no use without reasons to pause. Add one, or leave this empty.",
        ),
        ({"0__pause_reasons": "holiday\nHoliday"}, "“Holiday” stands there twice. Take one of them out."),
        (
            {"0__rejection_reasons": "x" * 101},
            f"“{'x' * 40} …” has 101 letters. Keep at most 100 a reason.",
        ),
        (
            {"0__pause_reasons": "a\x00b"},
            "One of the reasons has a sign that can’t be seen. Type it anew.",
        ),
        ({"2__most_hops": ""}, "Say how many times it may go to somebody else, such as 2."),
        ({"2__most_hops": "0"}, "0 can't be. Enter a number from 1 to 20."),
        ({"1__rule__0__value": ""}, "The country is one of nothing. Name at least one"),
    ],
)
def test_a_mistake_is_one_sentence(over: dict[str, str], sentence: str) -> None:
    (said,) = mistakes(sent(**{f"window__{name}": value for name, value in over.items()}))
    assert said.startswith(sentence)


def test_how_often_is_not_asked_where_nobody_else_gets_it() -> None:
    data = sent(window__0__most_hops="often")
    assert saved(data)[0].most_hops == 2
    kept = content([{"most_hops": 5}])
    assert saved(sent(kept), kept)[0].most_hops == 5


NOBODY = {
    "all": [
        {"field": "country", "op": "in", "value": ["Denmark"]},
        {"field": "country", "op": "not_in", "value": ["Denmark"]},
    ]
}


def test_a_window_that_nothing_can_match_is_refused() -> None:
    rows = content([{"key": "none", "name": "Nobody", "match": NOBODY}, {}])
    (said,) = mistakes(sent(rows), rows)
    assert said == "No lead can match: other conditions leave nothing of the country Denmark."


def test_a_window_that_another_hides_is_refused_in_that_order_only() -> None:
    tiers = [
        {"key": "n", "name": "Nordics", "match": NORDICS},
        {"key": "d", "name": "Danes", "match": DANES},
    ]
    rows = content(tiers)
    assert mistakes(sent(rows), rows) == [
        "Danes gets no lead: Nordics before it takes each of them. Move it up, or change one of the two."
    ]
    rows = content(tiers[::-1])
    assert [row.key for row in saved(sent(rows), rows)] == ["d", "n"]


def test_one_that_takes_every_lead_is_the_last() -> None:
    rows = content([TIERS[2], TIERS[0], TIERS[1]])
    assert mistakes(sent(rows), rows) == [
        "All others takes every lead, so Demo requests after it gets none. "
        "Move it to the end, or add a condition."
    ]


def test_more_points_than_there_are_are_refused() -> None:
    points = [{"key": "f", "kind": "fit", "points": 40, "when": DANES}]
    rich = {"all": [{"score": "total", "at_least": 50}]}
    rows = content([{"match": rich}], score_rules=points)
    (said,) = mistakes(sent(rows), rows)
    assert said.startswith("Nobody can reach 50 points: all rules together give at most 40.")
    assert WindowsForm(version(), rows).lacks[0].startswith("The window All leads asks for too much. Nobody")


# --- What is missing, and drawing ------------------------------------------------------------


def test_that_no_window_takes_every_lead_is_said() -> None:
    (said,) = WindowsForm(version(), content(TIERS[:2])).lacks
    assert said.startswith("No window takes every lead: one that fits none of them has no clock")
    assert WindowsForm(version(), content()).lacks == []
    assert WindowsForm(version(), content([])).lacks == [], (
        "none at all stops the proposal, and is said there"
    )


def test_a_folded_window_says_for_whom_and_how_fast() -> None:
    html = drawn(WindowsForm(version(), content()))
    for says in (
        "a lead that asked for a demo: first follow-up within 2 business hours",
        "a lead that is in Denmark: first follow-up within 48 elapsed hours",
        "every lead: first follow-up within 48 business hours",
    ):
        assert says in html
    form = form_of(sent(window__0__window_seconds="3 h"))
    assert form.is_valid()
    assert "within 3 business hours" in render_to_string(form.live, {"form": form})


def test_every_control_has_a_label_and_keys_are_never_shown() -> None:
    html = drawn(WindowsForm(version(), content()))
    assert unlabelled(html) == []
    shown = re.sub(r"<[^>]*>", " ", html)
    assert "danes" not in shown


def test_a_mistake_opens_its_window() -> None:
    form = form_of(sent(window__2__name=""))
    form.is_valid()
    assert 'id="tier-all" open' in drawn(form)


def test_an_empty_post_stores_no_window() -> None:
    rows = content()
    assert saved(QueryDict(""), rows) == []


def test_reasons_are_read_as_words() -> None:
    field = ReasonsField(label="x")
    assert field.clean("a\r\nb c\n") == ["a", "b_c"]
    assert field.show(["a", "b_c"]) == "a\nb c"
    assert field.clean("") == []
