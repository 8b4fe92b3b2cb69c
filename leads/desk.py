"""The queue as it is read: which clocks wait, in which group, how long is left. One query for all groups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Window
from django.db.models.functions import RowNumber

from leads.keyset import Place
from leads.models import Clock, Entry, Handoff, Stage
from leads.models.clock import ClockQuerySet
from leads.saying import day_name, folded_words, lateness, moment, opening_words
from leads.states import Look, look_of
from leads.stories import Shelf
from slas.rules.business_time import Calendar
from slas.rules.counting import CountableTime
from slas.rules.words import counted, duration, exact_duration, plain
from slas.rules.zones import seconds_of
from smarketing.accounts.models import Role, Side, User

PAGE = 50
OPEN_LATE = 8  # beyond these, what is late for long is folded
_OVER = (Stage.RECYCLED, Stage.DISQUALIFIED, Stage.LOST)
LATE, TODAY, LATER, PAUSED, TRYING = range(5)
KEYS = {"late": LATE, "today": TODAY, "later": LATER, "paused": PAUSED, "trying": TRYING}
_NAMES = {group: name for name, group in KEYS.items()}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the queue is asked for: a group, a place in it, whose (`me`, `nobody`, a person's id)."""

    show: str = ""
    holder: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One clock of the queue, ready to be shown. `share`: percent of the window that is used."""

    clock: Any
    group: int
    heading: str
    look: Look
    left: str
    share: int | None
    due: str
    window: str
    attempts: str = ""
    tries: tuple[bool, ...] = ()
    touch: str = ""

    @property
    def lead(self) -> Any:
        return self.clock.handoff.lead

    @property
    def holder(self) -> str:
        return str(self.lead.owner or self.lead.owner_text)


@dataclass(slots=True)
class Group:
    """Rows under one heading; `more` of the same kind are folded, the first of them due at `since`."""

    key: str
    heading: str
    rows: list[Row]
    total: int
    more: str = ""


@dataclass(slots=True)
class Desk:
    rows: list[Row]
    groups: list[Group]
    counts: dict[str, int]
    shelf: Shelf
    next: str = ""
    opening: str = ""
    everything: int = field(default=0)

    def row_of(self, lead_id: int | None) -> Row | None:
        return next((row for row in self.rows if row.lead.pk == lead_id), None)

    def after(self, lead_id: int) -> int | None:
        """The lead that stands next in the queue; the one before where it is the last."""
        ids = [row.lead.pk for row in self.rows]
        if lead_id not in ids:
            return None
        at = ids.index(lead_id)
        beside = [*ids[at + 1 : at + 2], *ids[max(at - 1, 0) : at]]
        return beside[0] if beside else None


def waiting(now: dt.datetime) -> QuerySet[Clock]:
    """Clocks somebody can still do something about: nobody followed up yet, and the lead was not given back.

    A lead that left the pipeline stays while its clock runs (that is no rejection, and stops nothing), and
    goes once its deadline is over.
    """
    return Clock.objects.filter(_waiting(now)).with_state(now)


def _waiting(now: dt.datetime) -> Q:
    gone = Q(handoff__lead__stage__in=_OVER, deadline_at__isnull=False, deadline_at__lt=now)
    return Q(outcome="", stopped_at=None, handoff__rejected_at=None) & ~gone


def _trying(now: dt.datetime) -> Q:
    """Followed up once, but more attempts are promised and there is time for them (rule 13)."""
    running = Q(depth_outcome="", depth_deadline_at__gte=now, stopped_at__isnull=False)
    at_work = Q(handoff__rejected_at=None, handoff__ended_at=None) & ~Q(handoff__lead__stage__in=_OVER)
    return running & at_work & ~Q(outcome="excluded")


def is_rep(reader: User) -> bool:
    return reader.side == Side.SALES and reader.role == Role.MEMBER


def _whose(clocks: ClockQuerySet, reader: User, holder: str) -> ClockQuerySet:
    """A rep's queue is their own and the unassigned; others read everybody's, narrowed to a holder."""
    free = Q(handoff__lead__owner=None, handoff__lead__owner_text="")
    if is_rep(reader):
        clocks = clocks.filter(free | Q(handoff__lead__owner=reader))
    if holder == "nobody":
        return clocks.filter(free)
    if holder == "me" or holder.isdecimal():
        return clocks.filter(handoff__lead__owner=reader.pk if holder == "me" else int(holder))
    return clocks


def read(reader: User, now: dt.datetime, wish: Wish) -> Desk:
    """The desk of one reader: groups in their order, each by what is due first."""
    clocks = _fetched(reader, now, wish)
    shelf = Shelf()
    shelf.read_for(clock.handoff for clock in clocks)
    counts = dict.fromkeys(KEYS, 0) | {_NAMES[clock.group]: clock.total for clock in clocks}
    shown = [clock for clock in clocks if not (wish.show and _NAMES[clock.group] != wish.show)]
    shown = [clock for clock in shown if not clock.passed]
    more = bool(wish.show) and len(shown) > PAGE
    rows = [_row(clock, shelf, now, reader) for clock in (shown[:PAGE] if wish.show else shown)]
    return Desk(
        rows=rows,
        groups=_groups(rows, wish, reader, now, {shelf.terms(clock.handoff).calendar for clock in clocks}),
        counts=counts,
        everything=sum(counts.values()),
        shelf=shelf,
        next=str(Place(rows[-1].clock.due_at, rows[-1].clock.pk)) if more else "",
        opening=opening_words((shelf.terms(clock.handoff).calendar for clock in clocks), reader, now),
    )


def _fetched(reader: User, now: dt.datetime, wish: Wish) -> list[Any]:
    """The rows to show of every group, with the group's total and its earliest deadline beside each.

    One row of a group that is not asked for is fetched too: it brings the count.
    """
    tomorrow = now.astimezone(reader.zone).replace(hour=0, minute=0, second=0) + dt.timedelta(days=1)
    ours = _whose(Clock.objects.filter(_waiting(now) | _trying(now)), reader, wish.holder)
    grouped = ours.with_state(now).annotate(
        group=Case(
            When(stopped_at__isnull=False, then=Value(TRYING)),
            When(state="breached", then=Value(LATE)),
            When(Q(state="paused") | Q(deadline_at=None), then=Value(PAUSED)),
            When(deadline_at__lt=tomorrow, then=Value(TODAY)),
            default=Value(LATER),
            output_field=IntegerField(),
        ),
        due_at=Case(When(stopped_at__isnull=False, then=F("depth_deadline_at")), default=F("deadline_at")),
        passed=_passed(wish.place),
        **_touches(),
    )
    numbered = grouped.annotate(
        total=Window(Count("pk"), partition_by=F("group")),
        since=Window(Min("due_at"), partition_by=F("group")),
        number=Window(
            RowNumber(),
            partition_by=F("group"),
            order_by=[F("passed"), F("due_at").asc(nulls_last=True), F("pk")],
        ),
        back=Window(RowNumber(), partition_by=F("group"), order_by=[F("due_at").desc(), F("pk").desc()]),
    )
    wanted = _wanted(wish.show)
    found: Any = numbered.filter(wanted).select_related("handoff__lead__owner")
    return sorted(found, key=lambda clock: (clock.group, clock.number))


def _passed(place: Place | None) -> Case | Value:
    """1 for rows up to the place of the address."""
    if place is None:
        return Value(0, output_field=IntegerField())
    if place.at is None:
        upto = Q(deadline_at__isnull=False) | Q(pk__lte=place.pk)
        return Case(When(upto, then=Value(1)), default=Value(0), output_field=IntegerField())
    upto = Q(due_at__lt=place.at) | Q(due_at=place.at, pk__lte=place.pk)
    return Case(When(upto, then=Value(1)), default=Value(0), output_field=IntegerField())


def _wanted(show: str) -> Q:
    if show:
        return Q(number=1) | Q(group=KEYS[show], number__lte=PAGE + 1)
    return Q(group=LATE, back__lte=OPEN_LATE) | Q(group__gt=LATE, number__lte=PAGE)


def _touches() -> dict[str, Subquery]:
    """The last follow-up that stands, and who sees to a pause for which reason."""
    of_handoff = Entry.objects.filter(handoff=OuterRef("pk"), retracted_at=None).order_by("-id")
    followed, paused = of_handoff.filter(type="follow_up"), of_handoff.filter(type="paused")
    return {
        "touched_at": Subquery(followed.values("at")[:1]),
        "touched_outcome": Subquery(followed.values("outcome")[:1]),
        "pause_reason": Subquery(paused.values("reason")[:1]),
        "pause_by": Subquery(paused.values("seen_to_by__name")[:1]),
    }


def one(lead_id: int, reader: User, now: dt.datetime) -> Row | None:
    """The row of a lead that the shown part of the queue does not hold: folded, done or another's."""
    clocks = Clock.objects.filter(handoff__lead=lead_id).with_state(now)
    clock: Any = (
        clocks.annotate(**_touches())
        .select_related("handoff__lead__owner")
        .order_by("-handoff__at", "-handoff_id")
        .first()
    )
    if clock is None:
        return None
    clock.group = TRYING if clock.stopped_at else LATER
    clock.due_at = clock.depth_deadline_at if clock.stopped_at else clock.deadline_at
    shelf = Shelf()
    shelf.read_for([clock.handoff])
    return _row(clock, shelf, now, reader)


