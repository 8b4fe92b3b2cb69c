"""The same rule with other minimum scores: what ten points more or less would do."""

from slas.rules.grammar import MOST, Condition, Group, ScoreAtLeast

STEP = 10
RUNGS = (-1, 1, 2)  # steps beside the rule's own minimum


def minimum_score(rule: Group) -> ScoreAtLeast | None:
    """The minimum score that the rule itself asks for: of the total where it does, else the first; None
    where it asks for none."""
    asked = [one for one in rule.conditions() if isinstance(one, ScoreAtLeast)]
    return next((one for one in asked if one.of == "total"), asked[0] if asked else None)


def ladder(rule: Group) -> dict[int, Group]:
    """The rule by other minimum scores near its own, the lowest first; nothing where it has none."""
    own = minimum_score(rule)
    if own is None:
        return {}
    rungs = [own.points + step * STEP for step in RUNGS]
    return {points: _with(rule, own, points) for points in rungs if 0 <= points <= MOST}


def _with(rule: Group, own: ScoreAtLeast, points: int) -> Group:
    def changed(part: Condition | Group) -> Condition | Group:
        if isinstance(part, Group):
            return Group(part.how, tuple(changed(one) for one in part.parts))
        return ScoreAtLeast(own.of, points) if part == own else part

    return Group(rule.how, tuple(changed(part) for part in rule.parts))
