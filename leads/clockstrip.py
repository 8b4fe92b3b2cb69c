"""The clock of a handoff as a picture and a table: hours that counted, closed stretches, who held it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from leads.saying import lateness
from slas.rules.clock import Story, Verdict, holder_at, project
from slas.rules.counting import closed_spans
from slas.rules.words import duration
from slas.rules.zones import instant_of, local_day, seconds_of

WIDTH = 1180
MOST_DAYS = 40  # beyond these no picture is drawn: the words say it better
MOST_ROWS = 12
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    width: int
    look: str
    text: str = ""

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant that is named above the strip, on the first or the second line."""

    x: int
    text: str
    line: int = 0

    @property
    def anchor(self) -> str:
        return "start" if self.x < 70 else "end" if self.x > WIDTH - 90 else "middle"


@dataclass(slots=True)
class Strip:
    """Boxes of the time line, of what was used and late, of the holders; the table says the same in rows."""

    label: str
    stretches: list[Box] = field(default_factory=list)
    used: list[Box] = field(default_factory=list)
    late: list[Box] = field(default_factory=list)
    holders: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    total: str = ""
    deadline: str = ""

    @property
    def view_box(self) -> str:
        """Without the room of lines above the strip that nothing is written on."""
        top = {0: 24, 1: 12}.get(max((mark.line for mark in self.marks), default=0), 0)
        return f"0 {top} {WIDTH} {122 - top}"


def strip_of(story: Story, verdict: Verdict, names: Mapping[str, str]) -> Strip | None:
    """The picture of a judged story, in the zone of its calendar; None where there is nothing to draw."""
    if verdict.start is None or verdict.deadline is None:
        return None
    drawing = _Drawing(story, verdict, names)
    return drawing.strip() if drawing.pieces else None


