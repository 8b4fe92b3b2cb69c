"""What happens to the leads of a measured world, seeded and without rows: when, by whom, how it goes on."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

SOURCES = ("Demo request", "Trial", "Webinar", "E-book", "Trade fair", "Newsletter", "Search", "Partner")
COUNTRIES = ("DK", "SE", "NO", "DE", "US", "IN")
TITLES = ("CFO", "Head of IT", "Buyer", "Sales manager", "Founder")
REASONS = ("no business need", "duplicate", "wrong person")
JUST_IN = 0.012  # of all leads: handed over in the last working hours, nobody has called yet
REJECTED, NEVER_WORKED, UNASSIGNED, LATE_ENTRY = 0.04, 0.001, 0.003, 0.05
NEXT_STAGE = (("sql", 0.3, 1), ("opportunity", 0.5, 7), ("customer", 0.5, 20))  # share, days at most
HOUR, DAY = 3_600, 86_400


class Deed(NamedTuple):
    """One entry of a journal. `who`: the rep or the marketer; an assignment is to the rep."""

    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    who: str = "rep"
    to_stage: str = ""
    kind: str = ""
    outcome: str = ""
    connected: bool = False
    reason: str = ""


@dataclass(slots=True)
class Life:
    """A lead from its handoff on; `number` tells agreement, company and campaign."""

    number: int
    at: dt.datetime
    rep: int | None
    source: str
    country: str
    title: str
    deeds: list[Deed] = field(default_factory=list)
    amount: int | None = None
    ended_at: dt.datetime | None = None


def lives(
    numbers: range, of: int, since: dt.datetime, now: dt.datetime, chance: random.Random
) -> Iterator[Life]:
    """The leads of these numbers, of `of` in all; those handed over last have the highest numbers."""
    just_in = round(of * (1 - JUST_IN))
    span = int((now - since).total_seconds())
    for number in numbers:
        if number < just_in:
            at = since + dt.timedelta(seconds=span * number // just_in + chance.randrange(HOUR) - HOUR)
        else:
            at = now - dt.timedelta(seconds=chance.randrange(8 * HOUR))
        rep = None if chance.random() < UNASSIGNED else chance.randrange(1_000)
        life = Life(number, at, rep, chance.choice(SOURCES), chance.choice(COUNTRIES), chance.choice(TITLES))
        life.deeds.append(Deed("moved", at, at, "marketer", to_stage="mql"))
        if rep is not None:
            life.deeds.append(Deed("assigned", at, at))
            if number < just_in:
                _work(life, now, chance)
        yield life


def _work(life: Life, now: dt.datetime, chance: random.Random) -> None:
    """What the rep does, as far as it happened by `now`."""
    fate = chance.random()
    if fate < NEVER_WORKED:
        return
    if fate < NEVER_WORKED + REJECTED:
        at = life.at + dt.timedelta(seconds=HOUR + chance.randrange(2 * HOUR))
        if at <= now:
            life.deeds.append(Deed("rejected", at, at, to_stage="recycled", reason=chance.choice(REASONS)))
            life.ended_at = at
        return
    at = _follow_ups(life, now, chance)
    if at is not None:
        _advance(life, at, now, chance)


def _follow_ups(life: Life, now: dt.datetime, chance: random.Random) -> dt.datetime | None:
    """One to five, three on the average; the last of them, None where there is none yet."""
    at, last = life.at, None
    hot = life.source in SOURCES[:2]
    wait = min(chance.expovariate(1 / ((8 if hot else 30) * HOUR)), 10 * DAY)
    for _ in range(chance.choice((1, 2, 3, 3, 4, 5))):
        at += dt.timedelta(seconds=60 + int(wait))
        recorded = at + dt.timedelta(hours=3) if chance.random() < LATE_ENTRY else at
        if recorded > now:
            break
        connected = chance.random() < 0.3
        kind = "call" if connected or chance.random() < 0.6 else "email"
        outcome = "connected" if connected else ("no_answer" if kind == "call" else "sent")
        life.deeds.append(Deed("follow_up", at, recorded, kind=kind, outcome=outcome, connected=connected))
        last, wait = max(last or recorded, recorded), chance.randrange(HOUR, 3 * DAY)
    return last


def _advance(life: Life, at: dt.datetime, now: dt.datetime, chance: random.Random) -> None:
    """On to SQL, opportunity and customer, as far as luck and time go."""
    for stage, share, days in NEXT_STAGE:
        at += dt.timedelta(seconds=chance.randrange(HOUR, days * DAY + HOUR))
        if chance.random() > share or at > now:
            return
        life.deeds.append(Deed("advanced", at, at, to_stage=stage))
    life.amount = chance.randrange(1_000, 40_000)
