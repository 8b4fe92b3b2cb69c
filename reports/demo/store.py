"""The demo's leads as rows: written in sets and judged by the one judge, so the audit finds no difference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from leads.models import Behaviour, Entry, Handoff, Lead
from leads.models.lead import ARRIVAL_FIELDS
from leads.services.knowing import tier_at
from leads.services.refreshing import refresh
from leads.services.scoring import rescore
from leads.stages import arrivals, current_stage
from slas.models import Agreement, Version
from slas.rules.zones import local_day, start_of_day
from smarketing.accounts.models import User

from .behaviour import company_of, deeds_of
from .people import ZONE
from .world import Deed, DemoLead

WRITING = 1_000  # rows a statement
COPIED = ("reason", "to_stage", "kind", "outcome", "connected")


@dataclass(frozen=True, slots=True)
class Move:
    """A stage move before it has a row: its place in the lead's deeds stands for the id."""

    id: int
    at: dt.datetime
    to_stage: str


class Storing:
    """Writes leads, handoffs and entries of one agreement.

    `now` is when the rows are made: nobody is told of deadlines that were over by then.
    """

    def __init__(self, agreement: Agreement, people: dict[str, User], now: dt.datetime):
        self.agreement, self.people, self.now = agreement, people, now
        self.until = start_of_day(local_day(now, ZONE), ZONE)
        self.versions = list(agreement.versions.signed().select_related("frozen").order_by("in_force_at"))

    def store(self, told: Iterable[DemoLead]) -> int:
        """Write everything; returns how many leads there are."""
        stories = list(told)
        leads = Lead.objects.bulk_create([self._lead(story) for story in stories], WRITING)
        told_of = list(zip(leads, stories, strict=True))
        Behaviour.objects.bulk_create(
            [row for lead, story in told_of for row in self._behaviour(lead, story)], WRITING
        )
        handoffs = Handoff.objects.bulk_create(
            [row for lead, story in told_of for row in self._handoffs(lead, story)], WRITING
        )
        # None: a deed before the lead was handed over.
        handoff_of: dict[tuple[int, dt.datetime | None], Handoff] = {
            (row.lead_id, row.at): row for row in handoffs
        }
        journal = [(deed, lead, story) for lead, story in told_of for deed in story.deeds]
        journal.sort(key=lambda line: line[0].recorded_at)
        Entry.objects.bulk_create(
            [
                self._entry(deed, lead, handoff_of.get((lead.pk, story.handed_over_at(deed.handoff))))
                for deed, lead, story in journal
                if deed.type != "handed_over"
            ],
            WRITING,
        )
        refresh(Handoff.objects.of(self.agreement), self.now)
        rescore(self.agreement, self.now, from_start=True)
        return len(leads)

    def _lead(self, story: DemoLead) -> Lead:
        moves = [
            Move(place, deed.at, deed.fields["to_stage"])
            for place, deed in enumerate(story.deeds)
            if "to_stage" in deed.fields
        ]
        stage, reached = current_stage(moves), arrivals(moves)
        holders = [deed.fields["to"] for deed in story.deeds if deed.type == "assigned"]
        won = {"amount": story.amount, "currency": "EUR"} if "customer" in reached else {}
        return Lead(
            agreement=self.agreement,
            stage=stage,
            owner=self.people[holders[-1]] if holders else None,
            lost_at=reached.get("lost"),
            recorded_at=story.created_at,
            **{field: reached.get(stage) for stage, field in ARRIVAL_FIELDS.items()},
            **story.attributes,
            **company_of(story),
            **won,
            agreement_why=f"{self.agreement} takes every lead that no agreement before it takes.",
        )

    def _behaviour(self, lead: Lead, story: DemoLead) -> list[Behaviour]:
        return [
            Behaviour(lead=lead, kind=kind, at=at, recorded_at=at, entered_at=self.now, detail=detail)
            for kind, at, detail in deeds_of(story, self.until)
        ]

    def _handoffs(self, lead: Lead, story: DemoLead) -> list[Handoff]:
        """One row for each; all but the last have ended, where the lead was recycled."""
        deeds = [deed for deed in story.deeds if deed.type == "handed_over"]
        rows = []
        for number, deed in enumerate(deeds):
            version = self._version(deed.at)
            tier = tier_at(version, lead, deed.at)
            rows.append(
                Handoff(
                    lead=lead,
                    agreement=self.agreement,
                    version=version,
                    at=deed.at,
                    recorded_at=deed.recorded_at,
                    entered_at=self.now,
                    by=self.people[deed.by],
                    ended_at=story.recycled_at(number),
                    window_key=tier.key,
                    window_why=tier.why,
                    matched_on=tier.matched_on,
                )
            )
        return rows

    def _entry(self, deed: Deed, lead: Lead, handoff: Handoff | None) -> Entry:
        to = deed.fields.get("to")
        return Entry(
            lead=lead,
            handoff=handoff,
            type=deed.type,
            at=deed.at,
            recorded_at=deed.recorded_at,
            retracted_at=deed.retracted_at,
            entered_at=self.now,
            by=self.people[deed.by],
            to_owner=self.people[to] if to else None,
            **{name: deed.fields[name] for name in COPIED if name in deed.fields},
        )

    def _version(self, at: dt.datetime) -> Version:
        """The version in force at `at`; the demo starts with its first."""
        return [version for version in self.versions if version.in_force_at and version.in_force_at <= at][-1]
