"""The rule builder: what it draws is what it reads, its buttons lose nothing, its mistakes are sentences."""

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings

from slas.editor.rules import RuleForm
from slas.editor.typed import text_of_values, values_of_text
from slas.rules.conditions import contradiction
from slas.rules.fields import BLANKS, FREE_MAIL, fold
from slas.rules.grammar import Attribute, Did, DidNot, Group, IsPersona, Persona, ScoreAtLeast
from slas.tests.rules import rule_strategies
from slas.tests.typing_in import fields_of, typed, unlabelled

DECIDES = Persona(
    "decides", "Decision makers", Group("all", (Attribute("job_title", "contains", ("Head",)),))
)
NORDIC = Attribute("country", "in", ("Denmark", "Sweden"))
RULE = Group(
    "all",
    (
        NORDIC,
        Attribute("email", "business", FREE_MAIL),
        Attribute("extra.Deal size", "not_contains", ("small", "Smith, Jones")),
        Group("any", (Did("demo_requested", 2, 90), DidNot("unsubscribed"), ScoreAtLeast("fit", 60))),
        IsPersona("decides"),
    ),
)


def drawn(form: RuleForm) -> str:
    return render_to_string(form.template, {"form": form})


def form_of(data=None, rule=None, **options) -> RuleForm:
    return RuleForm(data, prefix="mql", rule=rule, personas=[DECIDES], **options)


def sent(rule=None, **over):
    """What a browser sends of a rule as it is drawn, with some of it typed over."""
    return typed(drawn(form_of(rule=rule)), **over)


def mistake(data, **options) -> str:
    form = form_of(data, **options)
    assert not form.is_valid()
    assert form.rule is None
    ((field, sentence),) = form.mistakes
    assert f'id="{field}"' in drawn(form), "the box of mistakes links to a field"
    assert sentence in drawn(form).replace("&quot;", '"').replace("&#x27;", "'")
    return sentence


def one(condition) -> Group:
    return Group("all", (condition,))


def test_what_is_drawn_is_what_is_read() -> None:
    form = form_of(sent(RULE))
    assert form.is_valid(), form.mistakes
    assert form.rule == RULE


def _plain(condition):
    """Without blanks around texts and without what is there twice: neither says anything."""
    if not isinstance(condition, Attribute) or not condition.texts:
        return condition
    texts = [text.strip(BLANKS) for text in condition.texts]
    once: dict[str, str] = {}
    for text in texts:
        once.setdefault(fold(text), text)
    return Attribute(condition.field, condition.op, tuple(once.values()))


def _all_plain(group: Group) -> Group:
    return Group(group.how, tuple(_all_plain(p) if isinstance(p, Group) else _plain(p) for p in group.parts))


