"""The nightly check: every promise once per night, corrections as revisions that say why, one mail each."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from leads.models import TouchedDay
from leads.tests.factories import handed_over
from reports.models import NightCheck, Result
from reports.services.corrections import as_stored, differs
from reports.services.nightly import nightly
from reports.tests.worlds import DAY, HOUR, MQLS, OPENS, SECOND, SPEED, agreement, followed_up, four_of_six
from slas.models import Agreement
from slas.tests.factories import marketing_manager, sales_manager, signed_version
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.outbox.models import Kind, Mail

pytestmark = pytest.mark.django_db

# Just after the midnight that ends Friday 20 November 2026 in Copenhagen.
MIDNIGHT = dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)
FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture
def inbound():
    return agreement()


@pytest.fixture
def rep():
    return rita()


def stored() -> list[tuple]:
    """Everything a night stores, and its mails."""
    results = list(Result.objects.order_by("pk").values_list())
    checks = list(NightCheck.objects.order_by("pk").values_list())
    return [results, checks, sorted(Mail.objects.values_list("key", flat=True))]


def speed(night: dt.date = FRIDAY) -> Result:
    return Result.objects.last_revisions().get(night=night, commitment="speed")


def test_each_due_night_has_one_result_per_promise(inbound, rep):
    four_of_six(inbound, rep)
    done = nightly(MIDNIGHT)
    assert (done.nights, done.results, done.corrections) == (20, 40, 0)
    assert Result.objects.count() == 40
    assert NightCheck.objects.get(night=FRIDAY).clocks["met"] == 4


def test_a_result_says_figure_target_pace_and_state(inbound, rep):
    four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    result = speed()
    assert (result.k, result.n, result.value) == (4, 6, Decimal("0.6666666667"))
    assert (result.period, result.until, result.state) == ("2026-11", MIDNIGHT, "behind")
    mqls = Result.objects.get(night=FRIDAY, commitment="mqls")
    # 15 of November's 21 working days have passed: 20 x 15 / 21.
    assert (mqls.value, mqls.expected) == (Decimal(6), Decimal("14.2857142857"))
    assert mqls.state == "behind"


def test_only_what_happened_before_the_midnight_counts(inbound, rep):
    handed_over(inbound, at=MIDNIGHT - SECOND, to=rep)
    handed_over(inbound, at=MIDNIGHT, to=rep)
    nightly(MIDNIGHT + HOUR)
    assert Result.objects.get(night=FRIDAY, commitment="mqls").value == 1


def test_a_day_that_is_not_over_is_not_checked(inbound):
    assert nightly(MIDNIGHT - SECOND).nights == 19
    assert not NightCheck.objects.filter(night=FRIDAY).exists()


def test_twice_changes_nothing_and_sends_nothing(inbound, rep):
    four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    before = stored()
    again = nightly(MIDNIGHT + HOUR)
    assert (again.nights, again.mails) == (0, 0)
    assert stored() == before


def test_a_past_night_again_changes_nothing(inbound, rep):
    four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    before = stored()
    nightly(MIDNIGHT + 3 * DAY, date=FRIDAY)
    assert stored() == before


def test_each_agreement_in_its_own_zone():
    agreement("auckland", time_zone="Pacific/Auckland")
    agreement("los-angeles", time_zone="America/Los_Angeles")
    nightly(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC))
    last = {slug: NightCheck.objects.filter(agreement__slug=slug).first().night for slug in _slugs()}
    assert {slug: str(night) for slug, night in last.items()} == {
        "auckland": "2026-11-20",
        "los-angeles": "2026-11-19",
    }


def _slugs() -> list[str]:
    return list(Agreement.objects.values_list("slug", flat=True))


def test_a_quarter_ends_and_the_next_begins_at_the_zones_midnight(rep):
    quarterly = MQLS | {"period": "quarter", "value": 1}
    it = agreement(starts_on=dt.date(2026, 12, 28), commitments=[quarterly, SPEED], mirrors={})
    handed_over(it, at=dt.datetime(2026, 12, 31, 22, 59, 59, tzinfo=dt.UTC), to=rep)
    handed_over(it, at=dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC), to=rep)
    nightly(dt.datetime(2027, 1, 2, 12, tzinfo=dt.UTC))
    last, first = Result.objects.filter(commitment="mqls", night__gte=dt.date(2026, 12, 31)).order_by("night")
    assert (last.period, int(last.value), last.state, last.period_over) == ("2026-Q4", 1, "met", True)
    assert (first.period, int(first.value), first.period_over) == ("2027-Q1", 1, False)


def test_week_53_is_one_week_over_the_years_end(rep):
    weekly_promise = MQLS | {"period": "week", "value": 2}
    it = agreement(starts_on=dt.date(2026, 12, 28), commitments=[weekly_promise, SPEED], mirrors={})
    handed_over(it, at=dt.datetime(2026, 12, 30, 9, tzinfo=dt.UTC), to=rep)
    handed_over(it, at=dt.datetime(2027, 1, 1, 9, tzinfo=dt.UTC), to=rep)
    nightly(dt.datetime(2027, 1, 4, 12, tzinfo=dt.UTC))
    sunday = Result.objects.get(night=dt.date(2027, 1, 3), commitment="mqls")
    assert (sunday.period, int(sunday.value), sunday.state) == ("2026-W53", 2, "met")


def test_the_version_of_the_day_is_the_one_that_is_checked(inbound, rep):
    signed_version(inbound, starts_on=dt.date(2026, 11, 16), commitments=[MQLS | {"value": 50}, SPEED])
    nightly(MIDNIGHT)
    targets = dict(Result.objects.filter(commitment="mqls").values_list("night", "target"))
    assert (targets[dt.date(2026, 11, 15)], targets[dt.date(2026, 11, 16)]) == (20, 50)


def test_an_agreement_that_fails_does_not_keep_the_others_from_being_checked(inbound, monkeypatch):
    agreement("partners")
    from reports.services import nightly as module

    check = module.check_night

    def broken(night, *args, **kwargs):
        if night.agreement.slug == "inbound":
            raise RuntimeError("The disk is full.")
        check(night, *args, **kwargs)

    monkeypatch.setattr(module, "check_night", broken)
    done = nightly(MIDNIGHT)
    assert done.failed == {"inbound": "RuntimeError: The disk is full."}
    assert set(NightCheck.objects.values_list("agreement__slug", flat=True)) == {"partners"}


# -- asked for by date ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        ("2026-10-31", "no version was in force on 2026-10-31"),
        ("2026-11-21", "2026-11-21 is not over yet in Europe/Copenhagen"),
        ("2027-11-21", "is not over yet"),
    ],
)
def test_a_night_that_can_not_be_checked_is_skipped_and_named(inbound, date, sentence):
    done = nightly(MIDNIGHT, date=dt.date.fromisoformat(date))
    assert sentence in done.skipped["inbound"]
    assert not Result.objects.exists()


def test_a_night_before_the_agreement_was_recorded_is_stored_only_when_asked_for_and_not_mailed(inbound, rep):
    Agreement.objects.update(nights_due_from=MIDNIGHT - HOUR)
    assert nightly(MIDNIGHT).nights == 1
    Mail.objects.all().delete()
    done = nightly(MIDNIGHT, date=dt.date(2026, 11, 10))
    assert (done.nights, done.mails) == (1, 0)


# -- corrections ------------------------------------------------------------------------------------


def test_a_follow_up_entered_late_makes_a_second_revision_that_says_why(inbound, rep):
    handoffs = four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    followed_up(handoffs[4], rep, at=OPENS + 2 * HOUR, recorded=MIDNIGHT + HOUR)
    done = nightly(MIDNIGHT + 2 * HOUR)
    assert done.corrections == 1
    result = speed()
    assert (result.revision, result.k, result.n) == (2, 5, 6)
    assert result.reason.startswith("66.7% (4 of 6) became 83.3% (5 of 6): ")
    assert len(result.reason) > len("66.7% (4 of 6) became 83.3% (5 of 6): "), "it does not say why"
    first = Result.objects.get(night=FRIDAY, commitment="speed", revision=1)
    assert (first.k, first.n) == (4, 6), "the first revision stays"
    assert not TouchedDay.objects.exists()


def test_a_correction_is_not_mailed(inbound, rep):
    handoffs = four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    followed_up(handoffs[4], rep, at=OPENS + 2 * HOUR, recorded=MIDNIGHT + HOUR)
    assert nightly(MIDNIGHT + 2 * HOUR).mails == 0


def test_a_touched_day_whose_figures_stay_makes_no_revision(inbound, rep):
    four_of_six(inbound, rep)
    nightly(MIDNIGHT)
    TouchedDay.objects.create(agreement=inbound, day=FRIDAY, touched_at=MIDNIGHT, reason="Nothing much.")
    assert nightly(MIDNIGHT + HOUR).corrections == 0
    assert not TouchedDay.objects.exists()


def test_every_later_night_of_the_period_is_corrected_too(inbound, rep):
    handoffs = four_of_six(inbound, rep)
    later = MIDNIGHT + 3 * DAY
    nightly(later)
    followed_up(handoffs[4], rep, at=OPENS + 2 * HOUR, recorded=OPENS + 24 * HOUR)
    nightly(later + HOUR)
    revisions = dict(
        Result.objects.last_revisions()
        .filter(commitment="speed", night__gte=FRIDAY)
        .values_list("night", "revision")
    )
    assert set(revisions.values()) == {2}
    assert len(revisions) == 4


def test_a_mark_made_while_the_nights_are_counted_is_left_for_the_next_run(inbound, rep, monkeypatch):
    from reports.services import nightly as module

    nightly(MIDNIGHT)
    TouchedDay.objects.create(agreement=inbound, day=FRIDAY, touched_at=MIDNIGHT, reason="First.")
    check = module.check_night

    def and_meanwhile(night, *args, **kwargs):
        check(night, *args, **kwargs)
        TouchedDay.objects.create(agreement=inbound, day=FRIDAY, touched_at=MIDNIGHT, reason="Second.")

    monkeypatch.setattr(module, "check_night", and_meanwhile)
    nightly(MIDNIGHT + HOUR)
    assert list(TouchedDay.objects.values_list("reason", flat=True)) == ["Second."]


# -- the mail ---------------------------------------------------------------------------------------


def test_everybody_gets_the_latest_night_once_at_seven_of_their_zone(inbound, rep):
    marketing_manager(), sales_manager()
    mia(time_zone="America/Los_Angeles")
    raj(time_zone="Pacific/Auckland")
    vic()
    nightly(MIDNIGHT)
    arrives = dict(Mail.objects.filter(kind=Kind.SUMMARY).values_list("to__name", "not_before"))
    seven = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
    assert arrives["Rita Sørensen"] == seven
    assert arrives["Mia Holm"] == dt.datetime(2026, 11, 21, 15, tzinfo=dt.UTC)
    assert arrives["Raj Patel"] == dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC), "it is noon there: tomorrow"
    assert sorted(arrives) == ["Mia Holm", "Mona Lind", "Raj Patel", "Rita Sørensen", "Sam Okafor"]
    assert all(f":{FRIDAY}:" in key for key in Mail.objects.values_list("key", flat=True))


def test_a_reader_who_comes_later_gets_no_summary_of_a_night_that_was_mailed(inbound, rep):
    nightly(MIDNIGHT)
    raj()
    nightly(MIDNIGHT + HOUR, date=FRIDAY)
    assert not Mail.objects.filter(to__name="Raj Patel").exists()


@pytest.mark.parametrize("handoffs", [3, 30])
def test_a_night_costs_the_same_queries_however_many_leads(
    inbound, rep, handoffs, django_assert_max_num_queries
):
    for _ in range(handoffs):
        handed_over(inbound, at=OPENS, to=rep)
    nightly(MIDNIGHT - DAY)
    with django_assert_max_num_queries(40):
        nightly(MIDNIGHT)


def test_nothing_due_costs_three_queries(inbound, rep, django_assert_num_queries):
    nightly(MIDNIGHT)
    with django_assert_num_queries(3):
        nightly(MIDNIGHT + HOUR)


def test_promises_with_and_without_a_scope_are_counted_apart(rep):
    demo = MQLS | {"key": "demo", "value": 5, "scope_field": "source", "scope_value": "demo"}
    it = agreement(commitments=[MQLS, demo, SPEED], mirrors={})
    handed_over(it, at=OPENS, to=rep, source="demo")
    handed_over(it, at=OPENS, to=rep, source="webinar")
    nightly(MIDNIGHT)
    values = dict(Result.objects.filter(night=FRIDAY).values_list("commitment", "value"))
    assert (int(values["mqls"]), int(values["demo"])) == (2, 1)


@pytest.mark.parametrize("number", [218241.4147981796, 7142856.428571429, Fraction(10**9, 7), Fraction(2, 3)])
def test_a_large_number_is_stored_as_it_comes_back(inbound, number):
    nightly(MIDNIGHT)
    result = speed()
    result.expected = result.forecast_high = as_stored(number)
    result.save()
    assert not differs(result, speed())
    assert abs(speed().expected - Decimal(float(number))) < Decimal("0.000001")
