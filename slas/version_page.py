"""What the page of a version shows beside its text: what was said, its history, witnesses, what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from slas.deed import Section as Chapter
from slas.models import Amendment, Section, Step, Version
from slas.rules.words import long_date
from slas.services.witnessing import may_still_witness
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.permissions import may_confirm_amendment, may_invite_witness, may_witness

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from slas.deed import Deed
    from slas.models import Agreement, Comment, EarlyEnd, Signature, Witness
    from slas.rules.terms import AgreementTerms


class Said(NamedTuple):
    """A comment as it was typed, and why it is not kept."""

    section: str
    text: str
    wrong: str


class Moment(NamedTuple):
    """One step of the history: "Signed for Sales", by whom, when, and in whose words why."""

    at: datetime
    what: str
    by: str
    note: str = ""


def comments_by_section(version: Version) -> dict[str, list[Comment]]:
    """All that was said about the version, by the key of the section, oldest first."""
    found: dict[str, list[Comment]] = defaultdict(list)
    for comment in version.comments.select_related("by", "settled_by"):
        found[comment.section].append(comment)
    return found


def chapters_of(
    deed: Deed, comments: dict[str, list[Comment]], *, is_open: bool
) -> list[tuple[Chapter, list[Comment]]]:
    """The sections after the promises, with what was said about each; one that says nothing is there for
    what is said about it."""
    chapters = list(deed.sections)
    there = {chapter.key for chapter in chapters} | {Section.SCOPE, Section.PROMISES}
    for section in Section:
        if section not in there and (is_open or comments.get(section)):
            title = str(section.label)
            chapters.append(Chapter(title, ("Nothing is agreed about this.",), section.value))
    return [(chapter, comments.get(chapter.key, [])) for chapter in chapters]


def history_of(
    version: Version,
    signatures: Iterable[Signature],
    witnesses: Iterable[Witness],
    early_ends: Iterable[EarlyEnd],
    now: datetime,
) -> list[Moment]:
    """Every step of the version up to `now`, oldest first."""
    steps = version.steps.select_related("by")
    moments = [
        Moment(one.at, Step.Kind(one.kind).label, str(one.by) if one.by else "", one.note) for one in steps
    ]
    for signature in signatures:
        what = f"Signed for {signature.get_side_display()}" if signature.side else "Signed as a witness"
        moments.append(Moment(signature.signed_at, what, signature.name))
    moments += [
        Moment(one.invited_at, f"{one.user} asked to witness", str(one.invited_by)) for one in witnesses
    ]
    for early in early_ends:
        both = f"{early.confirmed_by_marketing} and {early.confirmed_by_sales}"
        moments.append(Moment(early.recorded_at, "Early end agreed", both, early.note))
    if version.in_force_at:
        moments.append(Moment(version.in_force_at, "Came into force", ""))
    if version.ended_at:
        moments.append(Moment(version.ended_at, "Ended", ""))
    moved_at = version.clocks_moved_at
    if moved_at and all(one.moves_running for one in signatures if one.side):
        moments.append(Moment(moved_at, "Running clocks moved to it", ""))
    return sorted((one for one in moments if one.at <= now), key=lambda one: one.at)


def term_line(terms: AgreementTerms) -> str:
    """ "From 1 January 2027 to 31 December 2027. Review on 1 July 2027."."""
    start = long_date(terms.starts_on)
    until = f" to {long_date(terms.ends_on)}" if terms.ends_on else ", until another version replaces it"
    review = f" Review on {long_date(terms.review_on)}." if terms.review_on else ""
    return f"From {start}{until}.{review}"


@dataclass(frozen=True)
class Witnesses:
    """Who is to witness a version, who has, and what the reader may do about it."""

    version: Version
    reader: User
    invited: list[Witness]
    signatures: list[Signature]
    now: datetime

    @property
    def rows(self) -> list[tuple[Witness, Signature | None]]:
        """Each invited person with their signature, where they gave it."""
        given = {one.user_id: one for one in self.signatures if not one.side}
        return [(one, given.get(one.user_id)) for one in self.invited]

    @property
    def is_open(self) -> bool:
        return may_still_witness(self.version, self.now)

    @property
    def waits_for_reader(self) -> bool:
        """Whether the reader was invited, may still sign, and has not."""
        mine = [signature for one, signature in self.rows if one.user_id == self.reader.pk]
        signed = any(one.user_id == self.reader.pk for one in self.signatures)
        return bool(mine) and not signed and self.is_open and may_witness(self.reader, invited=True)

    @property
    def invited_by(self) -> User | None:
        """Who asked the reader."""
        return next((one.invited_by for one in self.invited if one.user_id == self.reader.pk), None)

    @property
    def candidates(self) -> list[User]:
        """Whom the reader may invite now."""
        if not self.is_open or not may_invite_witness(self.reader):
            return []
        taken = {one.user_id for one in self.invited} | {one.user_id for one in self.signatures}
        people = User.objects.active().filter(role__in=[Role.VIEWER, Role.MANAGER]).exclude(pk__in=taken)
        return [one for one in people.order_by("name", "pk") if may_witness(one, invited=True)]


def witnesses_of(version: Version, reader: User, signatures: list[Signature], now: datetime) -> Witnesses:
    invited = list(version.witnesses.select_related("user", "invited_by"))
    return Witnesses(version, reader, invited, signatures, now)


def waiting_for(agreement: Agreement, reader: User) -> list[Amendment]:
    """What the other side asked for and `reader` may answer."""
    waiting = Amendment.objects.filter(agreement=agreement, decision="").select_related("asked_by")
    others = [side.value for side in Side if not may_confirm_amendment(reader, side)]
    if len(others) == len(Side):
        return []
    return [one for one in waiting if one.side in others]
