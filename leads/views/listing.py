"""The list of all leads: search, filters in the address, newest first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from leads.forms import LeadFilter, LeadForm
from leads.keyset import Place, place_of
from leads.models import Handoff, Lead
from leads.services.door import holder_id
from leads.services.intake import add_lead, edit_lead
from leads.services.refusal import NotAllowed, Refused
from leads.states import look_of
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_edit_lead, may_work_leads
from smarketing.now import this_second

PAGE = 50
_SEARCHED = ("first_name", "last_name", "email", "company")


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """Leads, newest first; the address holds search, filters and place."""
    form = LeadFilter(request.GET)
    place = _place(request)
    leads = _after(_filtered(form, request.user), place)  # type: ignore[arg-type]
    shown = list(leads.select_related("agreement", "owner").order_by("-created_at", "-id")[: PAGE + 1])
    more = len(shown) > PAGE
    shown = shown[:PAGE]
    _look(shown)
    context = {
        "form": form,
        "leads": shown,
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "first_page": place is None,
        "next": _next(request.GET, shown[-1]) if more else "",
        "may_add": may_work_leads(request.user),
    }
    return render(request, "leads/lead_list.html", context)


def _place(request: HttpRequest) -> Place | None:
    try:
        return place_of(request.GET.get("after", ""))
    except ValueError as error:
        messages.warning(request, str(error))
        return None


def _filtered(form: LeadFilter, reader: User) -> QuerySet[Lead]:
    """The leads that the filters leave; a filter that says nothing sensible leaves all, and says so."""
    form.is_valid()
    chosen: dict[str, Any] = form.cleaned_data
    leads: QuerySet[Lead] = Lead.objects.all()
    for word in chosen.get("q", "").split():
        leads = leads.filter(_any_of(word))
    if chosen.get("stage"):
        leads = leads.filter(stage=chosen["stage"])
    if slug := chosen.get("agreement"):
        leads = leads.filter(agreement=None) if slug == "none" else leads.filter(agreement__slug=slug)
    leads = _held_by(leads, chosen.get("owner", ""), reader)
    return _with_clock(leads, chosen.get("clock", ""))


def _any_of(word: str) -> Q:
    found = Q()
    for name in _SEARCHED:
        found |= Q(**{f"{name}__icontains": word})
    return found


def _held_by(leads: QuerySet[Lead], owner: str, reader: User) -> QuerySet[Lead]:
    if owner == "nobody":
        return leads.filter(owner=None, owner_text="")
    if owner:
        return leads.filter(owner=reader.pk if owner == "me" else int(owner))
    return leads


def _with_clock(leads: QuerySet[Lead], state: str) -> QuerySet[Lead]:
    if state == "not_handed_over":
        return leads.filter(handoffs=None)
    if state:
        handoffs = Handoff.objects.last_of_leads().with_state(this_second())
        return leads.filter(pk__in=handoffs.filter(Q(state=state)).values("lead"))
    return leads


def _after(leads: QuerySet[Lead], place: Place | None) -> QuerySet[Lead]:
    if place is None or place.at is None:
        return leads
    earlier = Q(created_at__lt=place.at) | Q(id__lt=place.pk)
    return leads.filter(earlier, created_at__lte=place.at)


def _next(query: QueryDict, last: Lead) -> str:
    query = query.copy()
    query["after"] = str(Place(last.created_at, last.pk))
    return query.urlencode()


def _look(leads: list[Lead]) -> None:
    """Give each lead the look of its last handoff's clock: one query."""
    handoffs = Handoff.objects.filter(lead__in=leads).with_state(this_second())
    states = dict(handoffs.order_by("at", "id").values_list("lead_id", "state"))  # type: ignore[misc]
    for lead in leads:
        lead.look = look_of(states.get(lead.pk))  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def lead_add(request: HttpRequest) -> HttpResponse:
    """A new lead."""
    if not may_work_leads(request.user):
        raise PermissionDenied("Only Marketing and Sales add leads.")
    form = LeadForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            lead = add_lead(by=request.user, now=this_second(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{lead} is added.")
            return redirect("lead", lead.pk)
    status = 422 if form.errors else 200
    return render(request, "leads/lead_form.html", {"form": form, "lead": None}, status=status)


@require_http_methods(["GET", "POST"])
def lead_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Who the lead is and where it came from."""
    lead = get_object_or_404(Lead, pk=pk)
    if not may_edit_lead(request.user, holder_id(lead)):
        raise PermissionDenied(f"Only Marketing, sales managers and whoever holds {lead} edit it.")
    # A copy: a refused form must not change the name at the top of the page.
    form = LeadForm(request.POST if request.method == "POST" else None, instance=Lead.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            changed = edit_lead(lead, by=request.user, now=this_second(), **form.cleaned_data)  # type: ignore[arg-type]
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{lead} is saved." if changed else "Nothing was changed.")
            return redirect("lead", lead.pk)
    status = 422 if form.errors else 200
    return render(request, "leads/lead_form.html", {"form": form, "lead": lead}, status=status)
