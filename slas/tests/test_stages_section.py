"""The section of stages: sentences, conditions, personas; nothing typed is lost, every mistake is said."""

from datetime import date

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from slas.editor.stages import StagesForm
from slas.models import Agreement, Section, Version
from slas.rules.grammar import Group
from slas.rules.reaching import most_points
from slas.rules.scoring import BehaviourRule, FitRule, Scoring
from slas.rules.terms import EXITS, STAGES
from slas.services.content import terms_of
from slas.tests.factories import draft_content
from slas.tests.typing_in import fields_of, typed, unlabelled

HEAD = {"all": [{"field": "job_title", "op": "contains", "value": ["Head", "Chief"]}]}
BUYER = {"all": [{"field": "job_title", "op": "contains", "value": ["purchasing"]}]}
PERSONAS = [{"key": "decides", "name": "Decision makers", "rule": HEAD}]
TWO = [*PERSONAS, {"key": "buys", "name": "Buyers", "rule": BUYER}]
MQL = {
    "all": [
        {"field": "country", "op": "in", "value": ["Denmark", "Sweden"]},
        {"any": [{"did": "demo_requested", "times": 1, "days": 90}, {"score": "total", "at_least": 60}]},
        {"persona": "decides"},
    ]
}
POINTS = [
    {"key": "fit-1", "kind": "fit", "points": 40, "when": HEAD},
    {"key": "did-1", "kind": "behaviour", "points": 20, "did": "webinar", "most": 2},
]


def version(**fields) -> Version:
    agreement = Agreement(slug="inbound", name="Inbound")
    return Version(agreement=agreement, number=1, starts_on=date(2027, 1, 1), **fields)


def content(**parts):
    defaults = {"rules": {"mql": {"rule": MQL, "by_itself": True}}, "personas": PERSONAS}
    return draft_content(**(defaults | parts))


def drawn(form: StagesForm) -> str:
    return render_to_string(form.template, {"form": form})


def sent(rows=None, **over):
    """What a browser sends of the section as it is drawn."""
    return typed(drawn(StagesForm(version(), rows or content())), **over)


def form_of(data, rows=None) -> StagesForm:
    return StagesForm(version(), rows or content(), data)


def saved(data, rows=None) -> StagesForm:
    form = form_of(data, rows)
    assert form.is_valid(), form.mistakes
    form.apply()
    return form


def mistakes(data, rows=None) -> list[str]:
    form = form_of(data, rows)
    assert not form.is_valid()
    html = drawn(form)
    for field, _ in form.mistakes:
        assert f'id="{field}"' in html, "the box of mistakes links to a field"
    return [sentence for _, sentence in form.mistakes]


def pressed(form: StagesForm, what: str) -> StagesForm:
    assert what in fields_of(drawn(form)).buttons, "the button is on the page"
    form.do(what)
    return form


# --- Saving ----------------------------------------------------------------------------------


def test_what_is_drawn_is_what_is_stored() -> None:
    before, rows = content(), content()
    saved(sent(), rows)
    assert terms_of(version(), rows) == terms_of(version(), before)


def test_every_stage_is_there_with_its_sentence_and_its_sides() -> None:
    html = drawn(StagesForm(version(), content()))
    for stage in STAGES + EXITS:
        assert f'name="stage-{stage}-sentence"' in html
        assert f'name="stage-{stage}-sales_does"' in html
    ruled = [stage for stage in STAGES + EXITS if f"stage-{stage}-rule:add" in fields_of(html).buttons]
    assert ruled == ["mql", "sql"]


def test_sentences_conditions_and_by_itself_are_stored() -> None:
    rows = content()
    data = sent(
        stage__lead__sentence=" somebody we may write to. ",
        stage__mql__rule__1__1__value="40",
    )
    del data["stage-mql-by_itself"]
    form = saved(data, rows)
    assert form.content.definitions[0].sentence == "somebody we may write to."
    mql = form.content.definitions[1]
    assert mql.rule["all"][1]["any"][1] == {"score": "total", "at_least": 40}
    assert not mql.by_itself


def test_a_stage_about_which_nothing_is_said_is_left_out_and_lacking() -> None:
    empty = {f"stage__sql__{name}": "" for name in ("sentence", "marketing_does", "sales_does")}
    form = saved(sent(**empty))
    assert "sql" not in [row.stage for row in form.content.definitions]
    assert form.lacks[0] == "Say what an SQL is."


