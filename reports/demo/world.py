"""What happened in the demo's half year, as plain values: the same for the same day, whatever the hour.

Pure: a seeded random generator and the agreement's calendar in, leads with their deeds out. Everything
was recorded before `until` (the first instant of the day the demo is made on): nothing lies in the future.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from slas.rules.business_time import Calendar

from . import names

MIA, SAM = "mia", "sam"
REPS = ("rita", "raj")
LEADS_A_WEEKDAY = 14.6
HOT = ("Demo request", "Trial")
# By whether the source is hot: after so many business seconds silence has accepted, in both versions.
ACCEPTANCE_SECONDS = {True: 16 * 3600, False: 40 * 3600}
PAUSE_REASON = "wrong_contact_data"


@dataclass(frozen=True, slots=True)
class Source:
    """Where leads come from: how many, how many qualify, and how they fare. Shares of one, euros."""

    name: str
    weight: int
    campaigns: tuple[str, ...]
    qualifies: float
    days_to_mql: int
    becomes_sql: float
    becomes_opportunity: float
    wins: float
    amounts: tuple[int, int]


SOURCES = (
    Source("Demo request", 22, ("", "Search: route planning"), 0.97, 0, 0.50, 0.62, 0.46, (8_000, 30_000)),
    Source("Trial", 15, ("", "Search: route planning"), 0.90, 2, 0.42, 0.55, 0.40, (6_000, 20_000)),
    Source(
        "Webinar",
        21,
        ("Webinar: fewer empty miles", "Webinar: cold chain"),
        0.62,
        9,
        0.26,
        0.5,
        0.33,
        (6_000, 18_000),
    ),
    Source("E-book", 20, ("Guide: plan a week in an hour",), 0.45, 12, 0.17, 0.45, 0.28, (4_000, 14_000)),
    Source(
        "Google Ads",
        13,
        ("Search: route planning", "Search: fleet software"),
        0.6,
        6,
        0.24,
        0.5,
        0.34,
        (5_000, 16_000),
    ),
    Source("Referral", 6, ("",), 0.92, 3, 0.55, 0.6, 0.5, (9_000, 26_000)),
    Source("", 3, ("",), 0.5, 8, 0.2, 0.4, 0.3, (4_000, 12_000)),
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happened, in the words of the journal; `handoff` counts the lead's handoffs from 0."""

    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    by: str
    handoff: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    retracted_at: dt.datetime | None = None


@dataclass(slots=True)
class DemoLead:
    """A lead and its deeds, in the order in which they were recorded."""

    attributes: dict[str, str]
    created_at: dt.datetime
    amount: int
    deeds: list[Deed] = field(default_factory=list)

    def handed_over_at(self, handoff: int | None) -> dt.datetime | None:
        """When the handoff of that number was, counted from 0."""
        instants = [deed.at for deed in self.deeds if deed.type == "handed_over"]
        return None if handoff is None else instants[handoff]

    def recycled_at(self, handoff: int) -> dt.datetime | None:
        """When Sales rejected it or gave it back out of that handoff, which ends the handoff."""
        for deed in self.deeds:
            if deed.handoff == handoff and deed.fields.get("to_stage") == "recycled":
                return deed.recorded_at
        return None


def leads_until(calendar: Calendar, first_day: dt.date, last_day: dt.date) -> Iterator[DemoLead]:
    """Every lead that came in from `first_day` to `last_day` (both included), with what became of it.

    Deterministic in its arguments. Deeds recorded on a later day than `last_day` are left out.
    """
    chance = random.Random(f"smarketing demo {first_day} {last_day}")  # noqa: S311 (not a secret)
    until = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), calendar.zone)
    number = 0
    for offset in range((last_day - first_day).days + 1):
        day = first_day + dt.timedelta(days=offset)
        for _ in range(_leads_on(day, chance)):
            number += 1
            yield _Life(chance, calendar, day, until, number).lead


def _leads_on(day: dt.date, chance: random.Random) -> int:
    """How many leads come in: fewer at weekends and in July, a little more each month."""
    mean = (
        LEADS_A_WEEKDAY
        * (1 + 0.02 * day.month)
        * (0.3 if day.weekday() > 4 else 1)
        * (0.6 if day.month == 7 else 1)
    )
    return max(0, round(chance.gauss(mean, mean**0.5)))


