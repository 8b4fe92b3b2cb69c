"""A condition as it is typed: what a rule's form draws, and the condition that it stands for."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import begun, label_of
from slas.rules.fields import BLANKS, EXTRA, FIELDS, FREE_MAIL, fold
from slas.rules.grammar import (
    MOST,
    MOST_DAYS,
    MOST_TIMES,
    Attribute,
    Condition,
    Did,
    DidNot,
    IsPersona,
    ScoreAtLeast,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Ops = tuple[tuple[str, str], ...]

COLUMN = "extra"  # the choice “another column”; its name is typed
MOST_COLUMN = 200
OPS: dict[str, Ops] = {  # the operators of a kind of condition, as they are chosen
    "text": (
        ("in", "is one of"),
        ("not_in", "is none of"),
        ("contains", "contains"),
        ("not_contains", "does not contain"),
        ("known", "is known"),
        ("unknown", "is unknown"),
    ),
    "number": (
        ("at_least", "is at least"),
        ("at_most", "is at most"),
        ("known", "is known"),
        ("unknown", "is unknown"),
    ),
    "email": (
        ("business", "is a business address"),
        ("domain_in", "is at"),
        ("known", "is known"),
        ("unknown", "is unknown"),
    ),
    "did": (("once", "at least once"), ("did", "at least … times"), ("did_not", "not once")),
    "score": (("at_least", "is at least"),),
    "persona": (("is", "is met"),),
    "": (),
}
SCORES = {"total": "Score", "fit": "Score for who they are", "behaviour": "Score for what they did"}
PARTS = ("what", "column", "op", "value", "mail", "times", "days")
_EXAMPLES = {"country": "Denmark, Sweden", "job_title": "Head of, Director", "email": "example.com"}


class Mistyped(ValueError):
    """One sentence about what was typed in one part of a condition."""

    def __init__(self, part: str, sentence: str, *, missing: bool = False) -> None:
        super().__init__(sentence)
        self.part, self.missing = part, missing


@dataclass
class Line:
    """One condition as typed, valid or not; `name` and `number` are given to it by its form."""

    what: str = ""
    column: str = ""
    op: str = ""
    value: str = ""
    mail: str = ""
    times: str = "2"
    days: str = ""
    name: str = ""
    number: str = ""
    wrong: str = ""  # the part that is wrong
    error: str = ""
    fresh: bool = False  # it was just added: it gets the focus
    is_quiet: bool = False  # just added or changed: what it lacks is no mistake to speak of yet

    @property
    def kind(self) -> str:
        """text, number, email, did, score, persona, or "" while nothing is chosen."""
        if self.what in FIELDS:
            return FIELDS[self.what].kind
        head = self.what.partition(".")[0]
        return "text" if self.what == COLUMN else head if head in ("did", "score", "persona") else ""

    @property
    def ops(self) -> Ops:
        return OPS[self.kind]

    @property
    def asks(self) -> str:
        """What its value is: texts, domains, people, points, times, since, or "" for none."""
        if self.op in ("known", "unknown"):
            return ""
        if self.op == "business":
            return "mail"
        if self.kind == "did":
            return "times" if self.op == "did" else "since"
        return {"text": "texts", "email": "domains", "number": "people", "score": "points"}.get(self.kind, "")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was typed and is not asked for now: it goes along, and is there when it is asked for again."""
        shown = {"what", "op", "column"} if self.what == COLUMN else {"what", "op"}
        shown |= {"mail": {"mail"}, "times": {"times", "days"}, "since": {"days"}, "": set()}.get(
            self.asks, {"value"}
        )
        blank = Line()
        rest = ((part, getattr(self, part)) for part in PARTS if part not in shown)
        return [(part, text) for part, text in rest if text != getattr(blank, part)]

    @property
    def example(self) -> str:
        return _EXAMPLES.get(self.what, "")

    @property
    def mail_count(self) -> int:
        """How many free mailboxes are left out."""
        try:
            return len(values_of_text(self.mail)) or len(FREE_MAIL)
        except Mistyped:
            return 0

    def settle(self) -> None:
        """Take the first operator where the one that was chosen does not fit, and fill in free mailboxes."""
        if self.op not in dict(self.ops):
            self.op = self.ops[0][0] if self.ops else ""
        if self.op == "business" and not self.mail.strip():
            self.mail = ", ".join(FREE_MAIL)

    def condition(self) -> Condition:
        """What it stands for; Mistyped with the part that is wrong."""
        if not self.kind:
            sentence = f"Condition {self.number} is empty. Choose what it asks for, or remove it."
            raise Mistyped("what", sentence, missing=True)
        if len(self.ops) > 1 and self.op not in dict(self.ops):
            self.settle()
            raise Mistyped("op", f"Condition {self.number} asks for something else now. Choose how.")
        try:
            return self._condition()
        except Mistyped:
            raise
        except ValueError as error:
            raise Mistyped(self._main_part, str(error)) from None

    @property
    def _main_part(self) -> str:
        return {"mail": "mail", "times": "times", "since": "days", "": "what"}.get(self.asks, "value")

    def _condition(self) -> Condition:
        key = self.what.partition(".")[2]
        match self.kind:
            case "did" if self.op == "did_not":
                return DidNot(key, self._days())
            case "did" if self.op == "once":
                return Did(key, 1, self._days())
            case "did":
                times = whole(self.times, "times", "How often it was done", MOST_TIMES, least=1)
                return Did(key, times, self._days())
            case "score":
                return ScoreAtLeast(key, whole(self.value, "value", "The minimum score", MOST))
            case "persona":
                return IsPersona(key)
            case _:
                return self._attribute()

    def _attribute(self) -> Attribute:
        name = self.what if self.what != COLUMN else EXTRA + self._column()
        if self.op in ("known", "unknown"):
            return Attribute(name, self.op)
        if self.op in ("at_least", "at_most"):
            return Attribute(name, self.op, whole(self.value, "value", f"The {label_of(name)}", MOST))
        if self.op == "business":
            return Attribute(name, self.op, values_of_text(self.mail, "mail") or FREE_MAIL)
        values = values_of_text(self.value)
        if not values:
            such = f", such as {self.example}" if self.example else ""
            asked = f"The {label_of(name)} {dict(self.ops)[self.op]} nothing"
            raise Mistyped("value", f"{asked}. Name at least one{such}.", missing=True)
        return Attribute(name, self.op, values)

    def _column(self) -> str:
        column = self.column.strip(BLANKS)
        if not column:
            raise Mistyped("column", "Name the column, as the imported file calls it.", missing=True)
        if len(column) > MOST_COLUMN or "\x00" in column:
            raise Mistyped("column", f"That is no name of a column. Write at most {MOST_COLUMN} letters.")
        return column

    def _days(self) -> int | None:
        if not self.days.strip():
            return None
        return whole(
            self.days, "days", "The number of days", MOST_DAYS, least=1, empty="or leave it empty: ever"
        )


