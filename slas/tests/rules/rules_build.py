"""Small rules and leads for tests of conditions: short to write."""

from datetime import UTC, datetime, timedelta

from slas.rules.behaviour import Behaviour
from slas.rules.conditions import (
    Attribute,
    Did,
    Facts,
    Group,
    ScoreAtLeast,
)
from slas.rules.fields import FREE_MAIL
from slas.rules.scoring import BehaviourRule, FitRule, Scoring

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
IN_NORDICS = Attribute("country", "in", ("Denmark", "Sweden"))
BUSINESS = Attribute("email", "business", FREE_MAIL)
DEMO = Did("demo_requested", 1, 90)
RULE = Group("all", (IN_NORDICS, BUSINESS, Group("any", (DEMO, ScoreAtLeast("total", 60)))))
SCORING = Scoring(
    (FitRule("head", Group("all", (Attribute("job_title", "contains", ("Head",)),)), 20),),
    (BehaviourRule("trial", "trial_started", 33),),
)


def lead(*done: Behaviour, **said: object) -> Facts:
    return Facts(said, done, NOW, {}, SCORING)


def ago(kind: str, age: timedelta) -> Behaviour:
    return Behaviour(kind, NOW - age)


def all_of(*parts):
    return Group("all", parts)


def any_of(*parts):
    return Group("any", parts)


CHIEF = Attribute("job_title", "contains", ("chief", "head of"))
AT_ACME = Attribute("email", "domain_in", ("acme.example",))
EXTRA_SEGMENT = Attribute("extra.Segment", "in", ("gold",))
NOT_IN = Attribute("country", "not_in", ("Norway",))
NO_CHIEF = Attribute("job_title", "not_contains", ("chief", "head of"))
