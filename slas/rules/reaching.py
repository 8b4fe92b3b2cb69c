"""How many points a lead can have at all, so that a minimum score nobody can reach is said."""

from slas.rules.scoring import Scoring


def most_points(scoring: Scoring, of: str = "total") -> int | None:
    """No lead has more points than this of "total", "fit" or "behaviour"; None: there is no limit.

    Rules that no one lead can meet together are added up all the same: it is never said too low.
    """
    fit = sum(rule.points for rule in scoring.fit if rule.points > 0)
    if of == "fit":
        return fit
    behaviour = 0
    for rule in scoring.behaviour:
        if rule.points > 0:
            if rule.most is None:
                return None
            behaviour += rule.points * rule.most
    return behaviour if of == "behaviour" else fit + behaviour
