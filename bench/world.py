"""A seeded world to measure in: agreements in several zones, and N leads of two years handed over under them,
with their journals and with the clocks that the one judge says.

Up to 25,000 leads are told and judged one by one, and written by COPY or executemany. A larger world is that
one many times over, multiplied by the database: the audit finds no difference in any of it. Two worlds of the
same size and `now` hold the same.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.db import connection

from bench.life import Deed, Life, lives
from bench.multiplying import multiply
from leads.importing.judging import NewHandoff
from leads.importing.tables import insert
from leads.models import Clock, Entry, Handoff, Lead
from leads.models.lead import ARRIVAL_FIELDS
from leads.services.projecting import CLOCK_COLUMNS, clock_values
from leads.services.tiers import Tier, named_attributes, tier_of
from leads.stages import arrivals, current_stage
from leads.stories import EntryRow, Shelf, story_on
from slas.models import Agreement, Version
from slas.rules.clock import project
from slas.tests.factories import signed_agreement
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import UserFactory, mia, mona, sam
from smarketing.triggers import lifted

NOW = dt.datetime(2026, 11, 18, 13, 20, tzinfo=dt.UTC)  # a Wednesday, in the middle of a quarter
TWO_YEARS = dt.timedelta(days=730)
AGREEMENTS, REPS = 12, 40
TOLD, PIECE = 25_000, 5_000  # leads that are judged one by one; and written at a time
ZONES = ("Europe/Copenhagen", "America/New_York", "Asia/Kolkata")
HOUR = 3_600
_ARRIVALS = tuple(ARRIVAL_FIELDS.items())
_LEAD = (
    *("id", "agreement_id", "external_id", "email", "first_name", "last_name", "company", "job_title"),
    *("country", "source", "campaign", "owner_id", "stage", "amount", "currency", "recorded_at"),
    *(name for _, name in _ARRIVALS),
)
_HANDOFF = (*NewHandoff._fields, "entered_at", "by_id", "rejected_at", "ended_at")
_ENTRY = (
    *("id", "lead_id", "handoff_id", "type", "at", "recorded_at", "entered_at", "by_id", "to_stage"),
    *("to_owner_id", "kind", "outcome", "connected", "reason"),
)
_CLOCK = ("handoff_id", *CLOCK_COLUMNS, "warned_for", "breach_told_for")


@dataclass(frozen=True, slots=True)
class World:
    """What was made: the people, and the agreements in their order; `now` is when the last was recorded."""

    agreements: list[Agreement]
    marketing_manager: User
    sales_manager: User
    marketer: User
    reps: list[User]
    leads: int
    now: dt.datetime


class _Move(NamedTuple):
    """A stage move: its place in the journal stands for the id."""

    id: int
    at: dt.datetime
    to_stage: str


def make_world(leads: int, *, agreements: int = AGREEMENTS, now: dt.datetime = NOW, seed: int = 6) -> World:
    """Fill an empty database: leads handed over in the two years before `now`, each once, with three
    follow-ups on the average; some 1.6 % of the clocks are open, and all that was due is told of.

    What is made is a multiple of the leads that are told, never more than `leads`.
    """
    chance, since = random.Random(seed), now - TWO_YEARS
    copies = max(1, -(-leads // TOLD))
    told = leads // copies
    with lifted():
        manager, sales_manager, marketer = mona(), sam(), mia()
        reps = [UserFactory(email=f"rep{n}@nordvik.example", name=f"Rep {n}") for n in range(REPS)]
        signed = [_agreement(number, since.date()) for number in range(agreements)]
        writing = _Writing(signed, marketer, reps, now, copies)
        _skip_foreign_keys()
        for first in range(0, told, PIECE):
            numbers = range(first, min(first + PIECE, told))
            writing.write(list(lives(numbers, told, since, now, chance)))
        multiply(copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return World(signed, manager, sales_manager, marketer, reps, told * copies, now)


def _agreement(number: int, since: dt.date) -> Agreement:
    """Two windows: 4 or 8 business hours for hot leads, 16 to 40 for all others; both with depth."""
    depth = {"depth_attempts": 3, "depth_days": 2, "depth_within_business_days": 10}
    hot = {"key": "hot", "name": "Hot leads", "match": {"field": "source", "in": ["Demo request", "Trial"]}}
    return signed_agreement(
        f"market-{number}",
        name=f"Market {number}",
        starts_on=since.replace(day=1),
        time_zone=ZONES[number % len(ZONES)],
        windows=[
            hot | depth | {"window_seconds": (4, 8)[number % 2] * HOUR},
            depth | {"window_seconds": (16, 24, 40)[number % 3] * HOUR},
        ],
    )


def _skip_foreign_keys() -> None:
    """The rows name only rows that are there: PostgreSQL need not look each up (in this transaction)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser') = 'on'")
            if cursor.fetchone()[0]:
                cursor.execute("SET LOCAL session_replication_role = replica")


