"""From rows to stories: everything the judge may know about a handoff (stories.md)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, Protocol

from django.db.models import QuerySet

from leads.models import Entry, Handoff
from leads.stages import is_advance
from slas.models import Closure, FrozenTerms
from slas.rules.clock import Event, Story
from slas.rules.terms import AgreementTerms, Terms

BATCH = 2_000  # handoffs read at a time

# Where no tier matched, only decisions are judged (a rejection counts in lead quality all the same).
NO_WINDOW = Terms(
    window_seconds=1, hours="elapsed", counts="attempt", warn_share=Decimal(1), late_entry_grace_seconds=0
)


class EntryRow(NamedTuple):
    """What a story needs of a journal entry. `to` and `by`: an e-mail, or an unknown person's text."""

    id: int
    lead_id: int
    handoff_id: int | None
    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    retracted_at: dt.datetime | None = None
    to_stage: str = ""
    to_owner_id: int | None = None
    to_email: str | None = None
    to_text: str = ""
    by_email: str | None = None
    by_text: str = ""
    connected: bool = False
    automatic: bool = False
    imported: bool = False
    reason: str = ""
    twin_start: dt.datetime | None = None

    @property
    def to(self) -> str | None:
        """Who holds it from then on; None: nobody."""
        return self.to_email or self.to_text or None


_COLUMNS = (
    *("id", "lead_id", "handoff_id", "type", "at", "recorded_at", "retracted_at", "to_stage", "to_owner_id"),
    *("to_owner__email", "to_owner_text", "by__email", "by_text"),
    *("connected", "automatic", "imported", "reason", "twin_start"),
)


class ClosureRow(Protocol):
    @property
    def date(self) -> dt.date: ...
    @property
    def recorded_at(self) -> dt.datetime: ...
    @property
    def retracted_at(self) -> dt.datetime | None: ...


def story_of(
    handoff: Handoff,
    *,
    entries: Iterable[EntryRow],
    closures: Iterable[ClosureRow],
    terms: AgreementTerms,
    as_of: dt.datetime,
) -> Story:
    """The story of a handoff from the entries of its lead (in the order of the journal), the closures of its
    agreement and the frozen terms it runs under. Touches no database.

    Left out: moves that are no event of this clock, and what happened before the handoff, other than
    assignments.
    """
    window = terms.window(handoff.terms_window_key)
    entries = list(entries)
    mine = [entry for entry in entries if entry.handoff_id == handoff.pk]
    begins = min([handoff.at, *(entry.twin_start for entry in mine if entry.twin_start)])
    events = [Event("handed_over", handoff.at, handoff.recorded_at)]
    for entry in entries:
        if entry.type == Entry.Type.ASSIGNED:
            events.append(
                Event("assigned", entry.at, entry.recorded_at, entry.retracted_at, to=entry.to or None)
            )
        elif entry.handoff_id == handoff.pk and entry.at >= begins:
            event = _event(entry, terms.handoff_stage)
            if event is not None:
                events.append(event)
    # A closure of a date that was over changes nothing; two days are more than zones can be apart.
    earliest = begins.date() - dt.timedelta(days=2)
    events += [
        Event("closure_added", row.recorded_at, retracted_at=row.retracted_at, date=row.date)
        for row in closures
        if row.date >= earliest
    ]
    return Story(
        id=f"handoff-{handoff.pk}",
        terms=NO_WINDOW if window is None else window.terms,
        calendar=terms.calendar,
        events=tuple(events),
        as_of=as_of,
    )


def _event(entry: EntryRow, handoff_stage: str) -> Event | None:
    kind: str = entry.type
    when = (entry.at, entry.recorded_at, entry.retracted_at)
    if kind == Entry.Type.FOLLOW_UP:
        return Event(
            kind,
            *when,
            by=entry.by_email or entry.by_text or None,
            connected=entry.connected,
            automatic=entry.automatic,
            imported=entry.imported,
        )
    if kind in (Entry.Type.PAUSED, Entry.Type.REJECTED):
        return Event(kind, *when, reason=entry.reason)
    if kind == Entry.Type.MERGED_EARLIER:
        return Event(kind, *when, start=entry.twin_start)
    if kind in (Entry.Type.MOVED, Entry.Type.ADVANCED):
        return Event("advanced", *when) if is_advance(entry.to_stage, handoff_stage) else None
    return Event(kind, *when)


class Shelf:
    """What stories of many handoffs share, read once: frozen terms by version, closures by agreement."""

    def __init__(self) -> None:
        self._terms: dict[int, AgreementTerms] = {}
        self._closures: dict[int, list[Closure]] = {}

    def read_for(self, handoffs: Iterable[Handoff]) -> None:
        """Two queries at most, none for what is there already."""
        handoffs = list(handoffs)
        versions = {handoff.terms_version_id for handoff in handoffs} - self._terms.keys()
        for frozen in FrozenTerms.objects.filter(version__in=versions) if versions else ():
            self._terms[frozen.version_id] = frozen.terms()
        agreements = {handoff.agreement_id for handoff in handoffs} - self._closures.keys()
        if agreements:
            self._closures |= {agreement: [] for agreement in agreements}
            for closure in Closure.objects.filter(agreement__in=agreements).order_by("recorded_at", "id"):
                self._closures[closure.agreement_id].append(closure)

    def knows(self, handoff: Handoff) -> bool:
        return handoff.terms_version_id in self._terms and handoff.agreement_id in self._closures

    def terms(self, handoff: Handoff) -> AgreementTerms:
        """Those it runs under now."""
        return self._terms[handoff.terms_version_id]

    def closures(self, handoff: Handoff) -> list[Closure]:
        return self._closures[handoff.agreement_id]


def entry_rows(lead_ids: Iterable[int]) -> dict[int, list[EntryRow]]:
    """The journals of these leads, each in its order: one query."""
    rows: dict[int, list[EntryRow]] = defaultdict(list)
    for values in Entry.objects.filter(lead__in=lead_ids).order_by("id").values_list(*_COLUMNS):
        row = EntryRow._make(values)
        rows[row.lead_id].append(row)
    return rows


def in_batches(handoffs: QuerySet[Handoff], size: int = BATCH) -> Iterator[list[Handoff]]:
    """The handoffs by their id, `size` at a time: memory stays bounded and no row comes twice."""
    handoffs, last = handoffs.order_by("pk"), 0
    while batch := list(handoffs.filter(pk__gt=last)[:size]):
        yield batch
        last = batch[-1].pk


def stories(handoffs: QuerySet[Handoff], as_of: dt.datetime) -> Iterator[tuple[Handoff, Story]]:
    """Each handoff that has a clock, with its story as of the instant, by id; four queries a batch."""
    shelf = Shelf()
    for batch in in_batches(handoffs.with_clock()):  # type: ignore[attr-defined]
        shelf.read_for(batch)
        journals = entry_rows({handoff.lead_id for handoff in batch})
        for handoff in batch:
            yield handoff, story_on(shelf, handoff, journals.get(handoff.lead_id, []), as_of)


def story_on(shelf: Shelf, handoff: Handoff, entries: Iterable[EntryRow], as_of: dt.datetime) -> Story:
    """`story_of` with what the shelf holds."""
    return story_of(
        handoff,
        entries=entries,
        closures=shelf.closures(handoff),
        terms=shelf.terms(handoff),
        as_of=as_of,
    )
