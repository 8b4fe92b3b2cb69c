"""The sweep: warnings and breaches, each told once, to whom it concerns, when they may be disturbed."""

import datetime as dt

import pytest

from leads.models import Clock, Handoff
from leads.services.clocks import refresh
from leads.services.holding import assign, pause, resume
from leads.services.pipeline import reject
from leads.tests.factories import handed_over, history
from reports.services import sweep as sweeping
from reports.services.sweep import Swept, sweep
from reports.tests.worlds import DEADLINE, HOUR, OPENS, SECOND, WARN_AT, agreement, followed_up, imported
from slas.services.closures import add_closure
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import mia, raj, rita
from smarketing.outbox.models import Kind, Mail

pytestmark = pytest.mark.django_db

NOTHING, WARNED, BREACHED = Swept(), Swept(1, 0), Swept(0, 1)


@pytest.fixture
def inbound():
    return agreement()


@pytest.fixture
def rep():
    return rita()


def told() -> list[str]:
    return sorted(Mail.objects.filter(kind=Kind.NOTICE).values_list("to__name", flat=True))


@pytest.mark.parametrize(
    ("at", "swept", "readers"),
    [
        pytest.param(WARN_AT - SECOND, NOTHING, [], id="before the warning instant"),
        pytest.param(WARN_AT, WARNED, ["Rita Sørensen"], id="at the warning instant"),
        pytest.param(DEADLINE, WARNED, ["Rita Sørensen"], id="at the deadline: not breached yet"),
        pytest.param(
            DEADLINE + SECOND, BREACHED, ["Rita Sørensen", "Sam Okafor"], id="past it: no warning any more"
        ),
    ],
)
def test_who_is_told_before_at_and_after_the_instants(inbound, rep, at, swept, readers):
    handed_over(inbound, at=OPENS, to=rep)
    assert sweep(at) == swept
    assert told() == readers


def test_a_clock_is_warned_of_and_told_of_once_each(inbound, rep):
    handed_over(inbound, at=OPENS, to=rep)
    assert [sweep(WARN_AT), sweep(WARN_AT + SECOND), sweep(DEADLINE)] == [WARNED, NOTHING, NOTHING]
    assert [sweep(DEADLINE + SECOND), sweep(DEADLINE + HOUR)] == [BREACHED, NOTHING]
    assert told() == ["Rita Sørensen", "Rita Sørensen", "Sam Okafor"]


def test_followed_up_in_time_nobody_is_told(inbound, rep):
    followed_up(handed_over(inbound, at=OPENS, to=rep), rep, at=OPENS + HOUR)
    assert sweep(DEADLINE + HOUR) == NOTHING
    assert told() == []


def test_worked_after_the_deadline_and_before_the_sweep_it_is_still_told(inbound, rep):
    followed_up(handed_over(inbound, at=OPENS, to=rep), rep, at=DEADLINE + 10 * 60 * SECOND)
    assert sweep(DEADLINE + HOUR) == BREACHED
    assert "the follow-up came 10 min late" in Mail.objects.get(to=rep).body_text.replace("\n", " ")


def test_a_rejected_lead_is_left_alone(inbound, rep):
    handoff = handed_over(inbound, at=OPENS, to=rep)
    reject(handoff.lead, by=rep, now=OPENS + HOUR, reason="duplicate")
    assert sweep(DEADLINE + HOUR) == NOTHING


def test_a_paused_lead_is_left_alone_and_warned_of_once_it_runs_again(rep):
    inbound = agreement(
        window={
            "window_seconds": 4 * 3600,
            "pause_reasons": ["wrong_contact_data"],
            "pause_cap_seconds": None,
        }
    )
    lead = handed_over(inbound, at=OPENS, to=rep).lead
    sees_to = mia()
    pause(lead, by=rep, now=WARN_AT, reason="wrong_contact_data", seen_to_by=sees_to)
    assert sweep(WARN_AT + HOUR) == NOTHING
    resume(lead, by=rep, now=WARN_AT + 2 * HOUR)
    assert sweep(WARN_AT + 2 * HOUR) == WARNED


