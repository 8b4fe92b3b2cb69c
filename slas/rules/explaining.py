"""Why a verdict is what it is, in sentences with numbers (product section 3 rule 15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from slas.rules.clock import project
from slas.rules.counting import closed_spans
from slas.rules.describing import agreed_time
from slas.rules.story import Event, Story
from slas.rules.verdict import Projection, Verdict
from slas.rules.words import counted, duration, exact_duration, instant, listed, plain, weekday_date
from slas.rules.zones import instant_of, local_day, seconds_of

MOST_DAYS = 14  # openings are named day by day up to here, then summed up


class Line(NamedTuple):
    """One sentence and what it is about: start, hours, skipped, pause, deadline, stop, used, held,
    late, acceptance or depth."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`headline` says the verdict; `lines` say why, in the order in which things happened."""

    headline: str
    lines: tuple[Line, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.headline, *(line.text for line in self.lines))

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    def about(self, subject: str) -> str:
        """The sentences about one subject; empty if there is none."""
        return " ".join(line.text for line in self.lines if line.subject == subject)


def explain(story: Story, verdict: Verdict, names: Mapping[str, str] | None = None) -> Explanation:
    """The verdict of `judge(story)` in sentences. `names` maps the story's names to those on screen."""
    if verdict.start is None or verdict.speed.elapsed_seconds is None:
        told = instant(story.as_of, story.calendar.tz, story.as_of)
        return Explanation(f"Not started: on {told} no handoff was known.", ())
    teller = _Teller(story, verdict, verdict.start, names or {})
    return Explanation(teller.headline(), tuple(teller.lines()))


