"""Random histories of an agreement, written as journal rows, with everything that figures count."""

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

from leads.models import Entry, Handoff, Lead
from leads.services.clocks import refresh
from leads.services.knowing import tier_at
from leads.services.shape import lead_columns
from slas.models import Agreement
from slas.rules.periods import parse_period, start_of_day
from slas.tests.factories import marketing_manager, signed_agreement, signed_version
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import raj, rita

DAY = dt.timedelta(days=1)
MOVES = ("mql", "accepted", "sql", "opportunity", "customer")
WINDOW = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600, "pause_reasons": ["wrong_contact_data"]}
DEPTH = {"depth_attempts": 2, "depth_days": 2, "depth_within_business_days": 3}


@dataclass
class World:
    agreement: Agreement
    rnd: random.Random
    first: dt.date
    tz: str
    now: dt.datetime
    people: list[User]
    entries: list[Entry] = field(default_factory=list)

    def some_instant(self, since: dt.datetime, within: int = 20) -> dt.datetime:
        """Now and then the very first instant of a local day, where periods begin."""
        at = since + dt.timedelta(seconds=self.rnd.randrange(within * 86_400))
        if self.rnd.random() < 0.2:
            at = max(since, start_of_day(at.date(), self.tz))
        return min(at, self.now - DAY)


def random_world(seed: int, tz: str, *, first: dt.date = dt.date(2026, 9, 7), leads: int = 40) -> World:
    """Leads of two months from `first` on: late entries, things taken back, pauses, rejections, a second
    version, some history that is not measured, and leads that no tier takes."""
    rnd = random.Random(seed)
    tiers = [
        WINDOW | DEPTH | {"key": "demo", "name": "Demo", "match": {"field": "source", "in": ["demo"]}},
        WINDOW | {"key": "rest", "name": "Rest", "match": {"field": "source", "in": ["trial", "e-book"]}},
    ]
    agreement = signed_agreement(
        "random", starts_on=first - 400 * DAY, time_zone=tz, windows=tiers, currency="EUR"
    )
    second = start_of_day(first + 20 * DAY, tz)
    signed_version(agreement, starts_on=first + 20 * DAY, now=second, time_zone=tz, windows=tiers)
    people = [rita(), raj()]
    now = start_of_day(first + 120 * DAY, tz)
    world = World(agreement, rnd, first, tz, now, people)
    for _ in range(leads):
        _lead(world)
    refresh(Handoff.objects.all(), now)
    return world


def periods_of(world: World) -> list:
    month = f"{world.first.year}-{world.first.month + 1:02d}"
    quarter = f"{world.first.year}-Q{(world.first.month + 2) // 3}"
    year, week, _ = (world.first + 21 * DAY).isocalendar()
    return [parse_period(key, world.tz) for key in (month, quarter, f"{year}-W{week:02d}")]


def _lead(world: World) -> None:
    rnd = world.rnd
    created = world.some_instant(start_of_day(world.first, world.tz) - 30 * DAY, 75)
    amount = Decimal(rnd.randrange(1, 10**6)) / 100 if rnd.random() < 0.7 else None
    lead = Lead.objects.create(
        agreement=world.agreement,
        source=rnd.choice(["", "demo", "trial", "e-book", "fair"]),
        campaign=rnd.choice(["", "Spring"]),
        created_at=created,
        recorded_at=created,
        amount=amount,
        currency=rnd.choice(["EUR", "EUR", "DKK"]) if amount is not None else "",
    )
    _entry(world, lead, "moved", created, to_stage="lead")
    _assignments(world, lead, created)
    reached = created
    for stage in MOVES[: rnd.randrange(6)]:
        reached = world.some_instant(reached, 12)
        if stage == "mql" and rnd.random() < 0.9:
            _handoff(world, lead, reached)
        elif rnd.random() < 0.85:
            early = rnd.random() < 0.03
            at = created - DAY if early else reached
            _entry(world, lead, "moved", at, to_stage=stage, may_be_taken_back=True)
    standing = [entry for entry in lead.entries.all() if entry.retracted_at is None]
    Lead.objects.filter(pk=lead.pk).update(**lead_columns(lead, standing))


def _handoff(world: World, lead: Lead, at: dt.datetime) -> None:
    rnd, version = world.rnd, world.agreement.version_at(at)
    tier = tier_at(version, lead, at)
    handoff = Handoff.objects.create(
        lead=lead,
        agreement=world.agreement,
        version=version,
        at=at,
        recorded_at=at,
        entered_at=at,
        measured=rnd.random() < 0.9,
        window_key=tier.key,
        window_why=tier.why,
        matched_on=tier.matched_on,
        ended_at=at + DAY if rnd.random() < 0.1 else None,
    )
    _entry(world, lead, "moved", at, to_stage="mql", handoff=handoff)
    for _ in range(rnd.choice([0, 1, 1, 2, 3])):
        when = at + dt.timedelta(seconds=rnd.choice([rnd.randrange(8 * 3600), rnd.randrange(6 * 86_400), 0]))
        fields = {"kind": "call", "outcome": "no_answer", "connected": rnd.random() < 0.4}
        automatic, late = rnd.random() < 0.1, rnd.choice([0, 0, 3600, 2 * 86_400])
        _entry(
            world, lead, "follow_up", when, late=late, handoff=handoff, automatic=automatic,
            by=rnd.choice(world.people), may_be_taken_back=True, **fields,
        )  # fmt: skip
    if rnd.random() < 0.25:
        paused = at + dt.timedelta(seconds=rnd.randrange(12 * 3600))
        _entry(world, lead, "paused", paused, handoff=handoff, reason="wrong_contact_data")
        if rnd.random() < 0.7:
            _entry(world, lead, "resumed", paused + dt.timedelta(hours=rnd.randrange(40)), handoff=handoff)
    if rnd.random() < 0.4:
        decided = at + dt.timedelta(seconds=rnd.randrange(30 * 3600))
        if rnd.random() < 0.5:
            _entry(world, lead, "accepted", decided, handoff=handoff, to_stage="accepted")
        else:
            _entry(world, lead, "rejected", decided, handoff=handoff, reason="no_budget")


def _assignments(world: World, lead: Lead, since: dt.datetime) -> None:
    at = since
    for _ in range(world.rnd.randrange(4)):
        to = world.rnd.choice([*world.people, "SDR 7", None])
        fields = {"to_owner_text": to} if isinstance(to, str) else {"to_owner": to}
        _entry(world, lead, "assigned", at, may_be_taken_back=True, **fields)
        at = world.some_instant(at, 10)


def _entry(
    world: World,
    lead: Lead,
    what: str,
    at: dt.datetime,
    *,
    late: int = 0,
    may_be_taken_back: bool = False,
    by: User | None = None,
    **fields,
) -> Entry:
    recorded = at + dt.timedelta(seconds=late)
    gone = recorded + DAY if may_be_taken_back and world.rnd.random() < 0.1 else None
    return Entry.objects.create(
        lead=lead,
        type=what,
        at=at,
        recorded_at=recorded,
        retracted_at=gone,
        entered_at=recorded,
        by=by or marketing_manager(),
        **fields,
    )
