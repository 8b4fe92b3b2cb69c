"""What a version says about one window, as a value: the terms the judge reads (stories.md)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from slas.rules.checks import choice, flag, required, share, texts, whole
from slas.rules.conditions import Facts, evaluate, meets
from slas.rules.finding import reasons
from slas.rules.grammar import Group

HOURS = ("business", "elapsed")
COUNTS = ("attempt", "connection")


@dataclass(frozen=True, slots=True)
class Depth:
    """At least `attempts` on at least `days` different dates within so many business days."""

    attempts: int
    days: int
    within_business_days: int

    def __post_init__(self) -> None:
        whole(self.attempts, "The number of attempts", least=1)
        whole(self.days, "The number of different days", least=1)
        whole(self.within_business_days, "The number of business days for depth", least=1)

    def as_data(self) -> dict[str, int]:
        return {
            "attempts": self.attempts,
            "days": self.days,
            "within_business_days": self.within_business_days,
        }

    @classmethod
    def from_data(cls, data: Any) -> "Depth":
        fields = ("attempts", "days", "within_business_days")
        return cls(*(required(data, field, "The depth") for field in fields))


@dataclass(frozen=True, slots=True)
class Terms:
    """One follow-up window. Seconds are business seconds where `hours` is business, else real ones;
    the late-entry grace is always real seconds. None: no cap, no acceptance window, no depth.
    """

    window_seconds: int
    hours: str
    counts: str
    warn_share: Decimal
    late_entry_grace_seconds: int
    pause_reasons: tuple[str, ...] = ()
    pause_cap_seconds: int | None = None
    acceptance_seconds: int | None = None
    depth: Depth | None = None

    def __post_init__(self) -> None:
        whole(self.window_seconds, "The window in seconds", least=1)
        choice(self.hours, "The kind of hours", HOURS)
        choice(self.counts, "What counts", COUNTS)
        object.__setattr__(self, "warn_share", share(self.warn_share, "The warning share"))
        whole(self.late_entry_grace_seconds, "The late-entry grace in seconds", least=0)
        reasons = texts(self.pause_reasons, "the pause reasons")
        object.__setattr__(self, "pause_reasons", reasons)
        if self.pause_cap_seconds is not None:
            whole(self.pause_cap_seconds, "The pause cap in seconds", least=0)
        if self.acceptance_seconds is not None:
            whole(self.acceptance_seconds, "The acceptance window in seconds", least=1)
        if self.depth is not None and not isinstance(self.depth, Depth):
            raise ValueError("The depth is an object with attempts, days and within_business_days.")

    @property
    def warn_seconds(self) -> int:
        """Seconds of the window after which it is at risk: exact decimals, rounded down."""
        numerator, denominator = self.warn_share.as_integer_ratio()
        return self.window_seconds * numerator // denominator

    def as_data(self) -> dict[str, Any]:
        """The shape of stories.md."""
        return {
            "window_seconds": self.window_seconds,
            "hours": self.hours,
            "counts": self.counts,
            "warn_share": plain_number(self.warn_share),
            "late_entry_grace_seconds": self.late_entry_grace_seconds,
            "pause_reasons": list(self.pause_reasons),
            "pause_cap_seconds": self.pause_cap_seconds,
            "acceptance_seconds": self.acceptance_seconds,
            "depth": self.depth and self.depth.as_data(),
        }

    @classmethod
    def from_data(cls, data: Any) -> "Terms":
        """The terms of stories.md, no field missing; ValueError with a sentence."""
        values = {field: required(data, field, "The terms") for field in _FIELDS}
        if values["depth"] is not None:
            values["depth"] = Depth.from_data(values["depth"])
        return cls(**values)


_FIELDS = (
    "window_seconds",
    "hours",
    "counts",
    "warn_share",
    "late_entry_grace_seconds",
    "pause_reasons",
    "pause_cap_seconds",
    "acceptance_seconds",
    "depth",
)


def plain_number(number: Decimal) -> int | float | Decimal:
    """The number as JSON writes it; a Decimal only where no float says exactly that."""
    if number == number.to_integral_value():
        return int(number)
    as_float = float(number)
    return as_float if Decimal(repr(as_float)) == number else number


@dataclass(frozen=True, slots=True)
class OnBreach:
    """What happens when a clock of this window is breached: who is told, and whether somebody else gets the
    lead, at most `most_hops` times."""

    tell_holder: bool = True
    tell_managers: bool = True
    reassign: bool = False
    most_hops: int = 2

    def __post_init__(self) -> None:
        for name in ("tell_holder", "tell_managers", "reassign"):
            flag(getattr(self, name), f"On breach, {name.replace('_', ' ')},")
        whole(self.most_hops, "The number of new owners on breach", least=1)

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _ON_BREACH}

    @classmethod
    def from_data(cls, data: Any) -> "OnBreach":
        return cls(**{name: required(data, name, "What happens on breach") for name in _ON_BREACH})


_ON_BREACH = tuple(OnBreach.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Window:
    """A tier: which leads it is for, and their terms. `match` None: all leads, else the conditions that a
    lead meets at its handoff (slas.rules.conditions)."""

    key: str
    name: str
    match: Group | None
    terms: Terms
    rejection_reasons: tuple[str, ...] = ()
    on_breach: OnBreach = OnBreach()

    def __post_init__(self) -> None:
        if not self.key or not self.name:
            raise ValueError("A window needs a key and a name.")
        reasons = texts(self.rejection_reasons, "the rejection reasons")
        object.__setattr__(self, "rejection_reasons", reasons)

    def matches(self, facts: Facts) -> bool:
        """Whether a lead of which this is known is in this tier."""
        return self.match is None or meets(self.match, facts)

    def why(self, facts: Facts) -> str:
        """One sentence: why it matches, or why not (product section 3 rule 14)."""
        if self.match is None:
            return f"{self.name} takes every lead."
        finding = evaluate(self.match, facts)
        takes = "takes it" if finding.met else "does not take it"
        return f"{self.name} {takes}: {reasons(finding, facts)}."

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "match": self.match and self.match.as_data(),
            "terms": self.terms.as_data(),
            "rejection_reasons": list(self.rejection_reasons),
            "on_breach": self.on_breach.as_data(),
        }

    @classmethod
    def from_data(cls, data: Any) -> "Window":
        match = required(data, "match", "The window")
        return cls(
            key=required(data, "key", "The window"),
            name=required(data, "name", "The window"),
            match=None if match is None else Group.from_data(match),
            terms=Terms.from_data(required(data, "terms", "The window")),
            rejection_reasons=required(data, "rejection_reasons", "The window"),
            on_breach=OnBreach.from_data(required(data, "on_breach", "The window")),
        )
