"""Agreements and their drafts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from slas.models import Agreement, Step, Version, WorkingTime
from slas.services.content import Content, copy_content, read_content, write_content
from slas.services.door import record, words
from slas.services.refusal import Refused
from smarketing.accounts.permissions import may_draft

if TYPE_CHECKING:
    from datetime import date, datetime

    from smarketing.accounts.models import User

LONGEST_SLUG = 80
OFFICE_WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
_KEPT_BY_A_COPY = (
    *("handoff_stage", "hand_over_by_itself", "by_name_only", "scope", "currency"),
    *("report_weekday", "report_hour", "meeting_weekday", "meeting_hour"),
)


def create_agreement(slug: str, name: str, *, now: datetime) -> Agreement:
    """A new agreement, last in the stated order, without a version. Refused where the slug is taken."""
    if len(slug) > LONGEST_SLUG:
        raise Refused(f"“{slug[:20]}...” is longer than {LONGEST_SLUG} letters. Choose a shorter address.")
    last = Agreement.objects.aggregate(last=Max("position"))["last"]
    try:
        with transaction.atomic():
            return Agreement.objects.create(
                slug=slug,
                name=name,
                position=0 if last is None else last + 1,
                recorded_at=now,
                nights_due_from=now,
            )
    except IntegrityError:
        raise Refused(f"There is an agreement under “{slug}” already. Choose another address.") from None


def draft_next(agreement: Agreement, *, by: User, now: datetime) -> Version:
    """The next draft, as a copy of the version in force, else of the last signed one, else of the newest.

    It starts tomorrow, or after the last version that is signed. Refused as `draft_version` is.
    """
    signed = agreement.versions_signed().first()
    source = agreement.version_at(now) or signed or agreement.versions.last()
    starts_on = None
    if source is not None and signed is not None:
        starts_on = max(tomorrow(now, source.working_time), signed.starts_on + timedelta(days=1))
    return draft_version(agreement, by=by, now=now, starts_on=starts_on, copy_of=source)


@transaction.atomic
def draft_version(
    agreement: Agreement,
    *,
    by: User,
    now: datetime,
    starts_on: date | None = None,
    copy_of: Version | None = None,
) -> Version:
    """The next version as a draft: a copy of `copy_of`, else empty with office hours in the zone of `by`.

    It starts on `starts_on`, by default on the day after `now` where `by` is. Refused while another draft
    or proposal is open, and for people who may not draft.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales draft an agreement. Nothing was changed.")
    if copy_of is not None:
        content = copy_content(read_content(copy_of))
        kept = {name: getattr(copy_of, name) for name in _KEPT_BY_A_COPY}
    else:
        content = Content(WorkingTime(time_zone=by.time_zone, week=OFFICE_WEEK))
        kept = {}
    starts_on = starts_on or tomorrow(now, content.working_time)
    if copy_of is not None:  # dates that the new start leaves ahead
        for name in ("ends_on", "review_on"):
            date = getattr(copy_of, name)
            kept[name] = date if date and date > starts_on else None
    return write_draft(agreement, content, now=now, by=by, starts_on=starts_on, **kept)


def tomorrow(now: datetime, working_time: WorkingTime) -> date:
    """The date after `now` in the zone of the working time."""
    return now.astimezone(working_time.zone).date() + timedelta(days=1)


@transaction.atomic
def write_draft(
    agreement: Agreement,
    content: Content,
    *,
    now: datetime,
    starts_on: date,
    by: User | None = None,
    **fields: object,
) -> Version:
    """Store `content` as the next draft; `fields` are those of Version. Refused while another is open."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    for other in agreement.versions.open():
        other.agreement = agreement
        raise Refused(f"{words(other)} is not signed yet. Finish or withdraw it first.")
    last = agreement.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(
        agreement=agreement, number=last + 1, starts_on=starts_on, drafted_by=by, drafted_at=now, **fields
    )
    write_content(version, content)
    record(version, Step.Kind.DRAFTED, by, now)
    return version
