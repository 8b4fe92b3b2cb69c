"""The tick and the command of the sweep tell of campaigns that started unacknowledged, once."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from reports.tasks import sweep
from slas.services.campaigns import Plan, add_campaign
from slas.tests.factories import marketing_manager, signed_agreement
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db

BEFORE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 30, 23, tzinfo=UTC)  # 1 December begins in Copenhagen


@pytest.fixture(autouse=True)
def _campaign():
    plan = Plan(
        name="Autumn fair",
        starts_on=date(2026, 12, 1),
        ends_on=None,
        sources=(),
        expected_leads=None,
        follow_up="Call.",
    )
    add_campaign(signed_agreement(), plan, by=marketing_manager(), now=datetime(2026, 11, 20, tzinfo=UTC))


def told() -> int:
    return Mail.objects.filter(key__startswith="campaign-started").count()


def test_the_tick_tells_when_it_starts_and_not_again(time_machine):
    for at, number in ((BEFORE, 0), (MIDNIGHT, 2), (MIDNIGHT, 2)):
        time_machine.move_to(at, tick=False)
        sweep()
        assert told() == number


def test_so_does_the_command():
    for at, number in ((BEFORE, 0), (MIDNIGHT, 2), (MIDNIGHT, 2)):
        call_command("sweep", "--at", at.isoformat())
        assert told() == number
