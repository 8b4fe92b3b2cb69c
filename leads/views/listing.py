"""The list of all leads: search, filters in the address, newest first."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from leads.exporting import lines
from leads.filters import chips, filtered, with_state, without
from leads.forms import LeadFilter, LeadForm
from leads.keyset import Place, place_of
from leads.models import Lead
from leads.services.door import holder_id
from leads.services.intake import add_lead, edit_lead
from leads.services.refusal import NotAllowed, Refused
from leads.states import look_of
from leads.views.acting import reader_of
from slas.rules.words import counted
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_edit_lead, may_import, may_work_leads
from smarketing.now import this_second

PAGE = 50
MOST_COUNTED = 10_000  # of all leads; the rest of a long table would be read for a number nobody needs


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """Leads, newest first; the address holds search, filters and place."""
    reader, now = reader_of(request), this_second()
    form, place = LeadFilter(request.GET), _place(request)
    matching = filtered(form, reader, now)
    shown, before, after = _page(with_state(matching, now), place)
    badges = {state: _badge(state) for state in {lead.clock_state for lead in shown}}  # type: ignore[attr-defined]
    for lead in shown:
        lead.badge = badges[lead.clock_state]  # type: ignore[attr-defined]
    held = chips(form, request.GET)
    total, total_words = _counted(matching, exactly=bool(held))
    context = {
        "form": form,
        "leads": shown,
        "chips": held,
        "narrowed": bool(held) or bool(form.errors),
        "matching": total,
        "matching_words": total_words,
        "agreement_none": form.cleaned_data.get("agreement") == "none",
        "query": without(request.GET),
        "wrong": bool(form.errors),
        "first_page": place is None,
        "previous": _address(request.GET, "before", before),
        "next": _address(request.GET, "after", after),
        "may_add": may_work_leads(request.user),
        "may_import": may_import(request.user),
        "may_name": may_edit_lead(request.user, None),
        "views": _views(request, reader),
    }
    return render(request, "leads/lead_list.html", context)


@require_safe
def lead_export(request: HttpRequest) -> StreamingHttpResponse:
    """All leads that match the address's filters, as a CSV; instants in the reader's zone."""
    reader, now = reader_of(request), this_second()
    leads = filtered(LeadFilter(request.GET), reader, now).order_by("-created_at", "-id")
    answer = StreamingHttpResponse(
        lines(with_state(leads, now), reader.zone), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="leads-{now.astimezone(reader.zone):%Y-%m-%d}.csv"'
    return answer


def _badge(state: str | None) -> str:
    """A clock's state as HTML: many rows share one."""
    return render_to_string("leads/_state.html", {"look": look_of(state), "words": ""})


def _counted(leads: QuerySet[Lead], *, exactly: bool) -> tuple[int, str]:
    """How many there are, also in words; `exactly` or up to MOST_COUNTED."""
    if exactly:
        total = leads.count()
        return total, counted(total, "lead")
    total = leads.order_by()[: MOST_COUNTED + 1].count()
    if total > MOST_COUNTED:
        return MOST_COUNTED, f"More than {counted(MOST_COUNTED, 'lead')}"
    return total, counted(total, "lead")


def _place(request: HttpRequest) -> tuple[Place, bool] | None:
    """The row that the page begins after, or ends before (True)."""
    for name in ("after", "before"):
        try:
            place = place_of(request.GET.get(name, ""))
        except ValueError as error:
            messages.warning(request, str(error))
            return None
        if place is not None and place.at is not None:
            return place, name == "before"
    return None


def _page(
    leads: QuerySet[Lead], place: tuple[Place, bool] | None
) -> tuple[list[Lead], Place | None, Place | None]:
    """One page, newest first, with the places of the pages before and after it (None: there is none)."""
    leads = leads.select_related("agreement", "owner")
    if place is not None and place[1]:
        found = list(_newer(leads, place[0]).order_by("created_at", "id")[: PAGE + 1])
        more, shown = len(found) > PAGE, found[:PAGE][::-1]
        return shown, _at(shown[:1]) if more else None, _at(shown[-1:])
    if place is not None:
        leads = _older(leads, place[0])
    found = list(leads.order_by("-created_at", "-id")[: PAGE + 1])
    more, shown = len(found) > PAGE, found[:PAGE]
    return shown, _at(shown[:1]) if place else None, _at(shown[-1:]) if more else None


def _older(leads: QuerySet[Lead], place: Place) -> QuerySet[Lead]:
    earlier = Q(created_at__lt=place.at) | Q(id__lt=place.pk)
    return leads.filter(earlier, created_at__lte=place.at)


def _newer(leads: QuerySet[Lead], place: Place) -> QuerySet[Lead]:
    later = Q(created_at__gt=place.at) | Q(id__gt=place.pk)
    return leads.filter(later, created_at__gte=place.at)


def _at(edge: list[Lead]) -> Place | None:
    return Place(edge[0].created_at, edge[0].pk) if edge else None


def _address(query: QueryDict, name: str, place: Place | None) -> str:
    """The query of the page at the place; empty where there is none."""
    if place is None:
        return ""
    kept = without(query)
    return f"{kept}&{name}={place}" if kept else f"{name}={place}"


def _views(request: HttpRequest, reader: User) -> list[tuple[str, str, bool]]:
    """Views that are asked for every day: label, query, whether it is the one shown."""
    mine = [("Mine", "owner=me")] if reader.side == "sales" else []
    views = [
        ("All", ""),
        *mine,
        ("Late", "clock=breached"),
        ("No owner", "owner=nobody"),
        ("No agreement", "agreement=none"),
    ]
    now = without(request.GET)
    return [(label, query, query == now) for label, query in views]


@require_http_methods(["GET", "HEAD", "POST"])
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


@require_http_methods(["GET", "HEAD", "POST"])
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
