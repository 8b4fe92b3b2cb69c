"""What people decide about themselves: name, zone, theme, mails; and mails stopped by a link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from smarketing.accounts import services
from smarketing.accounts.forms import PreferencesForm
from smarketing.accounts.mail_week import MailWeek, mail_weeks
from smarketing.accounts.models import Change, User
from smarketing.accounts.requests import person_of
from smarketing.now import this_second
from smarketing.outbox.models import Kind


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """My preferences. A name that I change stands in my history like any other change."""
    person = User.objects.get(pk=person_of(request).pk)  # a copy: a refused form must not change the top bar
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        services.save_preferences(form, was=person_of(request).name, now=this_second())
        messages.success(request, "Your preferences are saved.")
        return redirect("me")
    weeks = mail_weeks(person_of(request), this_second())
    password = person.changes.filter(what__in=[Change.PASSWORD, Change.JOINED]).first()
    context = {
        "form": form,
        "mails": [(form[f"wants_{choice}"], week) for choice, week in weeks.items()],
        **_altogether(list(weeks.values())),
        "password_at": password.at if password else None,
    }
    return render(request, "accounts/me.html", context, status=422 if form.errors else 200)


def _altogether(weeks: list[MailWeek]) -> dict[str, object]:
    """How many mails came, and how many without the kind that came most."""
    got, loudest = sum(week.got for week in weeks), max(weeks, key=lambda week: week.got)
    return {"got": got, "loudest": loudest, "without_loudest": got - loudest.got}


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Switch one kind of mail off (or, with `undo`, on again) by the link in a mail, without logging in.

    GET only asks, because mail programs open links ahead. POST needs no cookie and no CSRF token: mail
    programs send it themselves (RFC 8058); the token in the address is what it takes.
    """
    reader = User.objects.filter(mail_token=token).first()
    mail = Kind(kind).preference if kind in Kind.values else ""
    if reader is None or not mail:
        raise Http404("This unsubscribe link is not complete. Copy it again from the mail.")
    if request.method == "POST":
        services.choose_mail(reader, mail, wanted="undo" in request.POST)
    context = {
        "reader": reader,
        "kind": Kind(kind),
        "wants": reader.wants(mail),
        "changed": request.method == "POST",
    }
    return render(request, "accounts/unsubscribe.html", context)