def line_of(condition: Condition) -> Line:
    """The condition as one would have typed it."""
    match condition:
        case Attribute(name, op, value):
            line = Line(name, "", op)
            if name.startswith(EXTRA):
                line.what, line.column = COLUMN, name[len(EXTRA) :]
            if op == "business":
                line.mail = text_of_values(condition.texts)
            elif isinstance(value, int):
                line.value = str(value)
            else:
                line.value = text_of_values(condition.texts)
            return line
        case Did(kind, times, days):
            if times == 1:
                return Line(f"did.{kind}", op="once", days=_shown(days))
            return Line(f"did.{kind}", op="did", times=str(times), days=_shown(days))
        case DidNot(kind, days):
            return Line(f"did.{kind}", op="did_not", days=_shown(days))
        case ScoreAtLeast(of, points):
            return Line(f"score.{of}", op="at_least", value=str(points))
        case IsPersona(key):
            return Line(f"persona.{key}", op="is")


def line_typed(data: Mapping[str, str], name: str) -> Line:
    """What was typed under that name; parts that were not sent are as in a new one."""
    line = Line()
    for part in PARTS:
        setattr(line, part, data.get(f"{name}-{part}", getattr(line, part)))
    return line


def choices(personas: Mapping[str, str], allowed: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a condition can ask for, in groups: (title, [(value, label)]). `personas`: names by their keys."""
    groups = {
        "attribute": (
            "Who they are",
            [*((one.name, begun(one.label)) for one in FIELDS.values()), (COLUMN, "Another column …")],
        ),
        "did": ("What they did", [(f"did.{one.key}", begun(one.did)) for one in BEHAVIOURS.values()]),
        "score": ("Points", [(f"score.{of}", label) for of, label in SCORES.items()]),
        "persona": ("Personas", [(f"persona.{key}", f"Persona: {name}") for key, name in personas.items()]),
    }
    return [group for key, group in groups.items() if key in allowed and group[1]]


# --- Typed values ----------------------------------------------------------------------------


def values_of_text(text: str, part: str = "value") -> tuple[str, ...]:
    """The values of a list typed with commas or line breaks between them, each once; one that holds a comma
    stands in quotation marks. Mistyped for a mark without its pair."""
    if '"' not in text:  # phones write “Smith, Jones”
        text = text.replace("“", '"').replace("”", '"')
    try:
        rows = list(csv.reader(io.StringIO(text), skipinitialspace=True, strict=True))
    except csv.Error:
        raise Mistyped(
            part, 'A quotation mark lacks its pair. Write a value that holds a comma as "Smith, Jones".'
        ) from None
    found: dict[str, str] = {}
    for value in (value.strip(BLANKS) for row in rows for value in row):
        if value:
            found.setdefault(fold(value), value)
    return tuple(found.values())


def text_of_values(values: Iterable[str]) -> str:
    """The list as one types it."""
    return ", ".join(_quoted(value) for value in values)


def _quoted(value: str) -> str:
    if any(mark in value for mark in ',"“”\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def whole(text: str, part: str, what: str, most: int, *, least: int = 0, empty: str = "") -> int:
    """The whole number that was typed ("1,000" and "1 000" too), from `least` to `most`; else Mistyped."""
    plain = text.strip(BLANKS).removeprefix("+")
    for mark in (",", " ", "\xa0", "\u202f"):
        plain = plain.replace(mark, "")
    span = f"Enter a whole number from {least:,} to {most:,}{f', {empty}' if empty else ''}."
    if not plain:
        raise Mistyped(part, f"{what} is missing. {span}", missing=True)
    if not plain.removeprefix("-").isdecimal() or not plain.isascii() or len(plain) > 12:
        raise Mistyped(part, f"{what} is “{text.strip()[:40]}”. {span}")
    number = int(plain)
    if not least <= number <= most:
        raise Mistyped(part, f"{what} is {number:,}. {span}")
    return number


def _shown(days: int | None) -> str:
    return "" if days is None else str(days)
