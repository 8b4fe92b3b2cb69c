"""The queue: what Sales has to follow up, what is due first standing first, and the panel that logs."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from leads import desk
from leads.forms import follow_up_choices, new_click, salespeople
from leads.keyset import Place, place_of
from leads.models import Lead
from leads.panel import panel_of
from leads.saying import hour_words
from leads.views.acting import Attempt, attempt, reader_of, undo_of
from slas.models import Version
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_assign
from smarketing.now import this_second

_PARTS = {"queue-list": "leads/_queue_list.html", "panel": "leads/_panel.html", "desk": "leads/_desk.html"}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request", "HX-Target")
def queue(request: HttpRequest) -> HttpResponse:
    """Mine and the unassigned for a rep, all for everybody else. `lead` opens the panel beside the list.

    A POST does something to that lead, as on its own page. htmx asks for parts: the list (204 while nothing
    changed), the panel, or both.
    """
    if request.method == "POST":
        return _act(request)
    return _show(request)


def _act(request: HttpRequest) -> HttpResponse:
    lead_id = _lead_id(request)
    lead = get_object_or_404(Lead.objects.select_related("owner"), pk=lead_id or 0)
    tried = attempt(request, lead)
    if not tried.done:
        return _show(request, tried)
    following = request.POST.get("then", "")
    then = lead.pk if tried.action.name in ("take_back", "assign", "resume") else following
    if _part(request):
        return _show(request, then=int(then) if str(then).isdecimal() else None)
    address = _address(request.GET, lead=then if tried.action.name == "take_back" else "")
    return redirect(address)


def _show(request: HttpRequest, tried: Attempt | None = None, then: int | None = None) -> HttpResponse:
    reader, now = reader_of(request), this_second()
    wish = _wish(request)
    found = desk.read(reader, now, wish)
    asked = then if then is not None else (None if tried is None and request.POST else _lead_id(request))
    row = found.row_of(asked) or (desk.one(asked, reader, now) if asked else None)
    if row is None and found.rows:
        row = found.rows[0]
    panel = panel_of(row, found, reader, now, request.GET.get("do", ""), tried) if row else None
    context = {
        "desk": found,
        "wish": wish,
        "rows": found.rows,
        "groups": found.groups,
        "next": found.next,
        "now": now.astimezone(reader.zone),
        "mine": desk.is_rep(reader),
        "may_assign": may_assign(reader),
        "views": _views(request, found),
        "panel": panel,
        "explicit": bool(row and row.lead.pk == asked and not request.POST) or tried is not None,
        "undo": undo_of(request),
        "address": _address(request.GET),
        "query": _query(request.GET),
        **_clicks(reader),
        "people": salespeople() if not desk.is_rep(reader) and not request.htmx else (),  # type: ignore[attr-defined]
    }
    return _answer(request, context, 422 if tried else 200)


def _answer(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    part = _part(request)
    if not part:
        if not context["rows"]:
            context["next_opening"] = _next_opening(reader_of(request))
        context["list"] = _list(request, context)[0]
        return render(request, "leads/queue.html", context, status=status)
    html, digest = _list(request, context)
    if part == "queue-list":
        if request.GET.get("seen") == digest:
            return HttpResponse(status=204)
        return HttpResponse(html)
    context["list"] = html
    return render(request, _PARTS[part], context, status=status)


def _list(request: HttpRequest, context: dict[str, Any]) -> tuple[str, str]:
    """The list as HTML with the mark by which the next poll knows whether anything changed."""
    if not context["rows"] and "next_opening" not in context:
        context["next_opening"] = _next_opening(reader_of(request))
    polled = _part(request) == "queue-list"
    rows = render_to_string("leads/_queue_rows.html", context | {"polled": polled}, request)
    state = render_to_string("leads/_panel_state.html", context, request) if context["panel"] else ""
    digest = hashlib.sha256((rows + state).encode()).hexdigest()[:16]
    inside = {"inside": rows, "digest": digest, "polled": polled}
    return render_to_string("leads/_queue_list.html", context | inside, request), digest


def _part(request: HttpRequest) -> str:
    """The part that htmx asks for; empty: the whole page."""
    target = request.htmx.target if request.htmx and not request.htmx.history_restore_request else ""  # type: ignore[attr-defined]
    return target if target in _PARTS else ""


def _clicks(reader: User) -> dict[str, Any]:
    return {"click": new_click(), "kinds": follow_up_choices(), "zone": reader.time_zone}


def _lead_id(request: HttpRequest) -> int | None:
    asked = request.GET.get("lead", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404("There is no such lead.")
    return int(asked)


def _wish(request: HttpRequest) -> desk.Wish:
    show, holder = request.GET.get("show", ""), request.GET.get("holder", "")
    if holder and holder not in ("me", "nobody") and not (holder.isdecimal() and len(holder) < 18):
        messages.warning(request, "This holder is nobody we know. Here is everybody’s queue.")
        holder = ""
    return desk.Wish(show if show in desk.KEYS else "", holder, _place(request))


def _place(request: HttpRequest) -> Place | None:
    try:
        return place_of(request.GET.get("after", ""))
    except ValueError as error:
        messages.warning(request, str(error))
        return None


def _query(kept: Any, **changes: str) -> str:
    """The address's filters with changes; what is empty is left out."""
    chosen = {name: kept.get(name, "") for name in ("show", "holder")} | changes
    return urlencode({name: value for name, value in chosen.items() if value})


def _address(kept: Any, **changes: Any) -> str:
    query = _query(kept, **{name: str(value) for name, value in changes.items()})
    return f"{reverse('queue')}?{query}" if query else reverse("queue")


def _views(request: HttpRequest, found: desk.Desk) -> list[dict[str, Any]]:
    names: tuple[tuple[str, str], ...] = (
        ("", "All"),
        ("late", "Late"),
        ("today", "Due today"),
        ("trying", "Keep trying"),
    )
    shown = request.GET.get("show", "")
    named = dict(names)
    if shown in desk.KEYS and shown not in named:
        names = (*names, (shown, {"later": "Later", "paused": "Paused"}[shown]))
    return [
        {
            "label": label,
            "count": found.counts[key] if key else found.everything,
            "address": _address(request.GET, show=key),
            "current": key == (shown if shown in desk.KEYS else ""),
        }
        for key, label in names
    ]


def _next_opening(reader: User) -> str:
    """When a clock can start next, for the sentence of the empty queue: two queries."""
    now = this_second()
    versions = Version.objects.in_force(now).select_related("frozen")
    calendars = [version.terms().calendar for version in versions]
    if not calendars:
        return ""
    opens = min(calendar.next_opening(now)[0] for calendar in calendars)
    return "" if opens <= now else hour_words(opens, reader, now)
