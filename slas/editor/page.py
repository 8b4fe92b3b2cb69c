"""The editor's page: the draft as it is stored, section by section, and what its reader is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slas.editor.lacking import Lack, lacks_in_words, lacks_of
from slas.editor.registry import SECTIONS
from slas.editor.saying import Said, say
from slas.models import Comment, DraftSection, Section, Version
from slas.rules.wording import compare
from slas.rules.zones import local_day
from slas.services.content import Content, read_content
from slas.services.presence import others_in
from slas.services.proposing import terms_now
from slas.services.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from slas.editor.section import SectionForm
    from slas.rules.terms import AgreementTerms
    from slas.rules.wording import Change
    from smarketing.accounts.models import User

JUST_NOW_SECONDS = 1800


@dataclass
class Stored:
    """A draft as it is stored; `trouble`: why it can't be said, where its rows make no terms."""

    version: Version
    content: Content
    terms: AgreementTerms | None
    trouble: str = ""


@dataclass
class Told:
    """What stands against saving: `sentence`; where somebody was quicker, what theirs and mine say, and the
    edition of theirs that may be overwritten then."""

    sentence: str
    differences: list[Change] = field(default_factory=list)
    theirs: str = ""
    edition: int | None = None


@dataclass
class Part:
    """One section on the page. `form`: it is open; else it shows what it says."""

    said: Said
    form: SectionForm | None
    can_edit: bool
    lacks: list[Lack]
    seen: int
    comments: list[Comment]
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    told: Told | None = None

    @property
    def key(self) -> str:
        return self.said.key.value

    @property
    def icon(self) -> str:
        return "exclamation-triangle" if self.lacks else "check2"


@dataclass
class Open:
    """A section that is open: its form as typed (None: as stored), and what was said about it."""

    form: SectionForm | None = None
    seen: int | None = None
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    told: Told | None = None


class Company:
    """Who else writes in the draft, and what was changed when."""

    def __init__(self, version: Version, reader: User, now: datetime) -> None:
        self.version, self.reader, self.now = version, reader, now
        self.changed = list(version.sections.select_related("by").order_by("at", "pk"))

    @property
    def saved_at(self) -> datetime | None:
        """When it was changed last; None: never since it was drafted."""
        return self.changed[-1].at if self.changed else None

    @property
    def others(self) -> list[tuple[User, str]]:
        """Who else is in it, and where: the number and title of the section, or blank."""
        return [
            (visit.user, _titled(visit.section))
            for visit in others_in(self.version, than=self.reader, now=self.now)
        ]

    @property
    def changed_by_others(self) -> list[tuple[DraftSection, str]]:
        """What others changed in the last half hour, the newest first, with the title of the section."""
        recent = [
            one
            for one in reversed(self.changed)
            if one.by_id != self.reader.pk and (self.now - one.at).total_seconds() < JUST_NOW_SECONDS
        ]
        return [(one, _titled(one.section)) for one in recent]


class DraftPage:
    """Everything that the editor shows of one draft; the templates in templates/slas/editor read it."""

    def __init__(
        self,
        saved: Stored,
        base: Version | None,
        *,
        reader: User,
        now: datetime,
        opened: Mapping[str, Open] | None = None,
        current: str = "",
        read: int | None = None,
    ) -> None:
        self.version, self.content, self.terms = saved.version, saved.content, saved.terms
        self.trouble = saved.trouble
        self.agreement, self.base, self.reader, self.now = saved.version.agreement, base, reader, now
        self.current = current
        self.read = self.version.edition if read is None else read
        self.base_terms = base.frozen.terms() if base else None
        self.lacks = lacks_of(self.version, self.content, now) if self.terms else []
        self.changes: list[Change] = []
        if self.base_terms and self.terms:
            self.changes = compare(self.base_terms, self.terms)
        self.company = Company(self.version, reader, now)
        self.parts = self._parts(dict(opened or {}))

    def _parts(self, opened: dict[str, Open]) -> list[Part]:
        said = [Said(key, number, ()) for number, key in enumerate(Section, start=1)]
        if self.terms:
            said = say(self.terms, self.base_terms, local_day(self.now, self.terms.tz))
        comments = list(self.version.comments.select_related("by", "settled_by"))
        return [
            self._part(one, opened.get(one.key), [each for each in comments if each.section == one.key])
            for one in said
        ]

    def _part(self, said: Said, opened: Open | None, comments: list[Comment]) -> Part:
        part = Part(
            said=said,
            form=None,
            can_edit=said.key in SECTIONS,
            lacks=[lack for lack in self.lacks if lack.section == said.key],
            seen=self.version.edition,
            comments=comments,
        )
        if opened is not None and part.can_edit:
            part.form = opened.form or form_of(said.key, self.version, self.content, self.now)
            part.mistakes, part.told = opened.mistakes, opened.told
            part.seen = part.seen if opened.seen is None else opened.seen
        return part

    def part(self, key: str) -> Part:
        return next(part for part in self.parts if part.key == key)

    @property
    def missing(self) -> str:
        """One sentence: what is missing before it can be proposed."""
        if self.terms is None:
            return self.trouble
        return lacks_in_words(self.lacks)


def _titled(section: str) -> str:
    if section not in Section.values:
        return ""
    return f"{Section.values.index(section) + 1}. {Section(section).label}"


def form_of(key: str, version: Version, content: Content, now: datetime, data: Any = None) -> SectionForm:
    """The form of a section over these rows; KeyError for one that can't be edited."""
    form = SECTIONS[Section(key)](version, content, data)
    form.now = now
    return form


def stored(version: Version) -> Stored:
    """The draft as it is stored now."""
    fresh = Version.objects.select_related("agreement").get(pk=version.pk)
    content = read_content(fresh)
    fresh.working_time = content.working_time
    try:
        return Stored(fresh, content, terms_now(fresh, content))
    except Refused as refusal:
        return Stored(fresh, content, None, str(refusal))


def first_lacking(saved: Stored, now: datetime) -> str:
    """The first section that lacks something and can be edited; blank where none does."""
    lacks = lacks_of(saved.version, saved.content, now) if saved.terms else []
    return next((lack.section.value for lack in lacks if lack.section in SECTIONS), "")
