"""Leads for tests, made through the services, so that every column is what the journal says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from leads.models import Entry, Handoff, Lead, Stage
from leads.services.clocks import refresh
from leads.services.holding import assign
from leads.services.intake import add_lead
from leads.services.knowing import tier_at
from leads.services.pipeline import hand_over
from slas.models import Agreement
from slas.tests.factories import marketing_manager, sales_manager
from smarketing.accounts.models import User

# Friday 20 November 2026, 14:00 in Copenhagen: three business hours before the weekend.
HANDED_OVER_AT = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def lead(
    agreement: Agreement | None = None,
    *,
    at: datetime = HANDED_OVER_AT,
    by: User | None = None,
    **fields: Any,
) -> Lead:
    """A lead added by Mona at `at`, in this agreement; not handed over."""
    number = next(_numbers)
    defaults = {
        "first_name": "Anna",
        "last_name": f"Berg {number}",
        "email": f"anna{number}@customer.example",
        "company": "Berg & Co",
        "source": "webinar",
    }
    return add_lead(by=by or marketing_manager(), now=at, agreement=agreement, **(defaults | fields))


def handed_over(
    agreement: Agreement, *, at: datetime = HANDED_OVER_AT, to: User | None = None, **fields: Any
) -> Handoff:
    """A lead handed over by Mona at `at` under the version in force then, and assigned by Sam to `to`."""
    given = lead(agreement, at=at, **fields)
    handoff = hand_over(given, by=marketing_manager(), now=at)
    if to is not None:
        assign(given, to, by=sales_manager(), now=at)
    handoff.refresh_from_db()
    return handoff


def history(agreement: Agreement, *, at: datetime = HANDED_OVER_AT, **fields: Any) -> Handoff:
    """A handoff as an import leaves it that had no column for follow-ups: not measured."""
    given = lead(agreement, at=at, **fields)
    version = agreement.version_at(at)
    tier = tier_at(version, given, at)
    handoff = Handoff.objects.create(
        lead=given,
        agreement=agreement,
        version=version,
        at=at,
        recorded_at=at,
        entered_at=at,
        measured=False,
        window_key=tier.key,
        window_why=tier.why,
        matched_on=tier.matched_on,
    )
    Entry.objects.create(
        lead=given, handoff=handoff, type="moved", at=at, recorded_at=at, entered_at=at, to_stage="mql"
    )
    Lead.objects.filter(pk=given.pk).update(stage=Stage.MQL, mql_at=at)
    refresh([handoff], at)
    given.refresh_from_db()
    return handoff
