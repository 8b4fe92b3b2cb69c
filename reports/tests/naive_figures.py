"""Figures counted the slow and obvious way, from the journal and the judge, to hold the registry against."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from leads.models import Entry, Handoff, Lead
from leads.stories import stories
from reports.tests.random_worlds import MOVES, World
from slas.rules.clock import Projection, holder_at, project

FIELDS = {
    "lead": "leads",
    "mql": "mqls",
    "accepted": "accepted",
    "sql": "sqls",
    "opportunity": "opportunities",
}
FIELDS |= {"customer": "customers"}
RATES = {
    "lead_to_mql": ("lead", "mql"),
    "mql_to_accepted": ("mql", "accepted"),
    "mql_to_sql": ("mql", "sql"),
    "sql_to_opportunity": ("sql", "opportunity"),
    "opportunity_to_customer": ("opportunity", "customer"),
    "lead_to_customer": ("lead", "customer"),
    "mql_to_customer": ("mql", "customer"),
}


@dataclass
class NaiveLead:
    lead: Lead
    entries: list[Entry]
    reached: dict[str, dt.datetime]
    tier: str

    def owner(self, at: dt.datetime) -> str:
        held = [e for e in self.entries if e.type == "assigned" and e.at <= at]
        if not held:
            return ""
        last = max(held, key=lambda e: (e.at, e.pk))
        return last.to_owner.email if last.to_owner else last.to_owner_text

    def key(self, by: str, at: dt.datetime, tz: str) -> str:
        if by == "month":
            return f"{at.astimezone(ZoneInfo(tz)):%Y-%m}"
        named = {"source": self.lead.source, "campaign": self.lead.campaign, "tier": self.tier}
        return (self.owner(at) if by == "owner" else named[by]) or "(none)"


@dataclass
class NaiveHandoff:
    handoff: Handoff
    of: NaiveLead
    projection: Projection | None
    holder: str
    tier: str
    rejected_at: dt.datetime | None

    def state(self, last: dt.datetime) -> str:
        if not self.handoff.measured:
            return "not_measured"
        return "without_window" if self.projection is None else self.projection.state_at(last)

    def key(self, by: str, tz: str) -> str:
        if by == "owner" and self.projection is not None:
            return self.holder or "(none)"
        if by == "tier":
            return self.tier or "(none)"
        return self.of.key(by, self.handoff.at, tz)


def _arrivals(lead: Lead, entries: list[Entry]) -> dict[str, dt.datetime]:
    reached: dict[str, dt.datetime] = {}
    order = ["lead", *MOVES]
    for place, stage in enumerate(order):
        own = [e.at for e in entries if e.to_stage == stage]
        later = [e.at for e in entries if e.to_stage in order[place:]]
        if own or later:
            reached[stage] = min(own or later)
    return reached


class Naive:
    """All rows of a world, read once; `figures` counts them for a period cut at `last`."""

    def __init__(self, world: World) -> None:
        self.tz = world.tz
        self.leads: dict[int, NaiveLead] = {}
        names = {w.key: w.name for w in world.agreement.version_at(world.now).terms().windows}
        handoffs = list(Handoff.objects.order_by("at", "pk"))
        first = {h.lead_id: names.get(h.window_key, "") for h in reversed(handoffs)}
        for lead in Lead.objects.all():
            entries = [e for e in lead.entries.select_related("to_owner") if e.retracted_at is None]
            self.leads[lead.pk] = NaiveLead(lead, entries, _arrivals(lead, entries), first.get(lead.pk, ""))
        told = {h.pk: story for h, story in stories(Handoff.objects.all(), world.now)}
        self.handoffs = [self._handoff(h, told.get(h.pk), names) for h in handoffs]

    def _handoff(self, handoff: Handoff, story, names: dict[str, str]) -> NaiveHandoff:
        of, tier = self.leads[handoff.lead_id], names.get(handoff.window_key, "")
        if story is None:
            return NaiveHandoff(handoff, of, None, "", tier, handoff.rejected_at)
        found = project(story)
        ends = [at for at in (found.deadline, found.outcome_at) if at is not None]
        holder = holder_at(story, min(ends)) if ends else holder_at(story, story.as_of)
        return NaiveHandoff(handoff, of, found, holder or "", tier, found.rejected_at)

    def counts(self, start: dt.datetime, end: dt.datetime, last: dt.datetime, by: str | None = None) -> dict:
        """{metric: {group: (k, n)}} of all counted metrics; n None for plain numbers."""
        found: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))

        def add(metric: str, key: str, hit: bool, case: bool = True) -> None:
            if case:
                found[metric][key][0] += hit
                found[metric][key][1] += 1

        for row in self.leads.values():
            for stage, at in row.reached.items():
                if not (start <= at < end and at <= last):
                    continue
                key = row.key(by, at, self.tz) if by else ""
                add(FIELDS[stage], key, hit=True)
                for metric, (x, y) in RATES.items():
                    there = row.reached.get(y)
                    add(metric, key, there is not None and there <= last, case=x == stage)
        for row in self.handoffs:
            if start <= row.handoff.at < end and row.handoff.at <= last:
                self._add_handoff(row, row.key(by, self.tz) if by else "", last, add)
        return {
            metric: {key: tuple(pair) for key, pair in groups.items()} for metric, groups in found.items()
        }

    def _add_handoff(self, row: NaiveHandoff, key: str, last: dt.datetime, add) -> None:
        state, p = row.state(last), row.projection
        shown = "running" if state in ("at_risk", "paused") else state
        add(f"clocks_{shown}", key, hit=True)
        add("rejected_share", key, row.rejected_at is not None and row.rejected_at <= last)
        add("speed_met_share", key, state == "met", case=state in ("met", "breached"))
        if p is not None and row.handoff.measured:
            worked = p.first_follow_up_at is not None and p.first_follow_up_at <= last
            add("worked_share", key, worked)
            depth = p.depth_state_at(last)
            add("depth_met_share", key, depth == "met", case=depth in ("met", "breached"))

    def seconds(self, start: dt.datetime, end: dt.datetime, last: dt.datetime) -> dict[str, list[int]]:
        """The values behind the medians, in seconds."""
        values: dict[str, list[int]] = {"business": [], "elapsed": [], "won": []}
        for row in self.handoffs:
            p = row.projection
            if p is None or not (start <= row.handoff.at < end and row.handoff.at <= last):
                continue
            if row.handoff.measured and p.first_follow_up_at is not None and p.first_follow_up_at <= last:
                values["business"].append(p.first_follow_up_business_seconds)
                values["elapsed"].append(int((p.first_follow_up_at - p.start).total_seconds()))
        for lead in self._customers(start, end, last):
            values["won"].append(int((lead.reached["customer"] - lead.reached["lead"]).total_seconds()))
        return values

    def revenue(self, start: dt.datetime, end: dt.datetime, last: dt.datetime) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self._customers(start, end, last):
            if row.lead.amount is not None:
                sums[row.lead.currency] += row.lead.amount
        return dict(sums)

    def mql_value(self, start: dt.datetime, end: dt.datetime, last: dt.datetime, before: dt.datetime) -> dict:
        """By currency: each MQL at its source's close rate times its customers' revenue since `before`."""
        total: dict[str, Fraction] = defaultdict(Fraction)
        for row in self._at_stage("mql", start, end, last):
            past = [r for r in self._at_stage("mql", before, start, last) if r.lead.source == row.lead.source]
            won = [r for r in self._customers(before, start, last) if r.lead.source == row.lead.source]
            paid = [r.lead for r in won if r.lead.amount is not None]
            if not past or not paid:
                continue
            closed = sum("customer" in r.reached and r.reached["customer"] <= last for r in past)
            for lead in paid:
                total[lead.currency] += Fraction(closed, len(past)) * Fraction(lead.amount) / len(paid)
        return dict(total)

    def _at_stage(self, stage: str, start: dt.datetime, end: dt.datetime, last: dt.datetime):
        rows = [row for row in self.leads.values() if stage in row.reached]
        return [row for row in rows if start <= row.reached[stage] < end and row.reached[stage] <= last]

    def _customers(self, start: dt.datetime, end: dt.datetime, last: dt.datetime):
        return self._at_stage("customer", start, end, last)


def naive_percentile(values: list[int], fraction: Fraction) -> float | None:
    """By the definition, in exact fractions."""
    if not values:
        return None
    ordered, rank = sorted(values), fraction * (len(values) - 1)
    below = ordered[int(rank)]
    above = ordered[min(int(rank) + 1, len(values) - 1)]
    return float(below + (rank - int(rank)) * (above - below))
