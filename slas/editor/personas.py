"""Personas as they are typed: a name and conditions each, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.rows import next_key, safe_key, typed_rows
from slas.editor.rules import RuleForm
from slas.models import Persona
from slas.rules import grammar
from slas.rules.analysing import check_personas, through
from slas.rules.fields import fold
from slas.rules.grammar import Attribute, Group, IsPersona
from slas.services.content import rule_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from slas.models import ScoreRule

MOST_PERSONAS = 40
MOST_NAME = 200
NAMELESS = "without a name"
PREFIX = "persona"


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=MOST_NAME,
        error_messages={
            "required": "Give the persona a name, such as Decision makers.",
            "max_length": f"The name has %(show_value)d letters. Keep at most {MOST_NAME}.",
        },
    )


@dataclass(frozen=True)
class Called:
    """A persona as rules name it."""

    key: str
    name: str


class PersonaForm:
    """One persona: `form` has its name, `rule` its conditions."""

    def __init__(self, number: int, key: str, data: QueryDict | None, row: Persona | None) -> None:
        self.number, self.key = number, key
        self.prefix = f"{PREFIX}-{number}"
        self.form = NameForm(data, prefix=self.prefix, initial={"name": row.name} if row else {})
        self.rule = RuleForm(None, prefix=f"{self.prefix}-rule")  # once all names are known: `name_others`
        self.error = ""
        self.is_open = False
        self._data, self._row = data, row

    def name_others(self, called: Iterable[Called]) -> None:
        """Draw its conditions, which may ask for the other personas."""
        self.rule = RuleForm(
            self._data,
            prefix=f"{self.prefix}-rule",
            rule=rule_of(self._row.rule) if self._row else None,
            personas=[one for one in called if one.key != self.key],
            required=True,
        )

    def begin(self) -> None:
        """It was just added: open, the focus in its name; what it lacks is no mistake to speak of yet."""
        self.is_open = self.rule.is_quiet = True
        self.form.fields["name"].required = False
        self.form.fields["name"].widget.attrs["autofocus"] = True

    @property
    def name(self) -> str:
        return str(self.form["name"].value() or "").strip()

    @property
    def called(self) -> Called:
        return Called(self.key, self.name or NAMELESS)

    def is_valid(self) -> bool:
        valid = [self.form.is_valid(), self.rule.is_valid()]
        return all(valid) and bool(self.form.cleaned_data["name"])

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        names = [(self.form["name"].id_for_label, str(error)) for error in self.form["name"].errors]
        return [*names, *self.rule.mistakes]

    def value(self) -> grammar.Persona:
        """As the rules know it; only of a valid one."""
        assert self.rule.rule is not None  # noqa: S101 (is_valid says so)
        return grammar.Persona(self.key, self.form.cleaned_data["name"], self.rule.rule)


def persona_forms(data: QueryDict | None, rows: list[Persona]) -> list[PersonaForm]:
    """A form for each persona: as typed, else as stored."""
    found: list[PersonaForm] = []
    if data is None:
        found = [PersonaForm(number, row.key, None, row) for number, row in enumerate(rows)]
    else:
        for number, typed in enumerate(typed_rows(data, PREFIX)):
            keys = [one.key for one in found]
            key = safe_key(typed.get("key", [""])[-1], PREFIX, keys)
            found.append(PersonaForm(number, key, data, None))
    called = [one.called for one in found]
    for one in found:
        one.name_others(called)
    return found


def new_persona(forms: list[PersonaForm]) -> dict[str, list[str]]:
    """A typed row for one more."""
    return {"key": [next_key(PREFIX, [one.key for one in forms])], "name": [""]}


def check_together(forms: list[PersonaForm], score_rules: Iterable[ScoreRule]) -> bool:
    """Whether valid personas go together: names, circles, and those that give points. What is wrong is said
    at its persona."""
    names: dict[str, PersonaForm] = {}
    for one in forms:
        if fold(one.name) in names:
            one.form.add_error("name", f"Two personas are called {one.name}. Rename one of them.")
            return False
        names[fold(one.name)] = one
    values = {one.key: one.value() for one in forms}
    try:
        check_personas(values)
    except ValueError as error:
        guilty = [one for one in forms if str(error).startswith(f"Persona {one.name} is made of")]
        (guilty or forms)[0].rule.refuse(str(error))
        return False
    asked = {key for row in score_rules for key in personas_in(row.when)}
    for one in forms:
        if one.key in asked and any(
            not isinstance(part, Attribute) for part in through(values[one.key].rule, values)
        ):
            one.rule.refuse(
                f"{one.name} gives points, so it would be circular to ask for a score or for what somebody "
                "did. Ask for fields only, or take it out of what gives points."
            )
            return False
    return True


def personas_in(data: Any) -> set[str]:
    """The keys of the personas that a stored rule asks for."""
    rule: Group | None = rule_of(data)
    return {one.key for one in rule.conditions() if isinstance(one, IsPersona)} if rule else set()


def asks_for(form: RuleForm, key: str) -> bool:
    """Whether a rule as typed asks for the persona."""
    return any(line.what == f"persona.{key}" for line in form.lines())


def persona_rows(forms: list[PersonaForm]) -> list[Persona]:
    """The rows of valid personas."""
    values = [one.value() for one in forms]
    return [
        Persona(position=place, key=one.key, name=one.name, rule=one.rule.as_data())
        for place, one in enumerate(values)
    ]
