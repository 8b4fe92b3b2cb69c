"""A story: everything the judge may know about one handoff (stories.md, "Story")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from slas.rules.business_time import Calendar, calendar_of
from slas.rules.checks import flag, required, string
from slas.rules.opening_hours import day_of
from slas.rules.windows import Terms
from slas.rules.zones import seconds_of

Day = date  # `Event.date` hides the name inside the class

EVENT_TYPES = (
    "handed_over",
    "assigned",
    "follow_up",
    "paused",
    "resumed",
    "rejected",
    "disputed",
    "upheld",
    "overturned",
    "accepted",
    "advanced",
    "closure_added",
    "merged_earlier",
)
# "A handoff and a follow-up count from when they happened. All else takes effect when recorded."
_FROM_WHEN_IT_HAPPENED = frozenset({"handed_over", "follow_up"})
# "An event before the start is bad, assignments and closures excepted."
BEFORE_THE_START = frozenset({"assigned", "closure_added"})


class BadStory(ValueError):
    """A story that can't be judged; its text is one sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `at`, `recorded_at` (default `at`), `retracted_at` and `start` are
    aware instants of whole seconds. `to`: who was assigned (None: nobody); `by`: who followed up;
    `reason`: of a pause or rejection; `date`: the closed date; `start`: the earlier twin's handoff.
    """

    type: str
    at: datetime
    recorded_at: datetime | None = None
    retracted_at: datetime | None = None
    to: str | None = None
    by: str | None = None
    connected: bool = False
    automatic: bool = False
    imported: bool = False
    reason: str | None = None
    date: Day | None = None
    start: datetime | None = None

    # The same instants as seconds since 1970, for the judge.
    at_s: int = field(init=False, repr=False, compare=False)
    recorded_s: int = field(init=False, repr=False, compare=False)
    retracted_s: int | None = field(init=False, repr=False, compare=False)
    effect_s: int = field(init=False, repr=False, compare=False)
    start_s: int | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep = object.__setattr__
        if self.type not in EVENT_TYPES:
            raise BadStory(f"{self.type!r} is no type of event. Use one of {', '.join(EVENT_TYPES)}.")
        at = _seconds(self.at, self.type, "at")
        recorded, retracted, start = at, None, None
        if self.recorded_at is None:
            keep(self, "recorded_at", self.at)
        elif self.recorded_at is not self.at:
            recorded = _seconds(self.recorded_at, self.type, "recorded_at")
        if recorded < at:
            raise BadStory(f"The {self.type} is recorded before it happened. Swap at and recorded_at.")
        if self.retracted_at is not None:
            retracted = _seconds(self.retracted_at, self.type, "retracted_at")
            if self.type == "handed_over":
                raise BadStory("A handoff can't be retracted. Leave its retracted_at out.")
            if retracted < recorded:
                raise BadStory(f"The {self.type} is retracted before it was recorded. Mend retracted_at.")
        if self.type == "merged_earlier":
            if self.start is None:
                raise BadStory("The merged_earlier has no start. Add the handoff of the earlier twin.")
            start = _seconds(self.start, self.type, "start")
        elif self.type == "closure_added" and self.date is None:
            raise BadStory("The closure_added has no date. Add the date that is closed.")
        keep(self, "at_s", at)
        keep(self, "recorded_s", recorded)
        keep(self, "retracted_s", retracted)
        keep(self, "effect_s", at if self.type in _FROM_WHEN_IT_HAPPENED else recorded)
        keep(self, "start_s", start)

    def known_at(self, second: int) -> bool:
        """Recorded by then, and not undone by then."""
        return self.recorded_s <= second and (self.retracted_s is None or self.retracted_s > second)

    def as_data(self) -> dict[str, Any]:
        """The event as stories.md writes it; only the fields that say something."""
        data: dict[str, Any] = {"type": self.type, "at": instant_text(self.at)}
        if self.recorded_s != self.at_s:
            data["recorded_at"] = instant_text(self.recorded_at)
        if self.retracted_at is not None:
            data["retracted_at"] = instant_text(self.retracted_at)
        if self.type == "assigned":
            data["to"] = self.to
        elif self.type == "follow_up":
            data |= {"by": self.by, "connected": self.connected}
            data |= {name: True for name in ("automatic", "imported") if getattr(self, name)}
        elif self.type in ("paused", "rejected"):
            data["reason"] = self.reason
        elif self.type == "closure_added" and self.date is not None:
            data["date"] = self.date.isoformat()
        elif self.type == "merged_earlier":
            data["start"] = instant_text(self.start)
        return data


@dataclass(frozen=True, slots=True)
class Story:
    """The events of one handoff in the order they were listed, its signed terms and calendar, and
    the instant asked about. BadStory with a sentence for what stories.md calls a bad story.
    """

    id: Any
    terms: Terms
    calendar: Calendar
    events: tuple[Event, ...]
    as_of: datetime
    as_of_s: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep = object.__setattr__
        if not isinstance(self.events, tuple):
            keep(self, "events", tuple(self.events))
        keep(self, "as_of_s", _seconds(self.as_of, "story", "as_of"))
        handoffs = [event.at_s for event in self.events if event.type == "handed_over"]
        if len(handoffs) != 1:
            count = "no handoff" if not handoffs else f"{len(handoffs)} handoffs"
            raise BadStory(f"The story has {count}. It needs exactly one handed_over.")
        first = min(handoffs + [event.start_s for event in self.events if event.start_s is not None])
        for event in self.events:
            if event.at_s < first and event.type not in BEFORE_THE_START:
                raise BadStory(
                    f"The {event.type} of {instant_text(event.at)} lies before the start. "
                    "Only assignments and closures may."
                )

    @property
    def handoff(self) -> Event:
        return next(event for event in self.events if event.type == "handed_over")

    def as_data(self) -> dict[str, Any]:
        """The story as one line of a judge's file."""
        return {
            "id": self.id,
            "terms": self.terms.as_data(),
            "calendar": self.calendar.as_data(),
            "events": [event.as_data() for event in self.events],
            "as_of": instant_text(self.as_of),
        }


