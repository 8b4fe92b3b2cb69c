"""How far a lead has come, from its moves: pure, so every case is a line."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest

from leads.stages import arrivals, current_stage, is_advance

Move = namedtuple("Move", "id at to_stage")
DAY = datetime(2026, 11, 1, tzinfo=UTC)


def moves(*told):
    """("mql", 3) is a move to MQL on day 3, in the order of the journal."""
    return [Move(number, DAY + timedelta(days=day), stage) for number, (stage, day) in enumerate(told)]


def days(reached):
    return {stage: (at - DAY).days for stage, at in reached.items()}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], {}),
        ([("lead", 1)], {"lead": 1}),
        ([("lead", 1), ("mql", 2)], {"lead": 1, "mql": 2}),
        (
            [("lead", 1), ("customer", 5)],
            {"lead": 1, "mql": 5, "accepted": 5, "sql": 5, "opportunity": 5, "customer": 5},
        ),
        # won before its first contact: the later stage fills only what no move names
        (
            [("lead", 3), ("mql", 3), ("customer", 1)],
            {"lead": 3, "mql": 3, "accepted": 1, "sql": 1, "opportunity": 1, "customer": 1},
        ),
        (
            [("lead", 1), ("opportunity", 9), ("customer", 4)],
            {"lead": 1, "mql": 4, "accepted": 4, "sql": 4, "opportunity": 9, "customer": 4},
        ),
        # recycled and back: the first arrival stays
        ([("mql", 2), ("recycled", 3), ("mql", 6)], {"lead": 2, "mql": 2, "recycled": 3}),
        ([("mql", 2), ("lost", 7), ("lost", 5)], {"lead": 2, "mql": 2, "lost": 5}),
    ],
)
def test_arrivals(told, expected):
    assert days(arrivals(moves(*told))) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "lead"),
        ([("lead", 1), ("mql", 2)], "mql"),
        ([("customer", 1), ("mql", 3)], "customer"),
        ([("sql", 2), ("accepted", 3)], "sql"),
        ([("sql", 2), ("recycled", 3)], "recycled"),
        ([("sql", 2), ("recycled", 3), ("mql", 4)], "mql"),
        # an exit that happened before the last main move does not hold, whenever it was recorded
        ([("sql", 4), ("recycled", 3)], "sql"),
        ([("lost", 2), ("lead", 3)], "lead"),
        # at the same instant the order of the journal decides
        ([("mql", 2), ("lost", 2)], "lost"),
        ([("lost", 2), ("mql", 2)], "mql"),
    ],
)
def test_current_stage(told, expected):
    assert current_stage(moves(*told)) == expected


@pytest.mark.parametrize(
    ("to", "handoff_stage", "expected"),
    [
        ("mql", "mql", False),
        ("accepted", "mql", False),
        ("sql", "mql", True),
        ("sql", "sql", False),
        ("opportunity", "sql", True),
        ("customer", "mql", True),
        ("recycled", "mql", False),
        ("", "mql", False),
    ],
)
def test_advanced_is_a_move_past_the_stage_of_the_handoff(to, handoff_stage, expected):
    assert is_advance(to, handoff_stage) is expected