@given(rule_strategies.groups(rule_strategies.conditions(("decides",))))
@settings(max_examples=60, deadline=None)
def test_any_rule_comes_back_as_it_was(rule: Group) -> None:
    form = form_of(sent(rule))
    if contradiction(rule):
        assert not form.is_valid()
        assert form.error.startswith("No lead can match")
    else:
        assert form.is_valid(), form.mistakes
        assert form.rule == _all_plain(rule)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Denmark, Sweden", ("Denmark", "Sweden")),
        (" Denmark ,, sweden,\nDENMARK\n", ("Denmark", "sweden")),
        ('"Smith, Jones", Holm', ("Smith, Jones", "Holm")),
        ("“Smith, Jones”, Holm", ("Smith, Jones", "Holm")),
        ('24" screens', ('24" screens',)),
        ('"""x"""', ('"x"',)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_lists_are_typed_with_commas(text: str, values: tuple[str, ...]) -> None:
    assert values_of_text(text) == values
    assert values_of_text(text_of_values(values)) == values


# --- Buttons ---------------------------------------------------------------------------------


def pressed(form: RuleForm, what: str) -> RuleForm:
    assert what in fields_of(drawn(form)).buttons, "the button is on the page"
    assert form.do(what)
    return form


def test_conditions_and_groups_are_added_where_they_stand() -> None:
    form = form_of(rule=one(NORDIC))
    pressed(form, "mql:add")
    pressed(form, "mql:group")
    pressed(form, "mql:add-2")
    pressed(form, "mql:persona")
    assert [line.number for line in form.lines()] == ["1", "2", "3.1", "3.2", "4"]
    assert form.parts[2].how == "any", "a group in “all” is one of “any”"
    assert [line.what for line in form.lines()] == ["country", "", "", "", "persona.decides"]
    assert "autofocus" in drawn(form)


def test_a_button_loses_nothing_that_was_typed_valid_or_not() -> None:
    data = sent(RULE, mql__0__value='Denmark, "', mql__3__0__days="many")
    form = pressed(form_of(data), "mql:remove-1")
    again = form_of(typed(drawn(form)))
    assert [line.what for line in again.lines()] == [
        *("country", "extra", "did.demo_requested", "did.unsubscribed", "score.fit", "persona.decides")
    ]
    assert again.parts[0].value == 'Denmark, "'
    assert again.parts[2].lines[0].days == "many"


def test_removing_the_last_of_a_group_removes_the_group() -> None:
    form = form_of(rule=Group("all", (NORDIC, Group("any", (Did("webinar"), Did("download"))))))
    pressed(form, "mql:remove-1-0")
    assert form.is_valid()
    assert form.rule == Group("all", (NORDIC, Group("any", (Did("download"),))))
    pressed(form, "mql:remove-1-0")
    assert form.is_valid()
    assert form.rule == one(NORDIC)
    pressed(form, "mql:remove-0")
    assert form.is_valid()
    assert form.rule is None


def test_choosing_something_else_draws_its_operators_and_keeps_what_was_typed() -> None:
    form = pressed(form_of(sent(one(NORDIC), mql__0__what="employees")), "mql:change-0")
    assert form.parts[0].op == "at_least"
    assert "people" in drawn(form)
    back = pressed(form_of(typed(drawn(form), mql__0__what="email")), "mql:change-0")
    assert back.parts[0].op == "business"
    assert "gmail.com" in back.parts[0].mail, "the free mailboxes are filled in"
    form = form_of(typed(drawn(back), mql__0__what="country"))
    pressed(form, "mql:change-0")
    assert form.is_valid()
    assert form.rule == one(NORDIC)


@pytest.mark.parametrize(
    "what",
    [
        "mql:remove-9",
        "mql:remove",
        "mql:remove-x",
        "mql:add-0",
        "mql:add--1",
        "mql:change-7",
        "mql:change-3-9",
        "mql:remove-1-2-3",
        "mql:no",
    ],
)
def test_a_forged_button_changes_nothing(what: str) -> None:
    form = form_of(rule=RULE)
    form.do(what)
    assert form.is_valid()
    assert form.rule == RULE


def test_a_button_of_another_form_is_not_its_own() -> None:
    form = form_of(rule=RULE)
    assert not form.do("sql:add")
    assert not form.do("add")
    assert len(form.parts) == len(RULE.parts)


def test_what_is_not_typed_yet_is_no_mistake_to_speak_of() -> None:
    form = pressed(form_of(rule=one(NORDIC)), "mql:add")
    assert not form.is_valid()
    assert form.mistakes == []
    data = typed(drawn(form))
    assert mistake(data) == "Condition 2 is empty. Choose what it asks for, or remove it."
    form = pressed(form_of(typed(drawn(form), mql__1__what="company")), "mql:change-1")
    assert not form.is_valid()
    assert form.mistakes == []
    form = pressed(form_of(typed(drawn(form), mql__0__value="")), "mql:change-1")
    assert not form.is_valid()
    assert [field for field, _ in form.mistakes] == ["mql-0-value"], "what was there before is one"


# --- Mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "over", "sentence"),
    [
        (
            NORDIC,
            {"value": " , "},
            "The country is one of nothing. Name at least one, such as Denmark, Sweden.",
        ),
        (NORDIC, {"value": 'Denmark, "Swe'}, "A quotation mark lacks its pair."),
        (NORDIC, {"value": "Denmark\x00"}, "One of the values of the condition on country is no text"),
        (NORDIC, {"what": ""}, "Condition 1 is empty. Choose what it asks for, or remove it."),
        (NORDIC, {"what": "shoe_size"}, "Condition 1 asks for what is not there. Choose another."),
        (NORDIC, {"what": "persona.gone"}, "Condition 1 asks for what is not there. Choose another."),
        (NORDIC, {"what": "did.dance"}, "Condition 1 asks for what is not there. Choose another."),
        (NORDIC, {"op": ""}, "Condition 1 asks for something else now. Choose how."),
        (NORDIC, {"what": "employees"}, "Condition 1 asks for something else now. Choose how."),
        (NORDIC, {"what": "extra"}, "Name the column, as the imported file calls it."),
        (Attribute("employees", "at_least", 50), {"value": ""}, "The company size is missing. Enter a whole"),
        (
            Attribute("employees", "at_least", 50),
            {"value": "many"},
            "The company size is “many”. Enter a whole",
        ),
        (
            Attribute("employees", "at_least", 50),
            {"value": "-1"},
            "The company size is -1. Enter a whole number",
        ),
        (Attribute("employees", "at_most", 50), {"value": "9" * 30}, "The company size is “999"),
        (Attribute("employees", "at_most", 50), {"value": "٣"}, "The company size is “٣”. Enter a whole"),
        (
            Did("webinar", 2),
            {"times": "0"},
            "How often it was done is 0. Enter a whole number from 1 to 1,000.",
        ),
        (
            Did("webinar", 1, 9),
            {"days": "0"},
            "The number of days is 0. Enter a whole number from 1 to 3,650, or",
        ),
        (DidNot("webinar", 9), {"days": "1.5"}, "The number of days is “1.5”. Enter a whole number"),
        (
            ScoreAtLeast("total", 60),
            {"value": ""},
            "The minimum score is missing. Enter a whole number from 0",
        ),
        (
            Attribute("email", "domain_in", ("a.example",)),
            {"value": "a b"},
            "“a b” in the condition on e-mail is no",
        ),
        (
            Attribute("email", "business", FREE_MAIL),
            {"mail": "gmail"},
            "“gmail” in the condition on e-mail is no",
        ),
    ],
)
def test_a_mistake_is_one_sentence_at_its_field(rule, over: dict[str, str], sentence: str) -> None:
    data = sent(one(rule), **{f"mql__0__{part}": value for part, value in over.items()})
    assert mistake(data).startswith(sentence)


