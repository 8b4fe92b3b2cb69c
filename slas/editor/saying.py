"""What a draft says, section by section, in the words that are signed; what is new in it is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slas.models import Section
from slas.rules.marking import VALUE, marked
from slas.rules.wording import (
    compare,
    describe_calendar,
    describe_commitment,
    describe_definition,
    describe_persona,
    describe_report,
    describe_scope,
    describe_scoring,
    describe_term,
    describe_window,
    listed,
)
from slas.rules.words import counted, weekday_date

if TYPE_CHECKING:
    from datetime import date

    from slas.rules.terms import AgreementTerms

NEXT_CLOSED, WHY = 3, "why"
SHORT = 240  # letters of a section that is folded

_VALUES = re.compile(VALUE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a clause; `kind` "", "value" or "side" (the name of whose clause it is)."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are all new ("ins"), all gone ("del") or as before ("")."""

    mark: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: whose (`side` is marketing, sales or shared), and its words; or the reasons for one."""

    side: str
    runs: tuple[Run, ...]
    is_reason: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for run in self.runs if run.mark != "del" for piece in run.pieces)


@dataclass(frozen=True, slots=True)
class Said:
    """What one section says."""

    key: Section
    number: int
    clauses: tuple[Clause, ...]

    @property
    def title(self) -> str:
        return str(self.key.label)

    @property
    def short(self) -> str:
        """Its first sentences, for a section that is folded."""
        words = " ".join(clause.text.strip() for clause in self.clauses if not clause.is_reason)
        return words if len(words) <= SHORT else f"{words[:SHORT].rsplit(' ', 1)[0]} …"


_Key = tuple[str, ...]
_Sentence = tuple[str, str]  # side, words


def say(terms: AgreementTerms, base: AgreementTerms | None, today: date) -> list[Said]:
    """All sections in their order; marked is what `base`, the text before, does not say (None: nothing)."""
    becomes, was = sentences_of(terms), sentences_before(terms, base) if base else None
    said = []
    for number, key in enumerate(Section, start=1):
        clauses = _clauses(becomes[key], None if was is None else was[key])
        if key == Section.TIME:
            clauses += _days(terms, base, today)
        said.append(Said(key, number, tuple(clauses)))
    return said


def sentences_before(terms: AgreementTerms, base: AgreementTerms) -> dict[Section, dict[_Key, _Sentence]]:
    """Those of `base`, to compare the ones of `terms` with."""
    was = sentences_of(base)
    if ("term",) in was[Section.SCOPE]:
        was[Section.SCOPE]["term",] = ("shared", _renamed(terms, base))
    return was


def _renamed(terms: AgreementTerms, base: AgreementTerms) -> str:
    """The base's first sentence as if it had the new number and start: each version has its own."""
    was, becomes = describe_term(base)[0], describe_term(terms)[0]
    place = was.find(" to ") if base.ends_on else was.find(" until ")
    begins = becomes.find(" to ") if terms.ends_on else becomes.find(" until ")
    return becomes[:begins] + was[place:]


def sentences_of(terms: AgreementTerms) -> dict[Section, dict[_Key, _Sentence]]:
    """Each clause by what it is about, in the order of the text."""
    return {
        Section.SCOPE: dict(_scope(terms)),
        Section.PROMISES: dict(_promises(terms)),
        Section.STAGES: dict(_stages(terms)),
        Section.SCORING: dict(_scoring(terms)),
        Section.WINDOWS: dict(_windows(terms)),
        Section.TIME: dict(_time(terms)),
        Section.REPORTS: {
            (name,): ("shared", sentence) for name, sentence in _report(terms) if name != "money"
        },
    }


_Sentences = Iterator[tuple[_Key, _Sentence]]


def _scope(terms: AgreementTerms) -> _Sentences:
    first, *others = describe_term(terms)
    yield ("term",), ("shared", first)
    for sentence in others[:-1]:
        yield ("review",), ("shared", sentence)
    yield ("leads",), ("shared", " ".join(describe_scope(terms)))
    yield ("handoff",), ("shared", others[-1])
    for name, sentence in _report(terms):
        if name == "money":
            yield (name,), ("shared", sentence)


def _report(terms: AgreementTerms) -> Iterator[tuple[str, str]]:
    names = {"The report": "report", "Both teams": "meeting", "Money is": "money"}
    for sentence in describe_report(terms):
        name = next((name for begin, name in names.items() if sentence.startswith(begin)), None)
        if name:  # the releases of the dates' data are for the frozen text
            yield name, sentence


