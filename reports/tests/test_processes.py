"""Two machines at once, and kill -9 anywhere: the same rows, no mail twice, none missing."""

import datetime as dt

import pytest
from django.db import connections, transaction

from leads.models import Clock, TouchedDay
from leads.tests.factories import handed_over
from reports.models import NightCheck, Report, Result
from reports.services.nightly import nightly
from reports.services.sweep import sweep
from reports.services.weekly import weekly
from reports.tests.processes import at_once, killed_everywhere
from reports.tests.worlds import DEADLINE, HOUR, OPENS, agreement, followed_up, four_of_six
from slas.models import Agreement
from smarketing.accounts.tests.factories import mia, raj, rita
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)

MIDNIGHT = dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)
NOW = MIDNIGHT + HOUR
MONDAY = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
CHANCE = {"id", "token", "message_id", "url", "body_html", "body_text", "unsubscribe_url", "content"}


@pytest.fixture(autouse=True)
def _closed():
    yield
    connections.close_all()


@pytest.fixture
def world():
    """Six handoffs of Friday, two of them breached; the last night and week are due."""
    it, rep = agreement(), rita()
    mia(), raj()
    handoffs = four_of_six(it, rep)
    Agreement.objects.update(nights_due_from=MIDNIGHT - HOUR)
    return handoffs


def rows(*models) -> list[list[dict]]:
    """All rows without what chance makes."""
    return [
        sorted(({k: v for k, v in row.items() if k not in CHANCE} for row in model.objects.values()), key=str)
        for model in models
    ]


def state() -> list[list[dict]]:
    return rows(Result, NightCheck, Report, TouchedDay, Clock, Mail)


def undisturbed(work) -> list[list[dict]]:
    """What `work` leaves when it is done once, here; undone again."""
    with transaction.atomic():
        work()
        found = state()
        transaction.set_rollback(True)
    return found


def whole_or_not_at_all() -> None:
    """A night or report is there with all its results and mails, or not at all."""
    nights = NightCheck.objects.count()
    assert Result.objects.filter(revision=1).count() == 2 * nights
    assert Mail.objects.filter(key__startswith="summary:").count() == 5 * nights
    assert Mail.objects.filter(key__startswith="report:").count() == 5 * Report.objects.count()


JOBS = [
    pytest.param(lambda: nightly(NOW), id="nightly"),
    pytest.param(lambda: weekly(MONDAY), id="weekly"),
    pytest.param(lambda: sweep(DEADLINE + HOUR), id="sweep"),
]


@pytest.mark.parametrize("job", JOBS)
def test_from_three_processes_at_once_it_is_done_once(world, job):
    expected = undisturbed(job)
    assert at_once(job, job, job) == [0, 0, 0]
    assert state() == expected


@pytest.mark.parametrize("job", JOBS)
def test_killed_at_any_statement_and_started_again_it_is_done_once(world, job):
    expected = undisturbed(job)
    assert killed_everywhere(job, whole_or_not_at_all) >= 4
    assert state() == expected


def test_a_correction_killed_anywhere_is_made_once(world):
    nightly(NOW)
    followed_up(world[4], world[4].lead.owner, at=OPENS + 2 * HOUR, recorded=NOW + HOUR)

    def job():
        nightly(NOW + 2 * HOUR)

    expected = undisturbed(job)
    assert killed_everywhere(job, whole_or_not_at_all) >= 4
    assert state() == expected
    assert Result.objects.filter(revision=2).count() == 1
    assert not TouchedDay.objects.exists()


def test_several_nights_killed_between_them_are_all_stored(world):
    Agreement.objects.update(nights_due_from=MIDNIGHT - 72 * HOUR)
    expected = undisturbed(lambda: nightly(NOW))
    killed_everywhere(lambda: nightly(NOW), lambda: None)
    assert state() == expected
    assert NightCheck.objects.count() == 3


def test_two_sweepers_on_many_clocks_tell_everybody_of_each_once(world):
    it, rep = world[0].agreement, world[0].lead.owner
    for _ in range(20):
        handed_over(it, at=OPENS, to=rep)
    assert at_once(*[lambda: sweep(DEADLINE + HOUR)] * 3) == [0, 0, 0]
    assert not Clock.objects.to_tell(DEADLINE + HOUR).exists()
    told = list(Mail.objects.filter(to=rep).values_list("body_text", flat=True))
    clocks = Clock.objects.filter(breach_told_for__isnull=False)
    assert clocks.count() == 22
    links = [sum(f"/leads/{clock.handoff.lead_id}/" in text for text in told) for clock in clocks]
    assert max(links) <= 1
