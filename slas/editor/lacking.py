"""What a draft still lacks: to be whole, and to be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.editor.registry import SECTIONS
from slas.models import Section
from slas.rules.words import listed
from slas.services.proposing import what_stops

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Version
    from slas.services.content import Content


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing in a section; `stops`: it can't be proposed without it."""

    section: Section
    sentence: str
    stops: bool = False


def lacks_of(version: Version, content: Content, now: datetime) -> list[Lack]:
    """All that is missing, by section, what stops it first; for content that builds terms."""
    found = [Lack(section, sentence, stops=True) for section, sentence in what_stops(version, content, now)]
    for section, kind in SECTIONS.items():
        form = kind(version, content)
        form.now = now
        found += [Lack(section, sentence) for sentence in form.lacks]
    order = list(Section)
    return sorted(found, key=lambda lack: order.index(lack.section))


def lacks_in_words(lacks: list[Lack]) -> str:
    """One sentence for all of it."""
    if not lacks:
        return "Everything is ready to propose."
    if len(lacks) == 1:
        return f"{lacks[0].sentence} Everything else is ready to propose."
    order = list(Section)
    numbers = dict.fromkeys(str(order.index(lack.section) + 1) for lack in lacks)
    where = f"section {listed(numbers)}" if len(numbers) == 1 else f"sections {listed(numbers)}"
    stops = sum(lack.stops for lack in lacks)
    if not stops:
        return f"{len(lacks)} things would make it clearer, in {where}. It can be proposed as it is."
    return f"{len(lacks)} things are missing, in {where}."
