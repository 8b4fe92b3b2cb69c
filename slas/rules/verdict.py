"""What the judge says: the verdict at one instant, and the projection for every instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from slas.rules.story import instant_text

SPEED_STATES = ("not_started", "running", "at_risk", "paused", "met", "breached", "excluded")
ACCEPTANCE_STATES = ("pending", "accepted", "accepted_by_silence", "rejected")
DEPTH_STATES = ("running", "met", "breached", "excluded")


@dataclass(frozen=True, slots=True)
class Speed:
    """The first follow-up against its window. Seconds run from the start to `stopped_at`, else to
    `as_of`; `countable_seconds` leave pauses and closed hours out."""

    state: str
    stopped_at: datetime | None = None
    entered_late: bool = False
    countable_seconds: int | None = None
    elapsed_seconds: int | None = None
    holder_at_deadline: str | None = None
    worked_after_seconds: int | None = None

    def as_data(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "stopped_at": instant_text(self.stopped_at),
            "entered_late": self.entered_late,
            "countable_seconds": self.countable_seconds,
            "elapsed_seconds": self.elapsed_seconds,
            "holder_at_deadline": self.holder_at_deadline,
            "worked_after_seconds": self.worked_after_seconds,
        }


@dataclass(frozen=True, slots=True)
class Acceptance:
    state: str
    deadline: datetime

    def as_data(self) -> dict[str, Any]:
        return {"state": self.state, "deadline": instant_text(self.deadline)}


@dataclass(frozen=True, slots=True)
class DepthVerdict:
    state: str
    deadline: datetime
    attempts: int
    days: int

    def as_data(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "deadline": instant_text(self.deadline),
            "attempts": self.attempts,
            "days": self.days,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a story at its `as_of`. All instants are UTC."""

    id: Any
    start: datetime | None
    deadline: datetime | None
    warn_at: datetime | None
    speed: Speed
    acceptance: Acceptance | None
    depth: DepthVerdict | None

    @property
    def not_started(self) -> bool:
        return self.start is None

    def as_data(self) -> dict[str, Any]:
        """The JSON of stories.md."""
        return {
            "id": self.id,
            "start": instant_text(self.start),
            "deadline": instant_text(self.deadline),
            "warn_at": instant_text(self.warn_at),
            "speed": self.speed.as_data(),
            "acceptance": self.acceptance and self.acceptance.as_data(),
            "depth": self.depth and self.depth.as_data(),
        }


class PausedSpan(NamedTuple):
    """[begin, end) in which the clock stands; `end` None: held until something more is known."""

    begin: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Projection:
    """What is known at `as_of`, and with it what the judge says at every instant from then on if
    nothing more becomes known. Asked about an earlier instant it answers with today's knowledge,
    cut there: an outcome counts from its own instant on, a breach from the deadline on.

    start                 None while the handoff is not known yet (and then every other is empty)
    warn_at, deadline     the eventual instants; None where a pause without a cap holds them for good
    paused                whether a pause is in force at `as_of`
    paused_until          the instant at which the cap will end it; None: only a `resumed` will
    outcome               None, "met" or "excluded"; a breach is a comparison with the deadline
    outcome_at            of the stopping follow-up, or of the rejection
    stopped_at            outcome_at, else the first counting follow-up after a deadline that is past
    holder_at_deadline    who holds it at the deadline, as assignments stand (None: routing)
    first_follow_up_at    the earliest counting follow-up from the start on, made in time or not
    first_follow_up_business_seconds   business seconds up to it; pauses are not taken off
    countable_seconds, elapsed_seconds  from the start to stopped_at; None while nothing stopped it
    worked_after_seconds  from the deadline to stopped_at, where that is later
    rejected_at           the valid rejection in effect
    acceptance_outcome    None, "rejected" or "accepted" (silence is a comparison with the deadline);
                          None where the terms have no acceptance window
    accepted_at           when it was accepted by word or connection (without a window: ever)
    depth_outcome(_at)    None, "met" or "excluded", and when; depth_met_at: when, if met
    attempts, days        as of depth's deadline; None without depth
    """

    as_of: datetime
    start: datetime | None = None
    warn_at: datetime | None = None
    deadline: datetime | None = None
    paused: bool = False
    paused_until: datetime | None = None
    pauses: tuple[PausedSpan, ...] = ()
    outcome: str | None = None
    outcome_at: datetime | None = None
    stopped_at: datetime | None = None
    entered_late: bool = False
    countable_seconds: int | None = None
    elapsed_seconds: int | None = None
    worked_after_seconds: int | None = None
    holder_at_deadline: str | None = None
    first_follow_up_at: datetime | None = None
    first_follow_up_business_seconds: int | None = None
    rejected_at: datetime | None = None
    acceptance_deadline: datetime | None = None
    acceptance_outcome: str | None = None
    accepted_at: datetime | None = None
    depth_deadline: datetime | None = None
    depth_outcome: str | None = None
    depth_outcome_at: datetime | None = None
    depth_met_at: datetime | None = None
    attempts: int | None = None
    days: int | None = None

    def paused_at(self, now: datetime) -> bool:
        return any(begin <= now and (end is None or now < end) for begin, end in self.pauses)

    def state_at(self, now: datetime) -> str:
        """Speed at the instant, in the order of stories.md."""
        if self.start is None or now < self.start:
            return "not_started"
        if self.outcome is not None and self.outcome_at is not None and self.outcome_at <= now:
            return self.outcome
        if self.deadline is not None and now > self.deadline:
            return "breached"
        if self.paused_at(now):
            return "paused"
        return "at_risk" if self.warn_at is not None and now >= self.warn_at else "running"

    def acceptance_state_at(self, now: datetime) -> str | None:
        """Acceptance at the instant; None where there is no acceptance window, or no start yet."""
        if self.start is None or now < self.start or self.acceptance_deadline is None:
            return None
        at = self.rejected_at if self.acceptance_outcome == "rejected" else self.accepted_at
        if self.acceptance_outcome is not None and at is not None and at <= now:
            return self.acceptance_outcome
        return "accepted_by_silence" if now > self.acceptance_deadline else "pending"

    def depth_state_at(self, now: datetime) -> str | None:
        """Depth at the instant; None where no depth is promised, or no start yet."""
        if self.start is None or now < self.start or self.depth_deadline is None:
            return None
        at = self.depth_outcome_at
        if self.depth_outcome is not None and at is not None and at <= now:
            return self.depth_outcome
        return "breached" if now > self.depth_deadline else "running"

    def deadline_shown(self, now: datetime) -> datetime | None:
        """The deadline as the judge shows it at the instant: null while a pause holds it."""
        return self._shown(self.deadline, now)

    def warn_shown(self, now: datetime) -> datetime | None:
        return self._shown(self.warn_at, now)

    def _shown(self, instant: datetime | None, now: datetime) -> datetime | None:
        return None if instant is None or (now < instant and self.paused_at(now)) else instant
