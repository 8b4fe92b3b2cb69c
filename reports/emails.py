"""The mails of the night, the week and the sweep, as arguments for smarketing.outbox.services.queue_many."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reports.content.letter import Letter
from reports.content.notice import Notice
from reports.content.notices import notice_letter
from reports.content.plain_text import letter_text
from reports.content.summary import summary_letter
from smarketing.accounts.models import User
from smarketing.outbox.models import Kind
from smarketing.outbox.timing import at_seven

if TYPE_CHECKING:
    from reports.models import Report
    from reports.services.nights import Night
    from reports.services.promises import Standing
    from slas.models import Agreement

Mails = list[dict[str, Any]]


def summary_mails(
    night: "Night", standings: Sequence["Standing"], readers: Sequence[User], now: dt.datetime
) -> Mails:
    """The summary of a night, for each reader at the next 07:00 of their zone."""
    if not readers:
        return []
    letter = summary_letter(night, standings, now)
    key = f"summary:{night.agreement.slug}:{night.day}"
    return [
        letter_mail(letter, Kind.SUMMARY, reader)
        | {"key": f"{key}:{reader.pk}", "not_before": at_seven(now, reader.zone)}
        for reader in readers
    ]


def report_mails(report: "Report", letter: Letter, readers: Sequence[User], not_before: dt.datetime) -> Mails:
    """The report of a week, for each reader at the agreement's day and hour."""
    key = f"report:{report.agreement.slug}:{report.period}"
    return [
        letter_mail(letter, Kind.REPORT, reader) | {"key": f"{key}:{reader.pk}", "not_before": not_before}
        for reader in readers
    ]


def notice_mail(
    reader: User, agreement: "Agreement", notices: Sequence[Notice], now: dt.datetime
) -> dict[str, Any]:
    """What one reader is told of clocks at risk and breached; without key and instant."""
    return letter_mail(notice_letter(reader, agreement, notices, now), Kind.NOTICE, reader)


def letter_mail(letter: Letter, kind: Kind, reader: User) -> dict[str, Any]:
    """The letter in HTML and plain text, to one reader."""
    return {
        "kind": kind,
        "to": reader,
        "subject": letter.subject,
        "text": letter_text(letter),
        "template": "letter",
        "context": {"letter": letter},
    }