def _promises(terms: AgreementTerms) -> _Sentences:
    sides = ("marketing", "sales", "shared")
    for one in sorted(terms.commitments, key=lambda one: sides.index(one.side)):
        bare = replace(one, achievable="", relevant="")
        yield ("promise", one.key), (one.side, describe_commitment(bare, terms))
        if why := " ".join(reason.strip() for reason in (one.achievable, one.relevant) if reason.strip()):
            yield ("promise", one.key, WHY), (one.side, why)


def _stages(terms: AgreementTerms) -> _Sentences:
    for definition in terms.definitions:
        yield ("stage", definition.stage), ("shared", describe_definition(definition, terms.personas))
    for persona in terms.personas:
        yield ("persona", persona.key), ("shared", describe_persona(persona, terms.personas))


def _scoring(terms: AgreementTerms) -> _Sentences:
    scoring = terms.scoring
    keys = [*(rule.key for rule in scoring.fit), *(rule.key for rule in scoring.behaviour)]
    for key, sentence in zip(keys, describe_scoring(scoring, terms.personas), strict=True):
        yield ("points", key), ("marketing", sentence)


def _windows(terms: AgreementTerms) -> _Sentences:
    if len(terms.windows) > 1:
        yield ("order",), ("sales", "The first of these windows that takes a lead holds for it.")
    for window in terms.windows:
        words = " ".join(describe_window(window, terms.calendar, terms.personas))
        yield ("window", window.key), ("sales", words)


def _time(terms: AgreementTerms) -> _Sentences:
    hours, _, *special = describe_calendar(terms.calendar, terms.day_names)
    yield ("hours",), ("shared", hours)
    for sentence in special:
        yield ("special", sentence.split(" is ")[0]), ("shared", sentence)


def _days(terms: AgreementTerms, base: AgreementTerms | None, today: date) -> list[Clause]:
    """How many holidays, which come next, and which are new or gone."""
    ahead = sorted(day for day in terms.calendar.holidays if day >= today)[:NEXT_CLOSED]
    names = terms.day_names
    named = [f"{weekday_date(day, today)}{_why(names.get(day.isoformat()))}" for day in ahead]
    number = len(terms.calendar.holidays)
    words = f"Closed on {counted(number, 'holiday')} of the term." if number else "No holidays are left out."
    if named:
        words += f" Next: {listed(named)}."
    clauses = [_plain("shared", words)]
    for change in compare(base, terms) if base else ():
        if "closed" in (change.old, change.new) and "working day as any other" in (change.old, change.new):
            clauses.append(Clause("shared", (Run("ins", pieces_of(change.sentence, "shared")),)))
    return clauses


def _why(name: str | None) -> str:
    return f" ({name})" if name else ""


# --- What is new in it -----------------------------------------------------------------------


def _clauses(becomes: dict[_Key, _Sentence], was: dict[_Key, _Sentence] | None) -> list[Clause]:
    clauses = []
    for key, (side, words) in becomes.items():
        old = words if was is None else was.get(key, ("", ""))[1]
        clauses.append(Clause(side, tuple(_runs(old, words, side)), is_reason=key[-1] == WHY))
    if was is None:
        return clauses
    gone = [sentence for key, sentence in was.items() if key not in becomes]
    return clauses + [Clause(side, (Run("del", pieces_of(words, side)),)) for side, words in gone]


def _plain(side: str, words: str) -> Clause:
    return Clause(side, (Run("", pieces_of(words, side)),))


def _runs(old: str, new: str, side: str) -> list[Run]:
    """The new words, with what is not in the old ones as "ins"; what only went is there as "del"."""
    if not old:
        return [Run("ins", pieces_of(new, side))]
    marks = ((("" if one.same else "ins") if one.becomes else "del", one) for one in marked(old, new))
    return [Run(mark, pieces_of(one.was if mark == "del" else one.becomes, side)) for mark, one in marks]


def pieces_of(words: str, side: str) -> tuple[Piece, ...]:
    """The words with their values apart, and the name of whose clause it is."""
    name = {"marketing": "Marketing", "sales": "Sales"}.get(side)
    pattern = re.compile(rf"\b{name}\b|{VALUE}") if name else _VALUES
    pieces, place = [], 0
    for found in pattern.finditer(words):
        pieces.append(Piece(words[place : found.start()]))
        pieces.append(Piece(found[0], "side" if found[0] == name else "value"))
        place = found.end()
    pieces.append(Piece(words[place:]))
    return tuple(piece for piece in pieces if piece.text)
