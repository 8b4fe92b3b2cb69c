"""One lead: its clock explained, what happened, and what may be done now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from leads.actions import ACTIONS, Action, Standing, standing_of
from leads.forms import ActionForm
from leads.models import Entry, Handoff, Lead
from leads.services.door import holder_id
from leads.states import look_of
from leads.stories import EntryRow, Shelf, story_on
from leads.timeline import happenings
from leads.views.acting import attempt, reader_of, undo_of
from slas.rules.clock import judge
from slas.rules.wording import explain
from slas.rules.words import instant, place
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_edit_lead
from smarketing.now import this_second


@require_http_methods(["GET", "POST"])
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; a POST names one of ACTIONS. The answer is a message, or the form as typed and a sentence."""
    found = get_object_or_404(Lead.objects.select_related("agreement", "owner"), pk=pk)
    if request.method == "POST":
        return _act(request, found)
    return _page(request, found)


def _act(request: HttpRequest, found: Lead) -> HttpResponse:
    tried = attempt(request, found)
    if tried.done:
        return redirect("lead", found.pk)
    return _page(request, get_object_or_404(Lead, pk=found.pk), tried.action, tried.form)


def _page(
    request: HttpRequest, found: Lead, tried: Action | None = None, form: ActionForm | None = None
) -> HttpResponse:
    reader, now = reader_of(request), this_second()
    handoffs = list(
        found.handoffs.select_related("agreement", "version", "by", "clock").order_by("-at", "-id")
    )
    last = handoffs[0] if handoffs else None
    entries = list(found.entries.select_related("by", "to_owner", "seen_to_by").order_by("id"))
    standing = standing_of(found, last, entries, now)
    forms = _forms(standing, reader, tried, form)
    context = {
        "lead": found,
        "handoff": last,
        "verdict": _verdict(last, entries, reader, now),
        "earlier": [(each, getattr(each, "clock", None)) for each in handoffs[1:]],
        "happenings": happenings(handoffs, entries, reader, now),
        "forms": forms,
        "log": next((each for each in forms if each["action"].name == "log"), None),
        "orphaned_error": _without_form(forms, tried, form),
        "undo": undo_of(request),
        "may_edit": may_edit_lead(reader, holder_id(found)),
        "take_back": ACTIONS["take_back"].name,
    }
    return render(request, "leads/lead.html", context, status=422 if form else 200)


def _forms(
    standing: Standing, reader: User, tried: Action | None, form: ActionForm | None
) -> list[dict[str, Any]]:
    """The actions that fit the lead and the reader, each with its form; the one that was refused as typed."""
    shown = []
    for action in ACTIONS.values():
        if action.fits(standing) and action.allowed(reader, standing.lead):
            bound = form if action is tried else None
            fresh = bound or action.form(lead=standing.lead, handoff=standing.handoff, name=action.name)
            shown.append({"action": action, "form": fresh, "open": bound is not None})
    return shown


def _without_form(forms: list[dict[str, Any]], tried: Action | None, form: ActionForm | None) -> str:
    """Why an action was refused whose form no longer fits the lead, as after a second click."""
    if form is None or any(each["action"] is tried for each in forms):
        return ""
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def _verdict(handoff: Handoff | None, entries: list[Entry], reader: User, now: dt.datetime) -> dict[str, Any]:
    """The judge's word on the last handoff, explained; or why there is none."""
    if handoff is None:
        return {"look": look_of(None), "headline": "Not handed over to Sales yet.", "lines": []}
    if not handoff.measured:
        headline = "Not measured: it came with history that says nothing of follow-ups."
        return {"look": look_of("not_measured"), "headline": headline, "lines": []}
    if not handoff.window_key:
        return {"look": look_of("without_window"), "headline": handoff.window_why, "lines": []}
    shelf = Shelf()
    shelf.read_for([handoff])
    story = story_on(shelf, handoff, [_row(entry) for entry in entries], now)
    verdict = judge(story)
    told = explain(story, verdict, _names(entries))
    here, there = reader.time_zone, story.calendar.tz
    return {
        "look": look_of(verdict.speed.state),
        "headline": told.headline,
        "lines": [line.text for line in told.lines],
        "deadline": verdict.deadline and instant(verdict.deadline, here, now),
        "here": place(here),
        "deadline_there": verdict.deadline and here != there and instant(verdict.deadline, there, now),
        "there": place(there),
        "window_why": handoff.window_why,
    }


def _row(entry: Entry) -> EntryRow:
    """What a story needs, from an entry that was fetched with its people."""
    return EntryRow(
        id=entry.pk,
        lead_id=entry.lead_id,
        handoff_id=entry.handoff_id,
        type=entry.type,
        at=entry.at,
        recorded_at=entry.recorded_at,
        retracted_at=entry.retracted_at,
        to_stage=entry.to_stage,
        to_owner_id=entry.to_owner_id,
        to_email=entry.to_owner.email if entry.to_owner else None,
        to_text=entry.to_owner_text,
        by_email=entry.by.email if entry.by else None,
        by_text=entry.by_text,
        connected=entry.connected,
        automatic=entry.automatic,
        imported=entry.imported,
        reason=entry.reason,
        twin_start=entry.twin_start,
    )


def _names(entries: list[Entry]) -> dict[str, str]:
    people = [person for entry in entries for person in (entry.by, entry.to_owner) if person]
    return {person.email: str(person) for person in people}
