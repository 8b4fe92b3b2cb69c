"""Where a period begins and ends: the instant before, at and after, with clock changes and week 53."""

import datetime as dt

import pytest

from leads.models import Lead
from leads.tests.factories import handed_over, lead
from reports.metrics import BadQuestion, behind, figure, figures, grouped, handoffs_behind, leads_behind
from reports.metrics.periods import named_period
from reports.metrics.wording import count_text, value_text
from reports.tests.worlds import DEADLINE, HOUR, OPENS, SECOND, agreement, followed_up
from slas.tests.factories import sales_manager, signed_agreement

pytestmark = pytest.mark.django_db


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


PERIODS = [
    ("Europe/Copenhagen", "2026-10", "2026-09-30 22:00", "2026-10-31 23:00"),  # summer time ends inside
    ("Europe/Copenhagen", "2026-W43", "2026-10-18 22:00", "2026-10-25 23:00"),
    ("Europe/Copenhagen", "2026-W53", "2026-12-27 23:00", "2027-01-03 23:00"),
    ("America/Sao_Paulo", "2018-Q1", "2018-01-01 02:00", "2018-04-01 03:00"),
    ("America/Sao_Paulo", "2017-10", "2017-10-01 03:00", "2017-11-01 02:00"),
    ("Pacific/Auckland", "2026-09", "2026-08-31 12:00", "2026-09-30 11:00"),
    ("Pacific/Auckland", "2026-Q4", "2026-09-30 11:00", "2026-12-31 11:00"),
    ("America/Los_Angeles", "2026-03", "2026-03-01 08:00", "2026-04-01 07:00"),
]


@pytest.mark.parametrize(("zone", "key", "start", "end"), PERIODS)
def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(zone, key, start, end):
    inbound = signed_agreement(starts_on=dt.date(2016, 1, 1), time_zone=zone)
    for at in (utc(start) - SECOND, utc(start), utc(end) - SECOND, utc(end)):
        lead(inbound, at=at)
    period = named_period(inbound, key)
    assert (period.start, period.end) == (utc(start), utc(end))
    assert figure("leads", inbound, period.start, period.end, until=period.end).value == 2
    listed = leads_behind("leads", inbound, period.start, period.end, until=period.end)
    assert set(listed.values_list("created_at", flat=True)) == {utc(start), utc(end) - SECOND}


@pytest.mark.parametrize(
    ("until", "counted"), [(OPENS, 0), (OPENS + SECOND, 1), (OPENS + HOUR, 1), (OPENS + HOUR + SECOND, 2)]
)
def test_until_is_exclusive(until, counted):
    inbound = agreement()
    for at in (OPENS, OPENS + HOUR):
        lead(inbound, at=at)
    assert figure("leads", inbound, OPENS, OPENS + 9 * HOUR, until=until).value == counted


@pytest.mark.parametrize(
    ("cut", "state"),
    [
        ({"until": DEADLINE}, "running"),
        ({"now": DEADLINE}, "running"),  # at exactly the deadline it is not breached yet
        ({"until": DEADLINE + SECOND}, "breached"),
        ({"now": DEADLINE + SECOND}, "breached"),
    ],
)
def test_a_clock_breaches_after_its_deadline(cut, state):
    inbound = agreement()
    handed_over(inbound, at=OPENS, to=sales_manager())
    span = (inbound, OPENS - HOUR, OPENS + HOUR)
    found = figures(["clocks_running", "clocks_breached"], *span, **cut)
    assert {name: f.value for name, f in found.items()} == {
        "clocks_running": int(state == "running"),
        "clocks_breached": int(state == "breached"),
    }
    assert handoffs_behind(f"clocks_{state}", *span, **cut).count() == 1


@pytest.mark.parametrize(("until", "met"), [(DEADLINE, 0), (DEADLINE + SECOND, 1)])
def test_a_follow_up_at_midnight_belongs_to_the_day_that_begins(until, met):
    inbound = agreement()
    followed_up(handed_over(inbound, at=OPENS, to=sales_manager()), sales_manager(), at=DEADLINE)
    assert figure("clocks_met", inbound, OPENS, OPENS + HOUR, until=until).value == met


