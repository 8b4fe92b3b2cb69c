"""A closure that both sides confirmed moves the deadlines that lie ahead, at once (product rule 12)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from leads.models import Clock, Handoff
from leads.services.door import whole_second
from leads.services.refreshing import refresh
from slas.models import Agreement, Amendment
from slas.rules.words import long_date
from slas.services import amending
from smarketing.accounts.models import User


@transaction.atomic
def confirm(amendment: Amendment, *, by: User, now: dt.datetime) -> Amendment:
    """slas.services.amending.confirm, and what lies ahead is judged again: both, or neither."""
    now = whole_second(now)
    confirmed = amending.confirm(amendment, by=by, now=now)
    if confirmed.kind == Amendment.Kind.CLOSURE and confirmed.decided_at == now:
        judge_what_lies_ahead(confirmed.agreement, now, f"{long_date(confirmed.date)} was closed.")
    return confirmed


def judge_what_lies_ahead(agreement: Agreement, now: dt.datetime, reason: str) -> int:
    """Bring every clock of the agreement that still has an instant ahead to what its journal says; how many
    were written."""
    ahead = Q(deadline_at__gt=now) | Q(acceptance_deadline_at__gt=now) | Q(depth_deadline_at__gt=now)
    held = Q(outcome="", deadline_at=None)  # a pause without a cap
    clocks = Clock.objects.filter(ahead | held, agreement=agreement)
    return refresh(Handoff.objects.filter(clock__in=clocks), now, reason=reason)
