"""Campaigns: written by Marketing, acknowledged by Sales, told of where they start without that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slas.campaign_words import days_of, standing_of
from slas.models import Campaign
from slas.services.campaigns import (
    ChangedMeanwhile,
    Plan,
    acknowledge,
    add_campaign,
    call_off,
    campaign_called,
    change_campaign,
    tell_unacknowledged,
)
from slas.services.refusal import Refused
from slas.tests.factories import signed_agreement
from slas.tests.test_at_once import at_once
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.tests.factories import UserFactory, mia, raj, vic
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
PLAN = Plan(
    name="Autumn fair",
    starts_on=date(2026, 12, 1),
    ends_on=date(2026, 12, 3),
    sources=("Fair",),
    expected_leads=120,
    follow_up="Call within a day.\nOffer the demo.",
)


@pytest.fixture
def agreement():
    """Its signers are Mona of Marketing and Sam of Sales."""
    return signed_agreement()


def the(name: str) -> User:
    return User.objects.get(name__startswith=name)


def written(agreement, **changes) -> Campaign:
    return add_campaign(agreement, replace(PLAN, **changes), by=the("Mona"), now=NOW)


def told(what: str = "") -> list[str]:
    """The first names of whom a mail about a campaign was written to."""
    mails = Mail.objects.filter(key__startswith=f"campaign-{what}").order_by("to__name")
    return [mail.to.get_short_name() for mail in mails]


# --- Writing ---------------------------------------------------------------------------------


def test_what_marketing_writes_waits_for_sales_whose_managers_are_mailed(agreement):
    mia()
    campaign = written(agreement)
    assert campaign.acknowledged_at is None
    assert told() == ["Sam"]
    mail = Mail.objects.get()
    assert mail.subject == "Mona Lind asks you to acknowledge the campaign Autumn fair"
    assert "Call within a day." in mail.body_text
    assert "It starts on 1 December 2026 and ends on 3 December 2026, with 120 leads expected." in " ".join(
        mail.body_text.split()
    )
    assert reverse("campaign", args=["inbound", campaign.pk]) in mail.body_text


def test_what_a_sales_manager_writes_is_acknowledged_by_that(agreement):
    campaign = add_campaign(agreement, PLAN, by=the("Sam"), now=NOW)
    assert (campaign.acknowledged_by, campaign.acknowledged_at) == (the("Sam"), NOW)
    assert told() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "The campaign has no name."),
        ({"name": "x" * 201}, "The name has 201 letters. Shorten it to 200."),
        ({"name": "AUTUMN FAIR "}, "There is a campaign Autumn fair already. Choose another name."),
        ({"ends_on": date(2026, 11, 30)}, "ends on 30 November 2026, before it starts"),
        ({"ends_on": date(2036, 12, 1)}, None),
        ({"ends_on": date(2037, 1, 1)}, "more than 10 years"),
        ({"starts_on": date(1999, 12, 31)}, "A start in the year 1999 can’t be."),
        ({"expected_leads": 0}, "0 expected leads can’t be. Enter a number from 1 to 10,000,000"),
        ({"expected_leads": -5}, "-5 expected leads can’t be."),
        ({"expected_leads": 10_000_001}, "10,000,001 expected leads can’t be."),
        ({"expected_leads": 10_000_000}, None),
        ({"expected_leads": None, "ends_on": None, "sources": ()}, None),
        ({"follow_up": " \n"}, "Say how Sales is to follow up"),
        ({"follow_up": "x" * 4_001}, "The note has 4,001 signs. Shorten it to 4,000."),
        ({"sources": ("x",) * 51}, "Keep at most 50 sources"),
        ({"starts_on": date(2026, 11, 1)}, None),
    ],
)
def test_a_plan_that_cannot_be_is_refused(agreement, change, sentence):
    written(agreement)
    change = {"name": "Another"} | change
    if sentence is None:
        written(agreement, **change)
        return
    with pytest.raises(Refused, match=sentence.split("(")[0].replace(".", r"\.")):
        written(agreement, **change)
    assert Campaign.objects.count() == 1


def test_two_agreements_may_have_campaigns_of_one_name(agreement):
    written(agreement)
    written(signed_agreement("south"))
    assert Campaign.objects.count() == 2


@pytest.mark.parametrize("person", [raj, vic])
def test_reps_and_viewers_write_and_acknowledge_nothing(agreement, person):
    campaign, by = written(agreement), person()
    for act in (
        lambda: add_campaign(agreement, replace(PLAN, name="Else"), by=by, now=NOW),
        lambda: change_campaign(campaign, replace(PLAN, follow_up="No"), by=by, now=NOW, seen=1),
        lambda: acknowledge(campaign, by=by, now=NOW),
        lambda: call_off(campaign, by=by, now=NOW),
    ):
        with pytest.raises(Refused, match="Only"):
            act()
    with pytest.raises(Refused, match="Only managers of Sales"):
        acknowledge(campaign, by=the("Mona"), now=NOW)


# --- Acknowledging and changing --------------------------------------------------------------


def test_it_is_acknowledged_once_and_stays_so(agreement):
    campaign = written(agreement)
    acknowledge(campaign, by=the("Sam"), now=NOW, seen=1)
    other = UserFactory(side=Side.SALES, role=Role.MANAGER)
    again = acknowledge(campaign, by=other, now=NOW + timedelta(days=1), seen=1)
    assert (again.acknowledged_by, again.acknowledged_at) == (the("Sam"), NOW)


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({"follow_up": "Call within an hour."}, True),
        ({"starts_on": date(2026, 12, 2)}, True),
        ({"ends_on": None}, True),
        ({"sources": ("Fair", "Stand")}, True),
        ({"name": "Autumn fair 2026"}, False),
        ({"expected_leads": 200}, False),
        ({}, None),
    ],
)
def test_a_change_of_note_dates_or_sources_asks_sales_again(agreement, change, asks):
    campaign = written(agreement)
    acknowledge(campaign, by=the("Sam"), now=NOW)
    changed = change_campaign(campaign, replace(PLAN, **change), by=the("Mona"), now=NOW, seen=1)
    campaign.refresh_from_db()
    assert changed == bool(change)
    assert (campaign.acknowledged_at is None) == bool(asks)
    assert campaign.edition == (2 if change else 1)
    assert told() == (["Sam", "Sam"] if asks else ["Sam"])


def test_a_change_by_a_sales_manager_is_acknowledged_by_that(agreement):
    campaign = written(agreement)
    change_campaign(campaign, replace(PLAN, follow_up="Write first."), by=the("Sam"), now=NOW, seen=1)
    campaign.refresh_from_db()
    assert campaign.acknowledged_by == the("Sam")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(agreement):
    campaign = written(agreement)
    change_campaign(campaign, replace(PLAN, follow_up="Hers."), by=the("Mona"), now=NOW, seen=1)
    with pytest.raises(ChangedMeanwhile, match="Mona Lind changed this campaign"):
        change_campaign(campaign, replace(PLAN, follow_up="His."), by=the("Sam"), now=NOW, seen=1)
    with pytest.raises(Refused, match="was changed while you had it open"):
        acknowledge(campaign, by=the("Sam"), now=NOW, seen=1)
    change_campaign(campaign, replace(PLAN, follow_up="His."), by=the("Sam"), now=NOW, seen=2)
    campaign.refresh_from_db()
    assert campaign.follow_up == "His."


def test_one_called_off_stays_so(agreement):
    campaign = written(agreement)
    call_off(campaign, by=the("Mona"), now=NOW)
    assert call_off(campaign, by=the("Sam"), now=NOW + timedelta(days=1)).ended_at == NOW
    for act in (
        lambda: acknowledge(campaign, by=the("Sam"), now=NOW),
        lambda: change_campaign(campaign, replace(PLAN, follow_up="x"), by=the("Mona"), now=NOW, seen=2),
    ):
        with pytest.raises(Refused, match="was called off"):
            act()


# --- Started unacknowledged ------------------------------------------------------------------

MIDNIGHT = datetime(2026, 11, 30, 23, tzinfo=UTC)  # 1 December begins in Copenhagen


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (MIDNIGHT - timedelta(seconds=1), 0),
        (MIDNIGHT, 1),
        (MIDNIGHT + timedelta(days=2), 1),
        (MIDNIGHT + timedelta(days=3, seconds=-1), 1),
        (MIDNIGHT + timedelta(days=3), 0),  # over: no news
    ],
)
def test_both_sides_are_told_from_its_first_day_to_its_last(agreement, at, number):
    mia(), raj()
    add_campaign(agreement, PLAN, by=the("Mia"), now=NOW)
    assert tell_unacknowledged(at) == number
    assert told("started") == (["Mia", "Mona", "Sam"] if number else [])


def test_they_are_told_once(agreement):
    campaign = written(agreement)
    assert tell_unacknowledged(MIDNIGHT) == 1
    assert tell_unacknowledged(MIDNIGHT) == 0
    assert tell_unacknowledged(MIDNIGHT + timedelta(days=1)) == 0
    assert told("started") == ["Mona", "Sam"]
    campaign.refresh_from_db()
    assert campaign.told_at == MIDNIGHT


@pytest.mark.parametrize("act", [acknowledge, call_off])
def test_nobody_is_told_of_one_that_is_acknowledged_or_called_off(agreement, act):
    campaign = written(agreement)
    act(campaign, by=the("Sam"), now=NOW)
    assert tell_unacknowledged(MIDNIGHT) == 0


def test_one_written_down_late_is_told_of_by_the_next_tick(agreement):
    written(agreement, starts_on=date(2026, 11, 10))
    assert told("waits") == []
    assert tell_unacknowledged(NOW) == 1
    assert told("started") == ["Mona", "Sam"]


def test_a_change_while_it_runs_tells_again(agreement):
    campaign = written(agreement)
    tell_unacknowledged(MIDNIGHT)
    acknowledge(campaign, by=the("Sam"), now=MIDNIGHT)
    change_campaign(campaign, replace(PLAN, follow_up="Else."), by=the("Mona"), now=MIDNIGHT, seen=1)
    assert told("waits") == ["Sam"]
    assert [tell_unacknowledged(MIDNIGHT), tell_unacknowledged(MIDNIGHT)] == [1, 0]
    assert told("started") == ["Mona", "Mona", "Sam", "Sam"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_ticks_at_once_write_one_mail_each(attempt):
    written(signed_agreement())
    found = at_once(*[lambda: tell_unacknowledged(MIDNIGHT)] * 2)
    assert sorted(found) == [0, 1]
    assert told("started") == ["Mona", "Sam"]


@pytest.mark.django_db(transaction=True)
def test_two_who_write_one_name_at_once_make_one_campaign():
    agreement = signed_agreement()
    by = the("Mona")
    at_once(*[lambda: add_campaign(agreement, PLAN, by=by, now=NOW)] * 2)
    assert Campaign.objects.count() == 1


def test_a_campaign_is_known_by_its_name_whatever_its_capitals(agreement):
    campaign = written(agreement, name="Årsmøde i Køln")
    assert campaign_called(agreement.pk, " ÅRSMØDE I KØLN ") == campaign
    assert campaign_called(agreement.pk, "Else") is None
    assert campaign_called(agreement.pk, "") is None
    assert campaign_called(None, "Årsmøde i Køln") is None
    call_off(campaign, by=the("Mona"), now=NOW)
    assert campaign_called(agreement.pk, "Årsmøde i Køln") is None


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 3), date(2026, 11, 28), "3 to 28 November 2026"),
        (date(2026, 11, 3), date(2026, 12, 1), "3 November to 1 December 2026"),
        (date(2026, 11, 3), date(2027, 1, 1), "3 November 2026 to 1 January 2027"),
        (date(2026, 11, 3), date(2026, 11, 3), "on 3 November 2026"),
        (date(2026, 11, 3), None, "from 3 November 2026"),
    ],
)
def test_days_in_words(first, last, words):
    assert days_of(Campaign(starts_on=first, ends_on=last)) == words


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2026, 11, 30), "Coming"),
        (date(2026, 12, 1), "Running"),
        (date(2026, 12, 3), "Running"),
        (date(2026, 12, 4), "Over"),
    ],
)
def test_where_it_stands(day, word):
    standing = standing_of(Campaign(starts_on=PLAN.starts_on, ends_on=PLAN.ends_on), day)
    assert (standing.word, standing.waits) == (word, word != "Over")


# --- Pages -----------------------------------------------------------------------------------


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def body(**values) -> dict[str, str]:
    typed = {"name": "Autumn fair", "starts_on": "2026-12-01", "ends_on": "2026-12-03"}
    typed |= {"sources": "Fair\n Stand ; Fair", "expected_leads": "1,200", "follow_up": "Call.\r\nWrite."}
    return typed | values


@pytest.mark.usefixtures("now")
def test_marketing_writes_one_and_sales_acknowledges_it(agreement, client):
    client.force_login(mia())
    answer = client.post(reverse("campaign_add", args=["inbound"]), body())
    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("campaign", args=["inbound", campaign.pk])
    assert (campaign.sources, campaign.expected_leads) == (["Fair", "Stand"], 1200)
    assert campaign.follow_up == "Call.\nWrite."
    page = client.get(answer["Location"]).content.decode()
    assert "It waits for a manager of Sales to acknowledge it. It starts in 11 days." in page
    assert "Acknowledge it" not in page
    client.force_login(the("Sam"))
    assert "Acknowledge it" in client.get(answer["Location"]).content.decode()
    client.post(reverse("campaign_acknowledge", args=["inbound", campaign.pk]), {"edition": "1"})
    campaign.refresh_from_db()
    assert campaign.acknowledged_by == the("Sam")


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "The campaign has no name."),
        ({"starts_on": ""}, "Choose the day on which it starts."),
        ({"starts_on": "1 Dec"}, "This is no date."),
        ({"ends_on": "2026-11-30"}, "before it starts"),
        ({"ends_on": "9999-01-01"}, "The year 9999 can’t be."),
        ({"expected_leads": "0"}, "0 expected leads can’t be."),
        ({"expected_leads": "many"}, "“many” is no number. Write it in figures, such as 300."),
        ({"expected_leads": "9" * 30}, "expected leads can’t be."),
        ({"expected_leads": "1.5"}, "“1.5” is no number."),
        ({"follow_up": ""}, "Say how Sales is to follow up"),
        ({"follow_up": "x" * 4001}, "The note has 4001 signs."),
        ({"name": "TAKEN"}, "There is a campaign Taken already."),
    ],
)
def test_bad_input_is_answered_beside_its_field(agreement, client, change, sentence):
    written(agreement, name="Taken")
    client.force_login(the("Mona"))
    answer = client.post(reverse("campaign_add", args=["inbound"]), body(**change))
    assert answer.status_code == 422
    assert not answer.context["form"].non_field_errors()
    assert sentence in answer.content.decode()
    assert Campaign.objects.count() == 1


@pytest.mark.usefixtures("now")
def test_a_save_over_somebody_elses_keeps_what_was_typed_and_says_who(agreement, client):
    campaign = written(agreement)
    change_campaign(campaign, replace(PLAN, follow_up="Hers."), by=the("Mona"), now=NOW, seen=1)
    client.force_login(the("Sam"))
    address = reverse("campaign_edit", args=["inbound", campaign.pk])
    answer = client.post(address, body(follow_up="His.", edition="1"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Mona Lind changed it at 14:30" in page
    assert "Hers." in page
    assert "His.</textarea>" in page
    assert client.post(address, body(follow_up="His.", edition="2")).status_code == 302
    campaign.refresh_from_db()
    assert campaign.follow_up == "His."


@pytest.mark.usefixtures("now")
def test_the_list_groups_them_and_costs_the_same_for_3_and_30(agreement, client):
    client.force_login(the("Mona"))
    counts = []
    for number in (1, 10):
        for place in range(number):
            for first, last in ((1, 5), (15, 25), (28, 29)):
                days = {"starts_on": date(2026, 11, first), "ends_on": date(2026, 11, last)}
                written(agreement, name=f"{number}-{place}-{first}", **days)
        with CaptureQueriesContext(connection) as found:
            page = client.get(reverse("campaign_list", args=["inbound"]))
        counts.append(len(found))
    groups = {group.title: len(group.rows) for group in page.context["groups"]}
    assert groups == {"Running now": 11, "Coming": 11, "Over": 11}
    assert page.context["waiting"] == 22
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("now")
def test_an_empty_list_says_how_to_begin(agreement, client):
    client.force_login(vic())
    address = reverse("campaign_list", args=["inbound"])
    assert reverse("campaign_add", args=["inbound"]) not in client.get(address).content.decode()
    client.force_login(the("Mona"))
    assert "Write the first campaign" in client.get(address).content.decode()


@pytest.mark.parametrize("name", ["campaign", "campaign_edit", "campaign_acknowledge", "campaign_call_off"])
def test_a_campaign_of_another_agreement_is_not_here(agreement, client, name):
    campaign = written(agreement)
    signed_agreement("south")
    client.force_login(the("Sam"))
    for args in (["south", campaign.pk], ["inbound", 999], ["nowhere", campaign.pk]):
        assert client.post(reverse(name, args=args)).status_code == (405 if name == "campaign" else 404)
        assert client.get(reverse(name, args=args)).status_code in (404, 405)
