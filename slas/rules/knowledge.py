"""Knowledge (stories.md): what is known of a story at `as_of`, in the order in which it takes effect."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from slas.rules.story import Event, Story


class Known(NamedTuple):
    """What is known at `as_of`, by kind, each in the order in which it takes effect."""

    start: int
    follow_ups: list[Event]  # automatic ones left out: they never count
    decisions: list[Event]
    assignments: list[Event]
    pauses: list[tuple[int, int | None]]
    closures: dict[date, int]


def knowledge(story: Story) -> Known | None:
    """ "Only events with recorded_at <= as_of and no retracted_at <= as_of are known." None before
    the handoff is."""
    as_of = story.as_of_s
    known = [event for event in story.events if event.known_at(as_of)]
    handoff = [event.at_s for event in known if event.type == "handed_over"]
    if not handoff:
        return None
    # "Start is the at of handed_over, or the earliest start of a known merged_earlier."
    start = min(handoff + [event.start_s for event in known if event.start_s is not None])
    follow_ups, decisions, pausing, assignments, closures = [], [], [], [], []
    for event in ordered(known):
        kind = event.type
        if kind == "assigned":
            assignments.append(event)
        elif kind == "closure_added":
            closures.append(event)
        elif event.at_s < start:  # "events with `at` before the start are left out"
            continue
        elif kind == "follow_up":
            if not event.automatic:
                follow_ups.append(event)
        elif kind in ("paused", "resumed"):
            pausing.append(event)
        else:
            decisions.append(event)
    reasons = story.terms.pause_reasons
    return Known(start, follow_ups, decisions, assignments, _pauses(pausing, reasons), _closures(closures))


def ordered(events: Iterable[Event]) -> list[Event]:
    """ "Ordered by the instant they take effect, then by their order in the list." """
    return sorted(events, key=_effect)


def _effect(event: Event) -> int:
    return event.effect_s


def _pauses(events: list[Event], reasons: tuple[str, ...]) -> list[tuple[int, int | None]]:
    """ "`paused` with one of the reasons begins a pause unless one is in force, the next `resumed`
    ends it, any other is ignored." """
    pauses: list[tuple[int, int | None]] = []
    begun = None
    for event in events:
        if event.type == "paused":
            if begun is None and event.reason in reasons:
                begun = event.effect_s
        elif begun is not None:
            pauses.append((begun, event.effect_s))
            begun = None
    return pauses if begun is None else [*pauses, (begun, None)]


def _closures(events: list[Event]) -> dict[date, int]:
    """Closed dates, each with the second of its first recording."""
    closures: dict[date, int] = {}
    for event in events:
        if event.date is not None:
            closures.setdefault(event.date, event.effect_s)
    return closures
