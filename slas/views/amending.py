"""Closures and early ends: asked for by one side, answered by the other. leads.views.amending confirms,
because deadlines move then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from slas.forms.amending import AskForm, ReasonForm
from slas.models import Amendment
from slas.services import amending
from slas.services.amendment_mails import other_side
from slas.services.refusal import Refused
from slas.services.wrong import field_of
from slas.views.reading import agreement_or_404
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_confirm_amendment
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from slas.models import Agreement

WHO_ASKS = "Only managers of Marketing and Sales ask for an amendment."


@dataclass(frozen=True)
class Row:
    """One amendment, and what the reader may do about it."""

    amendment: Amendment
    may_answer: bool
    may_withdraw: bool
    reason_form: ReasonForm | None = None

    @property
    def other(self) -> Side:
        """Whose word it waits for."""
        return other_side(self.amendment)


@require_http_methods(["GET", "HEAD", "POST"])
def amendments(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits, what was decided and by whom; a POST asks the other side."""
    agreement = agreement_or_404(slug)
    if request.method != "POST":
        return _page(request, agreement)
    side = side_of(request, WHO_ASKS)
    form = AskForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            amending.ask(
                agreement,
                said["kind"],
                said["date"],
                note=said["note"],
                by=person_of(request),
                now=this_second(),
            )
        except Refused as refusal:
            form.add_error(field_of(refusal), str(refusal))
        else:
            other = next(one for one in Side if one != side)
            messages.success(request, f"It waits for {other.label} now. Its managers are told.")
            return redirect("amendments", slug)
    return _page(request, agreement, form=form, status=422)


@require_POST
def decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say no for the other side, with a reason."""
    found = amendment_or_404(slug, pk)
    _refuse_but(request, other_side(found), "decline")
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            amending.decline(
                found, by=person_of(request), now=this_second(), reason=form.cleaned_data["reason"]
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Declined. Nothing changes.")
        return redirect("amendments", slug)
    return _page(request, agreement_or_404(slug), declining=(found.pk, form), status=422)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back what the own side asked for."""
    found = amendment_or_404(slug, pk)
    _refuse_but(request, Side(found.side), "withdraw")
    try:
        amending.withdraw(found, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Withdrawn. Nothing changes.")
    return redirect("amendments", slug)


def amendment_or_404(slug: str, pk: int) -> Amendment:
    found = Amendment.objects.filter(agreement__slug=slug, pk=pk).select_related("agreement", "asked_by")
    for one in found:
        return one
    raise Http404(f"“{slug}” has no such amendment. Its list has all of them.")


def side_of(request: HttpRequest, sentence: str) -> Side:
    """The side whose amendments the reader asks for and confirms; 403 with the sentence for others."""
    side = next((side for side in Side if may_confirm_amendment(person_of(request), side)), None)
    if side is None:
        raise PermissionDenied(sentence)
    return side


def _refuse_but(request: HttpRequest, side: Side, what: str) -> None:
    if not may_confirm_amendment(person_of(request), side):
        raise PermissionDenied(f"Only a manager of {side.label} can {what} it for {side.label}.")


def _page(
    request: HttpRequest,
    agreement: Agreement,
    *,
    form: AskForm | None = None,
    declining: tuple[int, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, reader = this_second(), person_of(request)
    everything = agreement.amendments.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk")
    rows = [_row(one, reader, declining) for one in everything]
    waiting = [row for row in rows if not row.amendment.decision]
    context: dict[str, Any] = {
        "agreement": agreement,
        "in_force": next((one for one in agreement.versions.all() if one.is_in_force(now)), None),
        "waiting": waiting,
        "for_reader": sum(row.may_answer for row in waiting),
        "decided": [row for row in rows if row.amendment.decision],
        "form": form or AskForm(),
        "may_ask": any(may_confirm_amendment(reader, side) for side in Side),
    }
    return render(request, "slas/amendments.html", context, status=status)


def _row(amendment: Amendment, reader: User, declining: tuple[int, ReasonForm] | None) -> Row:
    may_answer = not amendment.decision and may_confirm_amendment(reader, other_side(amendment))
    may_withdraw = not amendment.decision and may_confirm_amendment(reader, amendment.side)
    form = None
    if may_answer:
        form = declining[1] if declining and declining[0] == amendment.pk else ReasonForm()
        form.prefix = None
        form.auto_id = f"a{amendment.pk}-%s"
    return Row(amendment, may_answer, may_withdraw, form)
