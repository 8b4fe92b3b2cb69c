"""The demo's agreement: a first version, and the one in force that the two teams learned to sign after it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from reports.services.nights import begins
from slas.models import (
    Agreement,
    Commitment,
    Definition,
    Persona,
    ScoreRule,
    Version,
    Window,
    WorkingTime,
)
from slas.services.content import Content
from slas.services.drafting import OFFICE_WEEK, create_agreement
from slas.services.standard import HOUR, record_signed, standard_window
from slas.services.standard_words import DEFINITIONS
from smarketing.accounts.models import Side, User

from .names import COUNTRIES
from .people import ZONE
from .world import ACCEPTANCE_SECONDS, HOT

SLUG, NAME = "inbound-nordics", "Inbound Nordics"
STARTED_MONTHS_AGO = (5, 1)  # the first day of which months the versions began with


def first_of_month(day: dt.date, months_ago: int) -> dt.date:
    """The first day of the month `months_ago` before the month of `day`."""
    count = day.year * 12 + day.month - 1 - months_ago
    return dt.date(count // 12, count % 12 + 1, 1)


def make_agreement(people: dict[str, User], today: dt.date, now: dt.datetime) -> Agreement:
    """Both versions, signed by Mona and Sam some days before each began; nights count from the first on."""
    agreement = create_agreement(SLUG, NAME, now=now)
    starts = [first_of_month(today, months) for months in STARTED_MONTHS_AGO]
    for starts_on, content in zip(starts, (_first_content(), _second_content()), strict=True):
        version = record_signed(
            agreement,
            content,
            marketing_manager=people["mona"],
            sales_manager=people["sam"],
            now=_signing_day(starts_on),
            starts_on=starts_on,
            report_weekday=0,
            report_hour=8,
            meeting_weekday=3,
            meeting_hour=10,
            review_on=starts_on + dt.timedelta(days=180),
        )
    agreement.nights_due_from = begins(versions_of(agreement)[0])
    agreement.save(update_fields=["nights_due_from"])
    return version.agreement


def _signing_day(starts_on: dt.date) -> dt.datetime:
    """The Thursday afternoon at least four days before."""
    day = starts_on - dt.timedelta(days=4)
    day -= dt.timedelta(days=(day.weekday() - 3) % 7)
    return dt.datetime.combine(day, dt.time(13, 20), dt.UTC)


def _promise(
    key: str, side: str, metric: str, value: str, why: str, relevance: str, **more: object
) -> Commitment:
    return Commitment(
        key=key, side=side, metric=metric, value=Decimal(value), achievable=why, relevant=relevance, **more
    )


def _first_content() -> Content:
    """One window for all, and two promises a side: what they dared to sign at first."""
    promises = [
        _promise(
            "mqls",
            Side.MARKETING,
            "mqls",
            "250",
            "The two months before brought 240 and 265.",
            "Sales needs them to fill its week.",
        ),
        _promise(
            "speed",
            Side.SALES,
            "speed_met_share",
            "0.85",
            "Two reps can call 14 leads a day.",
            "A lead that waits has bought elsewhere.",
        ),
        _promise(
            "customers",
            Side.SALES,
            "customers",
            "15",
            "One in thirteen MQLs bought last year.",
            "Marketing's budget follows what is won.",
        ),
    ]
    window = standard_window(window_seconds=16 * HOUR, acceptance_seconds=ACCEPTANCE_SECONDS[False])
    return _content([window], promises, {"mqls": "speed", "speed": "mqls", "customers": "mqls"})


def _second_content() -> Content:
    """Hot leads get four business hours; attempts, rejections and wins are promised as well."""
    promises = [
        _promise(
            "mqls", Side.MARKETING, "mqls", "290", "Under version 1 most months brought 250 or more.",
            "Sales has hired for 14 leads a working day.",
        ),
        _promise(
            "demo-requests", Side.MARKETING, "mqls", "90", "The new landing page doubled them.",
            "They close more often than webinar leads.", scope_field="source", scope_value="Demo request",
        ),
        _promise(
            "rejected", Side.MARKETING, "rejected_share", "0.12", "An MQL has a business need by definition.",
            "Each rejected lead costs Sales twenty minutes.", at_least=False,
        ),
        _promise(
            "speed", Side.SALES, "speed_met_share", "0.9", "The queue shows what is due first.",
            "Demo requests called within four hours close twice as often.",
        ),
        _promise(
            "depth", Side.SALES, "depth_met_share", "0.95", "Three attempts in ten days fit in the week.",
            "Half of the leads answer at the third attempt.",
        ),
        _promise(
            "customers", Side.SALES, "customers", "22", "Version 1 brought 20 and more a month.",
            "It is what both teams work for.",
        ),
    ]  # fmt: skip
    windows = [
        _hot_window(),
        standard_window(
            name="All other leads",
            window_seconds=16 * HOUR,
            acceptance_seconds=ACCEPTANCE_SECONDS[False],
            **_depth(3, 2),
        ),
    ]
    mirrors = {
        "mqls": "speed", "speed": "mqls", "demo-requests": "customers", "customers": "demo-requests",
        "rejected": "depth", "depth": "rejected",
    }  # fmt: skip
    content = _content(windows, promises, mirrors)
    content.personas = [Persona(key="deciders", name="People who decide", rule=_titled(*DECIDERS))]
    content.score_rules = [_score(place, **fields) for place, fields in enumerate(_POINTS)]
    for row in content.definitions:
        if row.stage == "mql":
            row.rule, row.by_itself = QUALIFIED, True
    return content


DECIDERS = ("Managing Director", "Chief", "Head of")
# By its own request, or by coming back: what Mia and Sam agreed on for version 2.
QUALIFIED = {
    "all": [
        {"field": "country", "op": "in", "value": list(COUNTRIES)},
        {
            "any": [
                {"did": "demo_requested", "times": 1, "days": 90},
                {"did": "contact_requested", "times": 1, "days": 90},
                {"score": "total", "at_least": 60},
            ]
        },
    ]
}
_POINTS: tuple[dict[str, Any], ...] = (
    {"key": "deciders", "points": 20, "when": {"all": [{"persona": "deciders"}]}},
    {"key": "size", "points": 10, "when": {"all": [{"field": "employees", "op": "at_least", "value": 50}]}},
    {
        "key": "student",
        "points": -30,
        "when": {"all": [{"field": "job_title", "op": "in", "value": ["Student"]}]},
    },
    {"key": "demo", "points": 40, "did": "demo_requested"},
    {"key": "contact", "points": 30, "did": "contact_requested"},
    {"key": "trial", "points": 25, "did": "trial_started", "fades": "halves", "days": 30},
    {"key": "webinar", "points": 12, "did": "webinar", "fades": "halves", "days": 21},
    {"key": "guide", "points": 8, "did": "download", "fades": "halves", "days": 14},
    {"key": "prices", "points": 5, "did": "pricing_seen", "fades": "ends", "days": 30, "most": 2},
)


def _titled(*titles: str) -> dict[str, Any]:
    return {"any": [{"field": "job_title", "op": "contains", "value": list(titles)}]}


def _score(position: int, **fields: Any) -> ScoreRule:
    kind = ScoreRule.Kind.FIT if "when" in fields else ScoreRule.Kind.BEHAVIOUR
    return ScoreRule(position=position, kind=kind, **fields)


def _hot_window() -> Window:
    return standard_window(
        key="hot",
        name="Demo requests and trials",
        match={"all": [{"field": "source", "op": "in", "value": list(HOT)}]},
        window_seconds=4 * HOUR,
        acceptance_seconds=ACCEPTANCE_SECONDS[True],
        **_depth(4, 3),
    )


def _depth(attempts: int, days: int) -> dict[str, int]:
    return {"depth_attempts": attempts, "depth_days": days, "depth_within_business_days": 10}


def _content(windows: list[Window], promises: list[Commitment], mirrors: dict[str, str]) -> Content:
    for position, row in enumerate(windows):
        row.position = position
    for position, promise in enumerate(promises):
        promise.position = position
    return Content(
        WorkingTime(time_zone=ZONE, week=dict(OFFICE_WEEK), holiday_country="DK"),
        windows,
        promises,
        [Definition(stage=stage, **words) for stage, words in DEFINITIONS.items()],
        mirrors=mirrors,
    )


def versions_of(agreement: Agreement) -> list[Version]:
    """Both, the first one first."""
    return list(agreement.versions.signed().order_by("in_force_at"))
