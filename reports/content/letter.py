"""The shape of a mail or report: sentences, promises, sections of lines. Plain values, stored as JSON as
sent."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse

from leads.models import Clock, Lead
from reports.content.numbers import late_text
from reports.content.promises import PromiseLine
from slas.rules.words import counted

NOBODY = "nobody"


@dataclass(frozen=True)
class Line:
    """One line: `text` (a link where `url` is given), under it `detail`, at its end `end` with a mark of
    its look."""

    text: str
    detail: str = ""
    end: str = ""
    look: str = ""
    url: str = ""

    @property
    def mark(self) -> str:
        return {"ok": "✓", "no": "▲", "bad": "✕"}.get(self.look, "")


@dataclass(frozen=True)
class Section:
    """Lines under a heading, or a table (`columns`, and `rows` of as many cells); `more` says what was left
    out."""

    title: str
    lines: list[Line] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    more: str = ""
    more_url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Letter:
    """A summary or a report, ready for the templates. `sides` is [(side, promises)] with mirrored ones at
    one height."""

    subject: str
    about: str
    sentences: list[str]
    preview: str
    sides: list[tuple[str, list[PromiseLine]]]
    sections: list[Section]
    small: str
    button: str
    url: str

    def as_data(self) -> dict[str, Any]:
        """The JSON that is kept."""
        return asdict(self)


def link(name: str, *args: object) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def lead_line(lead: Lead) -> str:
    """ "Elena Rossi, Kanal Post"."""
    return lead.name if not lead.company or lead.company == lead.name else f"{lead.name}, {lead.company}"


def lead_link(lead: Lead) -> str:
    return link("lead", lead.pk)


def owner_of(lead: Lead) -> str:
    """Who holds it now, in words."""
    return str(lead.owner or lead.owner_text or NOBODY)


def held_by(clock: Clock) -> str:
    """Who held it at the deadline: a breach counts for them, for nobody it is charged to routing."""
    holder = clock.holder or clock.holder_text
    return f"held by {holder}" if holder else "held by nobody: charged to routing"


def breach_line(clock: Clock, seconds: int, *, worked: bool) -> Line:
    """Whom it counts for, and how late the follow-up came or is."""
    lead = clock.handoff.lead
    parts = (lead.source, held_by(clock), "followed up since" if worked else "")
    detail = ", ".join(part for part in parts if part)
    return Line(lead_line(lead), detail, late_text(seconds), "no" if worked else "bad", lead_link(lead))


def and_more(total: int, shown: int, noun: str) -> str:
    """ "and 12 more leads"; blank where all are shown."""
    return f"and {counted(total - shown, f'more {noun}')}" if total > shown else ""


def filled(sections: Iterable[Section]) -> list[Section]:
    return [section for section in sections if section.lines or section.rows or section.note]
