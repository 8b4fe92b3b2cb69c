"""How far a lead has come, read from its stage moves (pure: rows in, values out)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from leads.models import Stage

MAIN = (Stage.LEAD, Stage.MQL, Stage.ACCEPTED, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
RANK: dict[str, int] = {stage.value: rank for rank, stage in enumerate(MAIN)}


class Move(Protocol):
    """A stage move that stands (not taken back)."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def to_stage(self) -> str: ...


def is_exit(stage: str) -> bool:
    """Recycled, disqualified or lost."""
    return stage not in RANK


def is_later(stage: str, than: str) -> bool:
    """Whether `stage` is a main stage that comes after the main stage `than`."""
    return RANK.get(stage, -1) > RANK[than]


def is_advance(to_stage: str, handoff_stage: str) -> bool:
    """Whether a move is `advanced` in a story: to a main stage later than the handoff's, other than being
    accepted, which is an event of its own.
    """
    return to_stage != Stage.ACCEPTED and is_later(to_stage, handoff_stage)


def arrivals(moves: Iterable[Move]) -> dict[str, dt.datetime]:
    """When each stage was first reached: the earliest `at` of the moves to it.

    A main stage that no move names was reached, at the latest, with the earliest move to a later one
    (interfaces.md: a missing earlier one is the smallest later one). Exits are not filled.
    """
    found: dict[str, dt.datetime] = {}
    for move in moves:
        known = found.get(move.to_stage)
        if known is None or move.at < known:
            found[move.to_stage] = move.at
    later: dt.datetime | None = None
    for stage in reversed(MAIN):
        own = found.get(stage.value)
        if own is None and later is not None:
            found[stage.value] = later
        elif own is not None:
            later = own if later is None else min(later, own)
    return found


def current_stage(moves: Iterable[Move]) -> str:
    """Where the lead stands: an exit holds until a main move comes after it, by (at, id); else the furthest
    main stage among the moves after the last exit. `lead` where nothing moved.
    """
    furthest, exit_stage = Stage.LEAD.value, ""
    for move in sorted(moves, key=lambda move: (move.at, move.id)):
        if is_exit(move.to_stage):
            furthest, exit_stage = Stage.LEAD.value, move.to_stage
        elif exit_stage or is_later(move.to_stage, furthest):
            furthest, exit_stage = move.to_stage, ""
    return exit_stage or furthest