def parse_story(data: Any) -> Story:
    """The story of a decoded JSON object; BadStory with one sentence where it can't be judged.

    Decimals are best decoded with `parse_float=Decimal`, so that a warn_share stays exact.
    """
    try:
        identity = required(data, "id", "The story")
        if isinstance(identity, bool) or not isinstance(identity, str | int):
            raise BadStory("The id of the story is no text. Give it one.")
        events = required(data, "events", "The story")
        if not isinstance(events, list):
            raise BadStory("The events are no list. Write them as [{...}, ...].")
        return Story(
            id=identity,
            terms=Terms.from_data(required(data, "terms", "The story")),
            calendar=calendar_of(required(data, "calendar", "The story")),
            events=tuple([_event(event) for event in events]),
            as_of=_instant(required(data, "as_of", "The story"), "story", "as_of"),
        )
    except BadStory:
        raise
    except (ValueError, OverflowError) as error:
        raise BadStory(str(error)) from None


def _event(data: Any) -> Event:
    kind = required(data, "type", "An event")
    if not isinstance(kind, str) or kind not in EVENT_TYPES:
        raise BadStory(f"{kind!r} is no type of event. Use one of {', '.join(EVENT_TYPES)}.")
    at = _instant(required(data, "at", f"The {kind}"), kind, "at")
    recorded_at = _maybe_instant(data, kind, "recorded_at")
    retracted_at = _maybe_instant(data, kind, "retracted_at")
    more = _MORE.get(kind)
    return Event(kind, at, recorded_at, retracted_at, **(more(data) if more else {}))


def _assigned(data: Mapping[str, Any]) -> dict[str, Any]:
    to = required(data, "to", "The assigned")
    return {"to": None if to is None else string(to, "The to of an assigned")}


def _follow_up(data: Mapping[str, Any]) -> dict[str, Any]:
    by = required(data, "by", "The follow_up")
    found: dict[str, Any] = {"by": None if by is None else string(by, "The by of a follow_up")}
    for name in ("connected", "automatic", "imported"):
        if name in data:
            found[name] = flag(data[name], f"The {name} of a follow_up")
    return found


def _paused(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": string(required(data, "reason", "The paused"), "The reason of a pause")}


def _rejected(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": string(required(data, "reason", "The rejected"), "The reason of a rejection")}


def _closure_added(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"date": day_of(required(data, "date", "The closure_added"))}


def _merged_earlier(data: Mapping[str, Any]) -> dict[str, Any]:
    start = required(data, "start", "The merged_earlier")
    return {"start": _instant(start, "merged_earlier", "start")}


_MORE = {
    "assigned": _assigned,
    "follow_up": _follow_up,
    "paused": _paused,
    "rejected": _rejected,
    "closure_added": _closure_added,
    "merged_earlier": _merged_earlier,
}

_FRACTION = re.compile(r"[.,]\d*[1-9]")


def _instant(value: Any, kind: str, name: str) -> datetime:
    """An ISO text with an offset and whole seconds as that instant in UTC."""
    if not isinstance(value, str):
        raise BadStory(f"The {name} of the {kind} is {value!r}. Write it as 2026-11-20T15:00:00+01:00.")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadStory(
            f"The {name} of the {kind} is {value!r}, no instant. Write it as 2026-11-20T15:00:00+01:00."
        ) from None
    if at.tzinfo is None:
        raise BadStory(f"The {name} of the {kind}, {value}, has no offset. Add one, such as +01:00 or Z.")
    if _FRACTION.search(value):
        raise BadStory(f"The {name} of the {kind}, {value}, has a fraction of a second. Give whole seconds.")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise BadStory(f"The {name} of the {kind}, {value}, lies outside the years 1 to 9999.") from None


def _maybe_instant(data: Mapping[str, Any], kind: str, name: str) -> datetime | None:
    value = data.get(name)
    return None if value is None else _instant(value, kind, name)


def _seconds(at: Any, kind: str, name: str) -> int:
    if not isinstance(at, datetime):
        raise BadStory(f"The {name} of the {kind} is {at!r}. Give an aware datetime.")
    try:
        return seconds_of(at)
    except ValueError as error:
        raise BadStory(f"The {name} of the {kind}: {error}") from None


def instant_text(at: datetime | None) -> str | None:
    """An aware instant as YYYY-MM-DDTHH:MM:SSZ; None stays None."""
    if at is None:
        return None
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}Z"
