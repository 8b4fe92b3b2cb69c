"""One door for what pages do to a lead: the lead's own page and the panel of the queue go through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from leads.actions import ACTIONS, Action
from leads.forms import ActionForm
from leads.models import Lead
from leads.services.follow_up import UNDO_SECONDS
from leads.services.refusal import NotAllowed, Refused
from smarketing.accounts.models import User
from smarketing.now import this_second

_UNDO = "undo_follow_up"
_UNDONE_BY = {"log": "take_back", "record_behaviour": "take_back_behaviour"}
_GONE = {  # an old page sent its click once more; what somebody else had recorded
    "log": "You took this follow-up back, so it does not count. Log it anew if it took place.",
    "record_behaviour": "Nothing was recorded: it was here before, or you took it back.",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: `done`, or the form as typed with what stands in the way."""

    action: Action
    form: ActionForm
    done: bool


def reader_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 (every page is closed to the anonymous)
    return request.user


def attempt(request: HttpRequest, lead: Lead) -> Attempt:
    """Do what the POST names. 404 for an unknown action, 403 with the sentence for who may not."""
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise Http404("There is no such action.")
    by, now = reader_of(request), this_second()
    if not action.allowed(by, lead):
        raise PermissionDenied(action.refusal.format(lead=lead))
    handoff = lead.handoffs.select_related("version").order_by("-at", "-id").first()
    form = action.form(request.POST, lead=lead, handoff=handoff, name=action.name)
    if not form.is_valid():
        return Attempt(action, form, done=False)
    try:
        sentence = action.run(lead, by=by, now=now, **form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return Attempt(action, form, done=False)
    _tell(request, lead, action, sentence, form.cleaned_data["click"])
    return Attempt(action, form, done=True)


def _tell(request: HttpRequest, lead: Lead, action: Action, sentence: str, click: str) -> None:
    """What can be undone is told by the toast that undoes it, everything else by a message."""
    request.session.pop(_UNDO, None)
    if action.name not in _UNDONE_BY:
        messages.success(request, sentence)
        return
    written: Any = lead.entries.follow_ups() if action.name == "log" else lead.behaviour
    own = written.filter(by=reader_of(request), retracted_at=None)
    logged = (own.filter(click=click) if click else own).order_by("recorded_at", "id").last()
    if logged is None:
        messages.info(request, _GONE[action.name])
        return
    request.session[_UNDO] = {
        "action": _UNDONE_BY[action.name],
        "entry": logged.pk,
        "lead": lead.pk,
        "text": sentence,
        "at": int(logged.recorded_at.timestamp()),
    }


def undo_of(request: HttpRequest) -> dict[str, Any] | None:
    """The follow-up that this reader may still take back, with the seconds left; None when there is none."""
    kept = request.session.get(_UNDO)
    if not kept:
        return None
    left = kept["at"] + UNDO_SECONDS - int(this_second().timestamp())
    return {**kept, "left": left} if 0 < left <= UNDO_SECONDS else None
