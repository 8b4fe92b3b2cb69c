"""The section of stages: what each means, who does what in it, when a lead is one; and personas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.personas import (
    MOST_PERSONAS,
    NAMELESS,
    PREFIX,
    PersonaForm,
    asks_for,
    check_together,
    new_persona,
    persona_forms,
    persona_rows,
    personas_in,
)
from slas.editor.rows import typed_rows, write_typed_rows, write_typed_rule
from slas.editor.rules import RuleForm
from slas.editor.section import SectionForm, mistakes_of, moved
from slas.models import Definition, Section
from slas.rules.clauses import EXITS, RULED_STAGES, STAGES
from slas.rules.condition_words import begun, points_text
from slas.rules.grammar import ScoreAtLeast
from slas.rules.reaching import most_points
from slas.rules.scoring import Scoring
from slas.rules.words import STAGE_NAMES, listed
from slas.services.content import rule_of, scoring_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.models import Version
    from slas.services.content import Content

MOST_LETTERS = 1_000
A_STAGE = {
    stage: f"{'an' if STAGE_NAMES[stage][0] in 'aeioMS' else 'a'} {STAGE_NAMES[stage]}"
    for stage in STAGES + EXITS
}
_EXAMPLES = {
    "lead": "somebody who left a way to be reached",
    "mql": "a lead that fits the customers we want and has shown interest in buying",
    "accepted": "one that Sales has looked at and works on",
    "sql": "a lead that has talked with Sales and has a need, money and a time for it",
    "opportunity": "a sale with an amount and an expected date",
    "customer": "somebody who has signed or ordered",
    "recycled": "a good lead at the wrong time, given back to Marketing",
    "disqualified": "one that will not become a customer",
}


def _text(label: str, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2, **attrs}),
        error_messages={"max_length": f"That is %(show_value)d letters. Keep at most {MOST_LETTERS:,}."},
    )


class StageForm(forms.Form):
    """One stage: its sentence, who does what, and for MQL and SQL the conditions (`rule`)."""

    sentence = _text("What it is")
    marketing_does = _text("What Marketing does")
    sales_does = _text("What Sales does")
    by_itself = forms.BooleanField(label="A lead that meets this becomes an MQL by itself", required=False)

    def __init__(self, data: QueryDict | None, *, stage: str, row: Definition | None, personas: Any) -> None:
        self.stage, self.is_open = stage, False
        initial = {name: getattr(row, name) for name in self.base_fields} if row else {}
        super().__init__(data, prefix=f"stage-{stage}", initial=initial)
        self.fields["sentence"].label = f"{begun(A_STAGE[stage])} is"
        self.fields["sentence"].widget.attrs["placeholder"] = _EXAMPLES[stage]
        if stage != "mql":
            del self.fields["by_itself"]
        self.rule: RuleForm | None = None
        if stage in RULED_STAGES:
            none = "Without conditions, people decide who is one."
            rule = rule_of(row.rule) if row else None
            self.rule = RuleForm(data, prefix=f"stage-{stage}-rule", rule=rule, personas=personas, none=none)

    @property
    def title(self) -> str:
        return begun(STAGE_NAMES[self.stage])

    @property
    def a_stage(self) -> str:
        return begun(A_STAGE[self.stage])

    @property
    def says(self) -> str:
        """The sentence as it stands."""
        return str(self["sentence"].value() or "").strip()

    @property
    def words(self) -> str:
        """The conditions in words; blank without a valid rule."""
        return self.rule.words if self.rule else ""

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        does = words.get("marketing_does") or words.get("sales_does")
        ruled = self.rule is not None and self.rule.is_valid() and self.rule.rule is not None
        if not words.get("sentence") and "sentence" not in self.errors and (does or ruled):
            self.add_error("sentence", f"Say in a sentence what {A_STAGE[self.stage]} is.")
        if words.get("by_itself") and self.rule is not None and not self.rule.parts:
            self.add_error("by_itself", "A lead becomes an MQL by itself only by conditions. Add one.")
        return words

    def check_reach(self, scoring: Scoring) -> None:
        """Say at its condition where it asks for more points than all rules together give."""
        if self.rule is None or not (scoring.fit or scoring.behaviour):
            return
        for line in self.rule.lines():
            if line.kind == "score" and not line.error and (said := too_many(line.condition(), scoring)):
                self.rule.refuse(said, line)

    @property
    def is_whole(self) -> bool:
        """Whether it can be stored; after `is_valid` and `check_reach`."""
        return not self.errors and (self.rule is None or self.rule.is_whole)

    def row(self) -> Definition | None:
        """As stored; None where nothing is said about the stage."""
        words = self.cleaned_data
        if not words["sentence"]:
            return None
        rule = self.rule.rule if self.rule else None
        return Definition(
            stage=self.stage,
            sentence=words["sentence"],
            marketing_does=words["marketing_does"],
            sales_does=words["sales_does"],
            rule=rule.as_data() if rule else None,
            by_itself=bool(words.get("by_itself")),
        )


class StagesForm(SectionForm):
    """Every stage in its order, then the personas."""

    key = Section.STAGES
    template = "slas/editor/_stages.html"
    live = "slas/editor/_stages_live.html"
    hint = "each side signs what a stage means"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        if self.data is not None:  # as they are numbered here
            write_typed_rows(self.data, PREFIX, typed_rows(self.data, PREFIX))
        self._build()
        if data is None:
            for one in self.stages:
                one.is_open = one.stage == version.handoff_stage

    def _build(self) -> None:
        self.personas = persona_forms(self.data, self.content.personas)
        called = [one.called for one in self.personas]
        rows = {row.stage: row for row in self.content.definitions}
        self.stages = [
            StageForm(self.data, stage=stage, row=rows.get(stage), personas=called)
            for stage in STAGES + EXITS
        ]

    @property
    def parts(self) -> list[StageForm | PersonaForm]:
        return [*self.stages, *self.personas]

    @property
    def may_add(self) -> bool:
        return len(self.personas) < MOST_PERSONAS

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """add, remove-2, up-2 and down-2 of personas; "<prefix>:..." of a rule."""
        if self.data is None:
            return
        for one in self.parts:
            if one.rule is not None and one.rule.do(what):
                one.is_open = True
                write_typed_rule(self.data, one.rule)
                return
        rows = typed_rows(self.data, PREFIX)
        if what == "add" and self.may_add:
            self._write([*rows, new_persona(self.personas)])
            self.personas[-1].begin()
        elif (after := moved(rows, what)) is not None and not self._refused(what):
            self._write(after)

    def _write(self, rows: list[dict[str, list[str]]]) -> None:
        assert self.data is not None  # noqa: S101 (`do` looked)
        write_typed_rows(self.data, PREFIX, rows)
        self._build()

    def _refused(self, what: str) -> bool:
        """Whether a persona that is to be removed is used; where, is said at it."""
        act, _, place = what.partition("-")
        one = self.personas[int(place)]
        where = self._used(one.key) if act == "remove" else []
        if where:
            name = one.name or NAMELESS
            one.error = f"{begun(name)} is used by {listed(where)}. Take it out there first."
        return bool(where)

    def _used(self, key: str) -> list[str]:
        """Where a persona is asked for: here as typed, elsewhere as stored."""
        return [
            *(A_STAGE[one.stage] for one in self.stages if one.rule and asks_for(one.rule, key)),
            *(f"the persona {one.name}" for one in self.personas if asks_for(one.rule, key)),
            *(f"the window {row.name}" for row in self.content.windows if key in personas_in(row.match)),
            *(["what gives points"] if self._gives_points(key) else []),
        ]

    def _gives_points(self, key: str) -> bool:
        return any(key in personas_in(row.when) for row in self.content.score_rules)

    # --- What it says ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        for stage in self.stages:
            stage.is_valid()
            stage.check_reach(scoring_of(self.content.score_rules))
            stage.is_open = stage.is_open or not stage.is_whole
        valid = [one.is_valid() for one in self.personas]
        together = all(valid) and check_together(self.personas, self.content.score_rules)
        for one in self.personas:
            one.is_open = one.is_open or bool(one.mistakes) or not one.rule.is_whole
        return together and all(one.is_whole for one in self.stages)

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        found = []
        for stage in self.stages:
            found += [*mistakes_of(stage), *(stage.rule.mistakes if stage.rule else [])]
        for one in self.personas:
            found += one.mistakes
        return found

    def apply(self) -> None:
        rows = [stage.row() for stage in self.stages]
        self.content.definitions = [row for row in rows if row is not None]
        self.content.personas = persona_rows(self.personas)

    @property
    def lacks(self) -> list[str]:
        said = {row.stage for row in self.content.definitions}
        silent = [A_STAGE[stage] for stage in STAGES if stage not in said]
        return [f"Say what {listed(silent)} {'is' if len(silent) == 1 else 'are'}."] if silent else []


def lacking_points(content: Content) -> list[str]:
    """A sentence for each stage that asks for more points than all rules give."""
    scoring, found = scoring_of(content.score_rules), []
    for row in content.definitions:
        rule = rule_of(row.rule)
        for one in rule.conditions() if rule else ():
            if isinstance(one, ScoreAtLeast) and (sentence := too_many(one, scoring)):
                found.append(f"{begun(A_STAGE[row.stage])} asks for too much. {sentence}")
    return found


def too_many(asked: Any, scoring: Scoring) -> str:
    """The sentence that nobody can have so many points; blank where somebody may."""
    most = most_points(scoring, asked.of)
    if most is None or asked.points <= most:
        return ""
    kind = {"fit": " for who they are", "behaviour": " for what they did"}.get(asked.of, "")
    if not most:
        return f"Nothing gives points{kind} yet, so nobody has {asked.points:,}. Add rules that give them."
    return (
        f"Nobody can reach {points_text(asked.points)}: all rules{kind} together give at most {most:,}. "
        "Lower it, or give more points first."
    )