def test_the_words_follow_the_conditions() -> None:
    form = StagesForm(version(), content())
    words = (
        "An MQL is a lead that is in Denmark or Sweden, either asked for a demo in the last 90 days or has a "
        "score of at least 60, and fits the persona Decision makers."
    )
    assert words in drawn(form)
    data = sent(stage__mql__rule__0__value="Norway")
    form = form_of(data)
    assert form.is_valid()
    assert "An MQL is a lead that is in Norway," in drawn(form)
    live = render_to_string(form.live, {"form": StagesForm(version(), content())})
    assert words in live


# --- Personas --------------------------------------------------------------------------------


def test_a_persona_is_added_and_stored() -> None:
    form = pressed(form_of(sent()), "add")
    assert not form.is_valid()
    assert form.mistakes == [], "what is not typed yet is no mistake to speak of"
    assert "autofocus" in drawn(form)
    data = typed(drawn(form), persona__1__name="Buyers", persona__1__rule__0__what="job_title")
    data["persona-1-rule-0-op"], data["persona-1-rule-0-value"] = "contains", "purchasing"
    rows = content()
    saved(data, rows)
    assert [(row.name, row.rule) for row in rows.personas] == [("Decision makers", HEAD), ("Buyers", BUYER)]
    assert rows.personas[0].key == "decides", "a persona keeps its key"


def test_personas_are_moved_and_removed_with_all_that_was_typed() -> None:
    rows = content(personas=TWO)
    form = pressed(
        form_of(sent(rows, persona__1__name="Who buys", persona__0__rule__0__value='"'), rows), "up-1"
    )
    assert [one.name for one in form.personas] == ["Who buys", "Decision makers"]
    form = form_of(typed(drawn(form)), rows)
    assert form.personas[1].rule.parts[0].value == '"'
    pressed(form, "remove-0")
    assert [one.name for one in form.personas] == ["Decision makers"]
    assert form.personas[0].key == "decides"


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({}, "an MQL"),
        (
            {
                "rules": {},
                "windows": [{"key": "demo", "name": "Demo", "match": {"all": [{"persona": "decides"}]}}],
                "score_rules": [
                    {"key": "fit-1", "kind": "fit", "points": 5, "when": {"all": [{"persona": "decides"}]}}
                ],
            },
            "the window Demo and what gives points",
        ),
        (
            {
                "rules": {},
                "personas": [
                    *PERSONAS,
                    {"key": "b", "name": "Bosses", "rule": {"all": [{"persona": "decides"}]}},
                ],
            },
            "the persona Bosses",
        ),
    ],
)
def test_a_persona_that_is_used_is_not_removed(parts, where: str) -> None:
    rows = content(**parts)
    form = pressed(form_of(sent(rows), rows), "remove-0")
    assert form.personas[0].name == "Decision makers"
    assert f"Decision makers is used by {where}. Take it out there first." in drawn(form)


def test_a_persona_that_is_not_used_any_more_as_typed_is_removed() -> None:
    form = pressed(form_of(sent()), "stage-mql-rule:remove-2")
    form = pressed(form_of(typed(drawn(form))), "remove-0")
    assert form.personas == []


@pytest.mark.parametrize(
    "what", ["remove-7", "up-0", "down-0", "remove-x", "nonsense", "stage-mql-rule:remove-77"]
)
def test_a_forged_button_changes_nothing(what: str) -> None:
    before, rows = content(), content()
    form = form_of(sent(), rows)
    form.do(what)
    assert form.is_valid(), form.mistakes
    form.apply()
    assert terms_of(version(), rows) == terms_of(version(), before)


def test_what_a_button_changed_is_also_what_was_sent() -> None:
    """The frame may make the form anew of the data."""
    form = pressed(form_of(sent()), "stage-mql-rule:remove-1")
    again = form_of(form.data)
    assert again.is_valid()
    assert len(again.stages[1].rule.parts) == 2


# --- Mistakes --------------------------------------------------------------------------------


def test_mistakes_are_sentences() -> None:
    cases = [
        ({"stage__sql__sentence": ""}, "Say in a sentence what an SQL is."),
        ({"stage__lead__sentence": "x" * 1001}, "That is 1001 letters. Keep at most 1,000."),
        ({"stage__mql__rule__0__value": ""}, "The country is one of nothing. Name at least one, such as"),
        ({"persona__0__name": " "}, "Give the persona a name, such as Decision makers."),
        ({"persona__0__name": "x" * 300}, "The name has 300 letters. Keep at most 200."),
        ({"persona__0__rule__0__value": ""}, "The job title contains nothing. Name at least one, such as"),
    ]
    for over, sentence in cases:
        (said,) = mistakes(sent(**over))
        assert said.startswith(sentence)