def test_a_rate_counts_what_came_later_and_what_came_before():
    inbound = agreement()
    for won in (OPENS + 40 * 24 * HOUR, OPENS - 24 * HOUR, None):
        of = lead(inbound, at=OPENS)
        Lead.objects.filter(pk=of.pk).update(customer_at=won)
    span = (inbound, OPENS, OPENS + HOUR)
    rate = figure("lead_to_customer", *span, now=OPENS + 50 * 24 * HOUR)
    assert rate.as_data() == {"value": 2 / 3, "k": 2, "n": 3}
    assert rate.undecided == 1
    assert figure("lead_to_customer", *span, until=OPENS + HOUR).k == 1
    assert behind("lead_to_customer", *span, part="undecided", now=OPENS + 50 * 24 * HOUR).count() == 1


def test_the_customers_of_a_period_may_have_won_before_first_contact():
    inbound = agreement()
    for hours in (-12, 36):
        of = lead(inbound, at=OPENS)
        Lead.objects.filter(pk=of.pk).update(customer_at=OPENS + hours * HOUR)
    days = figure("first_contact_to_won_days_median", inbound, OPENS - 24 * HOUR, OPENS + 48 * HOUR)
    assert days.as_data() == {"value": 0.5, "k": 2, "n": 2}


# --- Money -----------------------------------------------------------------------------------------------


def won(inbound, amount, currency="EUR", **fields):
    of = lead(inbound, at=OPENS, **fields)
    Lead.objects.filter(pk=of.pk).update(customer_at=OPENS, mql_at=OPENS, amount=amount, currency=currency)


@pytest.mark.parametrize(
    ("amounts", "revenue", "average"),
    [
        ([], {"value": "0", "currency": "EUR"}, {"value": None, "currency": "EUR"}),
        ([(None, "")], {"value": "0", "currency": "EUR"}, {"value": None, "currency": "EUR"}),
        (
            [("1000.10", "DKK"), ("234.40", "DKK"), (None, "")],
            {"value": "1234.50", "currency": "DKK"},
            {"value": "617.25", "currency": "DKK"},
        ),
        (
            [("0.10", "EUR"), ("0.20", "EUR"), ("7", "DKK")],
            {"values": {"DKK": "7.00", "EUR": "0.30"}},
            {"values": {"DKK": "7.00", "EUR": "0.15"}},
        ),
    ],
)
def test_money_keeps_its_currency(amounts, revenue, average):
    inbound = agreement()
    for amount, currency in amounts:
        won(inbound, amount, currency)
    span = (inbound, OPENS, OPENS + HOUR)
    assert figure("revenue", *span).as_data() == revenue
    assert figure("average_revenue", *span).as_data() == average


def test_the_value_of_mqls_is_close_rate_times_average_revenue_by_source():
    """Product section 4: 70 + 90 + 150 + 160 MQLs at 20, 8, 2 and 0.5 % of 10,000 are worth 250,000."""
    inbound = agreement(starts_on=dt.date(2025, 1, 1))
    past, before = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), []
    for source, closed, mqls in (
        ("demo", 20, 100),
        ("trial", 8, 100),
        ("webinar", 2, 100),
        ("e-book", 1, 200),
    ):
        for number in range(mqls):
            won_at = past if number < closed else None
            before.append(
                Lead(
                    agreement=inbound, source=source, created_at=past, mql_at=past, recorded_at=past,
                    customer_at=won_at, amount=10_000 if won_at else None, currency="EUR" if won_at else "",
                )
            )  # fmt: skip
    now = [
        Lead(agreement=inbound, source=source, created_at=OPENS, mql_at=OPENS, recorded_at=OPENS)
        for source, mqls in (("demo", 70), ("trial", 90), ("webinar", 150), ("e-book", 160), ("new", 3))
        for _ in range(mqls)
    ]
    Lead.objects.bulk_create([*before, *now])
    november = named_period(inbound, "2026-11")
    value = figure("mql_value", inbound, november.start, november.end)
    assert value.as_data() == {"value": "250000.00", "currency": "EUR"}
    assert (value.k, value.n) == (470, 473)
    by_source = grouped(["mql_value"], inbound, november.start, november.end, by="source")
    assert {source: f["mql_value"].as_data()["value"] for source, f in by_source.items()} == {
        "demo": "140000.00", "trial": "72000.00", "webinar": "30000.00", "e-book": "8000.00", "new": "0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "at", "worth"),
    [
        ("2026-11", "2025-10-31 22:59:59", "0"),
        ("2026-11", "2025-10-31 23:00", "700.00"),  # 1 November 2025, 00:00 in Copenhagen
        ("2026-11", "2026-10-31 22:59:59", "700.00"),
        ("2024-W10", "2023-03-03 23:00", "700.00"),
    ],
)
def test_mqls_are_worth_what_the_12_months_before_the_period_say(start, at, worth):
    inbound = agreement(starts_on=dt.date(2022, 1, 1))
    period = named_period(inbound, start)
    sold = lead(inbound, at=utc(at))
    Lead.objects.filter(pk=sold.pk).update(mql_at=utc(at), customer_at=utc(at), amount=700, currency="EUR")
    new = lead(inbound, at=period.start)
    Lead.objects.filter(pk=new.pk).update(mql_at=period.start)
    value = figure("mql_value", inbound, period.start, period.end)
    assert value.as_data() == {"value": worth, "currency": "EUR"}