def test_an_emptied_list_of_free_mailboxes_means_the_usual_ones() -> None:
    form = form_of(sent(one(Attribute("email", "business", ("gmail.com",))), mql__0__mail=" "))
    assert form.is_valid()
    assert form.rule == one(Attribute("email", "business", FREE_MAIL))


def test_an_empty_rule_is_none_unless_one_is_required() -> None:
    form = form_of(sent())
    assert form.is_valid()
    assert form.rule is None
    assert form.words == ""
    assert mistake(sent(), required=True) == "There is no condition yet. Add one."
    assert len(form_of(required=True).parts) == 1, "a new one begins with a condition to fill in"


def test_an_empty_group_is_refused() -> None:
    data = sent(one(NORDIC), mql__1__how="any")
    assert mistake(data) == "Group 2 has no condition. Add one, or remove the group."


def test_a_rule_that_nobody_can_meet_is_refused() -> None:
    rule = Group("all", (Attribute("employees", "at_least", 90), Attribute("employees", "at_most", 9)))
    assert mistake(sent(rule)) == ("No lead can match: the company size is to be at least 90 and at most 9.")


def test_what_is_not_allowed_can_not_be_chosen() -> None:
    form = form_of(sent(one(Did("webinar"))), allowed={"attribute"})
    assert "Attended a webinar" not in drawn(form)
    assert not form.is_valid()
    assert "mql:persona" not in fields_of(drawn(form)).buttons


def test_more_conditions_than_a_rule_holds_are_refused() -> None:
    data = sent(one(NORDIC))
    for number in range(300):
        data[f"mql-{number}-what"], data[f"mql-{number}-op"], data[f"mql-{number}-value"] = (
            "country",
            "in",
            "X",
        )
    assert mistake(data) == "A group has 101 conditions. Keep at most 100."


# --- Drawing ---------------------------------------------------------------------------------


def test_every_control_has_a_label() -> None:
    assert unlabelled(drawn(form_of(rule=RULE))) == []


def test_a_rule_with_30_conditions_is_drawn_and_read() -> None:
    rule = Group("all", tuple(Attribute(f"extra.Column {number}", "known") for number in range(30)))
    form = form_of(sent(rule))
    assert form.is_valid()
    assert form.rule == rule


def test_what_is_typed_is_escaped() -> None:
    html = drawn(form_of(rule=one(Attribute("extra.<b>", "in", ("<script>",)))))
    assert "<script>" not in html
    assert "<b>" not in html


def test_known_texts_are_offered() -> None:
    html = drawn(form_of(rule=one(NORDIC), suggestions={"country": ["Norway"], "company": ["Acme"]}))
    assert '<datalist id="mql-known-country"><option value="Norway">' in html
    assert "Acme" not in html


def test_it_is_said_in_words() -> None:
    form = form_of(sent(Group("all", (NORDIC, IsPersona("decides")))))
    assert form.is_valid()
    assert form.words == "is in Denmark or Sweden, and fits the persona Decision makers"
