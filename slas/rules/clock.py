"""The one and only judge: a story in, a verdict out (stories.md, "The judge").

`project` reads what is known at `as_of` and follows it to its eventual instants; `judge` is that
reading at `as_of` itself. Both are pure: the same story gives the same answer, always.
Inside, instants are whole seconds since 1970.
"""

from datetime import date, datetime
from typing import NamedTuple

from slas.rules.business_time import Calendar
from slas.rules.counting import ClockTime, CountableTime, effective_pauses
from slas.rules.knowledge import Known, knowledge, ordered
from slas.rules.story import BadStory, Event, Story, instant_text, parse_story
from slas.rules.verdict import Acceptance, DepthVerdict, PausedSpan, Projection, Speed, Verdict
from slas.rules.windows import Depth, Terms
from slas.rules.zones import LAST_DAY, instant_of, local_day, seconds_of

__all__ = [
    "Acceptance",
    "BadStory",
    "DepthVerdict",
    "Event",
    "Projection",
    "Speed",
    "Story",
    "Verdict",
    "holder_at",
    "instant_text",
    "judge",
    "parse_story",
    "project",
]

_ACCEPTING = ("accepted", "advanced")


def judge(story: Story) -> Verdict:
    """What stories.md says of the story at its `as_of`; BadStory where an instant is out of range."""
    try:
        reading = _read(story)
    except ValueError as error:
        raise BadStory(str(error)) from None
    if reading is None:
        return Verdict(story.id, None, None, None, Speed("not_started"), None, None)
    return _verdict(story, reading)


def project(story: Story) -> Projection:
    """What is known at `story.as_of`, followed to the end if nothing more becomes known."""
    try:
        reading = _read(story)
    except ValueError as error:
        raise BadStory(str(error)) from None
    return Projection(as_of=story.as_of) if reading is None else reading.projection


def holder_at(story: Story, instant: datetime) -> str | None:
    """Who held it at the instant, as known at `as_of`: `to` of the last assignment in effect."""
    known = [event for event in story.events if event.known_at(story.as_of_s)]
    return _holder(ordered(e for e in known if e.type == "assigned"), seconds_of(instant))


# -- the reading -------------------------------------------------------------------------------------


class _Reading(NamedTuple):
    projection: Projection
    time: ClockTime


class _Stop(NamedTuple):
    """What ended the speed clock: outcome met, excluded, or None for work after the deadline."""

    outcome: str | None
    at: int
    entered_late: bool = False


def _read(story: Story) -> _Reading | None:
    known = knowledge(story)
    if known is None:
        return None
    terms, calendar, start = story.terms, story.calendar, known.start
    countable = CountableTime(terms.hours, calendar, known.closures)
    pauses = effective_pauses(known.pauses, countable, terms.pause_cap_seconds)
    time = ClockTime(start, countable, pauses)
    deadline = time.after(terms.window_seconds)
    accept_by = _acceptance_deadline(terms, countable, start)
    rejected = _valid_rejection(known.decisions, accept_by)
    stop = _stop(terms, known, deadline, rejected)
    held = pauses[-1] if pauses and (pauses[-1].end is None or pauses[-1].end > story.as_of_s) else None
    fields = {
        "warn_at": _instant(time.after(terms.warn_seconds)),
        "deadline": _instant(deadline),
        "paused": held is not None,
        "paused_until": _instant(held.end) if held else None,
        "pauses": tuple([PausedSpan(instant_of(p.begin), _instant(p.end)) for p in pauses]),
        "holder_at_deadline": _holder(known.assignments, deadline),
        "rejected_at": _instant(rejected),
        **_stopped(stop, start, deadline, time),
        **_first_follow_up(terms, known, calendar),
        **_acceptance(terms, known, accept_by, rejected),
        **_depth(terms, known, calendar, rejected),
    }
    return _Reading(Projection(as_of=story.as_of, start=instant_of(start), **fields), time)


