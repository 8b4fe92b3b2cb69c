"""A second reading of the rules, slow and plain: it walks the time in quarters of an hour.

It shares nothing with the code it checks but the standard library: local wall times come from
zoneinfo, seconds are counted by walking, instants are found by walking.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FAR = 96 * 120


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


class Walk:
    """Which quarters are open, by the wall clock of the calendar's zone."""

    def __init__(self, calendar: dict[str, Any]) -> None:
        self.zone = ZoneInfo(calendar["tz"])
        self.calendar = calendar
        self._seen: dict[datetime, bool] = {}

    def hours(self, day: date) -> list[list[str]]:
        if day.isoformat() in self.calendar["holidays"]:
            return []
        special = self.calendar["special"].get(day.isoformat())
        return self.calendar["week"].get(NAMES[day.weekday()], []) if special is None else special

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def is_open(self, moment: datetime) -> bool:
        if moment not in self._seen:
            here = moment.astimezone(self.zone)
            minute = here.hour * 60 + here.minute
            self._seen[moment] = any(_minute(a) <= minute < _minute(b) for a, b in self.hours(here.date()))
        return self._seen[moment]

    def closing(self, day: date) -> datetime | None:
        """The end of the last open quarter of the local date."""
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(hours=36)
        last = None
        for _ in range(96 * 3):
            if self.day(moment) == day and self.is_open(moment):
                last = moment + STEP
            moment += STEP
        return last


