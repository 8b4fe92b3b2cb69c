"""What beat starts for leads: it looks for what is due in the database. Messages carry nothing."""

from celery import shared_task

from leads.importing.working import work_on_what_is_due
from leads.services import qualifying, scoring
from smarketing.now import this_second


@shared_task(name="leads.tasks.imports")
def imports() -> None:
    """Check and import the uploaded files that are too large for a page to wait."""
    work_on_what_is_due(this_second)


@shared_task(name="leads.tasks.qualify")
def qualify() -> None:
    """Score leads anew for versions that came into force; make those MQLs that are some by themselves now."""
    now = this_second()
    scoring.rescore_due(now)
    qualifying.qualify_due(now)
