"""Everybody's page and each person's: all may look, administrators change."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from smarketing.accounts import duties, invitations, services
from smarketing.accounts import people as doors
from smarketing.accounts.display import company, stands
from smarketing.accounts.forms_people import InviteForm, PersonForm
from smarketing.accounts.models import Invitation, User
from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.accounts.requests import person_of
from smarketing.now import this_second


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who is here, by side; a POST invites somebody."""
    form = InviteForm(request.POST or None)
    if request.method == "POST":
        _administrators_only(request, "Only administrators invite people.")
        if form.is_valid() and _invited(request, form):
            return redirect("people")
    context = company(this_second()) | {"form": form, "may_change": may_administer(person_of(request))}
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, form: InviteForm) -> bool:
    side, role = form.cleaned_data["place"]
    try:
        invitation, link = invitations.invite(
            form.cleaned_data["email"],
            side=side,
            role=role,
            is_administrator=form.cleaned_data["is_administrator"],
            by=person_of(request),
            now=this_second(),
        )
    except Refused as refusal:
        form.add_error("email", str(refusal))
        return False
    _tell_of_invitation(request, invitation, link)
    return True


def _tell_of_invitation(request: HttpRequest, invitation: Invitation, link: str) -> None:
    """Say where the link went; without a mail server the administrator passes it on."""
    if not link:
        messages.info(request, f"The invitation for {invitation.email} went out less than a minute ago.")
    elif invitations.is_sent(invitation):
        messages.success(request, f"An invitation is on its way to {invitation.email}. It works for 7 days.")
    else:
        sentence = "No mail is sent to this address. Give the link to its reader yourself, within 7 days:"
        messages.warning(request, f"{invitation.email} is invited. {sentence} {link}")


@require_POST
def invitation_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new link; the old one stops working."""
    _administrators_only(request, "Only administrators invite people.")
    found = get_object_or_404(Invitation, pk=pk)
    try:
        invitation, link = invitations.invite_again(found, by=person_of(request), now=this_second())
        _tell_of_invitation(request, invitation, link)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("people")


@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an invitation that nobody has accepted yet."""
    _administrators_only(request, "Only administrators withdraw invitations.")
    found = get_object_or_404(Invitation, pk=pk)
    if invitations.withdraw(found, by=person_of(request), now=this_second()):
        messages.success(request, f"The invitation of {found.email} is withdrawn; its link no longer works.")
    else:
        messages.info(request, f"There is no open invitation of {found.email} any more.")
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: place, history; a POST changes name, place and flag."""
    found = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, person=found)
    if request.method == "POST":
        _administrators_only(request, "Only administrators change people.")
        if form.is_valid() and _changed(request, found, form):
            return redirect("person", pk)
    found = get_object_or_404(User, pk=pk)  # as stored, whatever the form tried
    return render(
        request, "accounts/person.html", _facts(request, found, form), status=422 if form.errors else 200
    )


def _changed(request: HttpRequest, found: User, form: PersonForm) -> bool:
    side, role = form.cleaned_data["place"]
    fields = {
        "name": form.cleaned_data["name"],
        "side": side,
        "role": role,
        "is_administrator": form.cleaned_data["is_administrator"],
    }
    try:
        changes = doors.change_person(found, by=person_of(request), now=this_second(), **fields)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    if changes:
        messages.success(request, f"{fields['name']} is changed.")
    else:
        messages.info(request, "Nothing is different, so nothing was changed.")
    return True


def _facts(request: HttpRequest, found: User, form: PersonForm) -> dict[str, Any]:
    return {
        "person": found,
        "stands": stands(found),
        "form": form,
        "held": duties.held_by(found),
        "changes": found.changes.select_related("by")[:50],
        "may_change": may_administer(person_of(request)),
        "is_me": found.pk == person_of(request).pk,
    }


@require_POST
def person_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Send somebody a link to choose a password; who has none yet is invited."""
    _administrators_only(request, "Only administrators send others a link to choose a password.")
    found = get_object_or_404(User, pk=pk)
    try:
        if found.is_active and not found.has_usable_password():
            made = invitations.invite(
                found.email, side=found.side, role=found.role, by=person_of(request), now=this_second()
            )
            _tell_of_invitation(request, *made)
        else:
            _send_link(request, found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("person", pk)


def _send_link(request: HttpRequest, found: User) -> None:
    mail = services.send_password_link(found, by=person_of(request), now=this_second())
    if mail is None:
        messages.info(request, f"A link went to {found} less than a minute ago.")
    elif invitations.leaves_here(mail):
        messages.success(request, f"A link to choose a password is on its way to {found.email}.")
    else:
        messages.warning(
            request,
            f"The link for {found} is written, but no mail is sent to {found.email}: it waits under Mail, "
            "where only its reader sees it. Set EMAIL_URL, so that mails go out.",
        )


@require_POST
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    _administrators_only(request, "Only administrators reactivate people.")
    found = get_object_or_404(User, pk=pk)
    try:
        if doors.reactivate(found, by=person_of(request), now=this_second()):
            messages.success(
                request,
                f"{found} is active again, with the same password. What was handed over stays where it is.",
            )
        else:
            messages.info(request, f"{found} is active already.")
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    return redirect("person", pk)


def _administrators_only(request: HttpRequest, sentence: str) -> None:
    if not may_administer(person_of(request)):
        raise PermissionDenied(sentence)
