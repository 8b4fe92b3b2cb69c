"""Notices of single clocks: what is told, to whom, and when it may arrive."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable

from reports.content.notice import BREACH, Notice
from reports.emails import notice_mail
from reports.services.recipients import reached, sales_managers
from slas.models import Agreement, Closure
from slas.rules.windows import OnBreach
from smarketing.accounts.models import User
from smarketing.outbox.services import queue_many
from smarketing.outbox.timing import notice_time


def queue_notices(notices: Iterable[Notice], now: dt.datetime) -> None:
    """Write the mails: one per reader and agreement, however many clocks it tells of.

    They may arrive between 07:00 and 20:00 of the reader's zone on the agreement's open days; a warning whose
    deadline comes before that is left out.
    """
    notices = list(notices)
    if not notices:
        return
    days = {agreement.pk: _open_days(group) for agreement, group in _by_agreement(notices).items()}
    mails = []
    for (reader, agreement), told in _by_reader(notices).items():
        not_before = notice_time(now, reader.zone, days[agreement.pk])
        still = [notice for notice in told if _is_in_time(notice, not_before)]
        if still:
            mails.append(
                notice_mail(reader, agreement, still, now)
                | {"not_before": not_before, "key": _key(still, reader)}
            )
    queue_many(mails, now=now)


def readers_of(notice: Notice, managers: list[User]) -> list[User]:
    """A warning goes to the owner; a breach to whom it counts for, the owner and the managers of Sales, each
    as the window says.

    Where no active person owns the lead, the managers of Sales are told.
    """
    handoff = notice.clock.handoff
    owner = handoff.lead.owner
    if notice.kind == BREACH:
        window = handoff.terms_version.terms().window(handoff.terms_window_key)
        told = window.on_breach if window else OnBreach()
        holders = [notice.clock.holder, owner] if told.tell_holder else []
        return reached([*holders, *(managers if told.tell_managers else [])])
    return reached([owner]) if owner is not None and owner.is_active else managers


def _by_agreement(notices: list[Notice]) -> dict[Agreement, list[Notice]]:
    groups = defaultdict(list)
    for notice in notices:
        groups[notice.clock.handoff.agreement].append(notice)
    return groups


def _by_reader(notices: list[Notice]) -> dict[tuple[User, Agreement], list[Notice]]:
    managers = sales_managers()
    groups = defaultdict(list)
    for notice in notices:
        for reader in readers_of(notice, managers):
            groups[reader, notice.clock.handoff.agreement].append(notice)
    return groups


def _open_days(notices: list[Notice]) -> Callable[[dt.date], bool]:
    """On which dates the agreement is open: by the latest version among these clocks, closures left out."""
    handoff = max((notice.clock.handoff for notice in notices), key=lambda handoff: handoff.version.number)
    calendar = handoff.terms_version.terms().calendar
    closed = Closure.objects.filter(agreement=handoff.agreement_id, retracted_at=None)
    dates = frozenset(closed.values_list("date", flat=True))
    return lambda day: day not in dates and calendar.is_open_day(day)


def _is_in_time(notice: Notice, arrives: dt.datetime) -> bool:
    return notice.kind == BREACH or arrives <= notice.deadline


def _key(notices: list[Notice], reader: User) -> str:
    """The same clocks and instants for the same reader make the same key, so that they are told once."""
    keys = sorted(notice.key for notice in notices)
    told = (
        keys[0] if len(keys) == 1 else f"several:{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:40]}"
    )
    return f"{told}:{reader.pk}"