def _verdict(story: Story, reading: _Reading) -> Verdict:
    """The projection at `as_of` itself."""
    p, now = reading.projection, story.as_of
    state = p.state_at(now)
    stopped = p.stopped_at is not None
    speed = Speed(
        state=state,
        stopped_at=p.stopped_at,
        entered_late=p.entered_late,
        countable_seconds=p.countable_seconds if stopped else reading.time.passed(story.as_of_s),
        elapsed_seconds=p.elapsed_seconds if stopped else story.as_of_s - reading.time.start,
        holder_at_deadline=p.holder_at_deadline if state == "breached" else None,
        worked_after_seconds=p.worked_after_seconds,
    )
    acceptance = depth = None
    if p.acceptance_deadline is not None:
        acceptance = Acceptance(p.acceptance_state_at(now) or "", p.acceptance_deadline)
    if p.depth_deadline is not None:
        depth = DepthVerdict(p.depth_state_at(now) or "", p.depth_deadline, p.attempts or 0, p.days or 0)
    return Verdict(story.id, p.start, p.deadline_shown(now), p.warn_shown(now), speed, acceptance, depth)


# -- speed -------------------------------------------------------------------------------------------


class _Made(NamedTuple):
    event: Event
    late: bool


def _made_by(deadline: int | None, follow_ups: list[Event], grace: int) -> list[_Made]:
    """ "Made by X: not automatic and start <= at <= X. Recorded after X and not imported it is a late
    entry: made by X only if recorded_at - X <= grace." A deadline of None lies after all that is known.
    """
    if deadline is None:
        return [_Made(event, False) for event in follow_ups]
    made = []
    for event in follow_ups:
        if event.at_s > deadline:
            break
        late = event.recorded_s > deadline and not event.imported
        if not late or event.recorded_s - deadline <= grace:
            made.append(_Made(event, late))
    return made


def _counting(terms: Terms, follow_ups: list[Event]) -> list[Event]:
    """ "It counts for speed where `counts` is attempt or it is connected." """
    if terms.counts == "attempt":
        return follow_ups
    return [event for event in follow_ups if event.connected]


def _stop(terms: Terms, known: Known, deadline: int | None, rejected: int | None) -> _Stop | None:
    counting = _counting(terms, known.follow_ups)
    made = _made_by(deadline, counting, terms.late_entry_grace_seconds)
    # Excluded: "a valid rejection took effect at or before the deadline and before the `at` of every
    # counting follow-up made by the deadline".
    in_time = rejected is not None and (deadline is None or rejected <= deadline)
    if rejected is not None and in_time and (not made or rejected < made[0].event.at_s):
        return _Stop("excluded", rejected)
    # Met: "the first counting one made by the deadline stops the clock; late entries come after all".
    if made:
        first = next((entry for entry in made if not entry.late), made[0])
        return _Stop("met", first.event.at_s, first.late)
    # Breached: "the first known one after the deadline that counts, whenever recorded".
    if deadline is None:
        return None
    worked = next((event.at_s for event in counting if event.at_s > deadline), None)
    return None if worked is None else _Stop(None, worked)


def _stopped(stop: _Stop | None, start: int, deadline: int | None, time: ClockTime) -> dict:
    if stop is None:
        return {}
    after = None if stop.outcome or deadline is None else stop.at - deadline
    return {
        "outcome": stop.outcome,
        "outcome_at": instant_of(stop.at) if stop.outcome else None,
        "stopped_at": instant_of(stop.at),
        "entered_late": stop.entered_late,
        "countable_seconds": time.passed(stop.at),
        "elapsed_seconds": stop.at - start,
        "worked_after_seconds": after,
    }


def _holder(assignments: list[Event], instant: int | None) -> str | None:
    """ "`to` of the last `assigned` in effect at or before the deadline"; None: nobody."""
    holder = None
    for event in assignments:
        if instant is not None and event.effect_s > instant:
            break
        holder = event.to
    return holder


def _first_follow_up(terms: Terms, known: Known, calendar: Calendar) -> dict:
    counting = _counting(terms, known.follow_ups)
    if not counting:
        return {}
    business = CountableTime("business", calendar, known.closures)
    return {
        "first_follow_up_at": instant_of(counting[0].at_s),
        "first_follow_up_business_seconds": business.passed(known.start, counting[0].at_s),
    }


# -- acceptance --------------------------------------------------------------------------------------


