"""Campaigns of an agreement: read by everybody, written by Marketing, acknowledged by Sales."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slas.campaign_words import Standing, grouped, standing_of
from slas.forms.campaign import CampaignForm, initial_of
from slas.models import Agreement, Campaign
from slas.services import campaigns as services
from slas.services.campaigns import ChangedMeanwhile, today_of
from slas.services.refusal import Refused
from slas.services.wrong import field_of
from slas.views.reading import agreement_or_404
from smarketing.accounts.permissions import may_acknowledge_campaign, may_write_campaign
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

WHO_WRITES = "Only Marketing and managers of Sales write campaigns."


@require_safe
def campaign_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Those that run, that come, and that are over."""
    agreement = agreement_or_404(slug)
    today = today_of(agreement, this_second())
    found = list(agreement.campaigns.select_related("made_by", "acknowledged_by"))
    context = {
        "agreement": agreement,
        "groups": grouped(found, today),
        "waiting": sum(standing_of(one, today).waits for one in found),
        "number": len(found),
        "may_write": may_write_campaign(request.user),
    }
    return render(request, "slas/campaign_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_add(request: HttpRequest, slug: str) -> HttpResponse:
    """A new campaign."""
    _writers_only(request)
    agreement = agreement_or_404(slug)
    form = CampaignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_campaign(agreement, form.plan, by=person_of(request), now=this_second())
        except Refused as refusal:
            form.add_error(field_of(refusal), str(refusal))
        else:
            messages.success(request, _after_saving(made))
            return redirect("campaign", slug, made.pk)
    return _form_page(request, form, agreement, status=422 if form.errors else 200)


@require_safe
def campaign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What it says, how Sales follows up, and who has acknowledged that."""
    found = campaign_or_404(slug, pk)
    standing = _standing(found)
    context = {
        "agreement": found.agreement,
        "campaign": found,
        "standing": standing,
        "may_write": may_write_campaign(request.user) and found.ended_at is None,
        "may_acknowledge": may_acknowledge_campaign(request.user) and standing.waits,
    }
    return render(request, "slas/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change it; other dates, sources or another note ask Sales again."""
    _writers_only(request)
    found = campaign_or_404(slug, pk)
    if found.ended_at is not None:
        messages.warning(request, f"{found.name} was called off, so it can’t be changed any more.")
        return redirect("campaign", slug, pk)
    if request.method != "POST":
        return _form_page(request, CampaignForm(initial=initial_of(found)), found.agreement, campaign=found)
    form = CampaignForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, found.agreement, campaign=found, status=422)
    seen = form.cleaned_data["edition"] or 0
    try:
        changed = services.change_campaign(
            found, form.plan, by=person_of(request), now=this_second(), seen=seen
        )
    except ChangedMeanwhile as overtaken:
        typed = request.POST.copy()
        typed["edition"] = str(overtaken.campaign.edition)
        form = CampaignForm(typed)
        context = {"campaign": found, "overtaken": overtaken}
        return _form_page(request, form, found.agreement, status=409, **context)
    except Refused as refusal:
        form.add_error(field_of(refusal), str(refusal))
        return _form_page(request, form, found.agreement, campaign=found, status=422)
    found.refresh_from_db()
    messages.success(request, _after_saving(found) if changed else "Nothing was changed.")
    return redirect("campaign", slug, pk)


@require_POST
def campaign_acknowledge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """For Sales, as the page was read."""
    if not may_acknowledge_campaign(request.user):
        raise PermissionDenied("Only managers of Sales acknowledge a campaign.")
    found, text = campaign_or_404(slug, pk), request.POST.get("edition", "")
    seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    try:
        services.acknowledge(found, by=person_of(request), now=this_second(), seen=seen)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Acknowledged for Sales. Whoever calls these leads reads the note.")
    return redirect("campaign", slug, pk)


@require_POST
def campaign_call_off(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """It does not take place, or ends here."""
    _writers_only(request)
    found = campaign_or_404(slug, pk)
    try:
        services.call_off(found, by=person_of(request), now=this_second())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found.name} is called off. Its leads stay as they are.")
    return redirect("campaign", slug, pk)


def campaign_or_404(slug: str, pk: int) -> Campaign:
    people = ("agreement", "made_by", "changed_by", "acknowledged_by")
    found = Campaign.objects.filter(agreement__slug=slug, pk=pk).select_related(*people).first()
    if found is None:
        raise Http404("There is no such campaign. The list of the agreement’s campaigns has all of them.")
    return found


def _standing(found: Campaign) -> Standing:
    return standing_of(found, today_of(found.agreement, this_second()))


def _after_saving(campaign: Campaign) -> str:
    if campaign.acknowledged_at is not None:
        return f"{campaign.name} is saved, and acknowledged for Sales."
    if _standing(campaign).word == "Running":
        return f"{campaign.name} is saved. It runs already, so both sides are told that it waits for Sales."
    return f"{campaign.name} is saved. The managers of Sales are asked to acknowledge it."


def _form_page(
    request: HttpRequest, form: CampaignForm, agreement: Agreement, *, status: int = 200, **context: Any
) -> HttpResponse:
    signs = may_acknowledge_campaign(request.user)
    context |= {"form": form, "agreement": agreement, "may_sign_off": signs}
    return render(request, "slas/campaign_form.html", context, status=status)


def _writers_only(request: HttpRequest) -> None:
    if not may_write_campaign(person_of(request)):
        raise PermissionDenied(WHO_WRITES)
