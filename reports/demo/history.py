"""The demo's nights and weeks as they went by, and the mails of its last two weeks.

Everything but the last night and the last week, which are left for the product's own first tick.
"""

import datetime as dt

from leads.models import TouchedDay
from reports.services.nightly import check_night
from reports.services.nights import nights_due
from reports.services.weekly import make_report
from reports.services.weeks import weeks_due
from slas.models import Agreement

MAILED = dt.timedelta(days=15)
AFTER_MIDNIGHT = dt.timedelta(minutes=2)  # when a tick comes to it


def tell_history(agreement: Agreement, now: dt.datetime) -> None:
    """Check every night and report every week that was due before `now`, but for the last of each.

    Each is dated as it would have been then. Figures are of what is known now, cut at each midnight.
    """
    TouchedDay.objects.filter(agreement=agreement).delete()  # no night is stored that they could touch
    versions = list(agreement.versions_signed())
    *nights, _ = nights_due(agreement, versions, now)
    for night in nights:
        check_night(night, night.end + AFTER_MIDNIGHT, mail=night.end > now - MAILED)
    *weeks, _ = weeks_due(agreement, versions, now)
    for week in weeks:
        make_report(week, week.due_at, mail=week.due_at > now - MAILED)
