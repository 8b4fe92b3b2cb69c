"""Changed leads -> rows of the database, a table at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from leads.models import Entry, Handoff, ImportBatch, Lead
from leads.services.clocks import refresh, touch_many
from leads.services.knowing import behaviour_of
from leads.services.scoring import rescore
from leads.services.tiers import Tier, named_attributes, tier_of, windows_ask
from slas.rules.behaviour import Behaviour

from .finding import ARRIVALS, COLUMNS
from .journal import FOLLOW_UP, Plan, Wanted
from .judging import Fresh, NewHandoff, insert_clocks
from .merging import Handed, LeadState
from .tables import insert, next_ids, update

_LEAD = ("id", "agreement_id", *COLUMNS)
_ENTRY = (
    *("id", "lead_id", "handoff_id", "type", "at", "recorded_at", "to_stage"),
    *("to_owner_id", "to_owner_text", "kind", "outcome", "imported", "note"),
)
_BLANK: dict[str, Any] = {"amount": None, "employees": None, "extra": {}}

Journals = dict[int, list[tuple[int, Wanted]]]  # by lead: ids and entries


@dataclass
class Change:
    """A lead that differs from what is stored, with what its journal gains and loses."""

    state: LeadState
    plan: Plan
    columns: dict[str, Any]


class Writer:
    """Writes the changes of one import. `emails`: of people here, by id; `now`: the import's own instant."""

    def __init__(self, emails: Mapping[int, str], now: dt.datetime) -> None:
        self._emails = emails
        self._now = now
        self._tiers: dict[Any, Tier] = {}
        self._did: dict[int, tuple[Behaviour, ...]] = {}

    def write(self, changes: Sequence[Change], batch: ImportBatch) -> None:
        """All that changed, inside the transaction in which it was found."""
        new = self._write_leads(changes, batch)
        handoffs = self._write_handoffs(changes, batch)
        journals = self._write_entries(changes, batch)
        fresh = {h.id: Fresh(h, journals[h.lead_id]) for h in handoffs if h.lead_id in new}
        insert_clocks([each for each in fresh.values() if each.handoff.has_clock], self._emails, self._now)
        reason = f"{batch.file_name} was imported."[:200]
        refresh([pk for pk in _to_judge(changes) if pk not in fresh], self._now, reason=reason)
        touch_many(_touched(changes), reason, self._now)
        known = {change.state.pk for change in changes if change.state.pk} - new
        rescore(new, self._now, from_start=True)
        rescore(known, self._now)

    def _write_leads(self, changes: Sequence[Change], batch: ImportBatch) -> set[int]:
        """Ids of the new ones."""
        new = [change for change in changes if change.state.is_new]
        known = [change for change in changes if not change.state.is_new]
        for change, pk in zip(new, next_ids(Lead, len(new)), strict=True):
            change.state.pk = pk
        same = {"recorded_at": self._now, "batch_id": batch.pk}
        insert(Lead, _LEAD, [_lead_row(change) for change in new], same)
        update(Lead, COLUMNS, [_update_row(change) for change in known])
        return {change.state.pk for change in new if change.state.pk}

    def _write_handoffs(self, changes: Sequence[Change], batch: ImportBatch) -> list[NewHandoff]:
        """The new ones; those known that are measured from now on are marked."""
        pairs = [(c.state, c.state.handoff) for c in changes if c.state.handoff is not None]
        new = [(state, handed) for state, handed in pairs if handed.pk is None]
        self._did = behaviour_of(state.pk for state, _ in new)
        made = []
        for (state, handed), pk in zip(new, next_ids(Handoff, len(new)), strict=True):
            handed.pk = pk
            made.append(self._handoff(state, handed))
        same = {"entered_at": self._now, "by_id": batch.by_id, "batch_id": batch.pk}
        insert(Handoff, NewHandoff._fields, made, same)
        newly = [handed.pk for _, handed in pairs if handed.pk and newly_measured(handed)]
        Handoff.objects.filter(pk__in=newly).update(measured=True)
        return made

    def _handoff(self, state: LeadState, handed: Handed) -> NewHandoff:
        tier = self._tier(state, handed)
        return NewHandoff(
            id=cast(int, handed.pk),
            lead_id=cast(int, state.pk),
            agreement_id=cast(int, state.place.pk),
            version_id=cast(int, handed.version_id),
            at=handed.at,
            recorded_at=handed.at,
            measured=handed.measured,
            window_key=tier.key,
            window_why=tier.why,
            matched_on=tier.matched_on,
        )

    def _tier(self, state: LeadState, handed: Handed) -> Tier:
        """Rule 14: the window that takes the lead as it is when it is handed over."""
        version_id = handed.version_id
        terms = next(terms for version, terms in state.place.versions if version.pk == version_id)
        columns = state.columns
        attributes = named_attributes(columns, columns.get("extra"))
        asked = windows_ask(terms)
        if asked.kinds:  # what it did before decides: no two leads are alike
            return tier_of(terms, terms.facts(attributes, self._did.get(state.pk or 0, ()), handed.at))
        key = (version_id, *(attributes.get(name) for name in sorted(asked.fields)))
        if key not in self._tiers:
            self._tiers[key] = tier_of(terms, terms.facts(attributes, (), handed.at))
        return self._tiers[key]

    def _write_entries(self, changes: Sequence[Change], batch: ImportBatch) -> Journals:
        """What was written. Taken back now, or when it was recorded, if another import wrote it since."""
        gone = [entry for change in changes for entry in change.plan.take_back]
        if gone:
            last = max(self._now, *(entry.recorded_at for entry in gone))
            Entry.objects.filter(pk__in=[entry.id for entry in gone]).update(retracted_at=last)
        ids = iter(next_ids(Entry, sum(len(change.plan.write) for change in changes)))
        journals = {
            change.state.pk: [(next(ids), wanted) for wanted in change.plan.write]
            for change in changes
            if change.state.pk is not None
        }
        rows = [_entry_row(pk, lead, wanted) for lead, journal in journals.items() for pk, wanted in journal]
        insert(Entry, _ENTRY, rows, {"entered_at": self._now, "batch_id": batch.pk})
        return journals


