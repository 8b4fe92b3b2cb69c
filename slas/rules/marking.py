"""Which words of a sentence changed: two texts in pieces, for the editor and for texts side by side."""

import re
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from slas.rules.words import MONTHS

# Less alike than this, a sentence is another one: marked as a whole, not word by word.
ALIKE = 0.5

_UNITS = r"hours?|minutes?|days?|attempts?|times?|points?|MQLs?|SQLs?|leads?|customers?|opportunit(?:y|ies)"
# A number with its unit, a share, a date: what was agreed, and one word when texts are compared.
VALUE = (
    rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d{{4}})?\b"
    r"|(?<!version )(?:\b[A-Z]{3} )?\b\d[\d,.:]*(?<![,.:])%?"
    rf"(?: (?:(?:business|elapsed|different) )?(?:{_UNITS})\b)?"
)
_WORDS = re.compile(rf"(?:{VALUE})\s*|\S+\s*")


class Mark(NamedTuple):
    """Some words that are the same in both texts, or that stand in one for those of the other; either may be
    empty where they are not the same."""

    same: bool
    was: str
    becomes: str


def marked(old: str, new: str) -> list[Mark]:
    """The two texts in pieces, in their order: joined, the `was` are `old` and the `becomes` are `new`."""
    if old == new:
        return [Mark(True, old, new)] if new else []
    was, becomes = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, [one.strip() for one in was], [one.strip() for one in becomes], False)
    if not old or not new or matcher.ratio() < ALIKE:
        return [Mark(False, old, new)]
    marks = [
        Mark(what == "equal", "".join(was[a:b]), "".join(becomes[c:d]))
        for what, a, b, c, d in matcher.get_opcodes()
    ]
    return _trimmed(_joined(marks))


def _joined(marks: list[Mark]) -> list[Mark]:
    """One unchanged word between two new pieces belongs to them: else the eye jumps."""
    found: list[Mark] = []
    for place, (same, was, becomes) in enumerate(marks):
        around = marks[place - 1 : place] + marks[place + 1 : place + 2]
        lone = same and len(becomes.split()) == 1 and len(around) == 2
        if lone and all(other.becomes and not other.same for other in around):
            same = False
        if found and found[-1].same == same:
            found[-1] = Mark(same, found[-1].was + was, found[-1].becomes + becomes)
        else:
            found.append(Mark(same, was, becomes))
    return found


def _trimmed(marks: list[Mark]) -> list[Mark]:
    """The blanks after marked words go to the unchanged words behind them: a mark ends with its word."""
    found = list(marks)
    for place, (mark, after) in enumerate(pairwise(marks)):
        if not mark.same:
            was, becomes = mark.was.rstrip(), mark.becomes.rstrip()
            found[place] = Mark(False, was, becomes)
            left = mark.was[len(was) :], mark.becomes[len(becomes) :]
            found[place + 1] = Mark(after.same, left[0] + after.was, left[1] + after.becomes)
    return found
