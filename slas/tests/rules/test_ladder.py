"""The same rule with other minimum scores."""

import pytest

from slas.rules.conditions import Did, Group, ScoreAtLeast
from slas.rules.ladder import ladder, minimum_score

DEMO = Did("demo_requested")


def score(points: int, of: str = "total") -> ScoreAtLeast:
    return ScoreAtLeast(of, points)


@pytest.mark.parametrize(
    ("rule", "own"),
    [
        (Group("all", (DEMO,)), None),
        (Group("all", (score(60),)), score(60)),
        (Group("any", (DEMO, Group("all", (score(20, "fit"), score(60))))), score(60)),
        (Group("any", (score(20, "fit"), score(30, "behaviour"))), score(20, "fit")),
    ],
)
def test_the_minimum_score_is_that_of_the_total_else_the_first(rule, own):
    assert minimum_score(rule) == own


def test_only_that_score_changes_wherever_it_stands():
    rule = Group("any", (score(20, "fit"), score(60), Group("all", (DEMO, score(60)))))
    changed = ladder(rule)
    assert list(changed) == [50, 70, 80]
    assert changed[70] == Group("any", (score(20, "fit"), score(70), Group("all", (DEMO, score(70)))))


def test_no_rung_is_below_nothing():
    assert list(ladder(Group("all", (score(5),)))) == [15, 25]
    assert ladder(Group("all", (DEMO,))) == {}
