"""Mails about a version: that it waits for a signature, and that both sides have signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from slas.rules.wording import compare
from smarketing.accounts.models import Side, User
from smarketing.outbox.models import Kind
from smarketing.outbox.services import queue_many
from smarketing.outbox.timing import notice_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from slas.models import Version
    from slas.rules.wording import Change

CHANGES_TOLD = 12


def tell_proposed(version: Version, by: User, now: datetime) -> None:
    """Ask the managers of the other side than that of `by` to sign; each once a version."""
    readers = User.objects.active().managers().filter(side__in=[side for side in Side if side != by.side])
    changes = _changes(version, now)
    context = {
        "by": by,
        "changes": changes[:CHANGES_TOLD],
        "more": max(0, len(changes) - CHANGES_TOLD),
        "link": _link("version_sign", version),
    }
    _queue(version, "proposed", readers, context, now)


def tell_signed(version: Version, now: datetime) -> None:
    """Tell all members of both sides that it is signed and from when it holds; each once a version."""
    readers = User.objects.active().filter(side__in=list(Side))
    context = {"signatures": list(version.signatures.exclude(side="")), "link": _link("version", version)}
    _queue(version, "signed", readers, context, now)


def _changes(version: Version, now: datetime) -> list[Change]:
    """What changes against what is in force; nothing for a first version."""
    in_force = version.agreement.version_at(now)
    return compare(in_force.terms(), version.terms()) if in_force else []


def _link(name: str, version: Version) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[version.agreement.slug, version.number])}"


def _queue(
    version: Version, what: str, readers: Iterable[User], context: dict[str, Any], now: datetime
) -> None:
    mails = [
        {
            "key": f"agreement-{what}:{version.pk}:{reader.pk}",
            "kind": Kind.AGREEMENT,
            "to": reader,
            "not_before": notice_time(now, reader.zone, _any_day),
            "template": f"agreement_{what}",
            "context": {"version": version, "agreement": version.agreement, **context},
        }
        for reader in readers
    ]
    queue_many(mails, now=now)


def _any_day(day: date) -> bool:
    return True
