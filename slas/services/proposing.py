"""From a draft to a text that both sides can sign: propose, decline, withdraw."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import FrozenTerms, Section, Step, Version
from slas.rules.terms import LONGEST_TERM_YEARS, AgreementTerms
from slas.rules.zones import start_of_day
from slas.services.content import read_content, terms_of
from slas.services.door import locked, record, refuse_overtaken, words
from slas.services.public_holidays import data_versions, public_holidays
from slas.services.refusal import Refused
from slas.services.telling import tell_closed, tell_proposed
from smarketing.accounts.models import Side
from smarketing.accounts.permissions import may_draft, may_sign

if TYPE_CHECKING:
    from slas.models import WorkingTime
    from slas.services.content import Content
    from smarketing.accounts.models import User


@transaction.atomic
def propose(version: Version, by: User, now: dt.datetime, *, seen: int | None = None) -> Version:
    """Offer a draft for signing, and mail the managers of the other side. Its terms are frozen here, so
    that both sides read and sign one text.

    Proposing a proposal again changes nothing. Refused with a sentence where the text is not whole, the start
    is past, or `by` may not draft; Overtaken where the draft is of another edition than the one `seen`.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales propose a version. Nothing was changed.")
    version = locked(version)
    if version.status == Version.Status.PROPOSED:
        return version
    if version.status != Version.Status.DRAFT:
        raise Refused(f"{words(version)} is {version.status}. Draft a new version to propose it.")
    refuse_overtaken(version, seen, by)
    refuse_past_start(version, now)
    refuse_later_version(version)
    offer(version, by, now)
    tell_proposed(version, by, now)
    return version


def offer(version: Version, by: User | None, now: dt.datetime) -> Version:
    """Freeze a draft and mark it proposed, whatever its start."""
    freeze(version, now)
    version.status = Version.Status.PROPOSED
    version.save(update_fields=["status"])
    record(version, Step.Kind.PROPOSED, by, now)
    return version


def refuse_past_start(version: Version, now: dt.datetime) -> None:
    """A version is in force from its date, never from a past one; today, in its own zone, is not past."""
    try:
        today = now.astimezone(version.working_time.zone).date()
    except ValueError as error:
        raise Refused(str(error)) from error
    if sentence := _past_start(version, version.starts_on, today):
        raise Refused(sentence)


def refuse_later_version(version: Version) -> None:
    """A version starts after every one that is signed already."""
    if sentence := _later_version(version, version.starts_on, version.working_time.time_zone):
        raise Refused(sentence)


def why_not_start(version: Version, day: dt.date, time: WorkingTime, now: dt.datetime) -> str:
    """Why the version can't start on that day of its zone, in a sentence; blank where it can."""
    today = now.astimezone(time.zone).date()
    return _past_start(version, day, today) or _later_version(version, day, time.time_zone)


def _past_start(version: Version, day: dt.date, today: dt.date) -> str:
    if day >= today:
        return ""
    return f"{words(version)} starts on {day:%-d %B %Y}, which is past. Move its start to today or later."


def _later_version(version: Version, day: dt.date, zone: str) -> str:
    starts_at = start_of_day(day, zone)
    later = Version.objects.signed().filter(agreement=version.agreement_id, in_force_at__gte=starts_at)
    for other in later.order_by("in_force_at"):
        return (
            f"Version {other.number} is signed and starts on {other.starts_on:%-d %B %Y}. "
            f"Start version {version.number} after that day."
        )
    return ""


def what_stops(version: Version, content: Content, now: dt.datetime) -> list[tuple[Section, str]]:
    """Why the draft could not be proposed now: the section to mend, and the sentence; for content that builds
    terms."""
    start = why_not_start(version, version.starts_on, content.working_time, now)
    return [*([(Section.SCOPE, start)] if start else []), *_gaps(version, content)]


