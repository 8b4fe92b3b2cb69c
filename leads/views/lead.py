"""One lead: its clock explained, what happened, and what may be done now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from leads import desk
from leads.actions import ACTIONS, Action, Standing, standing_of
from leads.clockstrip import strip_of
from leads.forms import ActionForm, follow_up_choices
from leads.models import Entry, Handoff, Lead
from leads.saying import moment
from leads.services.door import holder_id
from leads.states import look_of
from leads.stories import EntryRow, Shelf, story_on
from leads.timeline import Happening, happenings
from leads.views.acting import attempt, reader_of, undo_of
from leads.why import why_of
from slas.rules.clock import judge
from slas.rules.wording import explain
from slas.rules.words import counted, instant, place
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_edit_lead
from smarketing.now import this_second

MOST_TOLD = 200  # of the timeline: somebody may have seen a thousand pages


@require_http_methods(["GET", "HEAD", "POST"])
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
    did = list(found.behaviour.select_related("by").order_by("-at", "-id"))
    why = why_of(found, [each for each in did if each.retracted_at is None], last, reader, now)
    standing = standing_of(found, last, entries, now)
    forms = _forms(standing, reader, tried, form)
    context = {
        "lead": found,
        "company_facts": _company(found),
        "which": _which(found),
        "handoff": last,
        "verdict": _verdict(last, entries, reader, now),
        "earlier": [(each, getattr(each, "clock", None)) for each in handoffs[1:]],
        "why": why,
        **_tale(request, happenings(handoffs, entries, reader, now, did, why.gave if why else None)),
        **_beside(found, reader, now),
        "forms": forms,
        "kinds": follow_up_choices(),
        "typed": _typed(tried, form),
        "log": next((each for each in forms if each["action"].name == "log"), None),
        "record": next((each for each in forms if each["action"].name == "record_behaviour"), None),
        "acts": [each for each in forms if each["action"].name not in ("log", "record_behaviour")],
        "orphaned_error": _without_form(forms, tried, form),
        "undo": undo_of(request),
        "may_edit": may_edit_lead(reader, holder_id(found)),
        "take_back": ACTIONS["take_back"].name,
    }
    return render(request, "leads/lead.html", context, status=422 if form else 200)


def _company(found: Lead) -> list[str]:
    """ "Nordkyst Logistik, haulage, 120 people"."""
    size = "" if found.employees is None else counted(found.employees, "person", "people")
    return [fact for fact in (found.company, found.industry, size) if fact]


def _which(found: Lead) -> str:
    """ "which takes it: the country is Denmark."; empty where the reason does not begin with it."""
    begin = f"{found.agreement.name} " if found.agreement else ""
    why = found.agreement_why
    return f"which {why.removeprefix(begin)}" if begin and why.startswith(begin) else ""


def _typed(tried: Action | None, form: ActionForm | None) -> dict[str, str]:
    """What was typed into a follow-up that was refused."""
    if form is None or tried is None or tried.name != "log":
        return {}
    return {name: form.data.get(name, "") for name in ("kind", "when", "note")}


def _tale(request: HttpRequest, told: list[Happening]) -> dict[str, Any]:
    """The timeline, all of it or one kind; the address says which."""
    shown = request.GET.get("tale", "")
    views = [
        {"key": key, "label": label, "count": len([each for each in told if not key or each.kind == key])}
        for key, label in (("", "All"), ("follow_up", "Follow-ups"), ("move", "Moves"), ("did", "They did"))
    ]
    shown = shown if shown in ("follow_up", "move", "did") else ""
    kept = [each for each in told if not shown or each.kind == shown]
    return {
        "happenings": kept[:MOST_TOLD],
        "untold": len(kept[MOST_TOLD:]),
        "tale_views": [view for view in views if view["key"] != "did" or view["count"]],
        "tale": shown,
    }


def _beside(found: Lead, reader: User, now: dt.datetime) -> dict[str, Any]:
    """Where the lead stands in the reader's queue, and what stands before and after it."""
    if reader.side != Side.SALES:
        return {}
    rows = desk.read(reader, now, desk.Wish()).rows
    ids = [row.lead.pk for row in rows]
    if found.pk not in ids:
        return {"in_queue": 0, "queue_length": len(ids)}
    at = ids.index(found.pk)
    return {
        "in_queue": at + 1,
        "queue_length": len(ids),
        "before": rows[at - 1].lead if at else None,
        "after": rows[at + 1].lead if at + 1 < len(rows) else None,
    }


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
    accepting = verdict.acceptance if verdict.acceptance and verdict.acceptance.state == "pending" else None
    word, headline = _first_words(told.headline)
    return {
        "look": look_of(verdict.speed.state),
        "told": word,
        "headline": headline,
        "accept_by": accepting and moment(accepting.deadline, reader.zone, now),
        "lines": [line.text for line in told.lines],
        "deadline": verdict.deadline and instant(verdict.deadline, here, now),
        "here": place(here),
        "deadline_there": verdict.deadline and here != there and instant(verdict.deadline, there, now),
        "there": place(there),
        "window_why": handoff.window_why,
        "strip": strip_of(story, verdict, _names(entries)),
    }


def _first_words(headline: str) -> tuple[str, str]:
    """The state that opens a headline ("3 h 10 min late.", "Met:"), and the rest of it."""
    at = min(place for place in (headline.find("late. "), headline.find(": "), len(headline)) if place >= 0)
    end = at + (5 if headline[at : at + 4] == "late" else 1)
    return headline[:end], headline[end:].strip()


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
