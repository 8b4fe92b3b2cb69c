"""How clock states look: the words, icon and tone that every list and page uses (never colour alone)."""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    label: str
    icon: str
    tone: str  # met, risk, breach or quiet


LOOKS = {
    "running": Look("Running", "clock", "quiet"),
    "at_risk": Look("At risk", "hourglass-split", "risk"),
    "paused": Look("Paused", "pause-circle", "quiet"),
    "met": Look("Met", "check-circle-fill", "met"),
    "breached": Look("Breached", "x-octagon-fill", "breach"),
    "excluded": Look("Rejected", "slash-circle", "quiet"),
    "not_measured": Look("Not measured", "dash-circle-dotted", "quiet"),
    "without_window": Look("No window", "dash-circle-dotted", "quiet"),
    "not_handed_over": Look("Not handed over", "dash-lg", "quiet"),
    "not_started": Look("Not started", "dash-lg", "quiet"),
}
FILTERS = [(name, look.label) for name, look in LOOKS.items() if name != "not_started"]


def look_of(state: str | None) -> Look:
    """The look of a state; of no handoff at all where it is None."""
    return LOOKS[state or "not_handed_over"]