def newly_measured(handoff: Handed) -> bool:
    return handoff.known and handoff.measured and not handoff.was_measured


def _lead_row(change: Change) -> tuple[Any, ...]:
    columns, state = change.columns, change.state
    values = [columns.get(name, _BLANK.get(name, "")) for name in COLUMNS]
    return (state.pk, state.place.pk, *values)


def _update_row(change: Change) -> tuple[Any, ...]:
    return (change.state.pk, *(change.columns[name] for name in COLUMNS))


def _entry_row(pk: int, lead: int, wanted: Wanted) -> tuple[Any, ...]:
    followed_up = wanted.type == FOLLOW_UP
    kind, outcome = ("other", "unknown") if followed_up else ("", "")
    on = wanted.on.pk if wanted.on else None
    return (
        *(pk, lead, on, wanted.type, wanted.at, wanted.recorded_at, wanted.to_stage),
        *(*wanted.held, kind, outcome, followed_up, wanted.note),
    )


def _to_judge(changes: Iterable[Change]) -> list[int]:
    """Handoffs whose clock may differ: all but new ones that nobody measures."""
    found = []
    for change in changes:
        handoff = change.state.handoff
        if handoff is None or handoff.pk is None:
            continue
        written = change.plan.write or change.plan.take_back or newly_measured(handoff)
        if written if handoff.known else handoff.measured:
            found.append(handoff.pk)
    return found


def _touched(changes: Iterable[Change]) -> set[tuple[int, dt.datetime]]:
    """Every instant at which a figure may differ now: arrivals and handoffs, before and after."""
    found: set[tuple[int, dt.datetime]] = set()
    for change in changes:
        agreement = change.state.place.pk
        if agreement is None:
            continue
        for columns in (change.columns, change.state.before):
            found.update((agreement, columns[name]) for name in ARRIVALS if columns.get(name))
        if change.state.handoff is not None:
            found.add((agreement, change.state.handoff.at))
    return found
