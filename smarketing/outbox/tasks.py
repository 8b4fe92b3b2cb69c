"""Work of the outbox that beat starts."""

from celery import shared_task

from smarketing.now import this_second
from smarketing.outbox.delivery import deliver


@shared_task(name="outbox.deliver_mail")
def deliver_mail() -> None:
    """Send the mails that are due."""
    deliver(this_second())
