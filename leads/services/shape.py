"""The columns of leads and handoffs that the journal decides. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from leads.models import Entry, Handoff, Lead, Stage
from leads.models.lead import ARRIVAL_FIELDS
from leads.stages import arrivals, current_stage


def lead_columns(lead: Lead, entries: Iterable[Entry]) -> dict[str, Any]:
    """Stage, first arrivals and owner of a lead, from the entries of its journal that stand.

    Where no move says when the lead came to be, its own `created_at` stays.
    """
    entries = list(entries)
    moves = [entry for entry in entries if entry.to_stage]
    reached = arrivals(moves)
    columns: dict[str, Any] = {field: reached.get(stage.value) for stage, field in ARRIVAL_FIELDS.items()}
    columns["created_at"] = columns["created_at"] or lead.created_at
    columns["lost_at"] = reached.get(Stage.LOST.value)
    columns["stage"] = current_stage(moves)
    columns["owner_id"], columns["owner_text"] = holder(entries)
    return columns


def holder(entries: Iterable[Entry]) -> tuple[int | None, str]:
    """Who holds the lead: the last assignment in effect, which is when it was recorded."""
    assignments = [entry for entry in entries if entry.type == Entry.Type.ASSIGNED]
    if not assignments:
        return None, ""
    last = max(assignments, key=lambda entry: (entry.recorded_at, entry.id))
    return last.to_owner_id, last.to_owner_text


def ended_at(handoff: Handoff, entries: Iterable[Entry]) -> dt.datetime | None:
    """When the lead was recycled out of this handoff, unless the rejection was overturned since."""
    ended = None
    for entry in entries:
        if entry.handoff_id == handoff.pk:
            if entry.to_stage == Stage.RECYCLED:
                ended = ended or entry.recorded_at
            elif entry.type == Entry.Type.OVERTURNED:
                ended = None
    return ended
