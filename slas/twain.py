"""Two versions side by side, clause by clause: what only one says is marked in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.editor.saying import Run, pieces_of, sentences_before, sentences_of
from slas.models import Section
from slas.rules.comparing import NOTHING
from slas.rules.marking import marked
from slas.rules.wording import Change, compare, describe_window

if TYPE_CHECKING:
    from slas.rules.terms import AgreementTerms

_TERM = ("term",)
_OPEN_DAY = "working day as any other"
_NUMBERS = (
    *("nothing", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
# Changes that are no promise of the side they stand on, by how they begin and end.
_NO_PROMISE = (
    ("What gives points", "Definition of ", "What qualifies by itself", "Order of the windows"),
    (", why it can be reached", ", why it matters", ", beside", ", name"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One clause in both versions; a side that does not say it has no words."""

    side: str
    old: tuple[Run, ...]
    new: tuple[Run, ...]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section in both versions."""

    title: str
    rows: tuple[Row, ...]

    @property
    def is_changed(self) -> bool:
        return any(row.is_changed for row in self.rows)


@dataclass(frozen=True, slots=True)
class Twain:
    """All of both texts; `changes` are the same differences as sentences."""

    chapters: tuple[Chapter, ...]
    changes: tuple[Change, ...]

    @property
    def rows(self) -> list[Row]:
        return [row for chapter in self.chapters for row in chapter.rows]

    @property
    def changed(self) -> list[Row]:
        return [row for row in self.rows if row.is_changed]

    @property
    def same(self) -> int:
        return len(self.rows) - len(self.changed)


def twain_of(old: AgreementTerms, new: AgreementTerms) -> Twain:
    """The clauses of `new` beside those of `old`; number and start, which each version has for itself, are
    left out."""
    was, becomes, changes = sentences_before(new, old), sentences_of(new), compare(old, new)
    was[Section.WINDOWS], becomes[Section.WINDOWS] = _window_clauses(old), _window_clauses(new)
    chapters = []
    start = sentences_of(old)[Section.SCOPE]
    for section in Section:
        rows = [*_rows(was[section], becomes[section]), *_unsaid(section, changes)]
        if section == Section.SCOPE and start.get(_TERM) and becomes[section].get(_TERM):
            was_own, own = start[_TERM][1], becomes[section][_TERM][1]
            rows[0] = _own_start(was_own, own, is_changed=rows[0].is_changed)
        chapters.append(Chapter(str(section.label), tuple(rows)))
    return Twain(tuple(chapters), tuple(changes))


def _window_clauses(terms: AgreementTerms) -> dict[tuple[str, ...], tuple[str, str]]:
    """Each sentence of a window by itself, under its name: few of them change."""
    clauses: dict[tuple[str, ...], tuple[str, str]] = {}
    for window in terms.windows:
        first, *others = describe_window(window, terms.calendar, terms.personas)
        named = [first, *(f"{window.name}: {sentence}" for sentence in others)]
        for place, sentence in enumerate(named):
            clauses["window", window.key, str(place)] = ("sales", sentence)
    return clauses


def _rows(was: dict, becomes: dict) -> Iterator[Row]:
    for key in dict.fromkeys([*becomes, *was]):
        old, new = (said.get(key, ("", ""))[1] for said in (was, becomes))
        yield row_of((becomes.get(key) or was[key])[0], old, new)


def _own_start(old: str, new: str, *, is_changed: bool) -> Row:
    """The first clause as each version says it; number and start alone are no change."""
    if is_changed:
        return row_of("shared", old, new)
    was, becomes = (Run("", pieces_of(words, "shared")) for words in (old, new))
    return Row("shared", (was,), (becomes,), is_changed=False)


def row_of(side: str, old: str, new: str) -> Row:
    """One clause, its words marked; a text may be empty."""
    marks = marked(old, new)
    return Row(
        side,
        tuple(Run("" if one.same else "del", pieces_of(one.was, side)) for one in marks if one.was),
        tuple(Run("" if one.same else "ins", pieces_of(one.becomes, side)) for one in marks if one.becomes),
        is_changed=old != new,
    )


def _unsaid(section: Section, changes: Iterable[Change]) -> Iterator[Row]:
    """What no clause says itself: what stands beside a promise, the order of windows, holidays."""
    for change in changes:
        if _place_of(change) == section:
            old, new = (
                "" if said == NOTHING else f"{change.what}: {said}." for said in (change.old, change.new)
            )
            yield row_of(change.side, old, new)


def _place_of(change: Change) -> Section | None:
    if change.what.endswith(", beside"):
        return Section.PROMISES
    if change.what == "Order of the windows":
        return Section.WINDOWS
    return Section.TIME if {change.old, change.new} == {"closed", _OPEN_DAY} else None


# --- In one sentence -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """ "Six things change", and how many of them each side promises, the more the first."""

    things: str
    of_sides: tuple[tuple[str, str], ...]


def answer_of(changes: Iterable[Change]) -> Answer:
    """What the page says first. `of_sides`: the side, and how many, in words."""
    changes = list(changes)
    if not changes:
        return Answer("", ())
    promised = {
        side: sum(one.side == side and _is_promise(one) for one in changes) for side in ("sales", "marketing")
    }
    most_first = sorted((item for item in promised.items() if item[1]), key=lambda item: -item[1])
    number = len(changes)
    things = f"{in_words(number).capitalize()} {'thing changes' if number == 1 else 'things change'}"
    of_them = [(side, in_words(count) if number > 1 else "it") for side, count in most_first]
    return Answer(things, tuple(of_them))


def _is_promise(change: Change) -> bool:
    begins, ends = _NO_PROMISE
    return not change.what.startswith(begins) and not change.what.endswith(ends)


def in_words(number: int) -> str:
    """ "six"; from thirteen on in figures."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
