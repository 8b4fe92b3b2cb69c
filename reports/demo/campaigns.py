"""The demo's campaigns: what brought its webinar, guide and search leads, and one that is to start soon."""

from __future__ import annotations

import datetime as dt

from slas.models import Agreement, Campaign
from smarketing.accounts.models import User

from .agreement import first_of_month

# name, months ago it began, days it ran (None: it runs), sources, leads expected, how Sales follows up
PAST = (
    (
        "Search: route planning", 5, None, ["Google Ads", "Demo request", "Trial"], 900,
        "They compared us with others this very day. Ask which tool they plan with now.",
    ),
    (
        "Search: fleet software", 3, None, ["Google Ads"], 150,
        "Many look for telematics. Ask first whether they plan routes at all.",
    ),
    (
        "Guide: plan a week in an hour", 5, None, ["E-book"], 450,
        "They have read the guide. Ask how long planning a week takes them today.",
    ),
    (
        "Webinar: fewer empty miles", 4, 75, ["Webinar"], 180,
        "Offer the calculation of their own empty miles, ten minutes on the phone.",
    ),
    (
        "Webinar: cold chain", 1, None, ["Webinar"], 160,
        "Food and pharma. Ask what a broken cold chain cost them last year.",
    ),
)  # fmt: skip
COMING = (
    "Fair: Logistics Days", 9, 3, ["Fair"], 80,
    "We met them at the stand. Call within a day, and name who of us they spoke with.",
)  # fmt: skip


def make_campaigns(agreement: Agreement, people: dict[str, User], today: dt.date) -> None:
    """Those that ran or run were acknowledged by Sam two days before; the one that comes waits for him."""
    first = agreement.versions.order_by("starts_on")[0].starts_on
    for name, months, days, sources, expected, how in PAST:
        starts_on = max(first, first_of_month(today, months))
        made_at = _noon(starts_on - dt.timedelta(days=6))
        Campaign.objects.create(
            agreement=agreement,
            name=name,
            starts_on=starts_on,
            ends_on=starts_on + dt.timedelta(days=days) if days else None,
            sources=sources,
            expected_leads=expected,
            follow_up=how,
            made_by=people["mona"],
            made_at=made_at,
            acknowledged_by=people["sam"],
            acknowledged_at=_noon(starts_on - dt.timedelta(days=2)),
        )
    name, ahead, lasts, sources, expected, how = COMING
    starts_on = today + dt.timedelta(days=ahead)
    Campaign.objects.create(
        agreement=agreement,
        name=name,
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=lasts - 1),
        sources=sources,
        expected_leads=expected,
        follow_up=how,
        made_by=people["mia"],
        made_at=_noon(today - dt.timedelta(days=1)),
    )


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(11, 5), dt.UTC)
