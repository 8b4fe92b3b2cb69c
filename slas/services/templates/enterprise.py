"""Enterprise: few large accounts, long sales; Marketing talks with them first and hands over meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    from slas.models import Commitment, ScoreRule, Window
    from slas.services.content import Content

LARGE = 500  # people at a company

_SALES_TRIES = {
    "warn_share": "0.5",
    "late_entry_grace_seconds": 48 * HOUR,
    "acceptance_seconds": 16 * HOUR,
    "pause_reasons": ["lead_on_holiday", "waiting_for_the_buyer", "question_to_Marketing"],
    "pause_cap_seconds": 80 * HOUR,
    "rejection_reasons": [
        *("account_of_a_partner", "already_a_customer", "no_project", "no_budget_this_year"),
        *("no_way_to_the_decision_makers", "wrong_contact_data"),
    ],
}


def _content(currency: str) -> Content:
    return content(
        working_time(),
        _windows(),
        _promises(currency),
        definitions(**_STAGES),
        mirrors={
            "sqls": "speed",
            "speed": "sqls",
            "rejected": "depth",
            "depth": "rejected",
            "qualifying": "opportunities",
            "opportunities": "qualifying",
            "customers": "sqls",
            "average-revenue": "sqls",
        },
        personas=[
            persona("signs", "Budget holder", "chief", "managing director", "president", "owner", "head of"),
            persona("champion", "Champion", "manager", "architect", "team lead", "specialist"),
            persona("buys", "Purchasing", "purchasing", "procurement", "sourcing", "buyer"),
        ],
        score_rules=_points(),
    )


def _windows() -> list[Window]:
    asked = some(did("demo_requested", 30), did("contact_requested", 30), did("event_met", 14))
    return [
        tier(
            "meeting", "Asked for a meeting", asked, 4, (6, 4, 10), reassign=True, most_hops=1, **_SALES_TRIES
        ),
        tier(
            "signs",
            "Budget holders",
            every(is_a("signs")),
            16,
            (6, 4, 15),
            counts="connection",
            **_SALES_TRIES,
        ),
        tier("all", "All others", None, 16, (5, 3, 15), **_SALES_TRIES),
    ]


def _promises(currency: str) -> list[Commitment]:
    return [
        promise(
            "sqls",
            "marketing",
            "sqls",
            "24",
            period="quarter",
            achievable="It is two a week, of about sixty MQLs that our list of accounts brings in a quarter.",
            relevant="Sales needs two SQLs for each opportunity and six for each customer.",
        ),
        promise(
            "speed",
            "sales",
            "speed_met_share",
            "0.95",
            period="quarter",
            achievable="Two handoffs a week leave every account manager time for each of them.",
            relevant="Marketing has promised these people a call; a day without one takes its word back.",
        ),
        promise(
            "rejected",
            "marketing",
            "rejected_share",
            "0.1",
            at_least=False,
            period="quarter",
            achievable="Marketing has talked with each of them, and looks up partners and customers first.",
            relevant="An account manager prepares half a day for a first meeting.",
        ),
        promise(
            "depth",
            "sales",
            "depth_met_share",
            "0.9",
            period="quarter",
            achievable="Six attempts in two or three weeks fit beside the accounts that are open.",
            relevant="People at large companies are hard to reach, and Marketing can’t win them twice.",
        ),
        promise(
            "qualifying",
            "marketing",
            "mql_to_sql",
            "0.4",
            period="quarter",
            achievable="Two in five is what talking with every MQL brings, once both agree on the list.",
            relevant="It shows Sales that the accounts on the list are the right ones.",
        ),
        promise(
            "opportunities",
            "sales",
            "sql_to_opportunity",
            "0.5",
            period="quarter",
            achievable="Need, budget and people are known at the handoff; half of them buy this year.",
            relevant="It shows Marketing that the meetings it hands over are worth preparing.",
        ),
        promise(
            "customers",
            "sales",
            "customers",
            "4",
            period="quarter",
            achievable="It is one in three of the opportunities, the share that both sides plan with.",
            relevant="Four new accounts a quarter pay for the programme that finds them.",
        ),
        promise(
            "average-revenue",
            "sales",
            "average_revenue",
            money(60000, currency),
            period="quarter",
            achievable="It is a first contract for one division, before it spreads to others.",
            relevant="Smaller contracts would not carry what it costs to win a large account.",
        ),
    ]


def _points() -> list[ScoreRule]:
    return [
        fits("signs", 25, is_a("signs")),
        fits("champion", 15, is_a("champion")),
        fits("buys", 10, is_a("buys")),
        fits("very-large", 20, asks("employees", "at_least", 2000)),
        fits("learns", -40, titled("student", "trainee", "apprentice")),
        does("demo_requested", 40, halves=120),
        does("contact_requested", 40, halves=120),
        does("event_met", 25, halves=90),
        does("webinar", 15, halves=60, most=4),
        does("download", 10, halves=45, most=4),
        does("pricing_seen", 10, halves=30, most=3),
        does("email_clicked", 3, ends=60, most=5),
        does("unsubscribed", -40, most=1),
    ]


_STAGES: dict[str, dict[str, Any]] = {
    "lead": {
        "sentence": "a person at one of the accounts on our list, or at another company of their size, whom "
        "we may contact.",
        "marketing_does": "learns who decides, who uses and who buys at the account.",
        "sales_does": "says which accounts belong on the list, and tells what it knows of them.",
    },
    "mql": {
        "sentence": "a person at a large account who shows that there is a project, or who can start one.",
        "marketing_does": "calls, and finds out need, people and time.",
        "sales_does": "gives an hour a week to prepare these calls.",
        "rule": every(
            asks("employees", "at_least", LARGE),
            with_business_mail(),
            did_not("unsubscribed"),
            some(scores(50), did("demo_requested", 180), did("contact_requested", 180)),
        ),
        "by_itself": True,
    },
    "accepted": {
        "sentence": "one that an account manager has taken on; silence accepts too.",
        "marketing_does": "stops its own mailings to the account, unless the account manager asks for them.",
        "sales_does": "prepares the first meeting and keeps trying until it is held.",
    },
    "sql": {
        "sentence": "an account with a need that both have put into words, somebody who can pay for it, and "
        "a time by which it is to be decided.",
        "marketing_does": "hands over what was said, who is who, and the meeting that was agreed.",
        "sales_does": "holds the meeting, and accepts or rejects with a reason.",
        "rule": every(
            asks("employees", "at_least", LARGE),
            asks("company", "known"),
            asks("phone", "known"),
            some(is_a("signs"), is_a("champion"), is_a("buys")),
        ),
    },
    "opportunity": {
        "sentence": "a project with an amount, a budget holder who knows of it, and a date of decision.",
        "marketing_does": "brings references of the same industry, and invites to events.",
        "sales_does": "keeps amount, date, next step and the people who decide up to date.",
    },
    "customer": {
        "sentence": "an account that has signed its first contract.",
        "marketing_does": "writes the story with the customer, and looks for the next division.",
        "sales_does": "records date and amount, and introduces whoever looks after the account.",
    },
    "recycled": {
        "sentence": "a good account without a project now, given back to Marketing.",
        "marketing_does": "keeps in touch each quarter with everybody it knows there.",
        "sales_does": "says why, and when the next budget is decided.",
    },
}

ENTERPRISE = Template(
    key="enterprise",
    name="Enterprise",
    for_whom="Few large accounts and long sales: Marketing talks with them first and hands over meetings.",
    promises="Marketing qualifies at least 24 SQLs a quarter at companies of at least 500 people, of which "
    "Sales rejects at most 10%. Sales follows up 95% of them in time, those who asked for a meeting within 4 "
    "business hours, and turns 50% of them into opportunities.",
    content=_content,
    fields={
        "handoff_stage": "sql",
        "scope": every(asks("employees", "at_least", LARGE)),
        "report_weekday": 0,
        "report_hour": 7,
        "meeting_weekday": 1,
        "meeting_hour": 9,
    },
    review_after=182,
)