class _Life:
    """One lead's life, told forwards; what would be recorded at or after `until` is not told."""

    def __init__(
        self, chance: random.Random, calendar: Calendar, day: dt.date, until: dt.datetime, number: int
    ):
        self.chance, self.calendar, self.until = chance, calendar, until
        self.source = chance.choices(SOURCES, [source.weight for source in SOURCES])[0]
        moment = dt.time(chance.choice((7, 8, 9, 9, 10, 10, 11, 12, 13, 13, 14, 14, 15, 16, 18, 20)))
        created = dt.datetime.combine(day, moment, calendar.zone) + dt.timedelta(
            seconds=chance.randrange(3600)
        )
        attributes = names.person(chance, number) | {
            "source": self.source.name,
            "campaign": chance.choice(self.source.campaigns),
        }
        self.lead = DemoLead(attributes, created, chance.randrange(*self.source.amounts) // 100 * 100)
        self.handoffs = 0
        self._tell("moved", created, MIA, to_stage="lead")
        if chance.random() < self.source.qualifies:
            self._qualify(created)

    # --- small helpers -----------------------------------------------------------------------

    def _tell(
        self, deed: str, at: dt.datetime, by: str, *, later: dt.timedelta = dt.timedelta(), **fields: Any
    ) -> bool:
        """Record a deed unless it belongs to the future; False then, and the story ends there."""
        recorded = at + later
        if recorded >= self.until:
            return False
        handoff = self.handoffs - 1 if self.handoffs else None
        self.lead.deeds.append(Deed(deed, at, recorded, by, handoff, fields))
        return True

    def _work(self, start: dt.datetime, low: int, high: int) -> dt.datetime:
        """An instant between `low` and `high` business minutes after `start`."""
        return self.calendar.deadline(start, self.chance.randrange(low * 60, high * 60)).astimezone(
            self.calendar.zone
        )

    # --- the life ----------------------------------------------------------------------------

    def _qualify(self, created: dt.datetime) -> None:
        days = self.chance.uniform(0, self.source.days_to_mql)
        ripe = created + dt.timedelta(seconds=round(days * 86_400))
        at = ripe if self.chance.random() < 0.15 else self._work(ripe, 2, 60)
        if self._tell("moved", at, MIA, to_stage="mql"):
            self._hand_over(at + dt.timedelta(seconds=self.chance.randrange(0, 600)))

    def _hand_over(self, at: dt.datetime) -> None:
        if at >= self.until:
            return
        self.handoffs += 1
        self.lead.deeds.append(Deed("handed_over", at, at, MIA, self.handoffs - 1))
        rep = self.chance.choices(REPS, (55, 45))[0]
        slow = self.chance.random() < 0.05
        assigned = self._work(at, 120, 420) if slow else self._work(at, 2, 35)
        if not self._tell("assigned", assigned, SAM, to=rep):
            return
        if self.chance.random() < 0.03:
            moved = self._work(assigned, 20, 90)
            rep = REPS[1 - REPS.index(rep)]
            if not self._tell("assigned", moved, SAM, to=rep):
                return
            assigned = moved
        self._follow_up(assigned, rep)

    def _follow_up(self, assigned: dt.datetime, rep: str) -> None:
        luck = self.chance.random()
        if luck < 0.04:
            self._reject(self._work(assigned, 10, 120), rep, "competitor_or_student")
            return
        if luck < 0.07:
            assigned = self._pause(assigned, rep)
        elif luck < 0.095:
            self._attempts(self._work(assigned, 1_500, 3_400), rep)  # forgotten, and found by Sam days later
            return
        self._attempts(self._first_attempt(assigned, rep), rep)

    def _pause(self, assigned: dt.datetime, rep: str) -> dt.datetime:
        paused = self._work(assigned, 10, 60)
        if self._tell("paused", paused, rep, reason=PAUSE_REASON):
            resumed = self._work(paused, 120, 700)
            if self._tell("resumed", resumed, MIA):
                return resumed
        return self.until

    def _first_attempt(self, assigned: dt.datetime, rep: str) -> dt.datetime:
        """Rita is quick; Raj, with the larger patch, is late more often. Hot sources are called first."""
        late = 0.05 if rep == "rita" else 0.13
        hot = self.source.name in HOT
        if self.chance.random() < late:
            return self._work(assigned, 300, 1_500) if hot else self._work(assigned, 1_100, 2_600)
        return self._work(assigned, 5, 150) if hot else self._work(assigned, 15, 620)

    def _attempts(self, first: dt.datetime, rep: str) -> None:
        at = first
        for attempt in range(1, 7):
            connected = self.chance.random() < 0.38
            if at >= self.until or not self._log(at, rep, connected):
                return
            if connected:
                self._decide(at, rep)
                return
            if attempt >= 3 and self.chance.random() < 0.12:
                break
            at = self._work(at, 300, 900)
        self._give_up(self._work(at, 240, 900), rep)

    def _log(self, at: dt.datetime, rep: str, connected: bool) -> bool:
        kinds = ("call", "email", "message", "meeting") if connected else ("call", "email", "message")
        kind = self.chance.choices(kinds, (62, 25, 9, 4)[: len(kinds)])[0]
        outcome = "connected" if connected else "no_answer" if kind == "call" else "sent"
        later = dt.timedelta()
        if self.chance.random() < 0.05:
            later = dt.timedelta(seconds=self.chance.randrange(3_600, 20 * 3_600))
        elif self.chance.random() < 0.01:
            self._slip(at, rep, kind)
        return self._tell("follow_up", at, rep, later=later, kind=kind, outcome=outcome, connected=connected)

    def _slip(self, at: dt.datetime, rep: str, kind: str) -> None:
        """A click taken back within the minute, before the right one."""
        undone = at + dt.timedelta(seconds=self.chance.randrange(5, 55))
        if undone < self.until:
            fields = {"kind": kind, "outcome": "left_message", "connected": False}
            self.lead.deeds.append(Deed("follow_up", at, at, rep, self.handoffs - 1, fields, undone))

    def _decide(self, talked: dt.datetime, rep: str) -> None:
        at = talked + dt.timedelta(seconds=self.chance.randrange(60, 1_500))
        reason = self.chance.choice(("no_budget", "duplicate", "outside_our_market", "no_need"))
        if self.chance.random() < 0.12 and self._reject(at, rep, reason):
            return
        if self._tell("accepted", at, rep, to_stage="accepted"):
            self._progress(at, rep)

    def _reject(self, at: dt.datetime, rep: str, reason: str) -> bool:
        """Reject it; False where silence has accepted it already."""
        handed_over = self.lead.handed_over_at(self.handoffs - 1)
        assert handed_over is not None  # noqa: S101
        if self.calendar.elapsed(handed_over, at) > ACCEPTANCE_SECONDS[self.source.name in HOT]:
            return False
        return self._tell("rejected", at, rep, reason=reason, to_stage="recycled")

    def _give_up(self, at: dt.datetime, rep: str) -> None:
        if self.chance.random() < 0.3 and self._reject(at, rep, "wrong_contact_data"):
            return
        if (
            self._tell("moved", at, rep, to_stage="recycled")
            and self.handoffs < 2
            and self.chance.random() < 0.15
        ):
            again = self._work(at + dt.timedelta(days=self.chance.randrange(18, 40)), 5, 200)
            if self._tell("moved", again, MIA, to_stage="mql"):
                self._hand_over(again + dt.timedelta(minutes=2))

    def _progress(self, accepted: dt.datetime, rep: str) -> None:
        steps = (
            ("sql", self.source.becomes_sql, 1, 10),
            ("opportunity", self.source.becomes_opportunity, 2, 14),
            ("customer", self.source.wins, 4, 45),
        )
        at = accepted
        for stage, likely, low, high in steps:
            at = self._work(at + dt.timedelta(days=self.chance.randrange(low, high)), 5, 300)
            if self.chance.random() >= likely:
                if stage == "customer":
                    reason = self.chance.choice(("went_with_a_competitor", "no_budget", "no_decision"))
                    self._tell("moved", at, rep, to_stage="lost", reason=reason)
                return
            if not self._tell("advanced", at, rep, to_stage=stage):
                return
