"""Changing a draft. Two people in one draft never overwrite each other unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Commitment, Step, Version, Window
from slas.services.door import locked, record, refuse_overtaken, words
from slas.services.proposing import refuse_later_version, refuse_past_start, terms_now
from slas.services.refusal import Refused
from smarketing.accounts.permissions import may_draft

if TYPE_CHECKING:
    from datetime import datetime

    from slas.services.content import Content
    from smarketing.accounts.models import User

OF_VERSION = ("starts_on", "ends_on", "review_on", "report_weekday", "report_hour")
_OF_WINDOW = (
    *("window_seconds", "hours", "counts", "warn_share", "late_entry_grace_seconds", "pause_cap_seconds"),
    *("acceptance_seconds", "depth_attempts", "depth_days", "depth_within_business_days"),
)
_OF_COMMITMENT = ("value", "at_least", "period")


@transaction.atomic
def save_draft(version: Version, content: Content, *, by: User, now: datetime, seen: int) -> Step:
    """Store what was changed on the rows of a draft: `version` and its `content`, as read before.

    `seen` is the id of the last step when they were read. Overtaken, with that step, where somebody did
    something since; Refused for a version that is no draft any more, for content that can't be agreed on, a
    past start, and people who may not draft. Nothing is stored then.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales edit a draft. Nothing was changed.")
    current = locked(version)
    if current.status != Version.Status.DRAFT:
        raise Refused(
            f"{words(current)} is {current.get_status_display().lower()} by now, so it can't be edited. "
            "Nothing of yours is stored."
        )
    refuse_overtaken(current, seen)
    terms_now(version, content)
    refuse_past_start(version, now)
    refuse_later_version(version)
    version.save(update_fields=OF_VERSION)
    content.working_time.save()
    Window.objects.bulk_update(content.windows, _OF_WINDOW)
    Commitment.objects.bulk_update(content.commitments, _OF_COMMITMENT)
    record(version, Step.Kind.EDITED, by, now)
    return version.steps.order_by("-pk")[0]
