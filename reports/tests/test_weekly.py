"""The weekly report: made once per week, kept as it was sent, read by everybody with a login."""

import datetime as dt

import pytest
from django.urls import reverse

from leads.models import Entry
from leads.services.pipeline import advance, reject
from leads.tests.factories import handed_over
from reports.models import NightCheck, Report, Result
from reports.services.nightly import nightly
from reports.services.weekly import weekly
from reports.tests.worlds import DAY, HOUR, OPENS, SECOND, agreement, followed_up, four_of_six
from slas.models import Agreement
from smarketing.accounts.tests.factories import mia, rita, vic
from smarketing.outbox.models import Kind, Mail

pytestmark = pytest.mark.django_db

# Week 47 ends at the midnight after Sunday 22 November 2026; the report is due on Monday at 8 in Copenhagen.
DUE = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)


@pytest.fixture
def inbound():
    return agreement()


@pytest.fixture
def rep():
    return rita()


def test_each_due_week_is_made_once_and_only_the_latest_is_mailed(inbound, rep):
    four_of_six(inbound, rep)
    done = weekly(DUE)
    assert (done.reports, done.mails) == (4, 3)
    assert list(Report.objects.order_by("period").values_list("period", flat=True)) == [
        "2026-W44",
        "2026-W45",
        "2026-W46",
        "2026-W47",
    ]
    assert all(":2026-W47:" in key for key in Mail.objects.values_list("key", flat=True))
    assert weekly(DUE + HOUR).reports == 0
    assert Mail.objects.filter(kind=Kind.REPORT).count() == 3


def test_before_its_hour_it_is_not_due(inbound):
    weekly(DUE - SECOND)
    assert not Report.objects.filter(period="2026-W47").exists()


def test_it_goes_out_at_its_hour_to_both_teams_and_the_viewers_who_asked(inbound, rep):
    mia(), vic(wants_report=True)
    weekly(DUE)
    assert set(Mail.objects.values_list("not_before", flat=True)) == {DUE}
    assert sorted(Mail.objects.values_list("to__name", flat=True)) == [
        "Mia Holm",
        "Mona Lind",
        "Rita Sørensen",
        "Sam Okafor",
        "Vic Stone",
    ]


def test_a_week_from_before_the_agreement_was_recorded_only_when_asked_for(inbound):
    Agreement.objects.update(nights_due_from=DUE - HOUR)
    assert weekly(DUE).reports == 0
    done = weekly(DUE, week="2026-W46")
    assert (done.reports, done.mails) == (1, 0)


def test_a_week_asked_for_before_its_hour_is_kept_and_mailed_when_it_is_the_latest(inbound, rep):
    assert weekly(DUE - HOUR, week="2026-W47").reports == 1
    assert weekly(DUE).reports == 3
    assert not Mail.objects.filter(key__contains="W46").exists()


@pytest.mark.parametrize(
    ("week", "sentence"),
    [("2026-W48", "2026-W48 is not over yet in Europe/Copenhagen"), ("2026-W40", "no version was in force")],
)
def test_a_week_that_can_not_be_reported_on_is_skipped_and_named(inbound, week, sentence):
    assert sentence in weekly(DUE, week=week).skipped["inbound"]


def test_the_report_and_the_sundays_night_say_the_same(inbound, rep):
    four_of_six(inbound, rep)
    weekly(DUE)
    nightly(DUE)
    report = Report.objects.get(period="2026-W47")
    sunday = Result.objects.get(night=dt.date(2026, 11, 22), commitment="speed")
    line = next(line for _, lines in report.content["sides"] for line in lines if line["key"] == "speed")
    assert (line["figure"], line["detail"]) == ("66.7%", "4 of 6, at least 90%")
    assert (sunday.k, sunday.n, sunday.state) == (4, 6, line["state"])
    assert NightCheck.objects.filter(night=sunday.night).exists()


def test_it_names_breaches_wins_sources_and_reasons(inbound, rep):
    four_of_six(inbound, rep)
    won = handed_over(inbound, at=OPENS, to=rep, first_name="Emil", last_name="Sand", company="Kanal Post")
    followed_up(won, rep, at=OPENS + HOUR)
    advance(won.lead, "customer", by=rep, now=OPENS + 2 * HOUR, amount="14600", currency="EUR")
    refused = handed_over(inbound, at=OPENS, to=rep)
    reject(refused.lead, by=rep, now=OPENS + HOUR, reason="duplicate")
    weekly(DUE)
    text = Report.objects.get(period="2026-W47").body_text
    for part in ("WORST BREACHES", "held by Rita Sørensen", "Emil Sand, Kanal Post: €14,600", "Duplicate: 1"):
        assert part in text
    assert "won by Rita Sørensen" in text
    assert Entry.objects.filter(type="rejected").count() == 1


def test_the_worst_breach_comes_first_by_what_was_known_at_the_weeks_end(inbound, rep):
    """One was followed up soon, one after the week, one never: the week only knows that two waited."""
    soon, later, never = (handed_over(inbound, at=OPENS + hours * HOUR, to=rep) for hours in (0, 2, 1))
    followed_up(soon, rep, at=OPENS + 5 * HOUR)
    followed_up(later, rep, at=DUE + 30 * DAY)
    weekly(DUE + 40 * DAY, week="2026-W47")
    content = Report.objects.get().content
    section = next(section for section in content["sections"] if section["title"] == "Worst breaches")
    assert [line["url"].split("/")[-2] for line in section["lines"]] == [
        str(handoff.lead_id) for handoff in (never, later, soon)
    ]


def test_an_empty_week_reads_well(inbound):
    weekly(DUE)
    report = Report.objects.get(period="2026-W47")
    assert report.subject == "Inbound, week 47: the one promise short"
    assert "In the week nothing was handed over, and no deadline passed." in " ".join(
        report.body_text.split()
    )


# -- the pages --------------------------------------------------------------------------------------


def test_the_page_shows_it_as_it_was_sent_whatever_happened_since(inbound, rep, client):
    handoffs = four_of_six(inbound, rep)
    weekly(DUE)
    nightly(DUE)
    followed_up(handoffs[4], rep, at=OPENS + 2 * HOUR, recorded=OPENS + DAY)
    nightly(DUE + HOUR)
    client.force_login(rep)
    page = client.get(reverse("report", args=[Report.objects.get(period="2026-W47").token])).content.decode()
    assert "66.7%" in page
    assert "4 of 6, at least 90%" in page
    assert "66.7% (4 of 6) became 83.3% (5 of 6)" in page, "the correction since is named"


def test_the_list_links_each_report(inbound, rep, client):
    weekly(DUE)
    client.force_login(vic())
    page = client.get(reverse("report_list")).content.decode()
    for token in Report.objects.values_list("token", flat=True):
        assert reverse("report", args=[token]) in page


@pytest.mark.parametrize("path", ["/reports/", "/reports/some-token/"])
def test_without_a_login_nothing_is_shown(client, path):
    assert client.get(path).status_code == 302


def test_an_unknown_token_is_not_found(client, rep):
    client.force_login(rep)
    assert client.get("/reports/nothing-here/").status_code == 404


def test_the_list_costs_the_same_queries_however_long_it_is(
    inbound, rep, client, django_assert_max_num_queries
):
    weekly(DUE)
    client.force_login(rep)
    with django_assert_max_num_queries(5):
        client.get(reverse("report_list"))
