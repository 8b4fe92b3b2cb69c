"""Writing mail: a row with a unique key, in the transaction of whatever caused it."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from smarketing.accounts.models import User
from smarketing.outbox.models import Kind, Mail
from smarketing.outbox.rendering import render

BATCH = 500


def queue(
    *,
    key: str,
    kind: str,
    now: datetime,
    to: User | None = None,
    to_email: str = "",
    not_before: datetime | None = None,
    subject: str = "",
    template: str = "",
    text: str = "",
    html: str = "",
    context: dict[str, Any] | None = None,
) -> Mail | None:
    """Store one mail for delivery from `not_before` (default: `now`) on; None if `key` is there already.

    `kind` is a value of `Kind`; `to` a person, or `to_email` somebody without an account. The parts
    are those of `rendering.render`. Safe inside an atomic block and against another process that
    queues the same key at the same moment. ValueError for an unknown kind, a bad or missing address,
    a missing subject or text.
    """
    letter = {"subject": subject, "template": template, "text": text, "html": html, "context": context}
    mail = {"key": key, "kind": kind, "to": to, "to_email": to_email, "not_before": not_before} | letter
    made = queue_many([mail], now=now)
    return made[0] if made else None


def queue_many(mails: Iterable[Mapping[str, Any]], *, now: datetime) -> list[Mail]:
    """Store many mails, each a mapping of `queue`'s arguments (without `now`); return those that are new.

    Mails whose key is there already are not rendered again. All addresses and kinds are checked
    before the first row is written.
    """
    wanted = {mail["key"]: mail for mail in mails}
    for batch in _batches(list(wanted)):
        for key in Mail.objects.filter(key__in=batch).values_list("key", flat=True):
            del wanted[key]
    rows = [_row(now=now, **mail) for mail in wanted.values()]
    return [mail for batch in _batches(rows) for mail in _insert(batch)]


def _row(
    *,
    key: str,
    kind: str,
    now: datetime,
    to: User | None = None,
    to_email: str = "",
    not_before: datetime | None = None,
    **letter: Any,
) -> Mail:
    if kind not in Kind.values:
        raise ValueError(f"“{kind}” is no kind of mail. Use one of {', '.join(Kind.values)}.")
    made = render(kind=Kind(kind), reader=to, **letter)
    return Mail(
        key=key,
        kind=kind,
        to=to,
        to_email=_address(to.email if to else to_email),
        subject=made.subject,
        body_text=made.text,
        body_html=made.html,
        unsubscribe_url=made.unsubscribe_url,
        message_id=new_message_id(),
        created_at=now,
        not_before=not_before or now,
    )


def new_message_id() -> str:
    """A Message-ID of our own, kept with the row so that a repeated attempt carries the same one."""
    return f"<{uuid.uuid4()}@{urlsplit(settings.PUBLIC_URL).hostname or 'smarketing.invalid'}>"


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(f"“{text}” is no e-mail address.") from error
    return text


def _insert(rows: list[Mail]) -> list[Mail]:
    """Insert, leaving out keys that another process wrote meanwhile; return the rows that are ours."""
    Mail.objects.bulk_create(rows, ignore_conflicts=True)
    ours = [row.message_id for row in rows]
    return list(Mail.objects.filter(message_id__in=ours).order_by("id"))


def _batches(items: list[Any]) -> Iterable[list[Any]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
