"""Whoever calls a lead reads how its campaign is to be followed up: on its page and beside the queue."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from leads.models import Lead
from leads.templatetags.of_agreements import (
    leads_of,
    leads_of_agreements,
    leads_of_campaign,
    leads_of_campaigns,
)
from leads.tests.factories import handed_over, lead
from slas.services.campaigns import Plan, acknowledge, add_campaign, call_off
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import rita

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=10)


@pytest.fixture
def held(time_machine):
    """A lead of Rita's from the campaign, with other capitals."""
    time_machine.move_to(NOW, tick=False)
    agreement = signed_agreement(starts_on=date(2026, 11, 9))
    found = handed_over(agreement, at=BEFORE, to=rita()).lead
    Lead.objects.filter(pk=found.pk).update(campaign="autumn FAIR")
    return found


@pytest.fixture
def campaign(held):
    plan = Plan(
        name="Autumn fair",
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 3),
        sources=(),
        expected_leads=None,
        follow_up="Ask for <b>Ida</b>.\n\nOffer the demo.",
    )
    return add_campaign(held.agreement, plan, by=marketing_manager(), now=BEFORE)


def pages(client, held) -> list[str]:
    client.force_login(held.owner)
    addresses = (reverse("lead", args=[held.pk]), f"{reverse('queue')}?lead={held.pk}")
    return [client.get(address).content.decode() for address in addresses]


def test_the_note_stands_on_the_page_and_in_the_panel(client, held, campaign):
    for page in pages(client, held):
        assert "<p>Ask for &lt;b&gt;Ida&lt;/b&gt;.</p>" in page
        assert reverse("campaign", args=["inbound", campaign.pk]) in page
        assert "Sales has not acknowledged this note yet." in page
    acknowledge(campaign, by=sales_manager(), now=NOW)
    assert not any("not acknowledged this note" in page for page in pages(client, held))


@pytest.mark.parametrize("without", ["called off", "another campaign", "no campaign", "no agreement"])
def test_without_a_campaign_there_is_no_note(client, held, campaign, without):
    match without:
        case "called off":
            call_off(campaign, by=sales_manager(), now=NOW)
        case "another campaign":
            Lead.objects.update(campaign="Else")
        case "no campaign":
            Lead.objects.update(campaign="")
        case _:
            Lead.objects.update(agreement=None)
    assert not any("Offer the demo" in page for page in pages(client, held))


def test_leads_are_counted_by_agreement_and_by_campaign(held, django_assert_num_queries):
    agreement = held.agreement
    old, other = lead(agreement, at=NOW - timedelta(days=31)), lead(agreement, at=BEFORE)
    Lead.objects.filter(pk__in=[old.pk, other.pk]).update(campaign=" Autumn Fair ")
    Lead.objects.filter(pk=other.pk).update(agreement=None)
    with django_assert_num_queries(1):
        recent = leads_of_agreements()
    assert [leads_of(recent, one) for one in (agreement.pk, None, 0)] == ["1 lead", "1 lead", "0 leads"]
    with django_assert_num_queries(1):
        so_far = leads_of_campaigns(agreement)
    assert [leads_of_campaign(so_far, name) for name in ("Autumn fair", "Else")] == ["2", "0"]
