"""The nightly check: every promise and clock of an agreement up to its midnight, stored once, mailed once.

One transaction per agreement and night, with the agreement's row locked: killed anywhere and run again,
from one machine or two, it leaves the same rows and no second mail.
"""

import datetime as dt
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from leads.models import TouchedDay
from reports.emails import summary_mails
from reports.models import NightCheck, Result
from reports.services.corrections import new_revisions, result_of
from reports.services.nights import Night, night_of, nights_due, reach_of
from reports.services.promises import clock_counts, standings
from reports.services.recipients import readers
from slas.models import Agreement, Version
from smarketing.outbox.services import queue_many

logger = logging.getLogger(__name__)

CHECKED_AGAIN = "the night was checked again."


@dataclass
class Nightly:
    """What a run did, in numbers of rows; `skipped` and `failed` are sentences by agreement slug."""

    nights: int = 0
    results: int = 0
    corrections: int = 0
    recounted: int = 0  # nights of which only the counts of clocks changed
    mails: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Mark(NamedTuple):
    """A TouchedDay."""

    pk: int
    day: dt.date
    reason: str


@dataclass
class Known:
    """By agreement id: the nights that are stored, and the marks of days that were touched since."""

    nights: dict[int, set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    marks: dict[int, list[Mark]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Plan:
    """What is to be done for an agreement: its nights in order, each with why it is looked at again (blank:
    it is new), the marks that are then seen to, and the last night due, which alone is mailed."""

    nights: list[tuple[Night, str]]
    marks: list[int]
    latest: dt.date | None


def nightly(now: dt.datetime, *, date: dt.date | None = None, agreement: Agreement | None = None) -> Nightly:
    """Check the nights of all agreements, or of one: by default all that are due and all that were touched
    since, else that of `date`. A failure in one agreement does not keep the others from being checked."""
    done, known = Nightly(), _known(agreement)
    for each, versions in signed_agreements(agreement):
        try:
            plan = _asked(each, versions, known, date, now) if date else _planned(each, versions, known, now)
            if isinstance(plan, str):
                done.skipped[each.slug] = plan
            else:
                _carry_out(plan, now, done)
        except Exception as error:
            logger.exception("The nightly check of %s failed.", each.slug)
            done.failed[each.slug] = f"{type(error).__name__}: {error}"
    return done


def signed_agreements(only: Agreement | None = None) -> list[tuple[Agreement, list[Version]]]:
    """Each agreement with its signed versions, in their stated order; one query."""
    versions = Version.objects.signed().select_related("agreement", "frozen").order_by("in_force_at")
    if only is not None:
        versions = versions.filter(agreement=only)
    found: dict[Agreement, list[Version]] = defaultdict(list)
    for version in versions:
        found[version.agreement].append(version)
    return sorted(found.items(), key=lambda item: (item[0].position, item[0].name, item[0].pk))


def _known(agreement: Agreement | None) -> Known:
    """The nights that are stored and the marks that were left, by agreement; two queries for all."""
    checks, touched = NightCheck.objects.order_by(), TouchedDay.objects.order_by("pk")
    if agreement is not None:
        checks, touched = checks.filter(agreement=agreement), touched.filter(agreement=agreement)
    known = Known()
    for pk, night in checks.values_list("agreement", "night"):
        known.nights[pk].add(night)
    for pk, mark, day, why in touched.values_list("agreement", "pk", "day", "reason"):
        known.marks[pk].append(Mark(mark, day, why))
    return known


def _planned(agreement: Agreement, versions: list[Version], known: Known, now: dt.datetime) -> Plan:
    """What is due: nights that are not stored yet, and stored ones that a change since may have moved."""
    stored, marks = known.nights[agreement.pk], known.marks[agreement.pk]
    nights = {night.day: (night, "") for night in nights_due(agreement, versions, now, stored)}
    latest = max([*nights, *stored], default=None)
    for day, why in _touched(marks, stored).items():
        night = night_of(agreement, versions, day)
        if night is not None:
            nights[day] = (night, why)
    return Plan([nights[day] for day in sorted(nights)], [mark.pk for mark in marks], latest)


def _touched(marks: list[Mark], stored: set[dt.date]) -> dict[dt.date, str]:
    """The stored nights that the marks reach, each with the reasons."""
    reasons: dict[dt.date, dict[str, None]] = defaultdict(dict)  # a set in the order of the marks
    for day, why in dict.fromkeys((mark.day, mark.reason) for mark in marks):
        for night in stored:
            if day <= night <= reach_of(day):
                reasons[night][why.strip().rstrip(".")] = None
    return {night: _listed_reasons(list(whys)) for night, whys in reasons.items()}


def _listed_reasons(whys: list[str]) -> str:
    more = len(whys) - 3
    return f"{'; '.join(whys[:3])}{f'; and {more} more' if more > 0 else ''}."


def _asked(
    agreement: Agreement, versions: list[Version], known: Known, day: dt.date, now: dt.datetime
) -> Plan | str:
    """The night of a date asked for; a sentence where there is none to check."""
    night = night_of(agreement, versions, day)
    if night is None:
        return f"{agreement.slug}: no version was in force on {day}."
    if night.end > now:
        return f"{agreement.slug}: {day} is not over yet in {night.tz}. Ask again after midnight there."
    due = max((other.day for other in nights_due(agreement, versions, now)), default=None)
    why = _touched(known.marks[agreement.pk], {day}).get(day, CHECKED_AGAIN)
    return Plan([(night, why)], [], due)


def _carry_out(plan: Plan, now: dt.datetime, done: Nightly) -> None:
    for night, why in plan.nights:
        check_night(night, now, why=why, done=done, mail=night.day == plan.latest)
    if plan.marks:
        # Only those read before the nights were counted: a later one is for the next run.
        TouchedDay.objects.filter(pk__in=plan.marks).delete()


@transaction.atomic
def check_night(
    night: Night, now: dt.datetime, *, why: str = "", done: Nightly | None = None, mail: bool = False
) -> None:
    """Store what the promises and clocks of `night` came to; where results are stored and differ, as new
    revisions for the reason `why`. With `mail` the summary is written to everybody when the night is stored
    for the first time.
    """
    done = Nightly() if done is None else done
    Agreement.objects.select_for_update(no_key=True).get(pk=night.agreement.pk)
    check = NightCheck.objects.filter(agreement=night.agreement, night=night.day).first()
    if check is not None and not why:
        return  # another process was quicker
    now_standing = standings(night)
    stored = Result.objects.filter(agreement=night.agreement, night=night.day).last_revisions()
    made = [result_of(standing, night, now) for standing in now_standing]
    rows = new_revisions(made, stored, why or CHECKED_AGAIN)
    Result.objects.bulk_create(rows)
    corrected = sum(row.revision > 1 for row in rows)
    recounted = _note(night, check, now, corrected=bool(corrected))
    if mail and check is None:
        done.mails += len(queue_many(summary_mails(night, now_standing, readers("summary"), now), now=now))
    done.nights += 1
    done.results += len(rows) - corrected
    done.corrections += corrected
    done.recounted += recounted and not corrected


def _note(night: Night, check: NightCheck | None, now: dt.datetime, *, corrected: bool) -> bool:
    """That the night was checked, with the counts of its clocks; whether those differ from the ones
    stored."""
    clocks = clock_counts(night)
    if check is None:
        NightCheck.objects.create(
            agreement=night.agreement, version=night.version, night=night.day, clocks=clocks, checked_at=now
        )
        return False
    recounted = clocks != check.clocks
    if corrected or recounted:
        check.clocks, check.checked_at, check.revision = clocks, now, check.revision + 1
        check.save(update_fields=["clocks", "checked_at", "revision"])
    return recounted
