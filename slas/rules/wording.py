"""Sentences from the same values that are evaluated; nothing on a page says it in other words."""

from slas.rules.describing import (
    agreed_time,
    describe,
    describe_calendar,
    describe_commitment,
    describe_definition,
    describe_terms,
    describe_window,
)
from slas.rules.explaining import Explanation, Line, explain
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
    "Explanation",
    "Line",
    "agreed_time",
    "describe",
    "describe_calendar",
    "describe_commitment",
    "describe_definition",
    "describe_hours",
    "describe_terms",
    "describe_week",
    "describe_window",
    "duration",
    "exact_duration",
    "explain",
    "instant",
    "listed",
    "long_date",
    "number_text",
    "percent",
]
