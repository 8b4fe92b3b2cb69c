"""The section of points: rules for who they are and what they did, their order, what is refused."""

from datetime import date

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from slas.editor.scoring import ScoringForm
from slas.models import Agreement, ScoreRule, Version
from slas.services.content import terms_of
from slas.tests.factories import draft_content
from slas.tests.typing_in import fields_of, typed, unlabelled

HEAD = {"all": [{"field": "job_title", "op": "contains", "value": ["Head", "Chief"]}]}
NORDIC = {"all": [{"field": "country", "op": "in", "value": ["Denmark"]}]}
EAGER = {"all": [{"did": "webinar", "times": 2, "days": None}]}
PERSONAS = [
    {"key": "decides", "name": "Decision makers", "rule": HEAD},
    {"key": "eager", "name": "Eager people", "rule": EAGER},
    {"key": "both", "name": "Both", "rule": {"all": [{"persona": "eager"}]}},
]
RULES = [
    {"key": "fit-1", "kind": "fit", "points": 20, "when": HEAD},
    {"key": "nordic", "kind": "fit", "points": -8, "when": NORDIC},
    {"key": "did-1", "kind": "behaviour", "points": 40, "did": "demo_requested"},
    {"key": "did-2", "kind": "behaviour", "points": 12, "did": "webinar", "fades": "halves", "days": 21},
    {
        "key": "did-3",
        "kind": "behaviour",
        "points": 5,
        "did": "pricing_seen",
        "fades": "ends",
        "days": 30,
        "most": 2,
    },
]


def version() -> Version:
    return Version(agreement=Agreement(slug="inbound", name="Inbound"), number=1, starts_on=date(2027, 1, 1))


def content(**parts):
    return draft_content(**({"personas": PERSONAS, "score_rules": RULES} | parts))


def drawn(form: ScoringForm) -> str:
    return render_to_string(form.template, {"form": form})


def sent(rows=None, **over):
    return typed(drawn(ScoringForm(version(), rows or content())), **over)


def form_of(data, rows=None) -> ScoringForm:
    return ScoringForm(version(), rows or content(), data)


def saved(data, rows=None) -> list[ScoreRule]:
    form = form_of(data, rows)
    assert form.is_valid(), form.mistakes
    form.apply()
    return form.content.score_rules


def mistakes(data, rows=None) -> list[str]:
    form = form_of(data, rows)
    assert not form.is_valid()
    html = drawn(form)
    for field, _ in form.mistakes:
        assert f'id="{field}"' in html, "the box of mistakes links to a field"
    return [sentence for _, sentence in form.mistakes]


def pressed(form: ScoringForm, what: str) -> ScoringForm:
    assert what in fields_of(drawn(form)).buttons, "the button is on the page"
    form.do(what)
    return form


def test_what_is_drawn_is_what_is_stored() -> None:
    before, rows = content(), content()
    saved(sent(), rows)
    assert terms_of(version(), rows) == terms_of(version(), before)


def test_it_reads_like_a_list() -> None:
    html = drawn(ScoringForm(version(), content()))
    for words in ("Job title contains Head or Chief", "Country is Denmark", "Asked for a demo", "stays"):
        assert words in html
    assert "halves every 21 days" in html
    assert "ends after 30 days, at most twice" in html
    assert 'value="+20"' in html
    assert 'value="-8"' in html
    assert html.count('<svg class="decay"') == 3
    assert " style=" not in html


def test_points_fading_and_conditions_are_stored() -> None:
    rules = saved(
        sent(
            fit__0__points="30",
            fit__0__when__0__value="Director",
            did__0__fades="ends",
            did__0__days="7",
            did__0__most="3",
            did__1__fades="stays",
        )
    )
    assert rules[0].points == 30
    assert rules[0].when["all"][0]["value"] == ["Director"]
    assert (rules[2].fades, rules[2].days, rules[2].most) == ("ends", 7, 3)
    assert (rules[3].fades, rules[3].days) == ("stays", None), "days mean nothing where points stay"
    assert [rule.key for rule in rules] == ["fit-1", "nordic", "did-1", "did-2", "did-3"]


