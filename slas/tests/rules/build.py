"""Stories and calendars for tests: short to write, and random ones for hypothesis.

Random instants lie on quarters of an hour, so that boundaries meet often and the oracle can walk.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from slas.rules.clock import Story, judge, parse_story

CASES = Path(__file__).parent / "cases"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
QUARTER = 900

TERMS: dict[str, Any] = {
    "window_seconds": 4 * 3600,
    "hours": "business",
    "counts": "attempt",
    "warn_share": 0.75,
    "late_entry_grace_seconds": 86_400,
    "pause_reasons": ["wrong_contact_data"],
    "pause_cap_seconds": 8 * 3600,
    "acceptance_seconds": None,
    "depth": None,
}
CALENDAR: dict[str, Any] = {"tz": "Europe/Copenhagen", "week": OFFICE, "holidays": [], "special": {}}


def at(text: str) -> datetime:
    """ "Mon 09:00" or "Tue+1 09:00" (a week later) of June 2026, Copenhagen; Monday is the 1st."""
    day, time = text.split()
    name, _, weeks = day.partition("+")
    number = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(name) + 7 * int(weeks or 0)
    hour, minute, *second = (int(part) for part in time.split(":"))
    return datetime(2026, 6, 1 + number, hour, minute, *second, tzinfo=COPENHAGEN)


def event(kind: str, when: str, recorded: str | None = None, **more: Any) -> dict[str, Any]:
    data = {"type": kind, "at": at(when).isoformat(), **more}
    if kind == "follow_up":
        data = {"by": "rita"} | data
    if kind in ("paused", "rejected"):
        data = {"reason": "wrong_contact_data"} | data
    if recorded is not None:
        data["recorded_at"] = at(recorded).isoformat()
    return data


def story(as_of: str, *events: dict[str, Any], start: str = "Mon 09:00", **terms: Any) -> Story:
    """A story handed over on Monday 09:00 in a 9-17 week, with a window of 4 business hours."""
    calendar = terms.pop("calendar", CALENDAR)
    return parse_story(
        {
            "id": "t",
            "terms": TERMS | terms,
            "calendar": calendar,
            "events": [event("handed_over", start), *events],
            "as_of": at(as_of).isoformat(),
        }
    )


def state(as_of: str, *events: dict[str, Any], **terms: Any) -> str:
    return judge(story(as_of, *events, **terms)).speed.state


def local(instant: datetime | None) -> str | None:
    """An instant as "Mon 13:00" or "Mon+1 13:00" in Copenhagen."""
    if instant is None:
        return None
    here = instant.astimezone(COPENHAGEN)
    weeks = (here.date() - date(2026, 6, 1)).days // 7
    return f"{here:%a}{f'+{weeks}' if weeks else ''} {here:%H:%M}"


# -- random ones ------------------------------------------------------------------------------------

# Around the spring change of the clock, so that it takes part.
FIRST = datetime(2026, 3, 23, 0, 0, tzinfo=ZoneInfo("UTC"))
DAYS = 14

WEEKS = (
    OFFICE,
    {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
        "wed": [["09:00", "17:00"]],
        "sun": [["00:00", "24:00"]],
    },
    {"tue": [["22:00", "24:00"]], "wed": [["00:00", "06:00"]], "fri": [["12:00", "13:00"]]},
    {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
)
DATES = [(FIRST + timedelta(days=number)).date().isoformat() for number in range(-2, DAYS + 3)]
HOURS = ([], [["10:00", "14:00"]], [["08:00", "09:30"], ["15:00", "24:00"]])

calendars = st.fixed_dictionaries(
    {
        "tz": st.sampled_from(
            ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
        ),
        "week": st.sampled_from(WEEKS),
        "holidays": st.lists(st.sampled_from(DATES), max_size=2, unique=True),
        "special": st.dictionaries(st.sampled_from(DATES), st.sampled_from(HOURS), max_size=2),
    }
)
_quarters = st.integers(0, 40).map(lambda number: number * QUARTER)
terms = st.fixed_dictionaries(
    {
        "window_seconds": st.integers(1, 64).map(lambda number: number * QUARTER),
        "hours": st.sampled_from(["business", "business", "elapsed"]),
        "counts": st.sampled_from(["attempt", "connection"]),
        "warn_share": st.sampled_from([0, 0.5, 0.75, 1]),
        "late_entry_grace_seconds": _quarters,
        "pause_reasons": st.sampled_from([["a"], ["a", "b"], []]),
        "pause_cap_seconds": st.none() | _quarters,
        "acceptance_seconds": st.none() | st.integers(1, 64).map(lambda number: number * QUARTER),
        "depth": st.none()
        | st.fixed_dictionaries(
            {
                "attempts": st.integers(1, 3),
                "days": st.integers(1, 2),
                "within_business_days": st.integers(1, 4),
            }
        ),
    }
)


def _text(quarters: int) -> str:
    return (FIRST + timedelta(seconds=quarters * QUARTER)).isoformat()


_LAST = DAYS * 96
_KINDS = (
    *("follow_up", "follow_up", "follow_up", "paused", "paused", "resumed", "resumed", "assigned"),
    *("rejected", "rejected", "disputed", "upheld", "overturned", "accepted", "advanced"),
    *("closure_added", "closure_added", "merged_earlier"),
)


@st.composite
def events(draw: Any, handed_over: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(_KINDS))
    moment = handed_over + draw(st.integers(0, 40) | st.integers(0, 96 * 7))
    recorded = moment + draw(st.just(0) | st.integers(0, 60))
    data = {"type": kind, "at": _text(moment), "recorded_at": _text(recorded)}
    if draw(st.integers(0, 9)) == 0:
        data["retracted_at"] = _text(recorded + draw(st.integers(0, 200)))
    if kind == "follow_up":
        data |= {name: draw(st.booleans()) for name in ("connected", "imported")}
        data |= {"by": "rita", "automatic": draw(st.integers(0, 5)) == 0}
    elif kind in ("paused", "rejected"):
        data["reason"] = draw(st.sampled_from(["a", "a", "b"]))
    elif kind == "assigned":
        data["to"] = draw(st.sampled_from(["rita", "raj", None]))
    elif kind == "closure_added":
        data["date"] = draw(st.sampled_from(DATES))
    elif kind == "merged_earlier":
        data["start"] = _text(handed_over - draw(st.integers(-20, 96)))
    return data


@st.composite
def story_data(draw: Any) -> dict[str, Any]:
    """A good story as JSON data: every type of event, before and after `as_of`."""
    handed_over = draw(st.integers(100, 500))
    handoff = {"type": "handed_over", "at": _text(handed_over)}
    if draw(st.integers(0, 4)) == 0:
        handoff["recorded_at"] = _text(handed_over + draw(st.integers(0, 30)))
    told = draw(st.lists(events(handed_over), min_size=2, max_size=10))
    # What the earlier twin did lies before this handoff, and is known only with the merge.
    starts = [datetime.fromisoformat(e["start"]) for e in told if e["type"] == "merged_earlier"]
    for entry in told:
        if starts and entry["type"] not in ("merged_earlier", "closure_added") and draw(st.booleans()):
            moment = max(min(starts), FIRST).isoformat()
            entry |= {"at": min(moment, entry["at"])}
    return {
        "id": "r",
        "terms": draw(terms),
        "calendar": draw(calendars),
        "events": draw(st.permutations([handoff, *told])),
        "as_of": _text(handed_over + draw(st.integers(-4, 60) | st.integers(0, 96 * 8))),
    }
