"""The queue: what Sales has to follow up, what is due first standing first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.keyset import Place, place_of
from leads.models import Clock, Handoff, Stage
from leads.states import Look, look_of
from leads.stories import Shelf
from slas.rules.counting import CountableTime
from slas.rules.words import duration, exact_duration, instant, weekday_date
from slas.rules.zones import seconds_of
from smarketing.accounts.models import Role, Side, User
from smarketing.now import this_second

PAGE = 50
_OVER = (Stage.RECYCLED, Stage.DISQUALIFIED, Stage.LOST)


@dataclass(frozen=True, slots=True)
class Row:
    """One clock of the queue, ready to be shown."""

    clock: Any
    look: Look
    left: str
    due: str
    window: str
    group: str


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Mine and the unassigned for a rep, all for everybody else."""
    now, reader = this_second(), request.user
    place = _place(request)
    clocks = _of(waiting(now), reader)  # type: ignore[arg-type]
    shown = _page(clocks, place)
    more, shown = len(shown) > PAGE, shown[:PAGE]
    rows = _rows(shown, now, reader)  # type: ignore[arg-type]
    context = {
        "groups": [(name, list(group)) for name, group in groupby(rows, key=lambda row: row.group)],
        "rows": rows,
        "mine": _is_rep(reader),  # type: ignore[arg-type]
        "now": instant(now, reader.time_zone, now),  # type: ignore[union-attr]
        "first_page": place is None,
        "next": str(Place(shown[-1].deadline_at, shown[-1].pk)) if more else "",
    }
    return render(request, "leads/queue.html", context)


def waiting(now: dt.datetime) -> QuerySet[Clock]:
    """Clocks somebody can still do something about: nobody followed up yet, and the lead was not given back.

    A lead that left the pipeline stays while its clock runs (that is no rejection, and stops nothing), and
    goes once its deadline is over.
    """
    clocks = Clock.objects.waiting().with_state(now).filter(handoff__rejected_at=None)
    return clocks.exclude(handoff__lead__stage__in=_OVER, deadline_at__lt=now)


def _is_rep(reader: User) -> bool:
    return reader.side == Side.SALES and reader.role == Role.MEMBER


def _of(clocks: QuerySet[Clock], reader: User) -> QuerySet[Clock]:
    if not _is_rep(reader):
        return clocks
    free = Q(handoff__lead__owner=None, handoff__lead__owner_text="")
    return clocks.filter(free | Q(handoff__lead__owner=reader))


def _place(request: HttpRequest) -> Place | None:
    try:
        return place_of(request.GET.get("after", ""))
    except ValueError as error:
        messages.warning(request, str(error))
        return None


def _page(clocks: QuerySet[Clock], place: Place | None) -> list[Clock]:
    """The clocks after `place`, by deadline; those that a pause holds without a deadline come last."""
    clocks = clocks.select_related("handoff__lead__owner")
    held = clocks.filter(deadline_at=None).order_by("pk")
    if place is not None and place.at is None:
        return list(held.filter(pk__gt=place.pk)[: PAGE + 1])
    due = clocks.filter(deadline_at__isnull=False).order_by("deadline_at", "pk")
    if place is not None:
        due = due.filter(Q(deadline_at__gt=place.at) | Q(pk__gt=place.pk), deadline_at__gte=place.at)
    shown = list(due[: PAGE + 1])
    return shown if len(shown) > PAGE else [*shown, *held[: PAGE + 1 - len(shown)]]


def _rows(clocks: list[Clock], now: dt.datetime, reader: User) -> list[Row]:
    shelf = Shelf()
    shelf.read_for(clock.handoff for clock in clocks)
    return [_row(clock, shelf, now, reader) for clock in clocks]


def _row(clock: Clock, shelf: Shelf, now: dt.datetime, reader: User) -> Row:
    handoff = clock.handoff
    window = shelf.terms(handoff).window(handoff.window_key)
    state: str = clock.state  # type: ignore[attr-defined]
    return Row(
        clock=clock,
        look=look_of(state),
        left=_left(clock, state, shelf, now),
        due="" if clock.deadline_at is None else instant(clock.deadline_at, reader.time_zone, now),
        window=f"{window.name}, {exact_duration(window.terms.window_seconds)}" if window else "",
        group=_group(clock, now),
    )


def _left(clock: Clock, state: str, shelf: Shelf, now: dt.datetime) -> str:
    """Time left in words: of the window's own hours, so that a night costs nothing; past it, how late."""
    if clock.deadline_at is None:
        return "Paused"
    if state == "breached":
        return f"{duration(int((now - clock.deadline_at).total_seconds()))} late"
    if state == "paused":
        return "Paused"
    return f"{duration(time_left(clock.handoff, clock.deadline_at, shelf, now))} left"


def time_left(handoff: Handoff, deadline: dt.datetime, shelf: Shelf, now: dt.datetime) -> int:
    """Seconds of the window that are left: business time, or real time where the window says so."""
    terms = shelf.terms(handoff)
    window = terms.window(handoff.window_key)
    hours = window.terms.hours if window else "elapsed"
    closures = {row.date: seconds_of(row.recorded_at) for row in shelf.closures(handoff)}
    return CountableTime(hours, terms.calendar, closures).passed(seconds_of(now), seconds_of(deadline))


def _group(clock: Clock, now: dt.datetime) -> str:
    if clock.deadline_at is None:
        return "Paused"
    if clock.deadline_at < now:
        return "Late"
    due, today = timezone.localdate(clock.deadline_at), timezone.localdate(now)
    return "Today" if due == today else weekday_date(due, today)