@pytest.mark.parametrize(
    ("text", "points"), [("+20", 20), ("20", 20), ("-5", -5), ("\N{MINUS SIGN}5", -5), ("1,000", 1000)]
)
def test_points_as_people_type_them(text: str, points: int) -> None:
    assert saved(sent(fit__0__points=text))[0].points == points


# --- Buttons ---------------------------------------------------------------------------------


def test_a_rule_of_fit_is_added_and_filled_in() -> None:
    form = pressed(form_of(sent()), "fit:add")
    assert not form.is_valid()
    assert form.mistakes == [], "what is not typed yet is no mistake to speak of"
    data = typed(drawn(form), fit__2__points="+7")
    data["fit-2-when-0-what"], data["fit-2-when-0-op"], data["fit-2-when-0-value"] = "industry", "in", "Steel"
    rules = saved(data)
    assert [(rule.key, rule.points) for rule in rules[:3]] == [("fit-1", 20), ("nordic", -8), ("fit-2", 7)]


def test_a_rule_of_behaviour_is_added_with_the_next_kind() -> None:
    form = pressed(form_of(sent()), "did:add")
    assert form.is_valid(), form.mistakes
    form.apply()
    new = form.content.score_rules[-1]
    assert (new.key, new.did, new.points, new.fades) == ("did-4", "trial_started", 10, "stays")


def test_rules_are_moved_and_removed_with_all_that_was_typed() -> None:
    form = pressed(form_of(sent(fit__1__points="many", did__0__days="x")), "fit:up-1")
    assert [one.key for one in form.fit] == ["nordic", "fit-1"]
    form = form_of(typed(drawn(form)))
    assert form.fit[0]["points"].value() == "many"
    pressed(form, "fit:remove-0")
    pressed(form, "did:down-0")
    form = form_of(typed(drawn(form)))
    assert [one.key for one in form.rules] == ["fit-1", "did-2", "did-1", "did-3"]
    assert form.did[1]["days"].value() == "x"


def test_a_condition_is_added_to_a_rule_of_fit() -> None:
    form = pressed(form_of(sent()), "fit-1-when:add")
    data = typed(drawn(form), fit__1__when__1__what="employees")
    data["fit-1-when-1-op"], data["fit-1-when-1-value"] = "at_least", "50"
    assert len(saved(data)[1].when["all"]) == 2


@pytest.mark.parametrize("what", ["fit:remove-9", "did:up-0", "fit:x", "x:add", "add", "fit:remove-", "done"])
def test_a_forged_button_changes_nothing(what: str) -> None:
    before, rows = content(), content()
    form = form_of(sent(), rows)
    form.do(what)
    assert form.is_valid()
    form.apply()
    assert terms_of(version(), rows) == terms_of(version(), before)


# --- Mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"fit__0__points": "0"}, "0 points change nothing. Enter some, or remove the rule."),
        ({"fit__0__points": ""}, "Enter the points, such as +20."),
        ({"fit__0__points": "many"}, "“many” is no number. Write it in figures, such as 12."),
        ({"fit__0__points": "1001"}, "1001 can't be. Enter a number from -1,000 to 1,000."),
        ({"did__0__points": "-1001"}, "-1001 can't be. Enter a number from -1,000 to 1,000."),
        ({"did__0__points": "2.5"}, "2.5 is too exact. Enter a whole number."),
        ({"did__1__days": ""}, "Say after how many days the points halve, such as 30."),
        ({"did__2__days": ""}, "Say after how many days the points end, such as 30."),
        ({"did__1__days": "0"}, "0 can't be. Enter a number from 1 to 3,650."),
        ({"did__1__most": "0"}, "0 can't be. Enter a number from 1 to 1,000."),
        ({"did__1__did": "dance"}, "“dance” is nothing that is recorded. Choose something of the list."),
        ({"did__1__fades": "melts"}, "Points stay, halve or end; “melts” is none of these. Choose one."),
        ({"fit__0__when__0__value": ""}, "The job title contains nothing. Name at least one, such as"),
        ({"fit__0__when__0__what": "did.webinar"}, "Condition 1 asks for what is not there. Choose another."),
        ({"fit__0__when__0__what": "score.total"}, "Condition 1 asks for what is not there. Choose another."),
    ],
)
def test_a_mistake_is_one_sentence_at_its_field(over: dict[str, str], sentence: str) -> None:
    (said,) = mistakes(sent(**over))
    assert said.startswith(sentence)


