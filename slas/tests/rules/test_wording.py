"""Sentences for people: durations, instants, weeks, and the whole of an agreement in words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from slas.rules.business_time import Calendar
from slas.rules.clock import judge, parse_story
from slas.rules.metrics import METRICS
from slas.rules.terms import AgreementTerms, Commitment
from slas.rules.wording import (
    agreed_time,
    compare,
    describe,
    describe_commitment,
    describe_terms,
    describe_week,
    duration,
    exact_duration,
    explain,
    instant,
    number_text,
    percent,
)

from .build import OFFICE, event, story, story_data
from .test_terms import AGREEMENT, MQLS, SPEED, TERMS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (59, "59 s"),
        (60, "1 min"),
        (119, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_459, "3 h 10 min"),
        (172_800, "48 h"),
        (-600, "minus 10 min"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(3661, "1 h 1 min 1 s"), (61, "1 min 1 s"), (7200, "2 h")])
def test_what_was_agreed_is_never_rounded(seconds, words):
    assert exact_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "hours", "words"),
    [
        (3600, "business", "1 business hour"),
        (14_400, "elapsed", "4 elapsed hours"),
        (5400, "business", "90 business minutes"),
        (45, "elapsed", "45 elapsed seconds"),
        (9000, "business", "2 h 30 min of business time"),
        (5405, "business", "1 h 30 min 5 s of business time"),
    ],
)
def test_agreed_time_always_says_which(seconds, hours, words):
    assert agreed_time(seconds, hours) == words


def test_instants_name_the_year_only_when_it_is_another():
    at = datetime(2026, 11, 19, 14, 10, tzinfo=UTC)
    assert instant(at, "Europe/Copenhagen") == "Thursday 19 November, 15:10"
    assert instant(at, "Europe/Copenhagen", at) == "Thursday 19 November, 15:10"
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert instant(at, "Europe/Copenhagen", later) == "Thursday 19 November 2026, 15:10"


@pytest.mark.parametrize(
    ("week", "tz", "words"),
    [
        (OFFICE, "Europe/Copenhagen", "Monday to Friday 9 to 17, Copenhagen"),
        ({"mon": [["08:30", "12:00"], ["13:00", "24:00"]]}, "UTC", "Monday 8:30 to 12 and 13 to 24, UTC"),
        (
            {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "sun": [["10:00", "12:00"]]},
            "America/Sao_Paulo",
            "Monday and Tuesday 9 to 17, Sunday 10 to 12, Sao Paulo",
        ),
    ],
)
def test_weeks(week, tz, words):
    assert describe_week(Calendar(tz, week)) == words


def test_numbers():
    assert number_text(Decimal("1240.50")) == "1,240.5"
    assert number_text(Decimal("1E+3")) == "1,000"
    assert percent(Decimal("0.875")) == "87.5%"


def test_every_value_of_the_terms_is_said():
    text = " ".join(describe(AGREEMENT))
    for said in (
        *("Inbound Nordics Ærø, version 3", "1 December 2026", "30 November 2027", "1 June 2027"),
        *("becomes an MQL", "Monday to Friday 9 to 17, Copenhagen", "Europe/Copenhagen"),
        *("25 December 2026", "Thursday 24 December 2026 (Christmas Eve) is open 9 to 12"),
        "The first of these windows that takes a lead holds for it.",
        "Demo requests, for a lead that has the source demo or trial: Sales follows up within 4 business "
        "hours of the handoff (Monday to Friday 9 to 17, Copenhagen). Any attempt counts.",
        "All leads: Sales follows up within 4 business hours",
        *("75% of that, 3 business hours", "one of these reasons: duplicate"),
        *("24 h of elapsed time", "wrong contact data", "16 business hours in all"),
        *("within 8 business hours; silence accepts", "5 attempts", "3 different days", "10 business days"),
        "Every month, Marketing will deliver at least 240 MQLs from the source demo.",
        "Every week, Sales will follow up at least 90% of the leads in time.",
        "It stands beside Marketing: at least 240 MQLs delivered from the source demo. Two call. Ours.",
        "It stands beside Sales: at least 90% followed up in time.",
        *("An MQL: A lead with 60 points.", "Marketing: hands it over.", "Sales: follows up."),
        *("every Monday at 8:00", "in EUR", "tzdata 2026.6", "holidays 0.109"),
    ):
        assert said in text


def promise(metric, side="marketing", value="1240", **more) -> Commitment:
    return replace(
        MQLS, **({"side": side, "metric": metric, "unit": METRICS[metric].unit, "value": Decimal(value),
                      "scope": None, "mirrors": None} | more)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("commitment", "sentence"),
    [
        (promise("mqls"), "Every month, Marketing will deliver at least 1,240 MQLs."),
        (promise("mqls", value="1"), "Every month, Marketing will deliver at least 1 MQL."),
        (promise("customers", "sales", "22"), "Every month, Sales will win at least 22 customers."),
        (
            promise("speed_met_share", "sales", "0.9", period="week"),
            "Every week, Sales will follow up at least 90% of the leads in time.",
        ),
        (
            promise("rejected_share", value="0.12", at_least=False),
            "Every month, Marketing promises that at most 12% of the leads handed over will be rejected.",
        ),
        (
            promise("rejected_share", "sales", "0.12", at_least=False),
            "Every month, Sales will reject at most 12% of the leads handed over.",
        ),
        (
            promise("mql_to_customer", "shared", "0.05", scope={"campaign": "Spring"}, period="quarter"),
            "Every quarter, Marketing and Sales together promise that at least 5% of the MQLs of the "
            "campaign Spring will become customers.",
        ),
        (
            promise("average_revenue", "sales"),
            "Every month, Sales will win customers with an average revenue of at least EUR 1,240.",
        ),
        (
            promise("first_follow_up_business_seconds_median", "sales", "14400", at_least=False),
            "Every month, Sales promises that half of the leads will wait at most 4 h of business time for a "
            "follow-up.",
        ),
    ],
)
def test_a_promise_reads_as_people_say_it(commitment, sentence):
    assert describe_commitment(commitment, AGREEMENT) == sentence


def test_a_part_of_a_promise_names_the_whole():
    whole, part = promise("mqls", value="290"), replace(MQLS, key="m2", value=Decimal(90), mirrors=None)
    terms = replace(AGREEMENT, commitments=(whole, part))
    said = describe_commitment(part, terms)
    assert (
        said
        == "Every month, Marketing will deliver at least 90 MQLs from the source demo, among the 290 in all."
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("side", ["marketing", "sales", "shared"])
def test_every_metric_can_be_promised_in_words_by_anybody(metric, side):
    said = describe_commitment(promise(metric, side, "0.5", scope={"source": "fairs"}), AGREEMENT)
    assert "Every month" in said
    assert "the source fairs" in said
    assert said != describe_commitment(promise(metric, side, "0.25", scope={"source": "fairs"}), AGREEMENT)


# Names by which the text's parts know each other: people never read them. The slug is in the address.
KEYS = {"key", "agreement", "format", "unit"}
OTHERS = {
    "side": "sales", "metric": "sqls", "period": "quarter", "mirrors": "m1", "handoff_stage": "sql",
    "hours": "elapsed", "counts": "connection", "stage": "customer", "tz": "UTC", "currency": "DKK",
    "starts_on": "2026-11-30", "ends_on": "2027-11-29", "review_on": "2027-06-02", "field": "country",
    "value": "0.5", "holidays": ["2026-12-28"], "special": {"2026-12-23": [["09:00", "12:00"]]},
    "warn_share": 0.5, "days": 2, "did": "download", "score": "fit", "persona": "crowd", "fades": "ends",
}  # fmt: skip


SWAPPED = {
    "in": "not_in", "not_in": "in", "contains": "not_contains", "at_least": "at_most", "business": "domain_in"
}  # fmt: skip
SPECIAL = {"2026-12-24": [["09:00", "12:00"]]}


def changed(data, path=()):
    """Each copy of the data in which one value is another, with the path to it."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        here = (*path, name)
        if name in KEYS or (name == "by_itself" and not data["rule"]):
            continue
        if name == "op":
            yield here, {**data, name: SWAPPED[value]}
        elif name == "field":
            if value not in ("email", "employees"):  # no other field is of their kind
                yield here, {**data, name: "phone"}
        elif name == "fades" and value == "stays":
            yield here, {**data, name: "halves", "days": 3}
        elif name in OTHERS and value is not None and not ("op" in data and name == "value"):
            yield here, {**data, name: OTHERS[name]}
        elif isinstance(value, dict | list) and value:
            for where, inner in changed(value, here):
                yield where, ({**data, name: inner} if isinstance(data, dict) else _put(data, name, inner))
        elif value is not None and value != []:
            yield (
                here,
                {**data, name: _other(value)} if isinstance(data, dict) else _put(data, name, _other(value)),
            )