class _Teller:
    """The story, its verdict and projection, and the words for them."""

    def __init__(self, story: Story, verdict: Verdict, start: datetime, names: Mapping[str, str]) -> None:
        self.story, self.verdict, self.start, self._names = story, verdict, start, names
        self.speed = verdict.speed
        self.calendar = story.calendar
        self.projection: Projection = project(story)
        self.known = sorted(
            (event for event in story.events if event.known_at(story.as_of_s)),
            key=lambda event: event.effect_s,
        )

    # -- words --------------------------------------------------------------------------------------

    def at(self, moment: datetime) -> str:
        return instant(moment, self.calendar.tz, self.story.as_of)

    def name(self, person: str | None) -> str:
        return "nobody" if person is None else self._names.get(person, person)

    @property
    def kind(self) -> str:
        return self.story.terms.hours

    @property
    def window(self) -> str:
        return exact_duration(self.story.terms.window_seconds)

    @property
    def used(self) -> str:
        return duration(self.speed.countable_seconds or 0)

    # -- the headline -------------------------------------------------------------------------------

    def headline(self) -> str:
        return getattr(self, f"_{self.speed.state}")()

    def _met(self) -> str:
        late = ", entered late" if self.speed.entered_late else ""
        return f"Met: {self._who_stopped()}, with {self.used} of {self.window} used{late}."

    def _breached(self) -> str:
        deadline = self.verdict.deadline or self.start
        if self.speed.stopped_at is None:
            late = duration(int((self.story.as_of - deadline).total_seconds()))
            return f"{late} late. Nobody has followed up yet; the deadline was {self.at(deadline)}."
        after = duration(self.speed.worked_after_seconds or 0)
        return f"Breached, worked after {after}: {self._who_stopped()}."

    def _excluded(self) -> str:
        event = self._rejection()
        reason = f" as {plain(event.reason)}" if event and event.reason else ""
        return f"Excluded: Sales rejected it{reason} on {self.at(self.speed.stopped_at or self.start)}."

    def _paused(self) -> str:
        event = self._pause_event(seconds_of(self.projection.pauses[-1].begin))
        reason = f" for {plain(event.reason)}" if event and event.reason else ""
        return f"Paused{reason}: {self.used} of {self.window} {self.kind} time are used."

    def _at_risk(self) -> str:
        return f"At risk: {self._left()}."

    def _running(self) -> str:
        return f"Running: {self._left()}."

    def _left(self) -> str:
        left = self.story.terms.window_seconds - (self.speed.countable_seconds or 0)
        due = f"due {self.at(self.verdict.deadline)}" if self.verdict.deadline else "the deadline is open"
        return f"{duration(left)} of {self.window} {self.kind} time left, {due}"

    # -- the lines ----------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        parts = (
            ("start", self._start_line()),
            ("hours", self._hours_line()),
            ("skipped", self._skipped_line()),
            *(("pause", text) for text in self._pause_lines()),
            ("deadline", self._deadline_line()),
            ("stop", self._stop_line()),
            ("late", self._late_line()),
            ("used", self._used_line()),
            ("held", self._held_line()),
            ("acceptance", self._acceptance_line()),
            ("depth", self._depth_line()),
        )
        return [Line(subject, text) for subject, text in parts if text]

    def _start_line(self) -> str:
        text = f"Handed over on {self.at(self.start)}"
        if self.start != self.story.handoff.at:
            text += f", the earlier of merged leads (this one on {self.at(self.story.handoff.at)})"
        if self.kind == "elapsed":
            return f"{text}; every second counts from then on."
        opens, _ = self.calendar.next_opening(self.start)
        return f"{text}." if opens <= self.start else f"{text}; counting begins on {self.at(opens)}."

    def _until(self) -> datetime:
        """The end of what is explained: what stopped the clock, else the deadline, else now."""
        stopped = None if self.speed.state == "breached" else self.speed.stopped_at
        return stopped or self.verdict.deadline or self.story.as_of

    def _hours_line(self) -> str:
        if self.kind == "elapsed":
            return ""
        spans = self._open_spans()
        if not spans:
            return "No opening hours lie in this time."
        days = sorted({day for day, _, _ in spans})
        total = duration(sum(b - a for _, a, b in spans))
        if len(days) > MOST_DAYS:
            dates = f"{weekday_date(days[0], self._today)} to {weekday_date(days[-1], self._today)}"
            return f"Opening hours on {counted(len(days), 'day')}, {dates}: {total}."
        told = [
            f"{weekday_date(day, self._today)} {self._clock(a)} to {self._clock(b)}" for day, a, b in spans
        ]
        return f"Opening hours counted: {listed(told)} ({total})."

    @property
    def _today(self) -> date:
        return local_day(self.story.as_of, self.calendar.tz)

    def _clock(self, second: int) -> str:
        return f"{instant_of(second).astimezone(self.calendar.zone):%H:%M}"

    def _open_spans(self) -> list[tuple[date, int, int]]:
        """(date, from, to): openings between the start and the end, closures cut out."""
        begin, end = seconds_of(self.start), seconds_of(self._until())
        cut = closed_spans(self.calendar, self._closures())
        spans = []
        for day in self._days():
            for opens, closes in self.calendar.openings_s(day):
                closes = min([closes, *(a for a, b in cut if opens <= a < closes)])
                if max(opens, begin) < min(closes, end):
                    spans.append((day, max(opens, begin), min(closes, end)))
        return spans

    def _days(self) -> list[date]:
        first, last = (local_day(at, self.calendar.tz) for at in (self.start, self._until()))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _closures(self) -> dict[date, int]:
        closures: dict[date, int] = {}
        for event in self.known:
            if event.type == "closure_added" and event.date is not None:
                closures.setdefault(event.date, event.effect_s)
        return closures

    def _skipped_line(self) -> str:
        if self.kind == "elapsed":
            return ""
        days = self._days()
        skipped = [
            f"{weekday_date(day, self._today)} (holiday)"
            for day in days
            if day in self.calendar.holidays
            and (self.calendar.week[day.weekday()] or self.calendar.special.get(day))
        ]
        closures = self._closures()
        for day in days:
            openings = self.calendar.openings_s(day)
            if day in closures and openings and closures[day] < openings[-1][1]:
                known = self.at(instant_of(closures[day]))
                skipped.append(f"{weekday_date(day, self._today)} (closed, recorded {known})")
        return f"Skipped: {listed(skipped)}." if skipped else ""

    def _pause_lines(self) -> list[str]:
        texts = []
        for begin, end in self.projection.pauses:
            event = self._pause_event(seconds_of(begin))
            reason = f" for {plain(event.reason)}" if event and event.reason else ""
            text = f"Paused{reason} from {self.at(begin)}"
            if end is None:
                text += " until somebody resumes it"
            else:
                text += f" to {self.at(end)}"
                resumed = any(e.type == "resumed" and e.effect_s == seconds_of(end) for e in self.known)
                cap = self.story.terms.pause_cap_seconds
                if not resumed and cap is not None:
                    text += f", when the cap of {exact_duration(cap)} is used up"
            texts.append(f"{text}.")
        return texts

    def _pause_event(self, second: int) -> Event | None:
        reasons = self.story.terms.pause_reasons
        return next(
            (e for e in self.known if e.type == "paused" and e.effect_s == second and e.reason in reasons),
            None,
        )

    def _deadline_line(self) -> str:
        window = f"The window of {agreed_time(self.story.terms.window_seconds, self.kind)}"
        if self.verdict.deadline is None:
            return f"{window} has no deadline yet: it is paused."
        verb = "ended" if self.story.as_of > self.verdict.deadline else "ends"
        text = f"{window} {verb} on {self.at(self.verdict.deadline)}"
        if self.verdict.warn_at is None:
            return f"{text}."
        return f"{text}; at risk from {self.at(self.verdict.warn_at)}."

    def _stopping(self) -> Event | None:
        """The follow-up that stopped the clock, or worked the breach."""
        if self.speed.stopped_at is None or self.speed.state == "excluded":
            return None
        second, terms = seconds_of(self.speed.stopped_at), self.story.terms
        found = [
            event
            for event in self.known
            if event.type == "follow_up"
            and event.at_s == second
            and not event.automatic
            and (terms.counts == "attempt" or event.connected)
        ]
        if not self.speed.entered_late and self.verdict.deadline is not None:
            limit = seconds_of(self.verdict.deadline)
            in_time = [event for event in found if event.imported or event.recorded_s <= limit]
            found = in_time or found
        return found[0] if found else None

    def _who_stopped(self) -> str:
        event = self._stopping()
        who = self.name(event.by) if event and event.by else "somebody"
        how = "reached the lead" if event and event.connected else "followed up"
        text = f"{who} {how} on {self.at(self.speed.stopped_at or self.start)}"
        return text + (" (imported)" if event and event.imported else "")

    def _rejection(self) -> Event | None:
        second = seconds_of(self.speed.stopped_at or self.start)
        return next((e for e in self.known if e.type == "rejected" and e.effect_s == second), None)

    def _stop_line(self) -> str:
        state = self.speed.state
        if state == "excluded":
            return f"The rejection of {self.at(self.speed.stopped_at or self.start)} stopped the clock."
        if self.speed.stopped_at is None:
            return "Nothing has stopped the clock."
        verb = "stopped the clock" if state == "met" else "came after the deadline"
        return f"The follow-up of {self.at(self.speed.stopped_at)} {verb}."

    def _late_line(self) -> str:
        event = self._stopping()
        if not self.speed.entered_late or event is None or self.verdict.deadline is None:
            return ""
        recorded = instant_of(event.recorded_s)
        late = duration(event.recorded_s - seconds_of(self.verdict.deadline))
        grace = exact_duration(self.story.terms.late_entry_grace_seconds)
        return (
            f"It was entered late, on {self.at(recorded)}, {late} after the deadline; "
            f"the grace for that is {grace}."
        )

    def _used_line(self) -> str:
        elapsed = duration(self.speed.elapsed_seconds or 0)
        until = "until now" if self.speed.stopped_at is None else "until then"
        if self.kind == "elapsed":
            return f"Time that counts {until}: {self.used}, of {self.window} agreed; {elapsed} in all."
        return f"Business time {until}: {self.used}, of {self.window} agreed; {elapsed} by the wall clock."

    def _held_line(self) -> str:
        spells = self._spells()
        told = [f"{self.name(who)} from {self.at(begin)}" for who, begin in spells]
        text = f"Held by {listed(told, 'then')}." if len(told) < 2 else f"Held by {', then '.join(told)}."
        if self.speed.state != "breached":
            return text
        if self.speed.holder_at_deadline is None:
            return f"{text} Nobody held it at the deadline, so the breach counts for routing."
        holder = self.name(self.speed.holder_at_deadline)
        return f"{text} The breach counts for {holder}, who held it at the deadline."

    def _spells(self) -> list[tuple[str | None, datetime]]:
        """Who held it from when, from the start to the end of what is explained."""
        begin, end = seconds_of(self.start), seconds_of(self.speed.stopped_at or self.story.as_of)
        spells: list[tuple[str | None, int]] = [(None, begin)]
        for event in self.known:
            if event.type != "assigned" or event.effect_s > end:
                continue
            since = max(event.effect_s, begin)
            if spells[-1][1] == since:
                spells.pop()
            if not spells or spells[-1][0] != event.to:
                spells.append((event.to, since))
        return [(who, instant_of(since)) for who, since in spells]

    def _acceptance_line(self) -> str:
        acceptance = self.verdict.acceptance
        if acceptance is None:
            return ""
        deadline = self.at(acceptance.deadline)
        return {
            "pending": f"Sales has until {deadline} to accept or reject it.",
            "accepted": f"Accepted on {self._moment('accepted_at')}, by {deadline} as agreed.",
            "accepted_by_silence": f"Accepted by silence: nobody rejected it by {deadline}.",
            "rejected": f"Rejected on {self._moment('rejected_at')}; that was possible until {deadline}.",
        }[acceptance.state]

    def _moment(self, field: str) -> str:
        moment = getattr(self.projection, field)
        return self.at(moment) if moment else "an unknown day"

    def _depth_line(self) -> str:
        depth, terms = self.verdict.depth, self.story.terms.depth
        if depth is None or terms is None:
            return ""
        made = f"{counted(depth.attempts, 'attempt')} on {counted(depth.days, 'day')}"
        asked = f"{counted(terms.attempts, 'attempt')} on {counted(terms.days, 'different day')}"
        word = {"met": "Depth is met", "breached": "Depth is breached", "excluded": "Depth is excluded"}
        told = word.get(depth.state, "Depth is running")
        by = f"{asked} by {self.at(depth.deadline)} ({counted(terms.within_business_days, 'business day')})"
        return f"{told}: {made}; promised are {by}."
