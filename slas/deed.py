"""A version as its page reads it: clauses in sections, promises side by side, where it stands, who signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from slas.models import Version
from slas.rules.wording import (
    describe_calendar,
    describe_commitment,
    describe_definition,
    describe_persona,
    describe_report,
    describe_scope,
    describe_scoring,
    describe_term,
    describe_windows,
    long_date,
)
from slas.rules.words import counted, weekday_date
from slas.rules.zones import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slas.models import Closure
    from slas.rules.terms import AgreementTerms, Commitment

DAYS_SHOWN_AHEAD = 365


@dataclass(frozen=True, slots=True)
class Section:
    """`key`: that of the editor's section it is written in (slas.models.Section)."""

    title: str
    clauses: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Promises that stand beside each other."""

    marketing: tuple[str, ...]
    sales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """All that a version says, in the sentences of slas.rules.wording."""

    term: tuple[str, ...]
    pairs: tuple[Pair, ...]
    shared: tuple[str, ...]
    sections: tuple[Section, ...]
    all_holidays: str
    days_ahead: tuple[tuple[str, str], ...]


def deed_of(terms: AgreementTerms, today: date, closures: Iterable[Closure] = ()) -> Deed:
    """The deed; its `days_ahead` are the closed dates of the year from `today`: which, and why."""
    hours, holidays, *special = describe_calendar(terms.calendar, terms.day_names)
    return Deed(
        term=(*describe_term(terms), *describe_scope(terms)),
        pairs=_pairs(terms),
        shared=tuple(_alone(one, terms) for one in terms.commitments if one.side == "shared"),
        sections=(
            Section("How Sales follows up", tuple(describe_windows(terms)), "windows"),
            Section(
                "What each stage means",
                (
                    *(describe_definition(one, terms.personas) for one in terms.definitions),
                    *(describe_persona(one, terms.personas) for one in terms.personas),
                ),
                "stages",
            ),
            *_scoring(terms),
            Section("Working time", (hours, _holidays_in_short(terms), *special), "time"),
            Section("Reports and meeting", tuple(describe_report(terms)), "reports"),
        ),
        all_holidays=holidays,
        days_ahead=_days_ahead(terms, today, closures),
    )


def _scoring(terms: AgreementTerms) -> tuple[Section, ...]:
    clauses = tuple(describe_scoring(terms.scoring, terms.personas))
    return (Section("What gives points", clauses, "scoring"),) if clauses else ()


def _holidays_in_short(terms: AgreementTerms) -> str:
    """How many; a term of ten years has a hundred, which the page lists on request."""
    number = len(terms.calendar.holidays)
    if not number:
        return "No holidays are left out."
    return f"Closed on {counted(number, 'holiday')} of the term, each listed below."


def _promise(commitment: Commitment, terms: AgreementTerms) -> str:
    """The promise; what it mirrors stands beside it, so the sentence does not repeat that."""
    return describe_commitment(commitment, terms)


def _alone(commitment: Commitment, terms: AgreementTerms) -> str:
    """A promise beside nothing on the page: its sentence names the one it mirrors."""
    mirrored = next((one for one in terms.commitments if one.key == commitment.mirrors), None)
    return describe_commitment(commitment, terms, mirrored)


def _pairs(terms: AgreementTerms) -> tuple[Pair, ...]:
    """Each promise of Marketing with those of Sales that mirror it, then what is left of Sales."""
    left = {one.key: one for one in terms.commitments if one.side == "sales"}
    pairs = []
    for promise in (one for one in terms.commitments if one.side == "marketing"):
        beside = [one for one in left.values() if promise.key == one.mirrors or one.key == promise.mirrors]
        for one in beside:
            del left[one.key]
        says = _promise if beside else _alone
        pairs.append(Pair((says(promise, terms),), tuple(_promise(one, terms) for one in beside)))
    return (*pairs, *(Pair((), (_alone(one, terms),)) for one in left.values()))


def _days_ahead(
    terms: AgreementTerms, today: date, closures: Iterable[Closure]
) -> tuple[tuple[str, str], ...]:
    last = today + timedelta(days=DAYS_SHOWN_AHEAD)
    names = terms.day_names
    days = {day: names.get(day.isoformat()) or "closed" for day in terms.calendar.holidays}
    days |= {closure.date: "closed, added after signing" for closure in closures}
    shown = sorted((day, what) for day, what in days.items() if today <= day < last)
    return tuple((weekday_date(day, today), what) for day, what in shown)


# --- Where a version stands ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """`word` for a pill, `sentence` for a line; look and icon as in components.css."""

    word: str
    sentence: str
    look: str
    icon: str

    @property
    def line(self) -> str:
        """Both in one: "In force since 1 January 2026"."""
        return f"{self.word} {self.sentence}" if self.word == "In force" else f"{self.word}, {self.sentence}"

    @property
    def within(self) -> str:
        """The line inside a sentence: "in force since 1 January 2026"."""
        return self.line[0].lower() + self.line[1:]


def standing_of(version: Version, now: datetime) -> Standing:
    """Where a version stands at `now`; dates are those of its own zone."""
    if version.status != Version.Status.SIGNED or version.in_force_at is None:
        return _unsigned(version)
    start, last = version.starts_on, last_day(version)
    until = f" to {long_date(last)}" if last else ""
    if version.in_force_at > now:
        return Standing("Signed", f"in force from {long_date(start)}{until}", "met", "check-circle")
    if version.ended_at is None or version.ended_at > now:
        return Standing("In force", f"since {long_date(start)}{until}", "met", "check-circle-fill")
    held = f"{long_date(start)}{until}" if last and last >= start else "never came into force"
    return Standing("Ended", held, "quiet", "dash-circle")


def last_day(version: Version) -> date | None:
    """The last date on which it holds, in its zone; None while it has no end."""
    if version.ended_at is None:
        return None
    return local_day(version.ended_at - timedelta(seconds=1), version.working_time.time_zone)


def _unsigned(version: Version) -> Standing:
    signed = [one.get_side_display() for one in version.signatures.all() if one.side]
    waiting = f"signed by {signed[0]}, not yet by the other side" if signed else "not signed yet"
    starts = f"to start on {long_date(version.starts_on)}"
    return {
        Version.Status.DRAFT: Standing("Draft", starts, "quiet", "pencil"),
        Version.Status.PROPOSED: Standing("Proposed", f"{starts}, {waiting}", "risk", "pen"),
        Version.Status.DECLINED: Standing("Declined", "never came into force", "quiet", "x-circle"),
        Version.Status.WITHDRAWN: Standing("Withdrawn", "never came into force", "quiet", "x-circle"),
    }[Version.Status(version.status)]