@pytest.mark.parametrize(("persona", "name"), [("eager", "Eager people"), ("both", "Both")])
def test_points_for_who_they_are_can_not_ask_for_what_they_did(persona: str, name: str) -> None:
    (said,) = mistakes(sent(fit__0__when__0__what=f"persona.{persona}"))
    assert said.startswith(f"Points for who they are would be circular: {name} asks for a score or for what")


def test_a_persona_of_fields_gives_points() -> None:
    rules = saved(sent(fit__0__when__0__what="persona.decides"))
    assert rules[0].when == {"all": [{"persona": "decides"}]}


def test_two_equal_rules_are_refused() -> None:
    same = "Another rule gives points for the same. Remove one of them, or change it."
    fit = {
        f"fit__1__when__0__{name}": text
        for name, text in zip(("what", "op", "value"), ("job_title", "contains", "Head, Chief"), strict=True)
    }
    assert mistakes(sent(**fit)) == [same]
    assert mistakes(sent(**fit, fit__1__when__how="any")) == [same], "all of one is any of one"
    did = {"did__1__did": "pricing_seen", "did__1__fades": "ends", "did__1__days": "30", "did__1__most": "2"}
    assert mistakes(sent(**did)) == [same]
    saved(sent(**did | {"did__1__days": "31"}))


def test_a_mistake_opens_its_rule() -> None:
    form = form_of(sent(did__1__days="0"))
    form.is_valid()
    assert '<details class="stage" id="did-2" open>' in drawn(form)
    assert '<details class="stage" id="did-1">' in drawn(form)


# --- Sums ------------------------------------------------------------------------------------


def test_it_is_said_how_many_points_there_are() -> None:
    form = ScoringForm(version(), content())
    assert form.sum == "A lead has at most 20 points for who they are, without a limit for what they did."
    form = form_of(sent(did__0__most="1", did__1__most="2"))
    assert form.is_valid()
    assert form.sum == "A lead has at most 94 points: 20 for who they are, 74 for what they did."
    assert form_of(QueryDict("")).sum == "Nothing gives points yet: every lead has 0."


def asking(points: int, of: str = "total"):
    return {"mql": {"rule": {"all": [{"score": of, "at_least": points}]}}}


@pytest.mark.parametrize(
    ("parts", "lacks"),
    [
        ({"rules": asking(500)}, []),
        ({"rules": asking(20, "fit")}, []),
        (
            {"rules": asking(21, "fit")},
            [
                "An MQL asks for too much. Nobody can reach 21 points: all rules for who they are together "
                "give at most 20. Lower it, or give more points first."
            ],
        ),
        (
            {"rules": asking(60), "score_rules": []},
            [
                "An MQL asks for too much. Nothing gives points yet, so nobody has 60. "
                "Add rules that give them."
            ],
        ),
        ({"score_rules": []}, []),
    ],
)
def test_a_minimum_that_nobody_can_reach_is_lacking(parts, lacks: list[str]) -> None:
    assert ScoringForm(version(), content(**parts)).lacks == lacks


# --- Drawing ---------------------------------------------------------------------------------


def test_every_control_has_a_label() -> None:
    assert unlabelled(drawn(ScoringForm(version(), content()))) == []


def test_what_stands_beside_follows() -> None:
    live = render_to_string(ScoringForm.live, {"form": ScoringForm(version(), content())})
    for key in ("fit-1", "nordic", "did-1"):
        assert f'id="says-{key}" hx-swap-oob="true"' in live
    assert 'id="score-sum" hx-swap-oob="true"' in live


def test_many_rules_are_drawn_and_stored() -> None:
    many = [
        {
            "key": f"fit-{number}",
            "kind": "fit",
            "points": 1,
            "when": {"all": [{"field": "company", "op": "in", "value": [str(number)]}]},
        }
        for number in range(50)
    ]
    rows = content(score_rules=many)
    data = sent(rows)
    assert len(saved(data, rows)) == 50
    assert "fit:add" not in fields_of(drawn(ScoringForm(version(), rows))).buttons
    assert len(data) < 1000, "Django reads no more fields than that"
