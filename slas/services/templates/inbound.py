"""Inbound B2B: people find the company, leave their names on its website, and reps call them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slas.models import ScoreRule, Window
from slas.services.templates.parts import (
    HOUR,
    Template,
    asks,
    content,
    definitions,
    did,
    did_not,
    does,
    every,
    fits,
    is_a,
    money,
    persona,
    promise,
    scores,
    some,
    tier,
    titled,
    with_business_mail,
    working_time,
)

if TYPE_CHECKING:
    from slas.models import Commitment
    from slas.services.content import Content

_REJECTIONS = (
    *("wrong_contact_data", "duplicate", "competitor_or_student", "outside_our_market"),
    *("no_need", "no_budget", "no_say_in_the_purchase"),
)
_SALES_TRIES = {
    "warn_share": "0.75",
    "late_entry_grace_seconds": 24 * HOUR,
    "pause_reasons": ["wrong_contact_data", "lead_on_holiday", "question_to_Marketing"],
    "pause_cap_seconds": 40 * HOUR,
    "rejection_reasons": list(_REJECTIONS),
}


def _content(currency: str) -> Content:
    return content(
        working_time(),
        _windows(),
        _promises(currency),
        definitions(**_STAGES),
        mirrors={
            "mqls": "speed",
            "speed": "mqls",
            "rejected": "depth",
            "depth": "rejected",
            "customers": "mqls",
            "average-revenue": "mqls",
        },
        personas=[
            persona(
                "decision-maker",
                "Decision maker",
                *("chief", "director", "head of", "vice president", "owner", "founder"),
            ),
            persona("recommender", "Recommender", "manager", "team lead", "consultant"),
        ],
        score_rules=_points(),
    )


def _windows() -> list[Window]:
    asked = some(did("demo_requested", 30), did("contact_requested", 30))
    tried = some(did("trial_started", 30), did("event_met", 30))
    return [
        tier(
            "asked-for-us",
            "Asked for a demo or a call",
            asked,
            2,
            (5, 3, 10),
            acceptance_seconds=8 * HOUR,
            reassign=True,
            most_hops=2,
            **_SALES_TRIES,
        ),
        tier(
            "knows-us",
            "Tried it or met us",
            tried,
            8,
            (5, 3, 10),
            acceptance_seconds=16 * HOUR,
            **_SALES_TRIES,
        ),
        tier("all", "All others", None, 24, (3, 2, 10), acceptance_seconds=24 * HOUR, **_SALES_TRIES),
    ]


def _promises(currency: str) -> list[Commitment]:
    return [
        promise(
            "mqls",
            "marketing",
            "mqls",
            "40",
            achievable="It is about two a working day, from the website, webinars and fairs together.",
            relevant="Sales needs eight MQLs for each customer it wins.",
        ),
        promise(
            "speed",
            "sales",
            "speed_met_share",
            "0.9",
            achievable="Two leads a day leave room for calls at once; one in ten may come on a day when "
            "everybody is busy.",
            relevant="Whoever asks for a demo asks others too, and talks with whoever calls first.",
        ),
        promise(
            "rejected",
            "marketing",
            "rejected_share",
            "0.15",
            at_least=False,
            achievable="The conditions of an MQL leave out private mailboxes and whoever only looks around.",
            relevant="Each lead that Sales has to reject takes the time of a call another lead waits for.",
        ),
        promise(
            "depth",
            "sales",
            "depth_met_share",
            "0.8",
            achievable="Five attempts on three days fit into the two weeks that the windows give.",
            relevant="Few people answer the first call: a lead that is tried once is lost to both sides.",
        ),
        promise(
            "customers",
            "sales",
            "customers",
            "5",
            achievable="It is one in eight of the MQLs that Marketing promises.",
            relevant="Marketing’s budget is measured by the customers it leads to.",
        ),
        promise(
            "average-revenue",
            "sales",
            "average_revenue",
            money(5000, currency),
            achievable="It is what the usual package costs in its first year, without a discount.",
            relevant="It tells Marketing how much a lead may cost.",
        ),
    ]


def _points() -> list[ScoreRule]:
    return [
        fits("decides", 20, is_a("decision-maker")),
        fits("recommends", 10, is_a("recommender")),
        fits("size", 15, asks("employees", "at_least", 50)),
        fits("learns", -30, titled("student", "trainee", "apprentice")),
        does("demo_requested", 40, halves=90),
        does("contact_requested", 40, halves=90),
        does("trial_started", 25, halves=30),
        does("event_met", 15, halves=60),
        does("webinar", 12, halves=21, most=3),
        does("download", 8, halves=14, most=3),
        does("pricing_seen", 5, ends=30, most=4),
        does("email_clicked", 3, ends=30, most=3),
        does("page_seen", 1, ends=14, most=10),
        does("unsubscribed", -30, most=1),
    ]


_STAGES: dict[str, dict[str, Any]] = {
    "lead": {
        "sentence": "somebody who left a way to be reached on our website, at a webinar or at a fair, and "
        "agreed to be contacted.",
        "marketing_does": "answers questions, sends what was asked for, and learns who it is and where from.",
        "sales_does": "leaves leads to Marketing.",
    },
    "mql": {
        "sentence": "somebody at a company we can help who asks for us, or comes back often enough to show "
        "that they look for what we sell.",
        "marketing_does": "hands it over with its source, its campaign and what it has read and asked for.",
        "sales_does": "follows up inside the window, and accepts or rejects with a reason.",
        "rule": every(
            with_business_mail(),
            did_not("unsubscribed", 180),
            some(did("demo_requested", 90), did("contact_requested", 90), scores(60)),
        ),
        "by_itself": True,
    },
    "sql": {
        "sentence": "a lead that has talked with Sales and has a need that we can meet, money in sight, a "
        "say in the purchase and a time for it.",
        "marketing_does": "provides references and material that fit the need.",
        "sales_does": "writes down need, budget, people and time, and agrees on a next step.",
        "rule": every(
            asks("company", "known"),
            asks("job_title", "known"),
            some(asks("phone", "known"), did("demo_requested")),
        ),
    },
    "recycled": {
        "sentence": "a good lead at the wrong time, given back to Marketing.",
        "marketing_does": "keeps in touch once a month, and hands it over again once it asks for something.",
        "sales_does": "says why, and in which month it is worth trying again.",
    },
}

INBOUND = Template(
    key="inbound",
    name="Inbound B2B",
    for_whom="People find you, leave their names on your website, and reps call them back.",
    promises="Marketing delivers at least 40 MQLs a month, of which Sales rejects at most 15%. "
    "Sales follows up 90% of them in time, demo requests within 2 business hours and all others within 24, "
    "and wins 5 customers.",
    content=_content,
    fields={
        "handoff_stage": "mql",
        "hand_over_by_itself": True,
        "report_weekday": 0,
        "report_hour": 8,
        "meeting_weekday": 0,
        "meeting_hour": 10,
    },
    review_after=91,
)