def test_by_itself_needs_conditions() -> None:
    rows = content(rules={}, personas=[])
    data = sent(rows)
    data["stage-mql-by_itself"] = "on"
    assert mistakes(data, rows) == ["A lead becomes an MQL by itself only by conditions. Add one."]


def test_two_personas_of_one_name_are_refused() -> None:
    rows = content(personas=TWO)
    assert mistakes(sent(rows, persona__1__name="decision MAKERS"), rows) == [
        "Two personas are called decision MAKERS. Rename one of them."
    ]


def test_a_circle_of_personas_is_refused() -> None:
    rows = content(
        personas=[*PERSONAS, {"key": "b", "name": "Bosses", "rule": {"all": [{"persona": "decides"}]}}]
    )
    data = sent(rows)
    data["persona-0-rule-0-what"] = "persona.b"
    assert mistakes(data, rows) == [
        "Persona Decision makers is made of Bosses, which is made of Decision makers. "
        "Take one out of the circle."
    ]


def test_a_persona_that_gives_points_can_not_ask_for_a_score() -> None:
    rows = content(
        rules={},
        score_rules=[{"key": "f", "kind": "fit", "points": 5, "when": {"all": [{"persona": "decides"}]}}],
    )
    data = sent(rows)
    data["persona-0-rule-0-what"], data["persona-0-rule-0-value"] = "score.total", "5"
    (sentence,) = mistakes(data, rows)
    assert sentence.startswith("Decision makers gives points, so it would be circular to ask for a score")


@pytest.mark.parametrize(
    ("rules", "points", "sentence"),
    [
        (POINTS, 80, ""),
        (
            POINTS,
            81,
            "Nobody can reach 81 points: all rules together give at most 80. Lower it, or give more",
        ),
        ([POINTS[0] | {"points": -40}, POINTS[1]], 41, "Nobody can reach 41 points: all rules together"),
        ([POINTS[0], POINTS[1] | {"most": None}], 1_000_000, ""),
        ([], 60, ""),
    ],
)
def test_a_minimum_that_nobody_can_reach_is_refused(rules, points: int, sentence: str) -> None:
    rows = content(score_rules=rules)
    data = sent(rows, stage__mql__rule__1__1__value=str(points))
    if sentence:
        (said,) = mistakes(data, rows)
        assert said.startswith(sentence)
    else:
        saved(data, rows)


# --- Drawing ---------------------------------------------------------------------------------


def test_every_control_has_a_label() -> None:
    assert unlabelled(drawn(StagesForm(version(), content(personas=TWO)))) == []


def test_the_stage_that_is_handed_over_is_open_the_others_folded() -> None:
    html = drawn(StagesForm(version(handoff_stage="sql"), content()))
    assert '<details class="stage" id="stage-sql" open>' in html
    assert '<details class="stage" id="stage-mql">' in html


def test_a_mistake_opens_its_stage() -> None:
    form = form_of(sent(stage__sql__sentence=""))
    form.is_valid()
    assert '<details class="stage" id="stage-sql" open>' in drawn(form)


def test_forged_keys_are_replaced() -> None:
    rows = content(personas=TWO)
    data = sent(rows, persona__0__key="Not a key", persona__1__key="Not a key")
    del data["stage-mql-rule-2-what"]
    saved(data, rows)
    assert [row.key for row in rows.personas] == ["persona-1", "persona-2"]
    saved(sent(rows, persona__0__key="twice", persona__1__key="twice"), rows)
    assert [row.key for row in rows.personas] == ["twice", "persona-1"]


def test_an_empty_post_keeps_to_sentences() -> None:
    """A forged POST of nothing says that every stage means nothing: never a failure."""
    form = form_of(QueryDict(""))
    assert form.is_valid()
    assert StagesForm.key == Section.STAGES


def test_most_points_add_up_what_is_positive() -> None:
    fit = FitRule("f", Group.from_data(HEAD), 40)
    scoring = Scoring((fit,), (BehaviourRule("b", "webinar", 20, most=2), BehaviourRule("c", "download", -9)))
    assert [most_points(scoring, of) for of in ("fit", "behaviour", "total")] == [40, 40, 80]
    unlimited = Scoring((fit,), (BehaviourRule("b", "webinar", 20),))
    assert [most_points(unlimited, of) for of in ("fit", "behaviour", "total")] == [40, None, None]


def test_rows_with_gaps_between_their_numbers_are_read() -> None:
    rows = content(personas=TWO)
    data = sent(rows)
    for name in [name for name in data if name.startswith("persona-1-")]:
        data.setlist(name.replace("persona-1-", "persona-7-"), data.pop(name))
    saved(data, rows)
    assert [row.name for row in rows.personas] == ["Decision makers", "Buyers"]
