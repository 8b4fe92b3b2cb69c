"""The weekly report: made once per agreement and week, kept as it was sent, mailed to both teams."""

import datetime as dt
import logging
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction

from reports.content.letter import Letter, link
from reports.content.plain_text import letter_text
from reports.content.report import report_letter
from reports.emails import report_mails
from reports.models import Report, new_report_token
from reports.services.nightly import signed_agreements
from reports.services.promises import standings
from reports.services.recipients import readers
from reports.services.weeks import Week, parse_week, week_of, weeks_due
from slas.models import Agreement, Version
from smarketing.outbox.models import Kind
from smarketing.outbox.rendering import render
from smarketing.outbox.services import queue_many

logger = logging.getLogger(__name__)


@dataclass
class Weekly:
    """What a run did, in numbers of rows; `skipped` and `failed` are sentences by agreement slug."""

    reports: int = 0
    mails: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def weekly(now: dt.datetime, *, week: str | None = None, agreement: Agreement | None = None) -> Weekly:
    """Make the reports of all agreements, or of one: by default all that are due, else that of `week`
    (2018-W18).

    Only the latest week due is mailed, and only when it is made. ValueError for a `week` that is none.
    """
    if week is not None:
        parse_week(week)
    done, stored = Weekly(), _stored(agreement)
    for each, versions in signed_agreements(agreement):
        known = stored[each.pk]
        asked = _asked(each, versions, week, now) if week else list(weeks_due(each, versions, now, known))
        if isinstance(asked, str):
            done.skipped[each.slug] = asked
            continue
        try:
            latest = _latest(each, versions, now) if asked else None
            for one in asked:
                make_report(one, now, mail=one.period.key == latest, done=done)
        except Exception as error:
            logger.exception("The weekly report of %s failed.", each.slug)
            done.failed[each.slug] = f"{type(error).__name__}: {error}"
    return done


def _stored(agreement: Agreement | None) -> dict[int, set[str]]:
    """The weeks that have a report, by agreement id; one query."""
    reports = Report.objects.filter(kind=Report.Kind.WEEK).order_by()
    if agreement is not None:
        reports = reports.filter(agreement=agreement)
    weeks: dict[int, set[str]] = defaultdict(set)
    for pk, period in reports.values_list("agreement", "period"):
        weeks[pk].add(period)
    return weeks


def _asked(agreement: Agreement, versions: list[Version], key: str, now: dt.datetime) -> list[Week] | str:
    """The week asked for; a sentence where it can't be reported on."""
    week = week_of(agreement, versions, key)
    if week is None:
        return f"{agreement.slug}: no version was in force in {key}."
    if week.period.end > now:
        return f"{agreement.slug}: {key} is not over yet in {week.night.tz}. Ask again after its Sunday."
    return [week]


def _latest(agreement: Agreement, versions: list[Version], now: dt.datetime) -> str | None:
    due = [week.period.key for week in weeks_due(agreement, versions, now)]
    return due[-1] if due else None


@transaction.atomic
def make_report(week: Week, now: dt.datetime, *, mail: bool, done: Weekly | None = None) -> Report | None:
    """Make and keep the report of a week, with its mails where `mail` says so; None if it is there
    already."""
    done = Weekly() if done is None else done
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=week.night.agreement.pk)
    if Report.objects.filter(agreement=agreement, kind=Report.Kind.WEEK, period=week.period.key).exists():
        return None
    token = new_report_token()
    letter = report_letter(week.night, standings(week.night), link("report", token))
    report = Report.objects.create(
        agreement=agreement,
        version=week.night.version,
        kind=Report.Kind.WEEK,
        period=week.period.key,
        token=token,
        subject=letter.subject,
        content=letter.as_data(),
        body_html=letter_html(letter),
        body_text=letter_text(letter),
        created_at=now,
    )
    done.reports += 1
    if mail:
        when = max(now, week.due_at)
        done.mails += len(queue_many(report_mails(report, letter, readers("report"), when), now=now))
    return report


def letter_html(letter: Letter) -> str:
    """The letter without a reader: what the page shows and what is kept."""
    context = {"letter": letter}
    made = render(
        kind=Kind.REPORT, reader=None, subject=letter.subject, text="-", template="letter", context=context
    )
    return made.html
