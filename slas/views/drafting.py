"""Drafting: copy what is in force, change it on one form, propose it, withdraw it. Managers of both sides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from slas.forms.draft import DraftForm
from slas.models import Version
from slas.rules.wording import Change, compare
from slas.services import drafting, editing, proposing
from slas.services.content import read_content
from slas.services.door import last_step
from slas.services.refusal import Overtaken, Refused
from slas.views.reading import agreement_or_404, base_of, changes_of, terms_to_show, version_or_404
from smarketing.accounts.permissions import may_draft
from smarketing.accounts.requests import person_of
from smarketing.now import this_second


@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The next version as a copy of the one in force. Where one is open already: there."""
    _managers_only(request, "Only managers of Marketing and Sales draft an agreement.")
    found = agreement_or_404(slug)
    try:
        made = drafting.draft_next(found, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        standing = found.versions.open().first()
        return redirect("version", slug, standing.number) if standing else redirect("agreement", slug)
    return redirect("version_edit", slug, made.number)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The form of a draft; saved, it leads to the text as it reads now."""
    _managers_only(request, "Only managers of Marketing and Sales edit a draft.")
    version = version_or_404(agreement_or_404(slug), number)
    if version.status != Version.Status.DRAFT:
        status = version.get_status_display().lower()
        messages.warning(request, f"Version {number} is {status}, so its text can’t be edited any more.")
        return redirect("version", slug, number)
    content = read_content(version)
    version.working_time = content.working_time
    form = DraftForm(version, content, request.POST or None)
    if request.method == "POST":
        return _saved(request, form) or _edit_page(request, form, status=422)
    return _edit_page(request, form)


def _saved(request: HttpRequest, form: DraftForm) -> HttpResponse | None:
    """Where to go after saving; None where something is wrong, which the form says."""
    version, seen = form.version, _seen(request)
    if not form.is_valid():
        return None
    stored = terms_to_show(Version.objects.select_related("agreement").get(pk=version.pk))
    changed = form.has_changed
    form.apply()
    try:
        if changed:
            editing.save_draft(version, form.content, by=person_of(request), now=this_second(), seen=seen)
    except Overtaken as overtaken:
        differences = compare(stored, proposing.terms_now(version, form.content))
        return _edit_page(request, form, status=409, overtaken=overtaken, differences=differences)
    except Refused as refusal:
        form.refuse(str(refusal))
        return None
    messages.success(request, "The draft is saved." if changed else "Nothing was changed.")
    return redirect("version", version.agreement.slug, version.number)


def _edit_page(
    request: HttpRequest,
    form: DraftForm,
    *,
    status: int = 200,
    overtaken: Overtaken | None = None,
    differences: list[Change] | None = None,
) -> HttpResponse:
    """`seen` is what this page shows or tells of: whoever was told what another one saved may save theirs."""
    version, now = form.version, this_second()
    stored = version_or_404(agreement_or_404(version.agreement.slug), version.number)
    base = base_of(stored, now)
    if status == 422:
        seen = _seen(request)
    else:
        seen = overtaken.step.pk if overtaken else last_step(version).pk
    context: dict[str, Any] = {
        "agreement": stored.agreement,
        "version": stored,
        "form": form,
        "seen": seen,
        "overtaken": overtaken,
        "differences": differences,
        "base": base,
        "changes": changes_of(stored, terms_to_show(stored), base),
    }
    return render(request, "slas/edit.html", context, status=status)


@require_POST
def propose(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Offer the draft as it was read: a later change by somebody else is said first."""
    _managers_only(request, "Only managers of Marketing and Sales propose a version.")
    version = version_or_404(agreement_or_404(slug), number)
    try:
        proposing.propose(version, person_of(request), this_second(), seen=_seen(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("version", slug, number)
    messages.success(
        request, f"Version {number} is proposed. Its text is frozen; both sides can sign it now."
    )
    return redirect("version_sign", slug, number)


@require_POST
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a draft or proposal back; it stays readable, with the note."""
    _managers_only(request, "Only managers of Marketing and Sales withdraw a version.")
    version = version_or_404(agreement_or_404(slug), number)
    note = request.POST.get("note", "").strip()[:500]
    try:
        proposing.withdraw(version, person_of(request), this_second(), note=note)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Version {number} is withdrawn. What is in force stays in force.")
    return redirect("version", slug, number)


def _managers_only(request: HttpRequest, sentence: str) -> None:
    if not may_draft(person_of(request)):
        raise PermissionDenied(sentence)


def _seen(request: HttpRequest) -> int:
    """The last step the page had shown; 0, which is none, where a forged form leaves it out."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