def _put(items, place, value):
    return [*items[:place], value, *items[place + 1 :]]


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return {"09:00": "09:30", "17:00": "16:30", "web.de": "gmx.de", "gmail.com": "aol.com"}.get(
        value, f"{value} x"
    )


WHOLE = replace(
    AGREEMENT,
    commitments=(replace(MQLS, key="m0", scope=None, mirrors="m1"), *AGREEMENT.commitments),
)
CHANGED = list(changed(WHOLE.as_data()))


@pytest.mark.parametrize(("path", "data"), CHANGED, ids=["-".join(map(str, path)) for path, _ in CHANGED])
def test_each_value_that_changes_changes_the_text(path, data):
    if path[-1] == "metric":
        data["commitments"][path[1]] |= {"unit": "leads", "value": "1"}
    if path[-1] == "stage":
        data["definitions"][path[1]] |= {"rule": None, "by_itself": False}
    if path[0] == "commitments" and path[-1] == "side" and path[1] == 2:
        data["commitments"][2]["side"] = "marketing"
    if path[0] == "commitments" and path[-1] == "mirrors":
        data["commitments"][path[1]]["mirrors"] = "s1" if path[1] == 0 else "m0"
    other = AgreementTerms.from_data(data)
    assert describe(other) != describe(WHOLE)
    if path not in {
        ("name",),
        ("version",),
        ("starts_on",),
        ("made_with", "tzdata"),
        ("made_with", "holidays"),
    }:
        changes = compare(WHOLE, other)
        assert changes
        assert all(change.old != change.new for change in changes)


