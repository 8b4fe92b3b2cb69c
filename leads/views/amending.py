"""Confirming what the other side asked for: agreements know no clocks, and here deadlines move."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from leads.services.amending import confirm
from slas.models import Amendment
from slas.rules.words import long_date
from slas.services.amendment_mails import other_side
from slas.services.refusal import Refused
from slas.views.amending import amendment_or_404
from smarketing.accounts.permissions import may_confirm_amendment
from smarketing.accounts.requests import person_of
from smarketing.now import this_second


@require_POST
def amendment_confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Agree for the own side to what the other asked for; it holds at once."""
    amendment = amendment_or_404(slug, pk)
    side = other_side(amendment)
    if not may_confirm_amendment(person_of(request), side):
        raise PermissionDenied(f"Only a manager of {side.label} can confirm it for {side.label}.")
    try:
        confirmed = confirm(amendment, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _done(confirmed))
    return redirect("amendments", slug)


def _done(amendment: Amendment) -> str:
    day = long_date(amendment.date)
    if amendment.kind == Amendment.Kind.CLOSURE:
        return f"{day} is closed. Deadlines that lay ahead have moved; what had ended stays as it was."
    return f"The version in force ends after {day}."
