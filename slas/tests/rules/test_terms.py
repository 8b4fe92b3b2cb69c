"""What a version says, as values: checked, canonical, and the same after its own JSON."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from slas.rules.business_time import Calendar
from slas.rules.grammar import Attribute, Did, Group, IsPersona, Persona, ScoreAtLeast
from slas.rules.metrics import KINDS, METRICS, SIDES, UNITS
from slas.rules.older import as_format_1
from slas.rules.scoring import BehaviourRule, FitRule, Scoring
from slas.rules.terms import (
    AgreementTerms,
    Commitment,
    Definition,
    Depth,
    OnBreach,
    Terms,
    Window,
    canonical_json,
)

from .build import OFFICE

TERMS = Terms(14_400, "business", "attempt", Decimal("0.75"), 86_400, ("wrong_contact_data",), 57_600, 28_800)
FROM_DEMO = Group("all", (Attribute("source", "in", ("demo", "trial")),))
DEMO = Window("demo", "Demo requests", FROM_DEMO, TERMS, ("duplicate",))
ALL = Window("all", "All leads", None, replace(TERMS, depth=Depth(5, 3, 10)))
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MQLS = Commitment("m1", "marketing", "mqls", True, Decimal("240"), "leads", "month", {"source": "demo"}, "s1")
SPEED = Commitment(
    "s1", "sales", "speed_met_share", True, Decimal("0.90"), "share", "week", None, "m1", "Two call.", "Ours."
)
GOOD = Group(
    "all",
    (
        Attribute("country", "in", ("Denmark", "Sweden")),
        Attribute("email", "business", ("gmail.com", "web.de")),
        Group("any", (Did("demo_requested", 1, 90), ScoreAtLeast("total", 60), IsPersona("chief"))),
    ),
)
CHIEF = Persona("chief", "Decision makers", Group("any", (Attribute("job_title", "contains", ("chief",)),)))
CROWD = Persona("crowd", "Big companies", Group("all", (Attribute("employees", "at_least", 50),)))
SCORING = Scoring(
    (FitRule("big", CROWD.rule, 10),),
    (
        BehaviourRule("demo", "demo_requested", 40, "stays", None, None),
        BehaviourRule("web", "webinar", 12, "halves", 21, 2),
    ),
)
AGREEMENT = AgreementTerms(
    agreement="inbound-nordics",
    name="Inbound Nordics Ærø",
    version=3,
    starts_on=date(2026, 12, 1),
    ends_on=date(2027, 11, 30),
    review_on=date(2027, 6, 1),
    handoff_stage="mql",
    calendar=Calendar("Europe/Copenhagen", OFFICE, ["2026-12-25"], {"2026-12-24": [["09:00", "12:00"]]}),
    windows=(DEMO, ALL),
    commitments=(MQLS, SPEED),
    definitions=(
        Definition("mql", "A lead with 60 points", "hands it over", "follows up", GOOD, True),
        Definition("accepted", "One that Sales works on"),
    ),
    report_weekday=0,
    report_hour=8,
    currency="EUR",
    made_with={"tzdata": "2026.6", "holidays": "0.109"},
    scope=Group("all", (Attribute("industry", "not_in", ("Tobacco",)),)),
    hand_over_by_itself=True,
    personas=(CHIEF, CROWD),
    scoring=SCORING,
    meeting_weekday=1,
    meeting_hour=10,
    day_names={"2026-12-25": "Christmas Day", "2026-12-24": "Christmas Eve"},
)


def test_the_agreement_survives_its_own_json():
    assert AgreementTerms.from_data(AGREEMENT.as_data()) == AGREEMENT
    assert AgreementTerms.from_data(json.loads(AGREEMENT.canonical())) == AGREEMENT
    again = AgreementTerms.from_canonical(AGREEMENT.canonical())
    assert again == AGREEMENT
    assert again.digest() == AGREEMENT.digest()


def test_the_canonical_text_is_one_text():
    text = AGREEMENT.canonical()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert '"format":2' in text
    assert "Ærø" in text
    assert len(AGREEMENT.digest()) == 64


def test_what_says_the_same_has_the_same_digest():
    same = replace(
        AGREEMENT,
        calendar=Calendar(
            "Europe/Copenhagen",
            dict(reversed(OFFICE.items())),
            [date(2026, 12, 25)],
            {date(2026, 12, 24): [["09:00", "12:00"]]},
        ),
        commitments=(replace(MQLS, value=Decimal("240.0")), replace(SPEED, value=Decimal("0.9"))),
        made_with={"holidays": "0.109", "tzdata": "2026.6"},
    )
    assert same.digest() == AGREEMENT.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 4},
        {"review_on": None},
        {"windows": (ALL, DEMO)},  # the stated order is part of what is signed
        {"commitments": (MQLS, replace(SPEED, value=Decimal("0.91")))},
        {"definitions": ()},
        {"report_hour": 9},
        {"made_with": {}},
    ],
)
def test_any_change_changes_the_digest(change):
    assert replace(AGREEMENT, **change).digest() != AGREEMENT.digest()


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="format 3"):
        AgreementTerms.from_data(AGREEMENT.as_data() | {"format": 3})


@pytest.mark.parametrize("field", AGREEMENT.as_data())
def test_a_missing_field_is_named(field):
    data = AGREEMENT.as_data()
    del data[field]
    with pytest.raises(ValueError, match=field):
        AgreementTerms.from_data(data)


# A text as it was signed before there were conditions.
OLD = {
    name: value
    for name, value in AGREEMENT.as_data().items()
    if name not in ("scope", "by_name_only", "hand_over_by_itself", "personas", "scoring")
    and name not in ("meeting_weekday", "meeting_hour", "day_names")
} | {
    "format": 1,
    "windows": [
        {name: value for name, value in DEMO.as_data().items() if name != "on_breach"}
        | {"match": {"field": "Colour", "in": ["green"]}}
    ],
    "commitments": [
        {name: value for name, value in MQLS.as_data().items() if name not in ("achievable", "relevant")}
        | {"mirrors": None, "note": "Two call.\nOurs."}
    ],
    "definitions": [
        {"stage": "mql", "sentence": "A lead with 60 points", "marketing_does": "", "sales_does": ""}
    ],
}


def test_what_was_signed_in_format_1_is_read_and_written_as_then():
    terms = AgreementTerms.from_data(OLD)
    assert terms.window_for(terms.facts({"extra.Colour": "green"}, (), NOON)).key == "demo"
    assert terms.window_for(terms.facts({"extra.Colour": "red"}, (), NOON)) is None
    assert terms.commitments[0].achievable == "Two call.\nOurs."
    assert (terms.scope, terms.by_name_only, terms.windows[0].on_breach) == (None, False, OnBreach())
    assert canonical_json(as_format_1(terms.as_data())) == canonical_json(OLD)


def test_the_first_window_in_the_stated_order_matches():
    demo, book = (AGREEMENT.facts({"source": source}, (), NOON) for source in ("demo", "e-book"))
    assert AGREEMENT.window_for(demo) is DEMO
    assert AGREEMENT.window_for(book) is ALL
    assert replace(AGREEMENT, windows=(ALL, DEMO)).window_for(demo) is ALL
    assert replace(AGREEMENT, windows=(DEMO,)).window_for(book) is None
    assert AGREEMENT.window("all") is ALL


def test_values_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        TERMS.window_seconds = 1


@pytest.mark.parametrize(
    ("seconds", "share", "expected"),
    [(100, "0.29", 29), (100, "0.299", 29), (3, "0.5", 1), (7, "1", 7), (7, "0", 0)],
)
def test_the_warning_share_is_an_exact_decimal_rounded_down(seconds, share, expected):
    for value in (Decimal(share), float(share)):
        assert replace(TERMS, window_seconds=seconds, warn_share=value).warn_seconds == expected


def test_a_share_that_no_float_can_say_stays_exact():
    long = replace(TERMS, warn_share=Decimal("0.12345678901234567890123"))
    text = canonical_json(long.as_data())
    assert Terms.from_data(json.loads(text, parse_float=Decimal)) == long


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: replace(TERMS, window_seconds=0), "window in seconds is 0"),
        (lambda: replace(TERMS, hours="office"), "Choose one of business, elapsed"),
        (lambda: replace(TERMS, counts="email"), "Choose one of attempt, connection"),
        (lambda: replace(TERMS, warn_share=Decimal("1.1")), "from 0 to 1"),
        (lambda: replace(TERMS, pause_cap_seconds=-1), "at least 0"),
        (lambda: replace(TERMS, acceptance_seconds=0), "at least 1"),
        (lambda: Depth(0, 1, 1), "attempts is 0"),
        (lambda: OnBreach(most_hops=0), "new owners on breach is 0"),
        (lambda: Definition("customer", "x", rule=GOOD), "Only MQL and SQL have conditions"),
        (lambda: Definition("sql", "x", rule=GOOD, by_itself=True), "Only an MQL with conditions"),
        (lambda: replace(AGREEMENT, personas=(CROWD,)), "chief"),
        (lambda: replace(AGREEMENT, scope=GOOD), "who a lead is|chief"),
        (lambda: replace(AGREEMENT, meeting_hour=None), "weekday and an hour"),
        (lambda: replace(AGREEMENT, meeting_hour=24), "hour from 0 to 23"),
        (lambda: replace(MQLS, metric="calls"), "metric of promise m1"),
        (lambda: replace(MQLS, side="finance"), "side of promise m1"),
        (lambda: replace(MQLS, unit="share"), "Choose one of leads"),
        (lambda: replace(MQLS, period="year"), "Choose one of week, month, quarter"),
        (lambda: replace(MQLS, value=Decimal(-1)), "0 or more"),
        (lambda: replace(MQLS, value=Decimal("NaN")), "finite"),
        (lambda: replace(SPEED, value=Decimal("90")), "share from 0 to 1"),
        (lambda: replace(MQLS, scope={"country": "DK"}), "Choose one of source, campaign, tier"),
        (lambda: Definition("prospect", "x"), "stage of a definition"),
        (lambda: Definition("mql", " "), "definition of mql"),
        (lambda: replace(AGREEMENT, agreement="Inbound Nordics"), "no slug"),
        (lambda: replace(AGREEMENT, version=0), "at least 1"),
        (lambda: replace(AGREEMENT, ends_on=date(2026, 11, 30)), "ends before it starts"),
        (lambda: replace(AGREEMENT, ends_on=date(2036, 12, 1)), "longer than 10 years"),
        (lambda: replace(AGREEMENT, review_on=date(2026, 11, 30)), "before the start"),
        (lambda: replace(AGREEMENT, handoff_stage="lead"), "Choose one of mql, sql"),
        (lambda: replace(AGREEMENT, windows=(ALL, ALL)), "Two windows are called all"),
        (lambda: replace(AGREEMENT, commitments=(MQLS,)), "mirrors s1"),
        (lambda: replace(AGREEMENT, report_weekday=7), "from 0 .Monday. to 6"),
        (lambda: replace(AGREEMENT, report_hour=24), "from 0 to 23"),
        (lambda: replace(AGREEMENT, currency="euro"), "three letters"),
    ],
)
def test_what_cannot_be_promised_is_refused_with_a_sentence(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert str(caught.value).endswith(".")


def test_ten_years_to_the_day_are_allowed():
    assert replace(AGREEMENT, ends_on=date(2036, 11, 30)).ends_on == date(2036, 11, 30)


NAMES = """visitors leads mqls mql_value accepted sqls opportunities customers revenue average_revenue
visitor_to_lead lead_to_mql mql_to_accepted mql_to_sql sql_to_opportunity opportunity_to_customer
lead_to_customer mql_to_customer speed_met_share depth_met_share worked_share rejected_share
first_follow_up_business_seconds_median first_follow_up_business_seconds_p90
first_follow_up_elapsed_seconds_median first_follow_up_elapsed_seconds_p90 acceptance_seconds_median
first_contact_to_won_days_median clocks_met clocks_breached clocks_running clocks_excluded
clocks_not_measured clocks_without_window""".split()


def test_every_metric_is_named_in_order():
    assert list(METRICS) == NAMES


@pytest.mark.parametrize("metric", METRICS.values(), ids=str)
def test_a_metric_says_what_it_is(metric):
    assert metric.unit in UNITS
    assert metric.kind in KINDS
    assert metric.side in SIDES
    assert metric.better in ("more", "less", None)
    assert metric.sentence.endswith(".")
    assert metric.sentence.count(". ") == 0  # one sentence
    assert metric.label
