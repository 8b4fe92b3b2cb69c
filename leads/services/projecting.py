"""What the stored columns of a clock have to be: the judge's projection, translated. Reads, never writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leads.models import Handoff
from leads.stories import EntryRow, Shelf, entry_rows, story_on
from slas.rules.clock import Projection, Story, holder_at, project
from slas.rules.counting import CountableTime
from slas.rules.zones import seconds_of

# The columns that refresh writes and audit compares; notices (warned_for ...) are the sweep's.
CLOCK_COLUMNS = (
    "agreement_id",
    "start_at",
    "warn_at",
    "deadline_at",
    "outcome",
    "stopped_at",
    "entered_late",
    "countable_seconds",
    "first_follow_up_at",
    "first_follow_up_business_seconds",
    "holder_id",
    "holder_text",
    "acceptance_deadline_at",
    "acceptance_outcome",
    "accepted_at",
    "acceptance_seconds",
    "depth_deadline_at",
    "depth_outcome",
    "depth_decided_at",
    "attempts",
    "attempt_days",
)

Span = tuple[dt.datetime, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What the journal says of one handoff. `clock` is None where there is nothing to measure it by."""

    handoff: Handoff
    tz: str
    rejected_at: dt.datetime | None
    clock: dict[str, Any] | None
    pauses: tuple[Span, ...] = ()


def reckon(handoffs: Iterable[Handoff], as_of: dt.datetime, shelf: Shelf) -> Iterator[Reckoned]:
    """The judge's word on each handoff; three queries whatever their number, fewer with a used shelf."""
    handoffs, as_of = list(handoffs), as_of.replace(microsecond=0)
    shelf.read_for(handoffs)
    journals = entry_rows({handoff.lead_id for handoff in handoffs})
    for handoff in handoffs:
        entries = journals.get(handoff.lead_id, [])
        story = story_on(shelf, handoff, entries, _last_known(entries, as_of))
        projection = project(story)
        judged = handoff.measured and handoff.window_key != ""
        yield Reckoned(
            handoff,
            shelf.terms(handoff).tz,
            projection.rejected_at,
            clock_values(handoff, story, projection, entries) if judged else None,
            projection.pauses if judged else (),
        )


def _last_known(entries: Iterable[EntryRow], as_of: dt.datetime) -> dt.datetime:
    """Stored clocks say all that is known: somebody may have written while a long import was under way, and
    its `now` is older than that.
    """
    known = as_of
    for entry in entries:
        known = max(known, entry.retracted_at or entry.recorded_at)
    return known


def clock_values(
    handoff: Handoff, story: Story, projection: Projection, entries: Iterable[EntryRow] = ()
) -> dict[str, Any]:
    """The columns of the handoff's Clock (CLOCK_COLUMNS); `entries` tell which names are people here."""
    p = projection
    holder_id, holder_text = _holder(story, p, entries)
    return {
        "agreement_id": handoff.agreement_id,
        "start_at": p.start,
        "warn_at": p.warn_at,
        "deadline_at": p.deadline,
        "outcome": p.outcome or "",
        "stopped_at": p.stopped_at,
        "entered_late": p.entered_late,
        "countable_seconds": p.countable_seconds,
        "first_follow_up_at": p.first_follow_up_at,
        "first_follow_up_business_seconds": p.first_follow_up_business_seconds,
        "holder_id": holder_id,
        "holder_text": holder_text,
        "acceptance_deadline_at": p.acceptance_deadline,
        "acceptance_outcome": p.acceptance_outcome or "",
        "accepted_at": p.accepted_at,
        "acceptance_seconds": acceptance_seconds(story, p),
        "depth_deadline_at": p.depth_deadline,
        "depth_outcome": p.depth_outcome or "",
        "depth_decided_at": p.depth_outcome_at,
        "attempts": p.attempts,
        "attempt_days": p.days,
    }


def _holder(story: Story, p: Projection, entries: Iterable[EntryRow]) -> tuple[int | None, str]:
    """Who held it at the deadline, or at the stop if that is earlier; while it runs, whoever holds it now."""
    if p.deadline is not None and (p.stopped_at is None or p.deadline <= p.stopped_at):
        name = p.holder_at_deadline
    else:
        name = holder_at(story, p.stopped_at or story.as_of)
    if name is None:
        return None, ""
    people = {entry.to_email: entry.to_owner_id for entry in entries if entry.to_email}
    return (people[name], "") if name in people else (None, name)


def acceptance_seconds(story: Story, projection: Projection) -> int | None:
    """Countable seconds from the start to the acceptance by word or connection; pauses are ignored."""
    if projection.accepted_at is None or projection.start is None:
        return None
    closures: dict[dt.date, int] = {}
    for event in story.events:
        if event.type == "closure_added" and event.date and event.known_at(story.as_of_s):
            closures.setdefault(event.date, event.effect_s)
    countable = CountableTime(story.terms.hours, story.calendar, closures)
    return countable.passed(seconds_of(projection.start), seconds_of(projection.accepted_at))