@pytest.mark.parametrize("at", [WARN_AT, DEADLINE + SECOND], ids=["warning", "breach"])
def test_nobody_holds_it_so_the_managers_of_sales_are_told(inbound, at):
    handed_over(inbound, at=OPENS)
    sweep(at)
    assert told() == ["Sam Okafor"]
    assert "Nobody h" in Mail.objects.get().body_text


def test_a_holder_who_left_is_not_written_to_and_the_managers_are(inbound, rep):
    handed_over(inbound, at=OPENS, to=rep)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    sweep(WARN_AT)
    assert told() == ["Sam Okafor"]


def test_a_holder_who_wants_no_notices_gets_none(inbound, rep):
    handed_over(inbound, at=OPENS, to=rep)
    User.objects.filter(pk=rep.pk).update(wants_notices=False)
    assert sweep(WARN_AT) == WARNED
    assert told() == []


def test_a_breach_is_told_to_whom_it_counts_for_and_to_who_holds_it_now(inbound, rep):
    lead = handed_over(inbound, at=OPENS, to=rep).lead
    assign(lead, raj(), by=sales_manager(), now=DEADLINE + SECOND)
    sweep(DEADLINE + 2 * SECOND)
    assert told() == ["Raj Patel", "Rita Sørensen", "Sam Okafor"]
    assert "It counts for you" in Mail.objects.get(to=rep).body_text


@pytest.mark.parametrize(
    ("entered", "swept"),
    [
        pytest.param(DEADLINE - SECOND, BREACHED, id="recorded before its deadline"),
        pytest.param(DEADLINE, NOTHING, id="recorded at its deadline"),
        pytest.param(DEADLINE + HOUR, NOTHING, id="history"),
    ],
)
def test_a_notice_is_for_a_deadline_after_the_lead_was_recorded_here(inbound, entered, swept):
    sales_manager()
    imported(inbound, entered_at=entered)
    assert sweep(DEADLINE + 2 * HOUR) == swept
    assert sweep(DEADLINE + 3 * HOUR) == NOTHING
    assert bool(told()) is (swept == BREACHED)
    assert not Clock.objects.to_tell(DEADLINE + 9 * HOUR).exists(), "history would be looked at for ever"


def test_history_without_follow_ups_has_no_clock_to_tell_of(inbound):
    history(inbound, at=OPENS)
    assert sweep(DEADLINE + HOUR) == NOTHING


@pytest.mark.parametrize(
    ("told_for", "swept"),
    [
        pytest.param(WARN_AT - HOUR, WARNED, id="it moved later: told again"),
        pytest.param(WARN_AT, NOTHING, id="the same instant"),
        pytest.param(WARN_AT + HOUR, NOTHING, id="it moved earlier: told already"),
    ],
)
def test_an_instant_that_moved_after_it_was_told(inbound, rep, told_for, swept):
    handoff = handed_over(inbound, at=OPENS, to=rep)
    Clock.objects.filter(pk=handoff.pk).update(warned_for=told_for)
    assert sweep(WARN_AT) == swept


def test_a_closure_that_gives_more_time_moves_the_breach(rep):
    # Handed over on Friday at 16:00: 3 of 4 hours are left on Monday, which is then closed.
    inbound = agreement()
    handed_over(inbound, at=OPENS + 7 * HOUR, to=rep)
    people = {"marketing_manager": marketing_manager(), "sales_manager": sales_manager()}
    add_closure(inbound, dt.date(2026, 11, 23), now=OPENS + 8 * HOUR, **people)
    refresh(Handoff.objects.all(), OPENS + 8 * HOUR)
    tuesday = dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)
    assert sweep(tuesday - dt.timedelta(days=1)) == NOTHING
    assert [sweep(tuesday - HOUR), sweep(tuesday), sweep(tuesday + SECOND)] == [WARNED, NOTHING, BREACHED]


