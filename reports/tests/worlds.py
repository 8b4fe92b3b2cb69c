"""A small world for the night, the week and the sweep: one agreement with a 4 h window, people, leads."""

import datetime as dt
from typing import Any

from leads.models import Entry, Handoff, Lead, Stage
from leads.services.clocks import refresh
from leads.services.follow_up import log_follow_up
from leads.services.knowing import tier_at
from leads.tests.factories import handed_over, lead
from slas.models import Agreement
from slas.tests.factories import signed_agreement
from smarketing.accounts.models import User

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)

# Friday 20 November 2026 at 09:00 in Copenhagen: a 4 h window warns at 12:00 and ends at 13:00.
OPENS = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
WARN_AT = OPENS + 3 * HOUR
DEADLINE = OPENS + 4 * HOUR

SPEED = {"key": "speed", "side": "sales", "metric": "speed_met_share", "value": "0.9"}
MQLS = {"key": "mqls", "side": "marketing", "metric": "mqls", "value": 20}


def agreement(slug: str = "inbound", **overrides: Any) -> Agreement:
    """In force since 1 November 2026, recorded then; 4 business hours to the first follow-up."""
    defaults: dict[str, Any] = {
        "starts_on": dt.date(2026, 11, 1),
        "window": {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600},
        "commitments": [MQLS, SPEED],
        "mirrors": {"speed": "mqls"},
    }
    return signed_agreement(slug, **(defaults | overrides))


def followed_up(handoff: Handoff, by: User, *, at: dt.datetime, recorded: dt.datetime | None = None) -> None:
    log_follow_up(handoff.lead, by=by, now=recorded or at, at=at, kind="call", outcome="no_answer")


def four_of_six(agreement: Agreement, rep: User, *, at: dt.datetime = OPENS) -> list[Handoff]:
    """Six handoffs, of which four are followed up in time and two never."""
    handoffs = [handed_over(agreement, at=at, to=rep) for _ in range(6)]
    for handoff in handoffs[:4]:
        followed_up(handoff, rep, at=at + HOUR)
    return handoffs


def imported(agreement: Agreement, *, entered_at: dt.datetime, at: dt.datetime = OPENS) -> Handoff:
    """A handoff of `at` that an import wrote here at `entered_at`, with follow-ups measured and none made."""
    given = lead(agreement, at=at)
    version = agreement.version_at(at)
    tier = tier_at(version, given, at)
    handoff = Handoff.objects.create(
        lead=given,
        agreement=agreement,
        version=version,
        at=at,
        recorded_at=at,
        entered_at=entered_at,
        window_key=tier.key,
        window_why=tier.why,
        matched_on=tier.matched_on,
    )
    Entry.objects.create(
        lead=given,
        handoff=handoff,
        type="moved",
        at=at,
        recorded_at=at,
        entered_at=entered_at,
        to_stage="mql",
    )
    Lead.objects.filter(pk=given.pk).update(stage=Stage.MQL, mql_at=at)
    refresh([handoff], entered_at)
    return handoff
