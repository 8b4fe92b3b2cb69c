"""A breached lead goes to somebody else, where its window says so: never to one who had it, only so often.

The first new owner has it from the breach on; the next one where nobody followed up within another window.
The clock stays breached, charged to whoever held it at the deadline (rule 7).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Count, F, Q, QuerySet

from leads.models import Clock, Entry, Stage
from leads.models.clock import ClockQuerySet
from leads.services.door import enter, whole_second
from leads.stories import Shelf
from slas.models import Version, Window
from slas.rules.counting import CountableTime
from slas.rules.zones import instant_of, seconds_of
from smarketing.accounts.models import Role, Side, User

BREACH = "breach"  # the reason of such an assignment
LONGEST = dt.timedelta(days=60)  # what lies longer is for a person to sort out
AT_WORK = (Stage.MQL, Stage.ACCEPTED, Stage.SQL)


def reassign_breached(now: dt.datetime) -> int:
    """Give every breached lead whose window says so, and whose time has come, to its next owner; how many.

    Each in a transaction of its own; twice, or two at once, is the same as once.
    """
    now = whole_second(now)
    clocks = list(_breached(now))
    shelf = Shelf()
    shelf.read_for([clock.handoff for clock in clocks])
    return sum(_pass_on(clock, shelf, now) for clock in clocks if next_due(clock, _hops(clock), shelf, now))


def _breached(now: dt.datetime) -> ClockQuerySet:
    """Breached, and nobody has followed up; history, recorded after its deadline, stays (rule 5)."""
    versions = Window.objects.filter(reassign=True, version__status=Version.Status.SIGNED).values("version")
    of_them = Q(handoff__moved_to__in=versions) | Q(handoff__moved_to=None, handoff__version__in=versions)
    breached = (
        Clock.objects.waiting().in_state(now, "breached").filter(of_them, deadline_at__gt=now - LONGEST)
    )
    return breached.filter(
        handoff__ended_at=None,
        handoff__measured=True,
        handoff__lead__stage__in=AT_WORK,
        handoff__entered_at__lt=F("deadline_at"),
    ).select_related("handoff__lead__owner", "handoff__agreement")


def _hops(clock: Clock) -> list[dt.datetime]:
    """When it was given to somebody else for its breach, as the journal stands."""
    entries = Entry.objects.assignments().standing().filter(handoff=clock.handoff_id, reason=BREACH)
    return list(entries.order_by("id").values_list("recorded_at", flat=True))


def next_due(clock: Clock, hops: Sequence[dt.datetime], shelf: Shelf, now: dt.datetime) -> bool:
    """Whether the lead of a breached clock goes on at `now`: at once after the breach, then a window after
    the last time, at most as often as its window says."""
    terms = shelf.terms(clock.handoff)
    window = terms.window(clock.handoff.terms_window_key)
    if window is None or not window.on_breach.reassign or len(hops) >= window.on_breach.most_hops:
        return False
    if not hops:
        return True
    closures = {row.date: seconds_of(row.recorded_at) for row in shelf.closures(clock.handoff)}
    time = CountableTime(window.terms.hours, terms.calendar, closures)
    return instant_of(time.after(seconds_of(hops[-1]), window.terms.window_seconds)) < now


def _pass_on(clock: Clock, shelf: Shelf, now: dt.datetime) -> bool:
    """Look again under the lock: somebody may have followed up, or another sweep been quicker."""
    lead, handoff = clock.handoff.lead, clock.handoff
    with enter(lead, by=None, now=now) as visit:
        still = Clock.objects.waiting().filter(pk=clock.pk, deadline_at__lt=visit.now).exists()
        if not still or visit.handoff != handoff or not next_due(clock, _hops(clock), shelf, visit.now):
            return False
        to = somebody_else(handoff.entries.assignments().values_list("to_owner", flat=True), lead.owner_id)
        if to is None:
            return False
        before = f" {lead.owner} had it." if lead.owner else ""
        note = f"Breached, and nobody followed up.{before}"
        visit.write(Entry.Type.ASSIGNED, to_owner=to, handoff=handoff, reason=BREACH, note=note)
        return True


def somebody_else(had: Iterable[int | None], owner_id: int | None) -> User | None:
    """The rep with the fewest waiting leads who never had this one; None where everybody did."""
    before = {pk for pk in [*had, owner_id] if pk is not None}
    waiting = Count(
        "leads",
        filter=Q(leads__handoffs__clock__outcome="", leads__handoffs__clock__stopped_at=None),
        distinct=True,
    )
    return _reps().exclude(pk__in=before).annotate(waiting=waiting).order_by("waiting", "pk").first()


def _reps() -> QuerySet[User]:
    return User.objects.active().on_side(Side.SALES).filter(role=Role.MEMBER)