def test_there_are_values_to_change():
    assert len(CHANGED) > 60


def test_the_same_terms_read_the_same_and_differ_in_nothing():
    again = AgreementTerms.from_canonical(WHOLE.canonical())
    assert describe(again) == describe(WHOLE)
    assert compare(again, WHOLE) == []


def test_what_changes_is_said_old_and_new():
    hot = replace(AGREEMENT.windows[0], terms=replace(TERMS, window_seconds=7200))
    new = replace(
        AGREEMENT,
        version=4,
        starts_on=date(2027, 2, 1),
        windows=(hot, AGREEMENT.windows[1]),
        commitments=(replace(MQLS, value=Decimal(250)), SPEED),
        calendar=Calendar("Europe/Copenhagen", {**OFFICE, "fri": []}, ["2027-02-03"], SPECIAL),
    )
    changes = compare(AGREEMENT, new)
    assert [change.sentence for change in changes] == [
        "MQLs delivered from the source demo: at least 250 a month instead of at least 240 a month.",
        "Demo requests, first follow-up: within 2 business hours instead of within 4 business hours.",
        "Working hours on Friday: closed instead of 9 to 17.",
        "3 February 2027: closed instead of working day as any other.",
    ]
    assert [change.side for change in changes] == ["marketing", "sales", "shared", "shared"]


def test_what_comes_and_goes_is_compared_with_nothing():
    less = replace(AGREEMENT, windows=AGREEMENT.windows[1:], commitments=(MQLS, replace(SPEED, mirrors=None)))
    gone = {change.what: change.new for change in compare(AGREEMENT, less)}
    assert gone["Window Demo requests"] == "nothing"
    assert not any(what.startswith("Demo requests, ") for what in gone)
    (came,) = [change for change in compare(less, AGREEMENT) if change.what == "Window Demo requests"]
    assert "first follow-up: within 4 business hours; counts: any attempt" in came.new
    assert came.sentence.startswith(
        "Window Demo requests, new: Demo requests; for: a lead that has the source demo or trial;"
    )
    assert gone["Followed up in time, beside"] == "nothing"


