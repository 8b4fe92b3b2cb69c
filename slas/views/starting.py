"""Starting an agreement, and the order in which agreements are asked. Managers of both sides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slas.forms.starting import NewForm, StartForm, address_in_words
from slas.services.ordering import move
from slas.services.refusal import Refused
from slas.services.starting import start_agreement, start_version
from slas.services.wrong import field_of
from slas.views.reading import agreement_or_404
from smarketing.accounts.permissions import may_draft
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

WHO_STARTS = "Only managers of Marketing and Sales start an agreement."


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new agreement with its first draft; its editor comes next."""
    _managers_only(request, WHO_STARTS)
    by, now = person_of(request), this_second()
    form = NewForm(request.POST if request.method == "POST" else None, by=by, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            chosen = form.cleaned_data
            made = start_agreement(chosen["name"], chosen["slug"], form.start, by=by, now=now)
        except Refused as refusal:
            form.add_error(field_of(refusal), str(refusal))
        else:
            return redirect("version_edit", made.agreement.slug, made.number)
    return _page(request, form)


@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """The address that the typed name would get, while it is typed."""
    _managers_only(request, WHO_STARTS)
    slug, wrong = address_in_words(request.GET.get("name", ""), request.GET.get("slug", ""))
    return render(request, "slas/_address.html", {"slug": slug, "wrong": wrong})


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """The first draft of an agreement that has no version; where one is there already: there."""
    _managers_only(request, WHO_STARTS)
    found = agreement_or_404(slug)
    if found.versions.all():
        return redirect("agreement", slug)
    by, now = person_of(request), this_second()
    form = StartForm(request.POST if request.method == "POST" else None, by=by, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            made = start_version(found, form.start, by=by, now=now)
        except Refused as refusal:
            form.add_error(field_of(refusal), str(refusal))
        else:
            return redirect("version_edit", slug, made.number)
    return _page(request, form, agreement=found)


@require_POST
def reorder(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the agreement directly above or below another one: `above` or `below` names its address."""
    _managers_only(request, "Only managers of Marketing and Sales change the order.")
    found = agreement_or_404(slug)
    above, below = request.POST.get("above", ""), request.POST.get("below", "")
    try:
        moved = move(found, by=person_of(request), above=above, below=below)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if moved:
            messages.success(request, f"{found.name} is moved. Leads that come from now on go by it.")
    return redirect("agreement_list")


def _page(request: HttpRequest, form: StartForm, **context: Any) -> HttpResponse:
    slug, wrong = address_in_words(str(form["name"].value() or ""), "") if "name" in form.fields else ("", "")
    context |= {"form": form, "slug": slug, "wrong": wrong}
    return render(request, "slas/start.html", context, status=422 if form.errors else 200)


def _managers_only(request: HttpRequest, sentence: str) -> None:
    if not may_draft(person_of(request)):
        raise PermissionDenied(sentence)