def _t(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _z(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Oracle:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.terms = data, data["terms"]
        self.walk = Walk(data["calendar"])
        self.as_of = _t(data["as_of"])
        told = []
        for number, entry in enumerate(data["events"]):
            happened, recorded = _t(entry["at"]), _t(entry.get("recorded_at") or entry["at"])
            gone = _t(entry.get("retracted_at"))
            if recorded <= self.as_of and not (gone is not None and gone <= self.as_of):
                effect = happened if entry["type"] in ("handed_over", "follow_up") else recorded
                told.append((effect, number, entry | {"_at": happened, "_rec": recorded, "_eff": effect}))
        self.known = [entry for _, _, entry in sorted(told, key=lambda item: item[:2])]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        free = {"assigned", "closure_added", "merged_earlier", "handed_over"}
        return [e for e in self.known if e["type"] in kinds and (e["type"] in free or e["_at"] >= self.start)]

    def verdict(self) -> dict[str, Any]:
        handoff = [e["_at"] for e in self.known if e["type"] == "handed_over"]
        if not handoff:
            speed = dict.fromkeys(
                (
                    "stopped_at",
                    "countable_seconds",
                    "elapsed_seconds",
                    "holder_at_deadline",
                    "worked_after_seconds",
                )
            )
            speed |= {"state": "not_started", "entered_late": False}
            rest = dict.fromkeys(("start", "deadline", "warn_at", "acceptance", "depth"))
            return {"id": self.data["id"], "speed": speed, **rest}
        merges = [_t(e["start"]) for e in self.known if e["type"] == "merged_earlier"]
        self.start = min([*handoff, *merges])
        self._walk_the_clock()
        self.accept_by = self._after_countable(self.terms["acceptance_seconds"])
        rejections = self._valid_rejections()
        return {
            "id": self.data["id"],
            "start": _z(self.start),
            "deadline": _z(self.deadline),
            "warn_at": _z(self.warn),
            "speed": self._speed(rejections),
            "acceptance": self._acceptance(rejections),
            "depth": self._depth(rejections),
        }

    # -- walking ------------------------------------------------------------------------------------

    def _counts(self, moment: datetime) -> bool:
        if self.terms["hours"] == "elapsed":
            return True
        if not self.walk.is_open(moment):
            return False
        day = self.walk.day(moment).isoformat()
        return not any(e["date"] == day and e["_eff"] <= moment for e in self.of("closure_added"))

    def _walk_the_clock(self) -> None:
        """Quarter by quarter: pause begins and ends, cap used up, window and warning reached."""
        window = self.terms["window_seconds"] // 900
        warn = int(self.terms["window_seconds"] * Decimal(str(self.terms["warn_share"])))
        cap = self.terms["pause_cap_seconds"]
        self.deadline = None
        self.warn = self.start if warn == 0 else None
        self.ticks: list[datetime] = []  # quarters that counted
        spent, pausing = 0, False
        turns = self.of("paused", "resumed")
        moment, counted = self.start, 0
        held_now = False
        for _ in range(FAR):
            for turn in [e for e in turns if e["_eff"] == moment]:
                if turn["type"] == "resumed":
                    pausing = False
                elif turn["reason"] in self.terms["pause_reasons"]:
                    pausing = True
            held = pausing and (cap is None or spent < cap)
            if moment == self.as_of:
                held_now = held
            if moment >= self.as_of and held_now:
                break  # nobody knows when it ends
            if self._counts(moment):
                if held:
                    spent += 900
                else:
                    counted += 1
                    self.ticks.append(moment)
                    # The warning may lie within a quarter.
                    if self.warn is None and counted * 900 >= warn:
                        self.warn = moment + STEP - timedelta(seconds=counted * 900 - warn)
                    if counted == window:
                        self.deadline = moment + STEP
            moment += STEP
            if self.deadline is not None and moment > self.as_of and moment > self._latest():
                break
        self.held_now = held_now
        if held_now:
            self.deadline = self.deadline if self.deadline and self.deadline <= self.as_of else None
            self.warn = self.warn if self.warn and self.warn <= self.as_of else None

    def _latest(self) -> datetime:
        return max([self.as_of, *(e["_at"] for e in self.known)])

    def _countable_until(self, end: datetime) -> int:
        return sum(900 for moment in self.ticks if moment < end)

    def _after_countable(self, seconds: int | None) -> datetime | None:
        if seconds is None:
            return None
        moment = self.start
        while seconds:
            seconds -= 900 if self._counts(moment) else 0
            moment += STEP
        return moment

    # -- deciding -----------------------------------------------------------------------------------

    def _made_by(self, limit: datetime | None) -> list[tuple[bool, dict[str, Any]]]:
        made = []
        for e in self.of("follow_up"):
            if e.get("automatic") or (limit is not None and e["_at"] > limit):
                continue
            late = limit is not None and e["_rec"] > limit and not e.get("imported")
            if not late or (e["_rec"] - limit).total_seconds() <= self.terms["late_entry_grace_seconds"]:
                made.append((late, e))
        return made

    def _counting(self, e: dict[str, Any]) -> bool:
        return not e.get("automatic") and (self.terms["counts"] == "attempt" or e.get("connected", False))

    def _valid_rejections(self) -> list[datetime]:
        decisions = self.of("rejected", "accepted", "advanced", "overturned")
        valid = []
        for number, e in enumerate(decisions):
            if e["type"] != "rejected":
                continue
            barred = any(d["type"] in ("accepted", "advanced") for d in decisions[:number])
            undone = any(d["type"] == "overturned" for d in decisions[number + 1 :])
            if not barred and not undone and (self.accept_by is None or e["_eff"] <= self.accept_by):
                valid.append(e["_eff"])
        return valid

    def _speed(self, rejections: list[datetime]) -> dict[str, Any]:
        made = [(late, e) for late, e in self._made_by(self.deadline) if self._counting(e)]
        excluding = [
            r
            for r in rejections
            if (self.deadline is None or r <= self.deadline) and all(r < e["_at"] for _, e in made)
        ]
        stopped, late, holder, worked = None, False, None, None
        if excluding:
            state, stopped = "excluded", excluding[0]
        elif made:
            in_time = [e for was_late, e in made if not was_late]
            late = not in_time
            state, stopped = "met", (in_time or [e for _, e in made])[0]["_at"]
        elif self.deadline is not None and self.as_of > self.deadline:
            state = "breached"
            after = [e["_at"] for e in self.of("follow_up") if self._counting(e) and e["_at"] > self.deadline]
            if after:
                stopped = after[0]
                worked = int((stopped - self.deadline).total_seconds())
            held = [e["to"] for e in self.of("assigned") if e["_eff"] <= self.deadline]
            holder = held[-1] if held else None
        elif self.held_now:
            state = "paused"
        else:
            state = "at_risk" if self.warn is not None and self.as_of >= self.warn else "running"
        end = stopped or self.as_of
        return {
            "state": state,
            "stopped_at": _z(stopped),
            "entered_late": late,
            "countable_seconds": self._countable_until(end),
            "elapsed_seconds": int((end - self.start).total_seconds()),
            "holder_at_deadline": holder,
            "worked_after_seconds": worked,
        }

    def _acceptance(self, rejections: list[datetime]) -> dict[str, Any] | None:
        limit = self.accept_by
        if limit is None:
            return None
        accepted = any(e["_eff"] <= limit for e in self.of("accepted", "advanced"))
        accepted = accepted or any(e.get("connected") for _, e in self._made_by(limit))
        state = "accepted" if accepted else "accepted_by_silence" if self.as_of > limit else "pending"
        return {"state": "rejected" if rejections else state, "deadline": _z(limit)}

    def _depth(self, rejections: list[datetime]) -> dict[str, Any] | None:
        depth = self.terms["depth"]
        if depth is None:
            return None
        day, number = self.walk.day(self.start), 0
        while True:
            limit = self.walk.closing(day)
            closed = limit is not None and any(
                e["date"] == day.isoformat() and e["_eff"] < limit for e in self.of("closure_added")
            )
            if limit is not None and not closed and limit > self.start:
                number += 1
            if number == depth["within_business_days"]:
                break
            day += timedelta(days=1)
        made = [e for _, e in self._made_by(limit)]
        met = None
        for count in range(1, len(made) + 1):
            days = {self.walk.day(e["_at"]) for e in made[:count]}
            done = count >= depth["attempts"] and len(days) >= depth["days"]
            if done or made[count - 1].get("connected"):
                met = made[count - 1]["_at"]
                break
        ends = [*rejections, *(e["_eff"] for e in self.of("advanced"))]
        if any(end <= limit and (met is None or end < met) for end in ends):
            state = "excluded"
        else:
            state = "met" if met else "breached" if self.as_of > limit else "running"
        days = {self.walk.day(e["_at"]) for e in made}
        return {"state": state, "deadline": _z(limit), "attempts": len(made), "days": len(days)}