def _acceptance_deadline(terms: Terms, countable: CountableTime, start: int) -> int | None:
    """ "The instant at which that many countable seconds have passed, pauses ignored." """
    return None if terms.acceptance_seconds is None else countable.after(start, terms.acceptance_seconds)


def _valid_rejection(decisions: list[Event], accept_by: int | None) -> int | None:
    """The first rejection that "comes before any accepted or advanced, at or before the acceptance
    deadline if there is one, and no known overturned follows it"; when it took effect.
    """
    valid = None
    open_to_rejection = True
    for event in decisions:
        if event.type in _ACCEPTING:
            open_to_rejection = False
        elif event.type == "overturned":
            valid = None
        elif event.type == "rejected" and open_to_rejection and valid is None:
            in_time = accept_by is None or event.effect_s <= accept_by
            valid = event.effect_s if in_time else None
    return valid


def _acceptance(terms: Terms, known: Known, accept_by: int | None, rejected: int | None) -> dict:
    """ "`rejected` if there is a valid rejection; else `accepted` if an accepted or advanced took
    effect, or a connected follow-up was made, by the deadline."
    """
    fields: dict = {"acceptance_deadline": _instant(accept_by)}
    windowed = accept_by is not None
    if rejected is not None:
        return fields | {"acceptance_outcome": "rejected" if windowed else None}
    made = _made_by(accept_by, known.follow_ups, terms.late_entry_grace_seconds)
    accepting = [event.effect_s for event in known.decisions if event.type in _ACCEPTING]
    accepting += [entry.event.at_s for entry in made if entry.event.connected]
    first = min(accepting, default=None)
    if first is None or (accept_by is not None and first > accept_by):
        return fields
    return fields | {
        "acceptance_outcome": "accepted" if windowed else None,
        "accepted_at": instant_of(first),
    }


# -- depth -------------------------------------------------------------------------------------------


def _depth(terms: Terms, known: Known, calendar: Calendar, rejected: int | None) -> dict:
    if terms.depth is None:
        return {}
    deadline = _depth_deadline(terms.depth, known, calendar)
    made = _made_by(deadline, known.follow_ups, terms.late_entry_grace_seconds)
    dates = [local_day(entry.event.at, calendar.tz) for entry in made]
    met_at = _depth_met_at(terms.depth, made, dates)
    # Excluded: "a valid rejection or an advanced took effect at or before the deadline and before it
    # was met".
    ends = [event.effect_s for event in known.decisions if event.type == "advanced"]
    ends += [] if rejected is None else [rejected]
    first = min((end for end in ends if end <= deadline), default=None)
    excluded = first is not None and (met_at is None or first < met_at)
    outcome_at = first if excluded else met_at
    return {
        "depth_deadline": instant_of(deadline),
        "depth_outcome": "excluded" if excluded else None if met_at is None else "met",
        "depth_outcome_at": _instant(outcome_at),
        "depth_met_at": None if excluded else _instant(met_at),
        "attempts": len(made),
        "days": len(set(dates)),
    }


def _depth_met_at(depth: Depth, made: list[_Made], dates: list[date]) -> int | None:
    """ "Met at the first of them that is connected or completes both numbers." """
    seen: set[date] = set()
    for number, (entry, day) in enumerate(zip(made, dates, strict=True), start=1):
        seen.add(day)
        if entry.event.connected or (number >= depth.attempts and len(seen) >= depth.days):
            return entry.event.at_s
    return None


def _depth_deadline(depth: Depth, known: Known, calendar: Calendar) -> int:
    """The last closing of business day N. "Business days are local dates with any opening, less those
    whose closure was recorded before their last closing; day 1 is the start's date if it is one and
    closes after the start, else the next business day. Pauses are ignored."
    """
    left = depth.within_business_days
    first = local_day(instant_of(known.start), calendar.tz)
    # Where there are not even so many dates, no need to walk through eight thousand years to say so.
    closings = calendar.closings_from(first) if left <= (LAST_DAY - first).days else ()
    for closing in closings:
        recorded = known.closures.get(closing.day)
        if closing.at <= known.start or (recorded is not None and recorded < closing.at):
            continue
        left -= 1
        if left == 0:
            return closing.at
    raise ValueError("Depth ends beyond the year 9999. Give fewer business days.")


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant_of(seconds)
