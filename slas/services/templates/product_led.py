"""Product-led: people try the product by themselves, and Sales talks with those who get serious."""

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

_SALES_TRIES = {
    "warn_share": "0.75",
    "late_entry_grace_seconds": 12 * HOUR,
    "pause_reasons": ["waiting_for_support", "lead_on_holiday"],
    "pause_cap_seconds": 20 * HOUR,
    "rejection_reasons": [
        *("private_use", "student_or_teacher", "competitor", "duplicate", "wrong_contact_data"),
        "buys_online_without_us",
    ],
}


def _content(_currency: str) -> Content:
    return content(
        working_time("08:00", "18:00"),
        _windows(),
        _promises(),
        definitions(**_STAGES),
        mirrors={
            "mqls": "waiting",
            "waiting": "mqls",
            "activated": "won",
            "won": "activated",
            "rejected": "speed",
            "speed": "rejected",
            "customers": "activated",
        },
        personas=[
            persona("buys", "Team lead", "head of", "team lead", "manager", "director", "chief", "founder"),
            persona("uses", "Maker", "developer", "engineer", "designer", "analyst", "consultant"),
        ],
        score_rules=_points(),
    )


def _windows() -> list[Window]:
    return [
        tier(
            "asked-for-help",
            "Asked for help",
            some(did("contact_requested", 14), did("demo_requested", 14)),
            1,
            (4, 3, 5),
            acceptance_seconds=4 * HOUR,
            reassign=True,
            most_hops=3,
            **_SALES_TRIES,
        ),
        tier(
            "about-to-buy",
            "Trial, and looks at prices",
            every(did("trial_started", 30), did("pricing_seen", 14)),
            4,
            (4, 3, 5),
            acceptance_seconds=10 * HOUR,
            reassign=True,
            most_hops=1,
            **_SALES_TRIES,
        ),
        tier("all", "All others", None, 10, (3, 2, 10), acceptance_seconds=20 * HOUR, **_SALES_TRIES),
    ]


def _promises() -> list[Commitment]:
    return [
        promise(
            "mqls",
            "marketing",
            "mqls",
            "25",
            period="week",
            achievable="It is one in five of the 125 trials that start in a week.",
            relevant="Sales needs ten of them for each customer that it wins.",
        ),
        promise(
            "waiting",
            "sales",
            "first_follow_up_business_seconds_median",
            str(2 * HOUR),
            at_least=False,
            period="week",
            achievable="Five leads a day come while somebody of Sales is at work, one after the other.",
            relevant="Whoever tries the product decides in days, and asks while it is open before them.",
        ),
        promise(
            "activated",
            "marketing",
            "lead_to_mql",
            "0.2",
            achievable="One in five is what the mails of the first week bring, if each leads one step on.",
            relevant="It keeps Sales away from people who only look around.",
        ),
        promise(
            "won",
            "sales",
            "mql_to_customer",
            "0.1",
            achievable="One in ten buys after a talk of half an hour, before the trial ends.",
            relevant="It shows Marketing which trials are worth bringing.",
        ),
        promise(
            "rejected",
            "marketing",
            "rejected_share",
            "0.2",
            at_least=False,
            achievable="The points leave out students and whoever has not come back after the first day.",
            relevant="A rep who rejects every fifth lead still has time for the four others.",
        ),
        promise(
            "speed",
            "sales",
            "speed_met_share",
            "0.9",
            achievable="The windows are short, but the day is long: somebody is at work from 8 to 18.",
            relevant="A question that waits until tomorrow ends the trial that Marketing has paid for.",
        ),
        promise(
            "customers",
            "sales",
            "customers",
            "10",
            achievable="It is one in ten of the hundred MQLs of a month.",
            relevant="Ten new customers pay for next month’s trials.",
        ),
    ]


def _points() -> list[ScoreRule]:
    return [
        fits("buys", 15, is_a("buys")),
        fits("uses", 10, is_a("uses")),
        fits("business-mail", 10, with_business_mail()),
        fits("team", 10, asks("employees", "at_least", 10)),
        fits("learns", -20, titled("student", "teacher", "trainee")),
        does("trial_started", 20, halves=14),
        does("page_seen", 2, ends=7, most=10),
        does("pricing_seen", 15, halves=7, most=3),
        does("demo_requested", 30, halves=30),
        does("contact_requested", 30, halves=30),
        does("email_clicked", 5, ends=14, most=3),
        does("download", 5, halves=14, most=2),
        does("unsubscribed", -15, halves=90, most=1),
    ]


_STAGES: dict[str, dict[str, Any]] = {
    "lead": {
        "sentence": "somebody who has opened an account to try the product.",
        "marketing_does": "leads them to the first result within a week, by mail and in the product.",
        "sales_does": "leaves them alone, unless they ask.",
    },
    "mql": {
        "sentence": "somebody whose trial shows that a team could work with it: they came back, looked at "
        "prices or asked for help.",
        "marketing_does": "hands it over at once, with what they did in the trial.",
        "sales_does": "writes or calls inside the window, and offers help before an offer.",
        "rule": every(
            did("trial_started", 60),
            did_not("unsubscribed", 30),
            some(
                scores(50),
                did("contact_requested", 30),
                did("demo_requested", 30),
                did("pricing_seen", 14, 2),
            ),
        ),
        "by_itself": True,
    },
    "accepted": {
        "sentence": "one whose trial somebody of Sales has looked at and helps with; silence accepts too.",
        "marketing_does": "takes them out of the mails to trials, so that one voice speaks.",
        "sales_does": "keeps trying until they have talked, or the trial has ended.",
    },
    "sql": {
        "sentence": "a team that wants to work with the product, knows what it costs and says who pays.",
        "marketing_does": "provides examples of teams like theirs.",
        "sales_does": "writes down how many will use it, who pays and from when.",
        "rule": every(
            did("trial_started"),
            asks("company", "known"),
            some(is_a("buys"), did("contact_requested"), did("demo_requested")),
        ),
    },
    "opportunity": {
        "sentence": "an offer for a number of people, with a date from which they want to work with it.",
        "marketing_does": "helps on request.",
        "sales_does": "keeps amount and date up to date, and has the trial go on until the decision.",
    },
    "customer": {
        "sentence": "a team that pays.",
        "marketing_does": "learns from which page and which trial they came.",
        "sales_does": "records the date and the amount, also where they bought online after a talk.",
    },
    "recycled": {
        "sentence": "a trial that ended without a purchase and without a no.",
        "marketing_does": "tells them of what is new, and offers another trial after three months.",
        "sales_does": "says what was missing.",
    },
}

PRODUCT_LED = Template(
    key="product-led",
    name="Product-led",
    for_whom="People try the product by themselves, and Sales talks with those who get serious.",
    promises="Marketing turns 20% of the trials into MQLs, at least 25 a week. Sales follows up whoever asks "
    "for help within 1 business hour and half of all within 2, and wins 10% of them.",
    content=_content,
    fields={
        "handoff_stage": "mql",
        "hand_over_by_itself": True,
        "scope": some(
            asks("source", "contains", ["trial", "sign-up", "signup", "product"]),
            asks("campaign", "contains", ["trial", "sign-up", "signup", "product"]),
        ),
        "report_weekday": 0,
        "report_hour": 8,
        "meeting_weekday": 0,
        "meeting_hour": 9,
    },
    review_after=56,
)