class _Writing:
    """Lives -> rows of four tables. Ids are multiples of `step`: between them is room for the copies."""

    def __init__(
        self, agreements: list[Agreement], marketer: User, reps: list[User], now: dt.datetime, step: int
    ) -> None:
        self._marketer, self._reps, self._now, self._step = marketer, reps, now, step
        self._entries = itertools.count(step, step)
        self._versions: list[Version] = [each.versions.get() for each in agreements]
        self._terms = [version.terms() for version in self._versions]
        self._tiers: dict[tuple[int, str], Tier] = {}
        self._shelf = Shelf()

    def write(self, told: list[Life]) -> None:
        """Judge what is told in memory, then write it, a table at a time."""
        leads, handoffs, entries, clocks = [], [], [], []
        for life in told:
            rep = None if life.rep is None else self._reps[life.rep % len(self._reps)]
            handoff = self._handoff(life)
            journal = [self._entry(next(self._entries), handoff, deed, rep) for deed in life.deeds]
            clock, rejected_at = self._clock(handoff, journal)
            leads.append(self._lead(life, handoff, rep))
            handoffs.append((*handoff, life.at, self._marketer.pk, rejected_at, life.ended_at))
            entries += [
                self._entry_columns(row, deed, rep) for row, deed in zip(journal, life.deeds, strict=True)
            ]
            clocks.append(clock)
        insert(Lead, _LEAD, leads)
        insert(Handoff, _HANDOFF, handoffs)
        insert(Entry, _ENTRY, entries)
        insert(Clock, _CLOCK, clocks)

    def _handoff(self, life: Life) -> NewHandoff:
        place = life.number % len(self._versions)
        pk, version = (life.number + 1) * self._step, self._versions[place]
        tier = self._tier(place, life)
        return NewHandoff(
            id=pk,
            lead_id=pk,
            agreement_id=version.agreement_id,
            version_id=version.pk,
            at=life.at,
            recorded_at=life.at,
            measured=True,
            window_key=tier.key,
            window_why=tier.why,
            matched_on=tier.matched_on,
        )

    def _tier(self, place: int, life: Life) -> Tier:
        """The windows ask for the source alone."""
        key = (place, life.source)
        if key not in self._tiers:
            terms, attributes = self._terms[place], named_attributes({"source": life.source}, None)
            self._tiers[key] = tier_of(terms, terms.facts(attributes, (), life.at))
        return self._tiers[key]

    def _entry(self, pk: int, handoff: NewHandoff, deed: Deed, rep: User | None) -> EntryRow:
        assigned = rep if deed.type == "assigned" else None
        return EntryRow(
            id=pk,
            lead_id=handoff.lead_id,
            handoff_id=handoff.pk,
            type=deed.type,
            at=deed.at,
            recorded_at=deed.recorded_at,
            to_stage=deed.to_stage,
            to_owner_id=assigned.pk if assigned else None,
            to_email=assigned.email if assigned else None,
            by_email=rep.email if rep and deed.who == "rep" else self._marketer.email,
            connected=deed.connected,
            reason=deed.reason,
        )

    def _entry_columns(self, row: EntryRow, deed: Deed, rep: User | None) -> tuple[Any, ...]:
        by = rep.pk if rep and deed.who == "rep" else self._marketer.pk
        return (
            *(row.id, row.lead_id, row.handoff_id, row.type, row.at, row.recorded_at, row.recorded_at, by),
            *(row.to_stage, row.to_owner_id, deed.kind, deed.outcome, row.connected, row.reason),
        )

    def _clock(self, handoff: NewHandoff, journal: list[EntryRow]) -> tuple[tuple[Any, ...], Any]:
        """The columns of its clock, and the rejection in effect."""
        given = cast(Handoff, handoff)
        if not self._shelf.knows(given):
            self._shelf.read_for([given])
        # An entry made late is known from then on, which is before `now`.
        story = story_on(self._shelf, given, journal, self._now)
        projection = project(story)
        columns = clock_values(given, story, projection, journal)
        told = (self._told(columns["warn_at"]), self._told(columns["deadline_at"]))
        values = (columns[name] for name in CLOCK_COLUMNS)
        return (handoff.pk, *values, *told), projection.rejected_at

    def _told(self, instant: dt.datetime | None) -> dt.datetime | None:
        return instant if instant is not None and instant <= self._now else None

    def _lead(self, life: Life, handoff: NewHandoff, rep: User | None) -> tuple[Any, ...]:
        moves = [
            _Move(place, deed.at, deed.to_stage) for place, deed in enumerate(life.deeds) if deed.to_stage
        ]
        reached, number = arrivals(moves), life.number
        return (
            *(handoff.lead_id, handoff.agreement_id, f"w{number}", f"person{number}@customer.example"),
            *(f"First{number % 997}", f"Last{number % 4_999}", f"Company {number % 9_001}", life.title),
            *(life.country, life.source, f"Campaign {number % 24}", rep.pk if rep else None),
            *(current_stage(moves), life.amount, "EUR" if life.amount else "", life.at),
            *(reached.get(stage.value) for stage, _ in _ARRIVALS),
        )
