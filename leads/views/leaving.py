"""Before somebody leaves: what they hold goes to somebody else, then the account is closed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from leads.services.leaving import hand_over_work, holding_of, let_go
from leads.services.refusal import Refused as LeadRefused
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_administer, may_assign
from smarketing.accounts.refusal import Refused
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

NOBODY = "nobody"


class LeaveForm(forms.Form):
    """Who takes the work, and whether the account is closed."""

    to = forms.ChoiceField(
        label="Goes to",
        error_messages={
            "required": "Choose who takes the leads, or that they wait without an owner.",
            "invalid_choice": "That person can’t take them. Choose somebody of the list.",
        },
    )
    then = forms.ChoiceField(choices=[("stay", "stays"), ("leave", "leaves")], initial="leave")

    def __init__(self, *args: Any, person: User, holds: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        takers = User.objects.active().on_side(Side.SALES).exclude(pk=person.pk)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", "Choose somebody"),
            *((str(taker.pk), f"{taker}, {taker.position_alone}") for taker in takers),
            (NOBODY, "nobody: they wait in the queue without an owner"),
        ]
        self.fields["to"].required = holds

    def taker(self) -> User | None:
        chosen = self.cleaned_data["to"]
        return User.objects.get(pk=chosen) if chosen and chosen != NOBODY else None


@require_http_methods(["GET", "HEAD", "POST"])
def person_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """What the person holds, who takes it; a POST hands over and (unless `then` is stay) deactivates."""
    person, reader, now = get_object_or_404(User, pk=pk), person_of(request), this_second()
    if not (may_administer(reader) or may_assign(reader)):
        raise PermissionDenied("Only administrators and sales managers hand over what somebody holds.")
    if not person.is_active and request.method == "POST":
        messages.info(request, f"{person} is deactivated already.")
        return redirect("person", pk)
    holding = holding_of(person, now)
    form = LeaveForm(request.POST or None, person=person, holds=holding.leads > 0)
    if request.method == "POST" and form.is_valid() and _done(request, person, form):
        return redirect("person", pk)
    context = {
        "person": person,
        "holding": holding,
        "form": form,
        "may_close": may_administer(reader) and person.pk != reader.pk,
        "is_me": person.pk == reader.pk,
    }
    return render(request, "leads/person_leave.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, person: User, form: LeaveForm) -> bool:
    reader, to = person_of(request), form.taker()
    leaves = form.cleaned_data["then"] == "leave"
    if leaves and not may_administer(reader):
        raise PermissionDenied("Only administrators deactivate people.")
    try:
        if leaves:
            given, _ = let_go(person, to, by=reader, now=this_second())
        else:
            given = hand_over_work(person, to, by=reader, now=this_second())
    except (Refused, LeadRefused) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _told(person, to, given, leaves))
    return True


def _told(person: User, to: User | None, given: int, leaves: bool) -> str:
    leads = "1 open lead" if given == 1 else f"{given} open leads"
    went = f"{leads} of {person} went to {to}" if to else f"{leads} of {person} now wait without an owner"
    if not leaves:
        return f"{went}." if given else f"{person} held nothing, so nothing was handed over."
    return f"{went}, and the account is closed." if given else f"The account of {person} is closed."