# --- Rows in words ---------------------------------------------------------------------------------


def _row(clock: Any, shelf: Shelf, now: dt.datetime, reader: User) -> Row:
    handoff = clock.handoff
    window = shelf.terms(handoff).window(handoff.terms_window_key)
    seconds = window.terms.window_seconds if window else 1
    trying = clock.group == TRYING
    left = None if trying or clock.deadline_at is None else time_left(handoff, clock.deadline_at, shelf, now)
    depth = window.terms.depth if window else None
    return Row(
        clock=clock,
        group=clock.group,
        heading=_heading(clock, reader, now),
        look=look_of("running" if trying else clock.state),
        left=_days_left(clock, shelf, now) if trying else _left(clock, left, now),
        share=None if left is None else max(0, min(100, round(100 - 100 * left / seconds))),
        due="" if clock.due_at is None else moment(clock.due_at, reader.zone, now),
        window=f"{window.name}, {exact_duration(seconds)}" if window else "",
        attempts=f"{clock.attempts or 0} of {depth.attempts} attempts" if depth and trying else "",
        tries=tuple(each < (clock.attempts or 0) for each in range(min(depth.attempts, 12)))
        if depth and trying
        else (),
        touch=_touch(clock, reader, now),
    )


def _left(clock: Any, left: int | None, now: dt.datetime) -> str:
    """Time left in words: of the window's own hours, so that a night costs nothing; past it, how late."""
    if clock.deadline_at is None or clock.state == "paused" or left is None:
        return "Paused"
    if clock.state == "breached":
        return f"{lateness(int((now - clock.deadline_at).total_seconds()))} late"
    return f"{duration(left)} left"