# -- when a notice may arrive -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "arrives"),
    [
        ("Europe/Copenhagen", DEADLINE + SECOND),
        ("America/Los_Angeles", dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)),  # 07:00 there, on Friday
        ("Pacific/Auckland", dt.datetime(2026, 11, 22, 18, tzinfo=dt.UTC)),  # Monday 07:00 there
    ],
)
def test_between_seven_and_twenty_of_the_readers_zone_on_open_days(inbound, zone, arrives):
    rep = rita(time_zone=zone)
    handed_over(inbound, at=OPENS, to=rep)
    sweep(DEADLINE + SECOND)
    assert Mail.objects.get(to=rep).not_before == arrives


def test_a_warning_that_would_arrive_after_its_deadline_is_not_written(inbound):
    rep = rita(time_zone="Pacific/Auckland")  # where it is Saturday
    handed_over(inbound, at=OPENS, to=rep)
    assert sweep(WARN_AT) == WARNED
    assert told() == []


# -- many at once -----------------------------------------------------------------------------------


def test_after_an_outage_each_reader_gets_one_mail_of_all(inbound, rep):
    for _ in range(25):
        handed_over(inbound, at=OPENS, to=rep)
    handed_over(inbound, at=OPENS + HOUR, to=rep)
    assert sweep(DEADLINE + 30 * 60 * SECOND) == Swept(1, 25)
    assert told() == ["Rita Sørensen", "Sam Okafor"]
    mail = Mail.objects.get(to=rep)
    assert mail.subject == "Inbound: 25 late and 1 due soon"
    assert "5 more leads" in mail.body_text


def test_history_by_the_thousand_is_passed_in_batches(inbound, rep, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for _ in range(5):
        handed_over(inbound, at=OPENS, to=rep)
    assert sweep(DEADLINE + HOUR) == Swept(0, 5)
    assert sweep(DEADLINE + HOUR) == NOTHING


@pytest.mark.parametrize("clocks", [3, 30])
def test_the_number_of_queries_does_not_grow_with_the_clocks(
    inbound, rep, clocks, django_assert_max_num_queries
):
    for _ in range(clocks):
        handed_over(inbound, at=OPENS, to=rep)
    with django_assert_max_num_queries(16):
        sweep(DEADLINE + HOUR)


def test_nothing_due_costs_four_queries(inbound, rep, django_assert_num_queries):
    handed_over(inbound, at=OPENS, to=rep)
    with django_assert_num_queries(4):
        sweep(OPENS + HOUR)


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ({}, {"rita", "sam"}),
        ({"tell_managers": False}, {"rita"}),
        ({"tell_holder": False}, {"sam"}),
        ({"tell_holder": False, "tell_managers": False}, set()),
    ],
)
def test_a_breach_is_told_to_whom_the_window_says(window, told):
    rep = rita()
    agreement = signed_agreement(window={"window_seconds": 4 * 3600} | window)
    handed_over(agreement, at=OPENS, to=rep)
    sweep(OPENS + 5 * HOUR)
    assert {mail.to_email.split("@")[0] for mail in Mail.objects.filter(key__startswith="breach")} == told


def test_a_breached_lead_goes_on_in_the_same_sweep_and_the_one_who_had_it_is_told():
    rep, other = rita(), raj()
    agreement = signed_agreement(window={"window_seconds": 4 * 3600, "reassign": True})
    handoff = handed_over(agreement, at=OPENS, to=rep)
    sweep(OPENS + 5 * HOUR)
    handoff.lead.refresh_from_db()
    assert handoff.lead.owner == other
    told = {mail.to_email for mail in Mail.objects.filter(key__startswith="breach")}
    assert rep.email in told
    assert other.email not in told
