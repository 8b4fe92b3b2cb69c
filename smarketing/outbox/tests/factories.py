"""Mails for tests, written through the one door."""

from datetime import UTC, datetime, timedelta
from itertools import count

from smarketing.outbox.models import Kind, Mail
from smarketing.outbox.services import queue

NOW = datetime(2026, 11, 20, 14, 20, tzinfo=UTC)
_numbers = count(1)


def make_mail(*, to=None, kind=Kind.NOTICE, minutes=0, **fields) -> Mail:
    """A notice written at NOW, due `minutes` later; to `to`, or to an address without an account."""
    number = next(_numbers)
    fields = {
        "key": f"test:{number}",
        "subject": f"Katrine Bech: the 4 hours ran out ({number})",
        "text": "Nobody has followed up yet.",
        "html": "<h1 class='answer'>Nobody has followed up yet.</h1>",
        "to_email": "" if to else f"reader{number}@nordvik.example",
        "now": NOW,
        "not_before": NOW + timedelta(minutes=minutes),
    } | fields
    mail = queue(to=to, kind=kind if to else Kind.INVITATION, **fields)
    assert mail is not None
    return mail