def _days_left(clock: Any, shelf: Shelf, now: dt.datetime) -> str:
    """Open days after today up to the deadline of the attempts."""
    if clock.depth_deadline_at is None or clock.depth_outcome:
        return {"met": "Enough attempts", "excluded": "Done"}.get(clock.depth_outcome, "Followed up")
    calendar = shelf.terms(clock.handoff).calendar
    # A second earlier: a deadline at midnight belongs to the day that ends then.
    last = (clock.depth_deadline_at - dt.timedelta(seconds=1)).astimezone(calendar.zone).date()
    today = now.astimezone(calendar.zone).date()
    ahead = min((last - today).days, 366)
    days = sum(calendar.is_open_day(today + dt.timedelta(days=day)) for day in range(1, ahead + 1))
    return f"{counted(days, 'working day')} left" if days else "last day"


def time_left(handoff: Handoff, deadline: dt.datetime, shelf: Shelf, now: dt.datetime) -> int:
    """Seconds of the window that are left: business time, or real time where the window says so."""
    terms = shelf.terms(handoff)
    window = terms.window(handoff.terms_window_key)
    hours = window.terms.hours if window else "elapsed"
    closures = {row.date: seconds_of(row.recorded_at) for row in shelf.closures(handoff)}
    return CountableTime(hours, terms.calendar, closures).passed(seconds_of(now), seconds_of(deadline))


def _touch(clock: Any, reader: User, now: dt.datetime) -> str:
    if clock.state == "paused":
        reason = plain(clock.pause_reason or "")
        return f"{reason}, with {clock.pause_by}" if clock.pause_by else reason
    if clock.touched_at is None:
        return "not touched"
    ago = int((now - clock.touched_at).total_seconds())
    when = "just now" if ago < 120 else moment(clock.touched_at, reader.zone, now)
    outcome = Entry.Outcome(clock.touched_outcome).label.lower() if clock.touched_outcome else "followed up"
    return f"{outcome}, {when}"


def _heading(clock: Any, reader: User, now: dt.datetime) -> str:
    if clock.group == LATER and clock.deadline_at:
        return day_name(clock.deadline_at, reader.zone, now)
    return {LATE: "Late", TODAY: "Today", PAUSED: "Paused", TRYING: "Keep trying"}.get(clock.group, "Later")


def _groups(
    rows: list[Row], wish: Wish, reader: User, now: dt.datetime, calendars: set[Calendar]
) -> list[Group]:
    groups = []
    for (number, heading), members in groupby(rows, key=lambda row: (row.group, row.heading)):
        found = list(members)
        total = found[0].clock.total
        is_day = number == LATER
        groups.append(Group(_NAMES[number], heading, found, len(found) if is_day else total))
    for group in groups:
        last_of_kind = [each for each in groups if each.key == group.key][-1]
        kind = [row for each in groups if each.key == group.key for row in each.rows]
        folded = kind[0].clock.total - len(kind)
        if group is last_of_kind and folded > 0 and not wish.show:
            group.more = folded_words(group.key, folded, kind[0].clock.since, reader, now)
        if group.key == "today":
            group.heading = _today_words(group.rows, calendars, reader, now)
    return groups


def _today_words(rows: list[Row], calendars: set[Calendar], reader: User, now: dt.datetime) -> str:
    """ "Before 17:00 today" where all of them are due in the opening hours that run now, else "Today"."""
    running = {calendar.next_opening(now) for calendar in calendars if calendar.is_open(now)}
    if len(running) != 1:
        return "Today"
    _, closes = running.pop()
    local = closes.astimezone(reader.zone)
    is_today = local.date() == now.astimezone(reader.zone).date()
    in_hours = is_today and all(row.clock.deadline_at <= closes for row in rows)
    return f"Before {local:%H:%M} today" if in_hours else "Today"
