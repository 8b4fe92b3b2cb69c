"""What is known of a lead and what rows say of it -> what it is now. Pure: no database, no clock.

Everything an import ever said of a lead is in its journal, one standing entry for each thing said (each
stage date, the first follow-up, each owner). Rows change the facts; the entries that should stand are made
anew from all facts (journal.py) and compared with those that do. So the order of imports makes no difference
to where a lead ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leads.models import Entry, Stage

from .places import Place
from .presets import OWNER_SINCE
from .rows import Rejected, Row

STAGE_OF = {
    "created_at": Stage.LEAD.value,
    "mql_at": Stage.MQL.value,
    "sql_at": Stage.SQL.value,
    "opportunity_at": Stage.OPPORTUNITY.value,
    "won_at": Stage.CUSTOMER.value,
    "lost_at": Stage.LOST.value,
}
FACT_OF = {stage: fact for fact, stage in STAGE_OF.items()}

Held = tuple[int | None, str]  # a person here, or the text of somebody we do not know


class Known(NamedTuple):
    """A standing entry of a lead's journal, as far as an import needs it."""

    id: int
    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    entered_at: dt.datetime
    handoff_id: int | None
    batch_id: int | None
    to_stage: str
    to_owner_id: int | None
    to_owner_text: str
    imported: bool
    note: str

    @property
    def held(self) -> Held:
        return self.to_owner_id, self.to_owner_text

    @property
    def is_filler(self) -> bool:
        """A lead without any date came to be when it was imported, until a date is known."""
        return self.to_stage == Stage.LEAD and self.at == self.entered_at


@dataclass(slots=True)
class Handed:
    """A handoff. `known`: here before this import. `followed_up`: the first follow-up imports told of."""

    at: dt.datetime
    measured: bool
    known: bool
    by_import: bool = True
    pk: int | None = None
    version_id: int | None = None
    is_open: bool = True
    followed_up: dt.datetime | None = None
    was_measured: bool = False


@dataclass(slots=True)
class LeadState:
    """A lead while its rows are merged. `columns` are those of Lead that imports write."""

    place: Place
    pk: int | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, dt.datetime] = field(default_factory=dict)
    owners: dict[str, Held] = field(default_factory=dict)
    handoff: Handed | None = None
    mine: list[Known] = field(default_factory=list)
    others: list[Known] = field(default_factory=list)
    rows: list[tuple[Row, bool]] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.pk is None


def known_lead(
    place: Place, pk: int, columns: dict[str, Any], handoffs: Sequence[Handed], entries: Sequence[Known]
) -> LeadState:
    """The state of a lead from its stored rows. `handoffs` by `at`, `entries` by id, standing ones only."""
    state = LeadState(place, pk, columns, before=dict(columns))
    state.handoff = next((h for h in handoffs if h.is_open), handoffs[-1] if handoffs else None)
    for entry in entries:
        if entry.batch_id is None:
            state.others.append(entry)
            continue
        state.mine.append(entry)
        if entry.type == Entry.Type.ASSIGNED:
            state.owners[entry.note] = entry.held
        elif entry.type == Entry.Type.FOLLOW_UP:
            if state.handoff is not None and entry.handoff_id == state.handoff.pk:
                state.handoff.followed_up = entry.at
        elif entry.to_stage in FACT_OF and not entry.is_filler:
            state.facts[FACT_OF[entry.to_stage]] = entry.at
    return state


def tell(state: LeadState, row: Row, held: dict[str, Held], *, measures: bool) -> None:
    """Add what a row says; Rejected, and nothing changed, where it can't be.

    `held`: the row's owners by role. `measures`: the file has a column of first follow-ups.
    """
    handoff = _handoff(state, row, measures)
    currency = _currency(state, row)
    followed_up = row.instants.get("first_follow_up_at")
    if followed_up is not None and handoff is None:
        raise Rejected(
            "first_follow_up_at: the lead was not handed over, so nobody could follow up. "
            "Fill handed_over_at too, or leave the cell blank."
        )
    if followed_up is not None and handoff is not None and followed_up < handoff.at:
        raise Rejected(
            "first_follow_up_at: the first follow-up lies before the handoff, which was "
            f"{_text(handoff.at)}. Correct the time."
        )
    changed = _change_columns(state, row, currency)
    for name, at in row.instants.items():
        if name in STAGE_OF and state.facts.get(name) != at:
            state.facts[name] = at
            changed = True
    for role, who in held.items():
        if state.owners.get(role) != who:
            state.owners[role] = who
            changed = True
    changed |= _change_handoff(state, handoff, followed_up, row, measures)
    state.rows.append((row, changed))


def _handoff(state: LeadState, row: Row, measures: bool) -> Handed | None:
    """The handoff the row is about: the one known, or a new one where the row hands the lead over."""
    at, known = row.instants.get("handed_over_at"), state.handoff
    if at is None or (known is not None and known.at == at):
        return known
    if known is not None:
        raise Rejected(
            f"handed_over_at: the lead was handed over {_text(known.at)} already, and a handoff does not "
            "move. Leave the cell blank, or give that time."
        )
    why_not = state.place.why_nothing_is_handed_over(at)
    if why_not:
        raise Rejected(f"handed_over_at: {why_not}")
    found = state.place.in_force(at)
    return Handed(at, measures, known=False, version_id=found[0].pk if found else None)


def _currency(state: LeadState, row: Row) -> str | None:
    """The currency the lead's amount needs, where the row brings an amount and none is known."""
    if "amount" not in row.attributes or "currency" in row.attributes or state.columns.get("currency"):
        return None
    if not state.place.currency:
        raise Rejected("amount: there is no currency. Add a column currency, with EUR for example.")
    return state.place.currency


def _change_columns(state: LeadState, row: Row, currency: str | None) -> bool:
    new = {
        name: value
        for name, value in row.attributes.items()
        if not _same(name, state.columns.get(name), value)
    }
    if currency:
        new["currency"] = currency
    extra = state.columns.get("extra") or {}
    if any(extra.get(header) != text for header, text in row.extra.items()):
        new["extra"] = extra | row.extra
    state.columns.update(new)
    return bool(new)


def _same(name: str, old: Any, new: Any) -> bool:
    return old == new or (name == "email" and bool(old) and old.casefold() == new.casefold())


def _change_handoff(
    state: LeadState, handoff: Handed | None, followed_up: dt.datetime | None, row: Row, measures: bool
) -> bool:
    """Rule 5: a handoff is measured once an import says so of it, or a follow-up is told of."""
    if handoff is None:
        return False
    changed = state.handoff is not handoff
    state.handoff = handoff
    if not handoff.measured and (followed_up or (measures and "handed_over_at" in row.instants)):
        handoff.measured = changed = True
    if followed_up is not None and handoff.followed_up != followed_up:
        handoff.followed_up = followed_up
        changed = True
    return changed


def _text(at: dt.datetime) -> str:
    return f"at {at:%Y-%m-%d %H:%M:%S} UTC"


def first_instant(state: LeadState, now: dt.datetime) -> dt.datetime:
    """The earliest instant known of the lead; `now` where there is none."""
    known = [*state.facts.values(), *(entry.at for entry in state.others if entry.to_stage)]
    if state.handoff is not None:
        known.append(state.handoff.at)
    if known:
        return min(known)
    return next((entry.at for entry in state.mine if entry.is_filler), now)


def since(role: str, state: LeadState, first: dt.datetime) -> dt.datetime:
    """From when on an owner of this role holds the lead."""
    return state.facts.get(OWNER_SINCE.get(role, ""), first)
