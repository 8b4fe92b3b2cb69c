"""What beat starts every minute: each looks for what is due in the database. Messages carry nothing."""

from celery import shared_task

from reports.services import nightly as nights
from reports.services import sweep as sweeping
from reports.services import weekly as weeks
from slas.services.campaigns import tell_unacknowledged
from slas.services.reminding import remind
from smarketing.now import this_second
from smarketing.outbox import delivery


@shared_task(name="reports.tasks.sweep")
def sweep() -> None:
    """Warn of clocks at risk, tell of breaches, of campaigns that started unacknowledged, of reviews."""
    now = this_second()
    sweeping.sweep(now)
    tell_unacknowledged(now)
    remind(now)


@shared_task(name="reports.tasks.nightly")
def nightly() -> None:
    """Check the nights that are over."""
    nights.nightly(this_second())


@shared_task(name="reports.tasks.weekly")
def weekly() -> None:
    """Make the reports that are due."""
    weeks.weekly(this_second())


@shared_task(name="reports.tasks.deliver")
def deliver() -> None:
    """Send the mails that are due."""
    delivery.deliver(this_second())