def _gaps(version: Version, content: Content) -> list[tuple[Section, str]]:
    """What the text misses or misnames."""
    found = []
    for side in Side:
        if not any(promise.side in (side, "shared") for promise in content.commitments):
            sentence = f"{words(version)} has no promise of {side.label}. Add one: both sides promise."
            found.append((Section.PROMISES, sentence))
    tiers = {name for window in content.windows for name in (window.key, window.name)}
    for promise in content.commitments:
        if promise.scope_field == "tier" and promise.scope_value not in tiers:
            sentence = (
                f"A promise is for the window “{promise.scope_value}”, which is not there. "
                "Choose another window, or all leads."
            )
            found.append((Section.PROMISES, sentence))
    if not content.windows:
        sentence = (
            f"{words(version)} has no follow-up window. Add one, so that handed-over leads have a clock."
        )
        found.append((Section.WINDOWS, sentence))
    return found


@transaction.atomic
def freeze(version: Version, now: dt.datetime) -> FrozenTerms:
    """Store what a draft says as canonical JSON with its SHA-256; once there, the same row is returned.

    The public holidays of its country and region are written out for the whole term, at most ten years from
    its start. Refused, with the sentence of the rules, where the content can't be agreed on.
    """
    known = FrozenTerms.objects.filter(version=version).first()
    if known:
        return known
    terms = terms_to_freeze(version)
    canonical = terms.canonical()
    return FrozenTerms.objects.create(
        version=version, canonical=canonical, digest=terms.digest(), frozen_at=now
    )


def terms_to_freeze(version: Version) -> AgreementTerms:
    """What the version would freeze now: its rows, and the holidays of its term as they are known today."""
    content = read_content(version)
    for _, sentence in _gaps(version, content):
        raise Refused(sentence)
    return terms_now(version, content)


def terms_now(version: Version, content: Content) -> AgreementTerms:
    """What the content says, with the public holidays of the term. Refused where that can't be said."""
    time = content.working_time
    days = public_holidays(time.holiday_country, time.holiday_region, *term_of(version))
    try:
        return terms_of(version, content, holidays=days, made_with=data_versions())
    except ValueError as error:
        raise Refused(str(error)) from error


def term_of(version: Version) -> tuple[dt.date, dt.date]:
    """First and last date of the term; an open one is taken as ten years."""
    start = version.starts_on
    year = min(start.year + LONGEST_TERM_YEARS, dt.date.max.year)
    is_leap_day = (start.month, start.day) == (2, 29)
    end = dt.date(year, 3, 1) if is_leap_day else start.replace(year=year)
    return start, version.ends_on or end - dt.timedelta(days=1)


@transaction.atomic
def withdraw(version: Version, by: User, now: dt.datetime, note: str = "") -> Version:
    """Take a draft or a proposal back; a frozen one stays as history. Twice is the same as once."""
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales withdraw a version. Nothing was changed.")
    return _close(version, Version.Status.WITHDRAWN, Step.Kind.WITHDRAWN, by, now, note)


@transaction.atomic
def decline(version: Version, user: User, side: str, now: dt.datetime, *, reason: str) -> Version:
    """Say no to a proposal for one side, with a reason. Twice is the same as once."""
    if not may_sign(user, side):
        raise Refused(f"Only a manager of {Side(side).label} can decline for {Side(side).label}.")
    if not reason.strip():
        raise Refused("Say why you decline, so that the other side can answer with another draft.")
    if locked(version).status == Version.Status.DRAFT:
        raise Refused(f"{words(version)} is still a draft. Comment on it, or wait until it is proposed.")
    return _close(version, Version.Status.DECLINED, Step.Kind.DECLINED, user, now, reason.strip())


def _close(
    version: Version, status: Version.Status, kind: Step.Kind, by: User, now: dt.datetime, note: str
) -> Version:
    version = locked(version)
    if version.status == status:
        return version
    if not version.is_open:
        raise Refused(f"{words(version)} is {version.get_status_display().lower()} already. It stays so.")
    version.status = status
    version.save(update_fields=["status"])
    record(version, kind, by, now, note)
    tell_closed(version, kind, by, now, note)
    return version
