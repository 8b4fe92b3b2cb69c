"""Who is in a draft right now, so that others in it are told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from slas.models import DraftVisit

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Version
    from smarketing.accounts.models import User

GONE_AFTER = timedelta(seconds=90)


def visit(version: Version, section: str, *, by: User, now: datetime) -> None:
    """Note that `by` is in a section of the draft; blank: in none."""
    values = {"section": section, "seen_at": now}
    DraftVisit.objects.update_or_create(version=version, user=by, defaults=values)


def others_in(version: Version, *, than: User, now: datetime) -> list[DraftVisit]:
    """Whoever else was seen in the draft a moment ago, by name."""
    seen = version.visits.filter(seen_at__gt=now - GONE_AFTER).exclude(user=than)
    return list(seen.select_related("user").order_by("user__name", "user"))
