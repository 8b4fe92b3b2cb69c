"""The section of follow-up windows: tiers in their stated order, the first that takes a lead holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slas.editor.personas import Called
from slas.editor.rows import typed_rows, write_typed_rows, write_typed_rule
from slas.editor.section import SectionForm, moved
from slas.editor.stages import too_many
from slas.editor.tiers import TIER, TierForm, new_key, typed_of
from slas.models import Section
from slas.rules.conditions import hides
from slas.rules.fields import fold
from slas.rules.grammar import ScoreAtLeast
from slas.services.content import rule_of, scoring_of
from slas.services.standard import standard_window

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.editor.rows import Row
    from slas.models import Version, Window
    from slas.services.content import Content

MOST_TIERS = 30
_KEY = re.compile(r"[a-z0-9]+(?:[-_]+[a-z0-9]+)*", re.ASCII)


class WindowsForm(SectionForm):
    """Every window in its order; one is open, the others fold to what they say."""

    key = Section.WINDOWS
    template = "slas/editor/_windows.html"
    live = "slas/editor/_windows_live.html"
    hint = "the first that takes a lead counts"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        self._tiers: list[TierForm] | None = None

    @property
    def tiers(self) -> list[TierForm]:
        if self._tiers is None:
            self._tiers = self._typed() if self.data is not None else self._stored()
        return self._tiers

    def _stored(self) -> list[TierForm]:
        found = [self._tier(number, row.key, row) for number, row in enumerate(self.content.windows)]
        for one in found[:1]:
            one.is_open = True
        return found

    def _typed(self) -> list[TierForm]:
        assert self.data is not None  # noqa: S101 (`tiers` looked)
        rows = typed_rows(self.data, TIER, MOST_TIERS)
        write_typed_rows(self.data, TIER, rows)
        sent = [row.get("key", [""])[-1] for row in rows]
        known = [key for key in sent if _is_key(key)]
        taken: list[str] = []
        for row, key in zip(rows, sent, strict=True):
            name = row.get("name", [""])[-1].strip()
            if not _is_key(key) or key in taken:
                key = new_key(name, {*taken, *known}) if name else ""
            taken.append(key)
        return [self._tier(number, key, None) for number, key in enumerate(taken)]

    def _tier(self, number: int, key: str, row: Window | None) -> TierForm:
        personas = {one.key: Called(one.key, one.name) for one in self.content.personas}
        kept = {
            name: [reason for one in self.content.windows for reason in getattr(one, name)]
            for name in ("pause_reasons", "rejection_reasons")
        }
        return TierForm(number, key, self.data, row, personas, kept)

    @property
    def may_add(self) -> bool:
        return len(self.tiers) < MOST_TIERS

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """add, remove-2, up-2, down-2; "<prefix>:..." of a rule."""
        if self.data is None:
            return
        for one in self.tiers:
            if one.rule.do(what):
                one.is_open = True
                write_typed_rule(self.data, one.rule)
                return
        rows = typed_rows(self.data, TIER, MOST_TIERS)
        if what == "add" and self.may_add:
            self._add(rows)
        elif (after := moved(rows, what)) is not None:
            self._write(after)
            place = int(what.partition("-")[2]) + {"up": -1, "down": 1}.get(what.partition("-")[0], 0)
            for one in self.tiers[place : place + 1] if not what.startswith("remove") else ():
                one.is_open = True

    def _add(self, rows: list[Row]) -> None:
        """One more, as the last one is but for its leads: before a last one that takes every lead."""
        if not self.tiers:
            first = TierForm(0, "", None, standard_window(), {}, {})
            self._write([typed_of(first) | {"key": [""], "name": [first.title], "rule-how": ["all"]}])
            place = 0
        else:
            place = len(rows) if self.tiers[-1].rule.parts else len(rows) - 1
            new = typed_of(self.tiers[-1]) | {"key": [""], "name": [""]}
            new |= {"rule-how": ["all"], "rule-0-what": [""]}
            self._write([*rows[:place], new, *rows[place:]])
        self.tiers[place].begin()

    def _write(self, rows: list[Row]) -> None:
        assert self.data is not None  # noqa: S101 (`do` looked)
        write_typed_rows(self.data, TIER, rows)
        self._tiers = None

    # --- What it says ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        valid = [one.is_valid() for one in self.tiers]
        self._check_names()
        self._check_reach()
        self._check_hidden()
        for one in self.tiers:
            one.is_open = one.is_open or bool(one.mistakes)
        return all(valid) and not self.mistakes

    def _check_names(self) -> None:
        names: set[str] = set()
        for one in self.tiers:
            if one.called and fold(one.called) in names:
                one.add_error("name", f"Two windows are called {one.called}. Rename one of them.")
            names.add(fold(one.called))

    def _check_reach(self) -> None:
        """Say where more points are asked for than all rules together give."""
        scoring = scoring_of(self.content.score_rules)
        if not (scoring.fit or scoring.behaviour):
            return
        for one in self.tiers:
            for line in one.rule.lines():
                if line.kind == "score" and one.rule.is_whole:
                    said = too_many(line.condition(), scoring)
                    if said:
                        one.rule.refuse(said, line)

    def _check_hidden(self) -> None:
        """Say where a window takes every lead of one after it: at one that takes all, else at the later."""
        for place, later in enumerate(self.tiers):
            for earlier in self.tiers[:place]:
                if not (earlier.rule.is_whole and later.rule.is_whole):
                    continue
                if earlier.rule.rule is None:
                    earlier.rule.refuse(
                        f"{earlier.title} takes every lead, so {later.title} after it gets none. "
                        "Move it to the end, or add a condition."
                    )
                elif hides(earlier.rule.rule, later.rule.rule):
                    later.rule.refuse(
                        f"{later.title} gets no lead: {earlier.title} before it takes each of them. "
                        "Move it up, or change one of the two."
                    )

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return [mistake for one in self.tiers for mistake in one.mistakes]

    def apply(self) -> None:
        self.content.windows = [one.row() for one in self.tiers]

    @property
    def lacks(self) -> list[str]:
        rows = self.content.windows
        found = lacking_points(self.content)
        if rows and all(row.match is not None for row in rows):
            found.append(
                "No window takes every lead: one that fits none of them has no clock, and is listed as such. "
                "To avoid that, add a last one without conditions."
            )
        return found


def _is_key(text: str) -> bool:
    return len(text) <= 80 and bool(_KEY.fullmatch(text))


def lacking_points(content: Content) -> list[str]:
    """A sentence for each window that asks for more points than all rules give."""
    scoring, found = scoring_of(content.score_rules), []
    for row in content.windows:
        rule = rule_of(row.match)
        for one in rule.conditions() if rule else ():
            if isinstance(one, ScoreAtLeast) and (sentence := too_many(one, scoring)):
                found.append(f"The window {row.name} asks for too much. {sentence}")
    return found