# --- Groups, scopes, words ---------------------------------------------------------------------------


def test_all_months_of_the_period_are_shown_each_with_its_part():
    inbound = agreement()
    for at in ("2026-10-31 22:59:59", "2026-10-31 23:00", "2026-11-01 22:59", "2026-11-01 23:00"):
        lead(inbound, at=utc(at))
    week = named_period(inbound, "2026-W44")  # Monday 26 October to Sunday 1 November
    months = grouped(["leads"], inbound, week.start, week.end, by="month")
    assert {month: f["leads"].value for month, f in months.items()} == {"2026-10": 1, "2026-11": 2}
    quarter = named_period(inbound, "2026-Q1")
    assert list(grouped(["leads"], inbound, quarter.start, quarter.end, by="month")) == [
        "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip


def test_blank_and_named_unknown_are_two_sources():
    inbound = agreement()
    for source in ("", "unknown", "unknown"):
        lead(inbound, at=OPENS, source=source)
    groups = grouped(["leads"], inbound, OPENS, OPENS + HOUR, by="source")
    assert {key: f["leads"].value for key, f in groups.items()} == {"unknown": 2, "(none)": 1}


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        (None, 2),
        ({"source": "webinar"}, 1),
        (("source", "fair"), 1),
        ({"campaign": "Spring"}, 0),
        ({"tier": "All leads"}, 2),
        ({"tier": "none"}, 0),
    ],
)
def test_a_scope_narrows_leads_and_handoffs(scope, counted):
    inbound = agreement()
    for source in ("webinar", "fair"):
        handed_over(inbound, at=OPENS, source=source)
    for metric in ("mqls", "clocks_running"):
        assert figure(metric, inbound, OPENS, OPENS + HOUR, now=OPENS, scope=scope).value == counted


@pytest.mark.parametrize(
    "ask",
    [
        lambda a: figure("guesses", a, OPENS, OPENS + HOUR),
        lambda a: figure("leads", a, OPENS, OPENS - HOUR),
        lambda a: figure("leads", a, OPENS, OPENS + HOUR, scope={"weather": "fine"}),
        lambda a: grouped(["leads"], a, OPENS, OPENS + HOUR, by="weather"),
        lambda a: leads_behind("clocks_met", a, OPENS, OPENS + HOUR),
        lambda a: handoffs_behind("leads", a, OPENS, OPENS + HOUR),
        lambda a: named_period(a, "2026-13"),
    ],
)
def test_bad_questions_are_told(ask):
    inbound = agreement()
    with pytest.raises(BadQuestion, match=r"\.$"):
        ask(inbound)


def test_below_five_cases_a_rate_is_its_count():
    inbound = agreement()
    for _ in range(4):
        lead(inbound, at=OPENS)
    rate = figure("lead_to_mql", inbound, OPENS, OPENS + HOUR)
    assert (value_text(rate), count_text(rate)) == ("0 of 4", "0 of 4")
    lead(inbound, at=OPENS)
    assert value_text(figure("lead_to_mql", inbound, OPENS, OPENS + HOUR)) == "0%"
