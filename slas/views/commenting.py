"""What is said about a section of a draft or proposal. Everybody on a side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from slas.models import Comment, Section
from slas.services import commenting
from slas.services.refusal import Refused
from slas.version_page import Said
from slas.views.editing import OWN
from slas.views.reading import agreement_or_404, version_or_404, version_page
from smarketing.accounts.permissions import may_comment
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from slas.models import Version


@require_POST
def comment(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Say something about a section; what can't be kept comes back as it was typed, with the sentence."""
    _people_of_a_side_only(request)
    version = version_or_404(agreement_or_404(slug), number)
    section, text = request.POST.get("section", ""), request.POST.get("text", "")
    try:
        commenting.comment(version, section, text, by=person_of(request), now=this_second())
    except Refused as refusal:
        return _answer(request, version, section, Said(section, text, str(refusal)))
    return _answer(request, version, section)


@require_POST
def settle(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """It is answered or done."""
    _people_of_a_side_only(request)
    found = _comment_or_404(slug, number, pk)
    try:
        commenting.settle(found, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _answer(request, found.version, found.section)


@require_POST
def open_again(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """It is not settled after all."""
    _people_of_a_side_only(request)
    found = _comment_or_404(slug, number, pk)
    try:
        commenting.open_again(found, by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _answer(request, found.version, found.section)


def _people_of_a_side_only(request: HttpRequest) -> None:
    if not may_comment(person_of(request)):
        raise PermissionDenied("Only people of Marketing and Sales comment on a draft.")


def _comment_or_404(slug: str, number: int, pk: int) -> Comment:
    version = version_or_404(agreement_or_404(slug), number)
    found = version.comments.filter(pk=pk).first()
    if found is None:
        raise Http404(f"Version {number} has no such comment.")
    found.version = version
    return found


def _answer(request: HttpRequest, version: Version, section: str, said: Said | None = None) -> HttpResponse:
    """The comments of the section for htmx, else the version's page at that place."""
    status = 422 if said else 200
    if request.htmx and section in Section.values:  # type: ignore[attr-defined]
        comments = version.comments.filter(section=section).select_related("by", "settled_by")
        context = {"version": version, "section": section, "comments": comments, "said": said}
        response = render(request, "slas/_comments_of_section.html", context, status=status)
        response[OWN] = "1"
        return response
    if said:
        return version_page(request, version, said=said, status=status)
    address = reverse("version", args=[version.agreement.slug, version.number])
    return redirect(f"{address}#c-{section}")
