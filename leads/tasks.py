"""What beat starts for leads: it looks for what is due in the database. Messages carry nothing."""

from celery import shared_task

from leads.importing.working import work_on_what_is_due
from smarketing.now import this_second


@shared_task(name="leads.tasks.imports")
def imports() -> None:
    """Check and import the uploaded files that are too large for a page to wait."""
    work_on_what_is_due(this_second)
