"""The rule builder: a form that makes a rule of conditions, with one level of groups.

It works without JavaScript: every change of its shape is a button `do` whose value begins with its prefix.
A page that draws one (slas/editor/_rule.html, with form=...) loads css/rules.css and js/rules.js. The form
around it begins with its own saving button: it is the one that Enter presses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from slas.editor.typed import PARTS, Line, Mistyped, choices, line_of, line_typed
from slas.rules.conditions import contradiction
from slas.rules.grammar import MOST_PARTS, Group
from slas.rules.rule_words import describe_rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slas.rules.grammar import Condition, Persona


class Named(Protocol):
    """What a form has to know of a persona: a value of the rules, or a row."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...


ALLOWED = frozenset({"attribute", "did", "score", "persona"})
HOW = {"all": "meets all of these", "any": "meets any of these"}
_OTHER = {"all": "any", "any": "all"}


@dataclass
class Nest:
    """A group of conditions as typed."""

    how: str
    lines: list[Line] = field(default_factory=list)
    name: str = ""
    number: str = ""
    error: str = ""

    is_group = True


class RuleForm:
    """One rule, typed. `data`: what was sent (all of the page), or None to draw `rule`.

    `allowed`: which kinds of condition can be chosen, of ALLOWED. `required`: at least one condition, else an
    empty rule is None. `compact`: without its head while there is one condition. `none`: what it means that
    there is no condition. `suggestions`: known texts by field, offered while typing.
    """

    template = "slas/editor/_rule.html"

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        prefix: str,
        rule: Group | None = None,
        personas: Iterable[Named] = (),
        allowed: Collection[str] = ALLOWED,
        required: bool = False,
        compact: bool = False,
        none: str = "",
        suggestions: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.prefix, self.required, self.compact, self.none = prefix, required, compact, none
        self.personas = {one.key: one for one in personas}
        self.allowed = frozenset(allowed)
        self.suggestions = dict(suggestions or {})
        self.how, self.parts = "all", []  # type: str, list[Line | Nest]
        self.rule: Group | None = None
        self.error = ""
        self.is_whole = False  # valid, and refused by nobody since
        self.is_quiet = False  # it was just made: what is not typed yet is no mistake to speak of
        if data is not None and f"{prefix}-how" in data:
            self._read(data)
        elif data is None and rule is not None:
            self.how, self.parts, self.rule = rule.how, [_typed(part) for part in rule.parts], rule
        elif required:
            self.parts = [Line()]
        self._settle(list(self.lines()) if data is None else [])

    def _read(self, data: Mapping[str, str]) -> None:
        self.how = _how(data.get(f"{self.prefix}-how", ""))
        for number in range(MOST_PARTS + 1):
            name = f"{self.prefix}-{number}"
            if f"{name}-how" in data:
                inner = (f"{name}-{one}" for one in range(MOST_PARTS + 1))
                lines = [line_typed(data, one) for one in inner if f"{one}-what" in data]
                self.parts.append(Nest(_how(data[f"{name}-how"]), lines))
            elif f"{name}-what" in data:
                self.parts.append(line_typed(data, name))

    def typed(self) -> Iterator[tuple[str, str]]:
        """What a browser would send of it as it stands: (name, text)."""
        yield f"{self.prefix}-how", self.how
        for part in self.parts:
            if isinstance(part, Nest):
                yield f"{part.name}-how", part.how
            for line in part.lines if isinstance(part, Nest) else [part]:
                yield from ((f"{line.name}-{one}", getattr(line, one)) for one in PARTS)

    def lines(self) -> Iterator[Line]:
        """Every condition, in order, those in groups included."""
        for part in self.parts:
            if isinstance(part, Nest):
                yield from part.lines
            else:
                yield part

    # --- Drawing -----------------------------------------------------------------------------

    def _settle(self, lines: Iterable[Line] = ()) -> None:
        """Number the conditions anew; give `lines` an operator that fits."""
        for at, part in enumerate(self.parts):
            part.name, part.number = f"{self.prefix}-{at}", str(at + 1)
            for inner, line in enumerate(part.lines if isinstance(part, Nest) else ()):
                line.name, line.number = f"{part.name}-{inner}", f"{at + 1}.{inner + 1}"
        for line in lines:
            line.settle()

    @property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What a condition can ask for, in groups."""
        return choices({key: one.name for key, one in self.personas.items()}, self.allowed)

    @property
    def hows(self) -> list[tuple[str, str]]:
        return list(HOW.items())

    @property
    def has_head(self) -> bool:
        """Whether all or any is asked: not without conditions, nor for the one of a compact form."""
        return len(self.parts) > 1 or (bool(self.parts) and not self.compact)

    @property
    def may_group(self) -> bool:
        return self.has_head or not self.compact

    @property
    def may_add_persona(self) -> bool:
        return self.may_group and "persona" in self.allowed and bool(self.personas)

    @property
    def suggested(self) -> list[tuple[str, list[str]]]:
        """The fields of conditions that have suggestions, with them."""
        asked = {line.what for line in self.lines()}
        return [(name, texts) for name, texts in self.suggestions.items() if name in asked and texts]

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> bool:
        """Do what a pressed button says: add, group, persona, add-2 (into the group at 2), remove-1,
        remove-1-0, change-1-0 (what its condition asks for). Whether it was one of this form; nothing that
        was typed is lost, and what is not typed yet in a new condition is no mistake to speak of."""
        prefix, _, act = what.rpartition(":")
        if prefix != self.prefix:
            return False
        verb, *places = act.split("-")
        at = [int(place) for place in places if place.isascii() and place.isdecimal() and len(place) < 4]
        if len(at) == len(places) < 3:
            if verb == "remove":
                self._remove(at)
            elif verb in ("add", "group", "persona"):
                self._add(verb, at)
            elif verb == "change" and (line := self._line(at)):
                line.is_quiet = True
        self._settle(list(self.lines()))
        return True

    def _line(self, at: list[int]) -> Line | None:
        part = self.parts[at[0]] if at and at[0] < len(self.parts) else None
        if isinstance(part, Nest):
            return part.lines[at[1]] if len(at) == 2 and at[1] < len(part.lines) else None
        return part if len(at) == 1 else None

    def _add(self, verb: str, at: list[int]) -> None:
        new = Line(what=f"persona.{next(iter(self.personas))}" if verb == "persona" and self.personas else "")
        new.fresh = new.is_quiet = True
        if at and at[0] < len(self.parts):
            part = self.parts[at[0]]
            if isinstance(part, Nest):
                part.lines.append(new)
        elif not at:
            self.parts.append(Nest(_OTHER[self.how], [new]) if verb == "group" else new)

    def _remove(self, at: list[int]) -> None:
        if not at or at[0] >= len(self.parts):
            return
        part = self.parts[at[0]]
        if len(at) == 1:
            del self.parts[at[0]]
        elif isinstance(part, Nest) and at[1] < len(part.lines):
            del part.lines[at[1]]
            if not part.lines:
                del self.parts[at[0]]

    # --- What it says ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether it makes a rule, which is `rule` then (None: no condition); else `mistakes` say why not."""
        self.rule, self.error, self.is_whole = None, "", False
        choosable = {value for _, group in self.choices for value, _ in group}
        parts = [self._part(part, choosable) for part in self.parts]
        known = tuple(part for part in parts if part is not None)
        if len(known) == len(parts):
            self.is_whole = self._join(known) if known else not self.required
            if not known and self.required and not self.is_quiet:
                self.error = "There is no condition yet. Add one."
        return self.is_whole

    def _join(self, parts: tuple[Condition | Group, ...]) -> bool:
        try:
            rule = Group(self.how, parts)
            self.error = contradiction(rule) or ""
        except ValueError as error:
            self.error = str(error)
        self.rule = None if self.error else rule
        return not self.error

    def _part(self, part: Line | Nest, choosable: set[str]) -> Condition | Group | None:
        if isinstance(part, Line):
            return self._condition(part, choosable)
        found = [self._condition(line, choosable) for line in part.lines]
        part.error = "" if found else f"Group {part.number} has no condition. Add one, or remove the group."
        known = tuple(one for one in found if one is not None)
        return Group(part.how, known) if known and len(known) == len(found) else None

    def _condition(self, line: Line, choosable: set[str]) -> Condition | None:
        line.wrong = line.error = ""
        try:
            if line.what and line.what not in choosable:
                raise Mistyped("what", f"Condition {line.number} asks for what is not there. Choose another.")
            return line.condition()
        except Mistyped as mistake:
            if not (mistake.missing and (self.is_quiet or line.is_quiet)):
                line.wrong, line.error = mistake.part, str(mistake)
            return None

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the field, sentence), in the order of the page; after `is_valid`."""
        whole = f"{self.prefix}-how" if self.has_head else self.prefix
        found = [(whole, self.error)] if self.error else []
        for part in self.parts:
            if isinstance(part, Nest) and part.error:
                found.append((f"{part.name}-how", part.error))
            for line in part.lines if isinstance(part, Nest) else [part]:
                if line.error:
                    found.append((f"{line.name}-{line.wrong}", line.error))
        return found

    def refuse(self, sentence: str, line: Line | None = None) -> None:
        """Add what is wrong with it, or with one of its conditions, as part of a whole."""
        self.rule, self.is_whole = None, False
        if line is None:
            self.error = sentence
        else:
            line.wrong, line.error = "value" if line.asks == "points" else "what", sentence

    @property
    def words(self) -> str:
        """What a lead does that meets it, read after “a lead that”; "" without a valid rule."""
        named = cast("dict[str, Persona]", self.personas)
        return describe_rule(self.rule, named) if self.rule else ""


def _typed(part: Condition | Group) -> Line | Nest:
    if isinstance(part, Group):
        return Nest(part.how, [line_of(one) for one in part.conditions()])
    return line_of(part)


def _how(text: str) -> str:
    return text if text in HOW else "all"
