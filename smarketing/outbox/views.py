"""The outbox: what was written, to whom, and what became of it."""

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from smarketing.accounts.permissions import may_administer
from smarketing.accounts.requests import person_of
from smarketing.outbox.display import headers_of, older_than, state_word
from smarketing.outbox.links import shown_to
from smarketing.outbox.models import Mail, MailQuerySet, State

PAGE = 50
SHOWN = {"": "All", "me": "To me", "waiting": "Not sent yet", "failed": "Failed"}

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
    """The list, newest first: all mail for administrators, for the others what was addressed to them."""
    visible = Mail.objects.visible_to(person_of(request))
    mails = _from(_shown(visible, request), request.GET.get("older", ""))
    rows = list(mails.select_related("to").defer("body_text", "body_html")[: PAGE + 1])
    context = {
        "mails": [(row, state_word(row)) for row in rows[:PAGE]],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "tabs": SHOWN,
        "show": request.GET.get("show", ""),
        "failed": visible.filter(state=State.FAILED).count(),
        "waiting": visible.filter(state=State.WAITING).count(),
        "sees_all": may_administer(request.user),
    }
    return render(request, "outbox/outbox.html", context)


def _shown(mails: MailQuerySet, request: HttpRequest) -> MailQuerySet:
    show = request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404("The list shows all mail, yours, what is not sent yet, or what failed.")
    if show == "me":
        return mails.filter(to=person_of(request))
    return mails.filter(state=show) if show else mails


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
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: its headers, its text, and its HTML in a frame. 404 for other people's."""
    found = get_object_or_404(Mail.objects.visible_to(person_of(request)).select_related("to"), pk=pk)
    context = {
        "mail": found,
        "word": state_word(found),
        "headers": headers_of(found, person_of(request)),
        "text": shown_to(person_of(request), found, found.body_text),
        "masked": not found.belongs_to(person_of(request)),
    }
    return render(request, "outbox/mail.html", context)


@require_safe
@never_cache
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # its types know no views with arguments
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a mail as its reader sees it, under a policy that lets it do nothing."""
    found = get_object_or_404(Mail.objects.visible_to(person_of(request)).select_related("to"), pk=pk)
    if not found.body_html:
        raise Http404("This mail is plain text only.")
    return HttpResponse(shown_to(person_of(request), found, found.body_html))
