"""A notice as a value: which clock is told of, and for which instant."""

import datetime as dt
from dataclasses import dataclass

from leads.models import Clock

WARNING, BREACH = "warning", "breach"


@dataclass(frozen=True)
class Notice:
    """That a clock is at risk (`WARNING`) or breached (`BREACH`), for the instants it had when it was
    claimed."""

    kind: str
    clock: Clock
    deadline: dt.datetime

    @classmethod
    def of(cls, kind: str, clock: Clock) -> "Notice":
        if clock.deadline_at is None:
            raise ValueError(f"{clock} has no deadline: a pause holds it, so nothing is to be told.")
        return cls(kind, clock, clock.deadline_at)

    @property
    def is_news(self) -> bool:
        """Whether the deadline falls after the lead was recorded here: history never notifies (rule 5)."""
        return self.clock.handoff.entered_at < self.deadline

    @property
    def instant(self) -> dt.datetime | None:
        """What the notice is for; a clock whose instant moves may be told of again."""
        return self.clock.warn_at if self.kind == WARNING else self.deadline

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.clock.pk}:{self.instant:%Y%m%dT%H%M%S}"
