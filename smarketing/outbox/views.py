"""The outbox: what was written, to whom, and what became of it; the list beside one mail."""

from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import Refused
from smarketing.accounts.requests import person_of
from smarketing.now import this_second
from smarketing.outbox import again
from smarketing.outbox.display import KINDS, headers_of, older_than, on_light_paper, standing, state_word
from smarketing.outbox.filters import SHOWN, TABS, Filter
from smarketing.outbox.links import shown_to
from smarketing.outbox.models import Mail, MailQuerySet, State

PAGE = 50
SHORT = 700  # letters of text

# A mail is other people's words: it may show its own styles and pictures and do nothing else.
MAIL_POLICY = {
    "sandbox": [],
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "frame-ancestors": ["'self'"],
}


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first; on wide screens the newest mail beside it."""
    return _desk(request, None)


@require_safe
@never_cache
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as its reader sees it, beside the list one came from. 404 for other people's."""
    return _desk(request, pk)


def _desk(request: HttpRequest, pk: int | None) -> HttpResponse:
    reader, now = person_of(request), this_second()
    chosen = Filter.of(request.GET, reader)
    mails = _from(chosen.mails(reader), request.GET.get("older", ""))
    rows = list(mails.select_related("to").defer("body_text", "body_html")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    shown = pk if pk is not None else rows[0].pk if rows else None
    context = {
        "mails": [(row, state_word(row, now)) for row in rows],
        "older": rows[-1].pk if more else None,
        "filter": chosen,
        "tabs": {key: SHOWN[key] for key in TABS if key != "me" or may_administer(reader)},
        "states": SHOWN,
        "kinds": KINDS,
        "sees_all": may_administer(reader),
        "alone": pk is not None,
        **standing(Mail.objects.visible_to(reader), now),
        **(_one(request, shown) if shown is not None else {}),
    }
    return render(request, "outbox/outbox.html", context)


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    reader = person_of(request)
    found = _found(request, pk, "to", "again_of", "asked_by")
    repeats = list(found.again.only("pk", "created_at").order_by("pk"))
    return {
        "mail": found,
        "word": state_word(found, this_second()),
        "kind_word": KINDS[found.kind],  # type: ignore[index]
        "headers": headers_of(found, reader),
        "text": shown_to(reader, found, found.body_text),
        "as_text": request.GET.get("form") == "text" or not found.body_html,
        "is_short": len(found.body_text) < SHORT,  # for the height of its frame
        "masked": not found.belongs_to(reader),
        "repeats": repeats,
        "may_change": may_administer(reader),
        "not_again": again.why_not_again(found),
        "may_cancel": found.state in (State.WAITING, State.FAILED),
    }


def _found(request: HttpRequest, pk: int, *joined: str) -> Mail:
    visible = Mail.objects.visible_to(person_of(request))
    return get_object_or_404(visible.select_related(*joined), pk=pk)


def _from(mails: MailQuerySet, older: str) -> MailQuerySet:
    """The part of the list below the mail with the id `older`; all of it if that is blank."""
    if not older:
        return mails
    place = mails.filter(pk=older).first() if older.isdigit() and len(older) < 19 else None
    if place is None:
        raise Http404("That place in the list is gone. Start again from the newest mail.")
    return older_than(mails, place.created_at, place.pk)


@require_safe
@never_cache
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # its types know no views with arguments
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a mail as its reader sees it by day, under a policy that lets it do nothing."""
    found = _found(request, pk, "to")
    if not found.body_html:
        raise Http404("This mail is plain text only.")
    return HttpResponse(on_light_paper(shown_to(person_of(request), found, found.body_html)))


@require_POST
def mail_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a mail once more: what failed goes back to waiting, what arrived is written anew."""
    found = _administrated(request, pk)
    nth = request.POST.get("nth", "0")
    try:
        sent, is_new = again.send_again(
            found, by=person_of(request), now=this_second(), nth=int(nth) if nth.isdecimal() else 0
        )
    except Refused as refusal:
        messages.error(request, f"It was not sent again. {refusal}")
        return redirect("mail", pk)
    if is_new:
        messages.success(request, f"It goes out again to {sent.to or sent.to_email}.")
    else:
        messages.info(request, "It is on its way already; nothing was added.")
    return redirect("mail", sent.pk)


@require_POST
def mail_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a mail that has not gone out from going."""
    found = _administrated(request, pk)
    if again.cancel(found, by=person_of(request)):
        messages.success(request, f"It does not go out to {found.to or found.to_email}.")
    else:
        messages.info(request, "There was nothing left to cancel: look at its state.")
    return redirect("mail", pk)


def _administrated(request: HttpRequest, pk: int) -> Mail:
    if not may_administer(person_of(request)):
        raise PermissionDenied("Only administrators send mails again or cancel them.")
    return _found(request, pk, "to")
