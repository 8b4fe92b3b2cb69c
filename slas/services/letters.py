"""One mail about a step of an agreement, to each of its readers once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from smarketing.outbox.models import Kind
from smarketing.outbox.services import queue_many
from smarketing.outbox.timing import notice_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from slas.models import Agreement, Version
    from smarketing.accounts.models import User


@dataclass(frozen=True)
class Letter:
    """What it says: the headline is the news, `quote` somebody's own words, `note` what is not asked of the
    reader; the button leads to `link`."""

    subject: str
    headline: str
    link: str
    button: str
    lines: tuple[str, ...] = field(default=())
    quote: str = ""
    note: str = ""


def post(letter: Letter, key: str, readers: Iterable[User], now: datetime) -> None:
    """Queue the letter for each reader; `key` is that of the step, so that it comes once."""
    context = {"letter": letter}
    queue_mails(key, "agreement_step", readers, context, now, subject=letter.subject)


def queue_mails(
    key: str,
    template: str,
    readers: Iterable[User],
    context: dict[str, Any],
    now: datetime,
    subject: str = "",
) -> None:
    """One mail a reader, in the reader's daytime, whatever day it is."""
    mails = [
        {
            "key": f"{key}:{reader.pk}",
            "kind": Kind.AGREEMENT,
            "to": reader,
            "not_before": notice_time(now, reader.zone, _any_day),
            "template": template,
            "subject": subject,
            "context": context,
        }
        for reader in readers
    ]
    queue_many(mails, now=now)


def link_to(name: str, version: Version) -> str:
    """The whole address of a page of the version."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=[version.agreement.slug, version.number])}"


def link_of(name: str, agreement: Agreement) -> str:
    """The whole address of a page of the agreement."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=[agreement.slug])}"


def _any_day(day: date) -> bool:
    return True
