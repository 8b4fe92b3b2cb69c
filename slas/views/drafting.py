"""Drafting: copy what is in force, propose it, withdraw it. Managers of both sides."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from slas.services import drafting, proposing
from slas.services.refusal import Refused
from slas.views.reading import agreement_or_404, version_or_404
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


@require_POST
def propose(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Offer the draft as it was read: a later change is said first. Refused, back to where it was pressed."""
    _managers_only(request, "Only managers of Marketing and Sales propose a version.")
    version = version_or_404(agreement_or_404(slug), number)
    try:
        proposing.propose(version, person_of(request), this_second(), seen=_seen(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("version_edit" if request.POST.get("from") == "edit" else "version", slug, number)
    messages.success(
        request, f"Version {number} is proposed. Its text is frozen; both sides can sign it now."
    )
    return redirect("version_sign", slug, number)


@require_POST
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a draft or proposal back; it stays readable, with the note."""
    _managers_only(request, "Only managers of Marketing and Sales withdraw a version.")
    version = version_or_404(agreement_or_404(slug), number)
    note = request.POST.get("note", "").replace("\x00", "").strip()[:500]
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
    """The edition that the page had shown; -1, which is none, where a forged form leaves it out."""
    text = request.POST.get("read", request.POST.get("seen", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1
