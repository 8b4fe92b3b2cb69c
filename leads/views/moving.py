"""Which running clocks a version, or a closure, would move: to read before anybody signs or confirms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from leads.models import Handoff
from leads.saying import moment
from leads.services.moving import Move, agreed, moved_by_closure, moves_to
from slas.models import Agreement
from slas.rules.words import duration, exact_duration
from slas.views.reading import agreement_or_404, base_of, terms_to_show, version_or_404
from smarketing.accounts.models import User
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One clock in words. `moves` says how far, or that and why it keeps its terms."""

    handoff: Handoff
    window: str
    before: str
    after: str
    moves: str
    under: str = ""
    keeps: bool = False

    @property
    def holder(self) -> str:
        lead = self.handoff.lead
        return str(lead.owner or lead.owner_text or "nobody")


@require_safe
@vary_on_headers("HX-Request")
def running_clocks(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The clocks that run now, each with its deadline as it is and as it would be under the version."""
    version = version_or_404(agreement_or_404(slug), number)
    now, reader = this_second(), person_of(request)
    moves = list(moves_to(version, terms_to_show(version), now))
    changed = [move for move in moves if move.is_earlier or move.is_later or move.keeps]
    context: dict[str, Any] = {
        "agreement": version.agreement,
        "version": version,
        "base": base_of(version, now),
        "number": len(moves),
        "earlier": sum(move.is_earlier for move in moves),
        "later": sum(move.is_later for move in moves),
        "keeping": sum(bool(move.keeps) for move in moves),
        "rows": [_row(move, reader, now) for move in changed[:SHOWN]],
        "more": max(0, len(changed) - SHOWN),
        "same": len(moves) - len(changed),
        "chosen": [one for one in version.signatures.all() if one.side and one.moves_running],
        "agreed": agreed().filter(pk=version.pk).exists(),
        "is_moved": version.clocks_moved_at is not None,
    }
    return _answer(request, "leads/running_clocks.html", "leads/_running_clocks.html", context)


def _row(move: Move, reader: User, now: dt.datetime) -> Row:
    before, after = (_moment(at, reader, now) for at in (move.before, move.after))
    window = move.window or move.old_window
    name = f"{window.name}, {exact_duration(window.terms.window_seconds)}" if window else ""
    if move.keeps:
        return Row(move.handoff, name, before, before, "keeps its terms", move.keeps, keeps=True)
    under = f"{duration(move.used)} used, {duration(move.left)} left"
    return Row(move.handoff, name, before, after, _shift(move.before, move.after), under)


def _shift(before: dt.datetime | None, after: dt.datetime | None) -> str:
    """ "1 h earlier", "2 days later": by the clock on the wall."""
    if before is None or after is None:
        return "paused"
    seconds = int((after - before).total_seconds())
    days, rest = divmod(abs(seconds), 86_400)
    how_far = f"{days} day{'s' * (days != 1)}" + (f" {duration(rest)}" if rest else "")
    return f"{how_far if days else duration(rest)} {'later' if seconds > 0 else 'earlier'}"


def _moment(at: dt.datetime | None, reader: User, now: dt.datetime) -> str:
    return "paused" if at is None else moment(at, reader.zone, now)


@require_safe
@vary_on_headers("HX-Request")
def closed_date(request: HttpRequest, slug: str) -> HttpResponse:
    """The deadlines that closing a date would move, if it were confirmed now. `date`: YYYY-MM-DD."""
    agreement = get_object_or_404(Agreement, slug=slug)
    date, now, reader = _date(request.GET.get("date", "")), this_second(), person_of(request)
    moved = [] if date is None else list(moved_by_closure(agreement, date, now))
    rows = [
        Row(handoff, "", _moment(a, reader, now), _moment(b, reader, now), _shift(a, b))
        for handoff, a, b in moved[:SHOWN]
    ]
    context = {
        "agreement": agreement,
        "date": date,
        "rows": rows,
        "number": len(moved),
        "more": max(0, len(moved) - SHOWN),
    }
    return _answer(request, "leads/closed_date.html", "leads/_closed_date.html", context)


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _answer(request: HttpRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or what htmx puts into another one."""
    is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, part if is_part else page, context)
