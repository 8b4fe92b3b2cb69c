"""Mails about a campaign: that it waits for Sales, and that it started without a word of Sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from smarketing.accounts.models import Side, User
from smarketing.outbox.models import Kind
from smarketing.outbox.services import queue_many
from smarketing.outbox.timing import notice_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from slas.models import Campaign


def tell_waiting(campaign: Campaign, by: User, now: datetime) -> None:
    """Ask the managers of Sales to acknowledge it; each once for each edition."""
    readers = User.objects.active().managers().on_side(Side.SALES)
    _queue(campaign, "waits", readers, now, by=by)


def tell_started(campaign: Campaign, now: datetime) -> None:
    """Tell the managers of both sides, and whoever wrote it; each once for each edition."""
    managers = Q(role="manager", side__in=list(Side))
    readers = User.objects.active().filter(managers | Q(pk=campaign.made_by_id)).order_by("pk")
    _queue(campaign, "started", readers, now, by=campaign.made_by)


def _queue(campaign: Campaign, what: str, readers: Iterable[User], now: datetime, *, by: User) -> None:
    link = reverse("campaign", args=[campaign.agreement.slug, campaign.pk])
    context = {
        "campaign": campaign,
        "agreement": campaign.agreement,
        "by": by,
        "again": campaign.edition > 1,
        "link": f"{settings.PUBLIC_URL}{link}",
    }
    mails = [
        {
            "key": f"campaign-{what}:{campaign.pk}:{campaign.edition}:{reader.pk}",
            "kind": Kind.AGREEMENT,
            "to": reader,
            "not_before": notice_time(now, reader.zone, _any_day),
            "template": f"campaign_{what}",
            "context": context | {"may_acknowledge": reader.side == Side.SALES and reader.role == "manager"},
        }
        for reader in readers
    ]
    queue_many(mails, now=now)


def _any_day(day: date) -> bool:
    return True
