"""Sentences from the same values that are evaluated; nothing on a page says it in other words."""

from slas.rules.comparing import Change, compare
from slas.rules.describing import (
    agreed_time,
    describe,
    describe_breach,
    describe_calendar,
    describe_definition,
    describe_report,
    describe_scope,
    describe_term,
    describe_terms,
    describe_window,
    describe_windows,
)
from slas.rules.explaining import Explanation, Line, explain
from slas.rules.promising import describe_commitment
from slas.rules.rule_words import describe_persona, describe_rule, describe_scoring
from slas.rules.words import (
    describe_hours,
    describe_week,
    duration,
    exact_duration,
    instant,
    listed,
    long_date,
    number_text,
    percent,
)

__all__ = [
    "Change",
    "Explanation",
    "Line",
    "agreed_time",
    "compare",
    "describe",
    "describe_breach",
    "describe_calendar",
    "describe_commitment",
    "describe_definition",
    "describe_hours",
    "describe_persona",
    "describe_report",
    "describe_rule",
    "describe_scope",
    "describe_scoring",
    "describe_term",
    "describe_terms",
    "describe_week",
    "describe_window",
    "describe_windows",
    "duration",
    "exact_duration",
    "explain",
    "instant",
    "listed",
    "long_date",
    "number_text",
    "percent",
]
