"""Before somebody leaves: what they hold goes to somebody else, in the step that closes the account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import Clock, Entry, Lead, Stage
from leads.services.holding import assign
from leads.services.leaving import count_open_leads, hand_over_work, let_go
from leads.services.refusal import NotAllowed, Refused
from leads.tests.factories import handed_over, lead
from slas.tests.factories import sales_manager, signed_agreement
from smarketing.accounts import refusal
from smarketing.accounts.models import User
from smarketing.accounts.people import deactivate
from smarketing.accounts.tests.factories import ada, mia, mona, raj, rita, vic
from smarketing.now import this_second

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]


@pytest.fixture
def now():
    return this_second()


@pytest.fixture
def agreement():
    window = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600, "hours": "elapsed"}
    return signed_agreement(window=window, starts_on=datetime(2024, 1, 1, tzinfo=UTC).date())


@pytest.fixture
def leaver(agreement, now):
    """Rita, who holds two leads at work, one breached, and one that was lost."""
    person = rita()
    handed_over(agreement, at=now - timedelta(hours=1), to=person)
    handed_over(agreement, at=now - timedelta(days=2), to=person)
    ended = handed_over(agreement, at=now - timedelta(days=3), to=person).lead
    Entry.objects.create(
        lead=ended, type="moved", at=now, recorded_at=now, entered_at=now, to_stage=Stage.LOST, by=person
    )
    Lead.objects.filter(pk=ended.pk).update(stage=Stage.LOST, lost_at=now)
    return person


def address(person) -> str:
    return reverse("person_leave", args=[person.pk])


def clocks() -> list:
    return list(Clock.objects.order_by("pk").values_list("pk", "deadline_at", "warn_at", "holder__email"))


@pytest.mark.parametrize("taker", ["raj", "nobody"])
def test_hands_over_and_closes_in_one_step(client, leaver, taker):
    to, administrator, before = raj(), ada(), clocks()
    client.force_login(administrator)
    chosen = str(to.pk) if taker == "raj" else "nobody"
    answer = client.post(address(leaver), {"to": chosen, "then": "leave"}, follow=True)
    went = "went to Raj Patel" if taker == "raj" else "now wait without an owner"
    assert f"2 open leads of Rita Sørensen {went}, and the account is closed." in answer.text
    assert "Reactivate" in answer.text
    leaver.refresh_from_db()
    assert not leaver.is_active
    owners = list(Lead.objects.exclude(stage=Stage.LOST).values_list("owner__email", flat=True))
    assert owners == [to.email if taker == "raj" else None] * 2
    assert Lead.objects.get(stage=Stage.LOST).owner == leaver
    given = Entry.objects.filter(by=administrator)
    assert {(entry.type, entry.handoff_id is not None) for entry in given} == {("assigned", True)}
    after = {pk: (deadline, warn, holder) for pk, deadline, warn, holder in clocks()}
    for pk, deadline, warn, holder in before:
        assert after[pk][:2] == (deadline, warn)  # no deadline moves
        if deadline < this_second():
            assert after[pk][2] == holder == leaver.email  # what was held keeps its name


def test_a_second_click_changes_nothing(client, leaver):
    to = raj()
    client.force_login(ada())
    client.post(address(leaver), {"to": to.pk, "then": "leave"})
    number = Entry.objects.count()
    answer = client.post(address(leaver), {"to": to.pk, "then": "leave"}, follow=True)
    assert "is deactivated already" in answer.text
    assert (Entry.objects.count(), leaver.changes.count()) == (number, 1)


def test_handing_over_alone_leaves_the_account_open(client, leaver):
    to = raj()
    client.force_login(sales_manager())
    page = client.get(address(leaver)).text
    assert "Only hand over" in page
    assert 'value="leave"' not in page
    answer = client.post(address(leaver), {"to": to.pk, "then": "stay"}, follow=True)
    assert "2 open leads of Rita Sørensen went to Raj Patel." in answer.text
    leaver.refresh_from_db()
    assert (leaver.is_active, count_open_leads(leaver), count_open_leads(to)) == (True, 0, 2)


def test_who_holds_nothing_just_leaves(client):
    person = vic()
    client.force_login(ada())
    assert "holds no open lead" in client.get(address(person)).text
    assert (
        "The account of Vic Stone is closed."
        in client.post(address(person), {"then": "leave"}, follow=True).text
    )


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("", "Choose who takes the leads"),
        ("99999", "That person can’t take them."),
        ("mona", "That person can’t take them."),
        ("gone", "That person can’t take them."),
        ("self", "That person can’t take them."),
    ],
)
def test_a_bad_taker_is_refused_and_nothing_moves(client, leaver, to, sentence):
    people = {
        "mona": User.objects.get(email="mona@nordvik.example"),
        "gone": raj(is_active=False),
        "self": leaver,
    }
    client.force_login(ada())
    answer = client.post(address(leaver), {"to": people[to].pk if to in people else to, "then": "leave"})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    leaver.refresh_from_db()
    assert (leaver.is_active, count_open_leads(leaver)) == (True, 2)


@pytest.mark.parametrize("who", [mia, raj, vic])
def test_who_may_neither_administer_nor_assign_is_refused(client, leaver, who):
    person = who()
    client.force_login(person)
    assert client.get(address(leaver)).status_code == 403
    answer = client.post(address(leaver), {"to": "nobody", "then": "leave"})
    assert (answer.status_code, "Only administrators and sales managers" in answer.text) == (403, True)
    assert count_open_leads(leaver) == 2
    for act in (hand_over_work, let_go):
        with pytest.raises(NotAllowed):
            act(leaver, None, by=person, now=this_second())


def test_a_marketing_manager_and_a_sales_manager_close_no_account(client, leaver):
    for person, status in ((User.objects.get(email="mona@nordvik.example"), 403), (sales_manager(), 403)):
        client.force_login(person)
        assert client.post(address(leaver), {"to": "nobody", "then": "leave"}).status_code == status
    leaver.refresh_from_db()
    assert (leaver.is_active, count_open_leads(leaver)) == (True, 2)


def test_an_administrator_does_not_close_their_own_account(client, agreement, now):
    boss = sales_manager()
    User.objects.filter(pk=boss.pk).update(is_administrator=True)
    handed_over(agreement, at=now - timedelta(hours=1), to=boss)
    client.force_login(boss)
    answer = client.post(address(boss), {"to": "nobody", "then": "leave"})
    assert "You can’t deactivate yourself" in answer.text
    assert count_open_leads(boss) == 1  # the hand-over went back with it


def test_nobody_is_deactivated_around_the_hand_over(leaver):
    with pytest.raises(refusal.Refused, match="still holds 2 open leads"):
        deactivate(leaver, by=ada(), now=this_second())


@pytest.mark.parametrize("who", [mona, vic])
def test_leads_go_to_sales_only(leaver, who):
    taker = User.objects.filter(email="mona@nordvik.example").first() if who is mona else who()
    with pytest.raises(Refused, match="can’t take leads"):
        hand_over_work(leaver, taker, by=ada(), now=this_second())


def test_a_lead_without_a_handoff_goes_too(agreement, now, leaver):
    early = lead(agreement, at=now - timedelta(hours=2))
    assign(early, leaver, by=sales_manager(), now=now - timedelta(hours=1))
    assert hand_over_work(leaver, raj(), by=ada(), now=now) == 3


def test_time_does_not_run_backwards_in_a_journal(agreement, leaver, now):
    hand_over_work(leaver, raj(), by=ada(), now=now - timedelta(days=9))
    for each in Lead.objects.all():
        last = each.entries.order_by("pk").last()
        assert last.recorded_at == max(entry.recorded_at for entry in each.entries.all())


def test_the_number_of_queries_does_not_grow_with_the_leads(client, agreement, now):
    person, counts = rita(), []
    client.force_login(ada())
    for number in (3, 27):
        for _ in range(number):
            handed_over(agreement, at=now - timedelta(hours=1), to=person)
        with CaptureQueriesContext(connection) as queries:
            client.get(address(person))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
