"""Signing in the browser: what changes, both signatures, the password once more; or no, with a reason."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from slas.forms.signing import DeclineForm, SignForm
from slas.models import Version
from slas.next_steps import Acts, next_step, unsigned
from slas.services import proposing
from slas.services.refusal import Refused
from slas.services.sealing import TooManyTries, WrongPassword, sign_with_password, witness_with_password
from slas.services.verification import verify
from slas.services.witnessing import invite_witness
from slas.twain import answer_of
from slas.version_page import Witnesses, witnesses_of
from slas.views.reading import agreement_or_404, base_of, changes_of, version_or_404
from smarketing.accounts.models import Side, User
from smarketing.accounts.permissions import may_invite_witness, may_sign, may_witness
from smarketing.accounts.requests import network_address, person_of
from smarketing.now import this_second


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is to be signed, for everybody to read; a manager's POST signs for their side."""
    version = _proposed(request, slug, number)
    if isinstance(version, HttpResponse):
        return version
    if request.method != "POST":
        return _page(request, version)
    side, form = _own_side(request, "sign"), SignForm(request.POST)
    if not form.is_valid():
        return _page(request, version, sign_form=form, status=422)
    try:
        sign_with_password(
            version,
            person_of(request),
            side,
            password=form.cleaned_data["password"],
            now=this_second(),
            address=network_address(request),
            moves_running=form.moves_running,
        )
    except TooManyTries as refusal:
        form.add_error(None, str(refusal))
        return _page(request, version, sign_form=form, status=429)
    except WrongPassword as refusal:
        form.add_error("password", str(refusal))
        return _page(request, version, sign_form=form, status=422)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, version, sign_form=form, status=409)
    fresh = version_or_404(agreement_or_404(slug), number)
    messages.success(request, f"You signed for {side.label}. {next_step(fresh, this_second())}".strip())
    return redirect("version", slug, number)


@require_POST
def decline(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Say no for one side, with the reason; the text stays as history."""
    version = _proposed(request, slug, number)
    if isinstance(version, HttpResponse):
        return version
    side, form = _own_side(request, "decline"), DeclineForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            proposing.decline(version, person_of(request), side, this_second(), reason=reason)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Version {number} is declined. What is in force stays in force.")
            return redirect("version", slug, number)
    return _page(request, version, decline_form=form, status=422)


@never_cache
@sensitive_post_parameters("password")
@require_POST
def witness(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Sign as a witness, whoever was invited to."""
    version, person = version_or_404(agreement_or_404(slug), number), person_of(request)
    invited = version.witnesses.filter(user=person).exists()
    if not invited or not may_witness(person, invited=True):
        raise PermissionDenied("Only who was invited signs as a witness. A manager of a side invites you.")
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            witness_with_password(
                version,
                person,
                password=form.cleaned_data["password"],
                now=this_second(),
                address=network_address(request),
            )
        except TooManyTries as refusal:
            form.add_error(None, str(refusal))
            return _page(request, version, witness_form=form, status=429)
        except WrongPassword as refusal:
            form.add_error("password", str(refusal))
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("version", slug, number)
        else:
            messages.success(request, "You signed as a witness. Your signature counts for neither side.")
            return redirect("version", slug, number)
    return _page(request, version, witness_form=form, status=422)


@require_POST
def invite(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask somebody to sign as a witness."""
    if not may_invite_witness(person_of(request)):
        raise PermissionDenied("Only managers of Marketing and Sales invite a witness.")
    version = version_or_404(agreement_or_404(slug), number)
    text = request.POST.get("user", "")
    user = User.objects.active().filter(pk=int(text)).first() if re.fullmatch(r"[0-9]{1,9}", text) else None
    try:
        if user is None:
            raise Refused("Choose who is to witness it. Nobody was asked.")
        invite_witness(version, user, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{user} is asked to sign as a witness.")
    return redirect(f"{reverse('version', args=[slug, number])}#witnesses")


def _proposed(request: HttpRequest, slug: str, number: int) -> Version | HttpResponse:
    """The proposal, and what is signed for whoever is still to witness it; for another version the way to its
    page with a sentence."""
    version = version_or_404(agreement_or_404(slug), number)
    if version.status == Version.Status.PROPOSED:
        return version
    if request.method != "POST" and _witnesses(request, version).waits_for_reader:
        return version
    said = version.get_status_display().lower()
    if version.status == Version.Status.DRAFT:
        said = "still a draft, which has to be proposed first"
    messages.warning(request, f"Version {number} is {said}. There is nothing to sign.")
    return redirect("version", slug, number)


def _own_side(request: HttpRequest, what: str) -> Side:
    person = person_of(request)
    side = next((side for side in Side if may_sign(person, side)), None)
    if side is None:
        raise PermissionDenied(f"Only managers of Marketing and Sales {what} for their side.")
    return side


def _page(
    request: HttpRequest,
    version: Version,
    *,
    status: int = 200,
    sign_form: SignForm | None = None,
    decline_form: DeclineForm | None = None,
    witness_form: SignForm | None = None,
) -> HttpResponse:
    now, base = this_second(), base_of(version, this_second())
    changes = changes_of(version, version.frozen.terms(), base)
    acts = Acts(person_of(request), version)
    by_side = {one.side: one for one in version.signatures.all() if one.side}
    context: dict[str, Any] = {
        "agreement": version.agreement,
        "version": version,
        "base": base,
        "changes": changes,
        "by_side": by_side,
        "unsigned": [side.value for side in unsigned(version)],
        "verification": verify(version),
        "next_step": next_step(version, now),
        "acts": acts,
        "sides": [(side, by_side.get(side.value), side == acts.sign_for) for side in Side],
        "sign_form": sign_form or SignForm(),
        "decline_form": decline_form or DeclineForm(),
        "witness_form": witness_form or SignForm(),
        "witnesses": _witnesses(request, version),
        "answer": answer_of(changes),
        "address": network_address(request),
        "moved_by": next((one.name for one in by_side.values() if one.moves_running), ""),
    }
    return render(request, "slas/sign.html", context, status=status)


def _witnesses(request: HttpRequest, version: Version) -> Witnesses:
    return witnesses_of(version, person_of(request), list(version.signatures.all()), this_second())
