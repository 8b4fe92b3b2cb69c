"""The section of points: who they are, and what they did. A score is always the sum of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slas.editor.personas import Called
from slas.editor.points import (
    DID,
    FIT,
    MOST_ROWS,
    NEW_POINTS,
    USUAL_DAYS,
    DidForm,
    FitForm,
    did_forms,
    fit_forms,
)
from slas.editor.rows import next_key, typed_rows, write_typed_rows, write_typed_rule
from slas.editor.section import SectionForm, mistakes_of, moved
from slas.editor.stages import lacking_points
from slas.models import ScoreRule, Section
from slas.rules.analysing import through
from slas.rules.behaviour import BEHAVIOURS
from slas.rules.grammar import Attribute, IsPersona
from slas.rules.reaching import most_points
from slas.rules.scoring import Scoring
from slas.services.content import persona_of, scoring_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.editor.rows import Row
    from slas.models import Version
    from slas.services.content import Content

SAME = "Another rule gives points for the same. Remove one of them, or change it."


class ScoringForm(SectionForm):
    """Rules of points for fit, then for behaviour, each list in its order."""

    key = Section.SCORING
    template = "slas/editor/_scoring.html"
    live = "slas/editor/_scoring_live.html"
    hint = "a score is always the sum of its lines"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        if self.data is not None:  # as they are numbered here
            for prefix in (FIT, DID):
                write_typed_rows(self.data, prefix, typed_rows(self.data, prefix))
        self._build()

    def _build(self) -> None:
        rows = self.content.score_rules
        personas = {row.key: Called(row.key, row.name) for row in self.content.personas}
        taken: list[str] = []
        fit = [row for row in rows if row.kind == ScoreRule.Kind.FIT]
        did = [row for row in rows if row.kind == ScoreRule.Kind.BEHAVIOUR]
        self.fit: list[FitForm] = fit_forms(self.data, fit, personas, taken)
        self.did: list[DidForm] = did_forms(self.data, did, taken)

    @property
    def rules(self) -> list[FitForm | DidForm]:
        return [*self.fit, *self.did]

    @property
    def may_add_fit(self) -> bool:
        return len(self.fit) < MOST_ROWS

    @property
    def may_add_did(self) -> bool:
        return len(self.did) < MOST_ROWS

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """ "fit:add", "did:remove-2", "fit:up-1", "fit:down-0"; "<prefix>:..." of a rule."""
        if self.data is None:
            return
        for one in self.fit:
            if one.rule.do(what):
                one.is_open = True
                write_typed_rule(self.data, one.rule)
                return
        prefix, _, act = what.partition(":")
        if prefix not in (FIT, DID):
            return
        rows = typed_rows(self.data, prefix)
        if act == "add" and len(rows) < MOST_ROWS:
            self._write(prefix, [*rows, self._new_fit() if prefix == FIT else self._new_did()])
            (self.fit if prefix == FIT else self.did)[-1].begin()
        elif (after := moved(rows, act)) is not None:
            self._write(prefix, after)

    def _write(self, prefix: str, rows: list[Row]) -> None:
        assert self.data is not None  # noqa: S101 (`do` looked)
        write_typed_rows(self.data, prefix, rows)
        self._build()

    def _new_fit(self) -> Row:
        keys = [one.key for one in self.rules]
        return {"key": [next_key(FIT, keys)], "points": [f"+{NEW_POINTS}"]}

    def _new_did(self) -> Row:
        """The next kind that gives no points yet; they stay."""
        used = {str(one["did"].value()) for one in self.did}
        kind = next((key for key in BEHAVIOURS if key not in used), next(iter(BEHAVIOURS)))
        key = next_key(DID, [one.key for one in self.rules])
        typed = {"key": key, "did": kind, "points": f"+{NEW_POINTS}", "fades": "stays", "days": USUAL_DAYS}
        return {name: [str(text)] for name, text in typed.items()}

    # --- What it says ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        valid = [one.is_valid() for one in self.rules] + [one.rule.is_valid() for one in self.fit]
        if all(valid):
            valid += [self._are_sound(), self._differ()]
        for one in self.rules:
            one.is_open = one.is_open or bool(_said(one))
        for fit in self.fit:
            fit.is_open = fit.is_open or not fit.rule.is_whole
        return all(valid)

    def _are_sound(self) -> bool:
        """Whether no rule of fit asks, through a persona, for what gives points itself."""
        personas = {row.key: persona_of(row) for row in self.content.personas}
        for one in self.fit:
            for line in one.rule.lines():
                key = line.what.partition(".")[2]
                asked = through(personas[key].rule, personas) if line.kind == "persona" else ()
                if any(not isinstance(part, Attribute | IsPersona) for part in asked):
                    one.rule.refuse(
                        f"Points for who they are would be circular: {personas[key].name} asks for a score "
                        "or for what somebody did. Choose a persona that asks for fields only.",
                        line,
                    )
                    return False
        return True

    def _differ(self) -> bool:
        """Whether no two rules give points for the same."""
        fit: dict[object, FitForm] = {}
        for one in self.fit:
            rule = one.rule.rule
            asked = (rule.how if len(rule.parts) > 1 else "", rule.parts) if rule else None
            if asked in fit:
                one.rule.refuse(SAME)
                return False
            fit[asked] = one
        did: dict[object, DidForm] = {}
        for each in self.did:
            if each.same in did:
                each.add_error("did", SAME)
                return False
            did[each.same] = each
        return True

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return [mistake for one in self.rules for mistake in _said(one)]

    def apply(self) -> None:
        self.content.score_rules = [one.row() for one in self.rules]

    @property
    def lacks(self) -> list[str]:
        return lacking_points(self.content)

    @property
    def sum(self) -> str:
        """How many points there are to have, of what is stored or typed and valid."""
        return sum_words(scoring_of(self._rows()))

    def _rows(self) -> list[ScoreRule]:
        if self.data is None:
            return self.content.score_rules
        valid = [one for one in self.rules if not one.errors]
        return [one.row() for one in valid if not isinstance(one, FitForm) or one.rule.rule is not None]


def _said(one: FitForm | DidForm) -> list[tuple[str, str]]:
    return [*(one.rule.mistakes if isinstance(one, FitForm) else []), *mistakes_of(one)]


def sum_words(scoring: Scoring) -> str:
    """ "A lead has at most 80 points: 40 for who they are, 40 for what they did."."""
    if not scoring.fit and not scoring.behaviour:
        return "Nothing gives points yet: every lead has 0."
    fit, did, total = (most_points(scoring, of) for of in ("fit", "behaviour", "total"))
    if total is None:
        return f"A lead has at most {fit:,} points for who they are, without a limit for what they did."
    return f"A lead has at most {total:,} points: {fit:,} for who they are, {did:,} for what they did."