class _Drawing:
    def __init__(self, story: Story, verdict: Verdict, names: Mapping[str, str]) -> None:
        assert verdict.start is not None  # noqa: S101 (strip_of asks)
        assert verdict.deadline is not None  # noqa: S101
        self.story, self.names = story, names
        self.zone = story.calendar.zone
        self.start, self.deadline = seconds_of(verdict.start), seconds_of(verdict.deadline)
        self.now = story.as_of_s
        stopped = verdict.speed.stopped_at
        self.stopped = seconds_of(stopped) if stopped else None
        self.state = verdict.speed.state
        # What is late is shown up to the end; months of it are cut, and said in words.
        self.until = self.now if self.stopped is None else self.stopped
        self.pauses = [
            (seconds_of(pause.begin), self.now if pause.end is None else seconds_of(pause.end))
            for pause in project(story).pauses
        ]
        self.end = self._end()
        self.pieces = self._pieces()
        self.places = self._places()

    # -- time ---------------------------------------------------------------------------------------

    def _end(self) -> int:
        last = max(self.deadline, self.until)
        room = self.deadline + max(2 * 86_400, self.deadline - self.start)
        return min(last, room)

    def _openings(self) -> list[Span]:
        """Openings from the start's to the end's, closures cut out; one for a window in elapsed time."""
        if self.story.terms.hours == "elapsed":
            return [(self.start, self.end)]
        first = local_day(instant_of(self.start), self.story.calendar.tz)
        last = local_day(instant_of(self.end), self.story.calendar.tz)
        if (last - first).days > MOST_DAYS:
            return []
        days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
        closures = {
            event.date: event.effect_s
            for event in reversed(self.story.events)
            if event.type == "closure_added" and event.date is not None and event.known_at(self.now)
        }
        cut = closed_spans(self.story.calendar, closures)
        found = []
        for day in days:
            for opens, closes in self.story.calendar.openings_s(day):
                closes = min([closes, *(a for a, _ in cut if opens <= a < closes)])
                if closes > opens:
                    found.append((opens, closes))
        return found

    def _pieces(self) -> list[tuple[bool, int, int]]:
        """(open, from, to) without a gap, from the opening in which it starts to the one in which it ends."""
        openings = [(a, b) for a, b in self._openings() if b > self.start and a < self.end]
        if not openings:
            return []
        cursor = min(self.start, openings[0][0]) if openings[0][0] <= self.start else self.start
        pieces = []
        for opens, closes in openings:
            if opens > cursor:
                pieces.append((False, cursor, opens))
            pieces.append((True, opens, closes))
            cursor = closes
        if cursor < self.end:
            pieces.append((False, cursor, self.end))
        return pieces

    def _places(self) -> list[Span]:
        """Where each piece lies: open ones by their length, closed ones all narrow."""
        shut = sum(not is_open for is_open, _, _ in self.pieces)
        gap = 70 if shut <= 3 else 30 if shut <= 8 else 8
        total = sum(b - a for is_open, a, b in self.pieces if is_open) or 1
        scale = (WIDTH - gap * shut) / total
        places, x = [], 0.0
        for is_open, a, b in self.pieces:
            width = (b - a) * scale if is_open else gap
            places.append((round(x), round(x + width)))
            x += width
        return places

    def x(self, second: int) -> int:
        for (_, a, b), (left, right) in zip(self.pieces, self.places, strict=True):
            if second <= b:
                return left + round((max(second, a) - a) / (b - a) * (right - left))
        return WIDTH

    def _open_parts(self, begin: int, end: int) -> list[Span]:
        """The open, unpaused parts of a stretch."""
        parts = [(max(a, begin), min(b, end)) for is_open, a, b in self.pieces if is_open]
        for low, high in self.pauses:
            parts = [
                cut for a, b in parts for cut in ((a, min(b, low)), (max(a, high), b)) if cut[1] > cut[0]
            ]
        return [(a, b) for a, b in parts if b > a]

    def _spells(self) -> list[tuple[str, int, int]]:
        """(name, from, to): who held it, from the start to the end of what is shown."""
        instants = {event.effect_s for event in self.story.events if event.type == "assigned"}
        end = min(self.until, self.end)
        cuts = [self.start, *sorted(each for each in instants if self.start < each < end), end]
        spells: list[tuple[str, int, int]] = []
        for a, b in pairwise(cuts):
            if b <= a:
                continue
            who = holder_at(self.story, instant_of(a))
            name = "nobody" if who is None else self.names.get(who, who)
            if spells and spells[-1][0] == name:
                spells[-1] = (name, spells[-1][1], b)
            else:
                spells.append((name, a, b))
        return spells

    # -- words --------------------------------------------------------------------------------------

    def _at(self, second: int, day: bool = False) -> str:
        local = instant_of(second).astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b} {local:%H:%M}" if day else f"{local:%a %H:%M}"

    def _stretch(self, a: int, b: int) -> str:
        begin, end = (instant_of(each).astimezone(self.zone) for each in (a, b))
        return f"{begin:%a} {begin.day} {begin:%b} {begin:%H:%M} to {end:%H:%M}"

    # -- the parts ----------------------------------------------------------------------------------

    def strip(self) -> Strip:
        counted = self._open_parts(self.start, min(self.deadline, self.until))
        strip = Strip(label="")
        strip.stretches = self._stretches()
        strip.used = [self._box(a, b, "used") for a, b in counted]
        if self.state == "breached":
            strip.late = [self._box(self.deadline, min(self.until, self.end), "over")]
        strip.holders = [self._held(name, a, b) for name, a, b in self._spells()]
        strip.marks = _spread(self._marks())
        strip.rows = self._rows()
        strip.total = duration(sum(b - a for a, b in counted))
        strip.deadline = self._at(self.deadline, day=True)
        strip.label = self._label(strip)
        if self.stopped is None and self.until < self.deadline:
            strip.total += " so far"
        return strip

    def _box(self, a: int, b: int, look: str, text: str = "") -> Box:
        left, right = self.x(a), self.x(b)
        return Box(left, max(right - left, 1), look, text)

    def _stretches(self) -> list[Box]:
        boxes = []
        for (is_open, a, _), (left, right) in zip(self.pieces, self.places, strict=True):
            width = right - left
            if is_open:
                begin = instant_of(a).astimezone(self.zone)
                text = f"{begin:%a} {begin.day} {begin:%b}" if width > 70 else f"{begin:%a}"
                boxes.append(Box(left, width, "open", text if width > 28 else ""))
            else:
                marked = (self.start, self.deadline, min(self.until, self.end))
                is_late = self.state == "breached" and a >= self.deadline
                is_bare = not is_late and not any(left < self.x(each) < right for each in marked)
                boxes.append(Box(left, width, "shut", "closed" if width >= 60 and is_bare else ""))
        boxes += [
            Box(box.x, box.width, "shut", "paused" if box.width > 50 else "")
            for a, b in self.pauses
            if b > self.start and a < self.end
            for box in [self._box(max(a, self.start), min(b, self.end), "shut")]
        ]
        return boxes

    def _held(self, name: str, a: int, b: int) -> Box:
        box = self._box(a, b, "nobody" if name == "nobody" else "hold")
        text = f"{name} since {self._at(a)}" if box.width > 7 * (len(name) + 16) else name
        return Box(box.x, box.width, box.look, text if box.width > 6.5 * len(text) else "")

    def _marks(self) -> list[Mark]:
        marks = [Mark(self.x(self.start), f"handoff {self._at(self.start)}")]
        marks.append(Mark(self.x(self.deadline), f"deadline {self._at(self.deadline)}"))
        told = {"met": "followed up", "breached": "followed up", "excluded": "rejected"}.get(self.state, "")
        word = told if self.stopped is not None else "now"
        at = self._at(self.until)
        if self.until > self.end:
            at = f"{at}, {lateness(self.until - self.deadline)} late"
        marks.append(Mark(self.x(min(self.until, self.end)), f"{word} {at}"))
        return marks

    def _rows(self) -> list[tuple[str, str, str]]:
        """Stretch, holder and time that counted; only sums where there are too many."""
        limit = min(self.deadline, self.until)
        found = [
            (name, a, b)
            for name, begin, end in self._spells()
            for a, b in self._open_parts(begin, min(end, limit))
        ]
        if len(found) <= MOST_ROWS:
            return [(self._stretch(a, b), name, duration(b - a)) for name, a, b in found]
        sums: dict[str, int] = {}
        for name, a, b in found:
            sums[name] = sums.get(name, 0) + b - a
        return [("in all", name, duration(seconds)) for name, seconds in sums.items()]

    def _label(self, strip: Strip) -> str:
        text = f"{strip.total} counted from the handoff on; the deadline is {strip.deadline}."
        if strip.late:
            text += f" It is over its deadline by {lateness(self.until - self.deadline)}."
        return text


def _spread(marks: list[Mark]) -> list[Mark]:
    """Marks whose words would run into each other take the second line."""
    placed: list[Mark] = []
    ends = [-999, -999, -999]
    for mark in sorted(marks, key=lambda each: each.x):
        size = 6.6 * len(mark.text)
        left = {"start": mark.x, "middle": mark.x - size / 2, "end": mark.x - size}[mark.anchor]
        line = next((number for number in (0, 1, 2) if ends[number] + 8 < left), 2)
        ends[line] = round(left + size)
        placed.append(Mark(mark.x, mark.text, line))
    return placed
