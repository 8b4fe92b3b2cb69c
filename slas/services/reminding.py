"""What a date brings: a version comes into force, a review is near, or is today. Each is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max, Q

from slas.models import Version
from slas.rules.words import counted, long_date
from slas.rules.zones import local_day
from slas.services.letters import Letter, link_to, post
from slas.services.telling import everybody
from smarketing.accounts.models import Side, User

if TYPE_CHECKING:
    from datetime import datetime

BEFORE_REVIEW = timedelta(days=14)
STILL_NEWS = timedelta(days=7)  # where nothing ran for some days
_A_DAY = timedelta(days=1)


def remind(now: datetime) -> None:
    """Tell all members of a version that is in force from today, and the managers of both sides of a review
    in 14 days, and on its day; days are those of its own zone.

    The keys of the mails make it the same however often it is called, and whoever calls it at once. What is
    a week past is no news.
    """
    for version in _come_into_force(now):
        _tell_in_force(version, now)
    due = Version.objects.in_force(now).filter(
        review_on__gt=(now - STILL_NEWS - _A_DAY).date(),
        review_on__lte=(now + BEFORE_REVIEW + _A_DAY).date(),
    )
    for version in due.select_related("agreement", "working_time"):
        _tell_review(version, now)


def _come_into_force(now: datetime) -> list[Version]:
    """Those whose start came after both had signed: of one signed on the day itself all were told then."""
    started = Version.objects.in_force(now).filter(in_force_at__gt=now - STILL_NEWS)
    last = Max("signatures__signed_at", filter=~Q(signatures__side=""))
    return [
        version
        for version in started.annotate(last=last).select_related("agreement")
        if version.last and version.in_force_at and version.last < version.in_force_at
    ]


def _tell_in_force(version: Version, now: datetime) -> None:
    name = f"version {version.number} of {version.agreement.name}"
    start = long_date(version.starts_on)
    letter = Letter(
        subject=f"{version.agreement.name}: version {version.number} is in force",
        headline=f"From {start} on, {name} is in force.",
        lines=("What is handed over from now on is measured by it.",),
        link=link_to("version", version),
        button="Read what was agreed",
    )
    post(letter, f"agreement-in-force:{version.pk}", everybody(version), now)


def _tell_review(version: Version, now: datetime) -> None:
    review, today = version.review_on, local_day(now, version.working_time.time_zone)
    if review is None or not review - BEFORE_REVIEW <= today <= review + STILL_NEWS:
        return
    is_due = today >= review
    away = (review - today).days
    when = "is due" if is_due else f"is due in {counted(away, 'day')}"
    letter = Letter(
        subject=f"{version.agreement.name}: the review of version {version.number} {when}",
        headline=f"The review of version {version.number} of {version.agreement.name} {when}, "
        f"on {long_date(review)}.",
        lines=(
            "Go through what each side promised, and what came of it. If something has to change, draft the "
            "next version.",
        ),
        link=link_to("version", version),
        button="Open the agreement",
        note="It stays in force whether or not it is reviewed.",
    )
    readers = User.objects.active().managers().filter(side__in=list(Side)).order_by("pk")
    what = "due" if is_due else "near"
    post(letter, f"agreement-review-{what}:{version.pk}:{review}", readers, now)