def test_many_dates_are_counted():
    days = [date(2027, 3, number) for number in range(1, 11)]
    new = replace(
        AGREEMENT,
        calendar=Calendar("Europe/Copenhagen", OFFICE, ["2026-12-25", *days], SPECIAL),
    )
    (change,) = compare(AGREEMENT, new)
    assert change.what.endswith("6 March 2027 and 4 later dates")
    assert (change.old, change.new) == ("working day as any other", "closed")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hours": "elapsed"}, "4 elapsed hours of the handoff, nights and weekends included"),
        ({"counts": "connection"}, "Only a two-way connection counts"),
        ({"warn_share": Decimal("0.5")}, "50% of that, 2 business hours"),
        ({"late_entry_grace_seconds": 0}, "only if it is entered by the deadline"),
        ({"pause_reasons": ()}, "can't be paused"),
        ({"pause_cap_seconds": None}, "without a cap"),
        ({"acceptance_seconds": None}, "has no deadline"),
        ({"depth": None}, "No number of attempts"),
    ],
)
def test_each_term_changes_the_sentences(change, words):
    assert words in " ".join(describe_terms(replace(TERMS, **change)))


def test_special_hours_that_a_holiday_beats_are_said_to_be_closed():
    calendar = Calendar("UTC", OFFICE, ["2026-12-24"], {date(2026, 12, 24): [["09:00", "12:00"]]})
    assert "but it is a holiday: closed" in " ".join(describe(replace(AGREEMENT, calendar=calendar)))


@pytest.mark.parametrize(
    ("as_of", "events", "headline"),
    [
        ("Mon 08:59", (), "Not started: on Monday 1 June, 08:59 no handoff was known."),
        ("Mon 10:00", (), "Running: 3 h of 4 h business time left, due Monday 1 June, 13:00."),
        ("Mon 12:30", (), "At risk: 30 min of 4 h business time left, due Monday 1 June, 13:00."),
        (
            "Mon 16:10",
            (),
            "3 h 10 min late. Nobody has followed up yet; the deadline was Monday 1 June, 13:00.",
        ),
        (
            "Mon 14:00",
            (event("follow_up", "Mon 12:28"),),
            "Met: Rita followed up on Monday 1 June, 12:28, with 3 h 28 min of 4 h used.",
        ),
        (
            "Mon 14:00",
            (event("follow_up", "Mon 12:00", "Mon 13:30", connected=True),),
            "Met: Rita reached the lead on Monday 1 June, 12:00, with 3 h of 4 h used, entered late.",
        ),
        (
            "Mon 14:00",
            (event("rejected", "Mon 10:00", reason="not_a_fit"),),
            "Excluded: Sales rejected it as not a fit on Monday 1 June, 10:00.",
        ),
        (
            "Mon 14:00",
            (event("paused", "Mon 10:00"),),
            "Paused for wrong contact data: 1 h of 4 h business time are used.",
        ),
    ],
)
def test_headlines(as_of, events, headline):
    told = story(as_of, *events)
    assert explain(told, judge(told), {"rita": "Rita"}).headline == headline


def test_a_late_entry_is_explained():
    told = story("Mon 14:00", event("follow_up", "Mon 12:00", "Mon 13:30"))
    expected = (
        "It was entered late, on Monday 1 June, 13:30, 30 min after the deadline; the grace for that is 24 h."
    )
    assert explain(told, judge(told)).about("late") == expected


def test_who_held_it_is_told_in_order():
    told = story(
        "Mon 12:00",
        event("assigned", "Mon 08:00", to="rita"),
        event("assigned", "Mon 10:00", to="raj"),
    )
    expected = "Held by rita from Monday 1 June, 09:00, then raj from Monday 1 June, 10:00."
    assert explain(told, judge(told)).about("held") == expected


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(story_data())
def test_every_verdict_has_an_explanation(data):
    told = parse_story(data)
    explanation = explain(told, judge(told))
    assert all(sentence.endswith(".") for sentence in explanation.sentences)
    assert "None" not in explanation.text
    assert "  " not in explanation.text
