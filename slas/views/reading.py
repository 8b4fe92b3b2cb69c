"""Agreements to read. Everybody who is logged in reads all of them; nothing is changed here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from slas.deed import deed_of, standing_of
from slas.models import Agreement, FrozenTerms, Version
from slas.next_steps import Acts, next_step
from slas.rules.terms import AgreementTerms
from slas.rules.wording import Change, compare
from slas.rules.zones import local_day
from slas.services.content import read_content
from slas.services.proposing import terms_now
from slas.services.refusal import Refused
from slas.services.verification import verify
from slas.twain import answer_of
from slas.version_page import (
    Said,
    chapters_of,
    comments_by_section,
    history_of,
    term_line,
    waiting_for,
    witnesses_of,
)
from smarketing.accounts.permissions import may_draft
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from slas.models import Signature
    from smarketing.accounts.models import User


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, else the one that comes next, else the newest."""
    found = agreement_or_404(slug)
    shown = shown_first(found, this_second())
    if shown is None:
        context = {"agreement": found, "may_draft": may_draft(person_of(request))}
        return render(request, "slas/agreement_bare.html", context)
    shown.agreement = found
    return version_page(request, shown)


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, whatever became of it."""
    found = agreement_or_404(slug)
    return version_page(request, version_or_404(found, number))


@require_safe
def frozen_terms(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Exactly the bytes that were frozen, so that anybody can check the hash."""
    frozen = FrozenTerms.objects.filter(version__agreement__slug=slug, version__number=number).first()
    if frozen is None:
        raise Http404(f"There are no frozen terms of version {number} of “{slug}”.")
    response = HttpResponse(frozen.canonical.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{number}.json"'
    return response


@require_safe
def frozen_hash(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The hash that was signed, as `sha256sum --check` reads it beside the downloaded text."""
    frozen = FrozenTerms.objects.filter(version__agreement__slug=slug, version__number=number).first()
    if frozen is None:
        raise Http404(f"There are no frozen terms of version {number} of “{slug}”.")
    name = f"{slug}-{number}.json"
    response = HttpResponse(f"{frozen.digest}  {name}\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.sha256"'
    return response


# --- What the pages show ---------------------------------------------------------------------


def agreements_to_show() -> QuerySet[Agreement]:
    """In their stated order, with their versions, signatures and working time: three queries."""
    # not the frozen texts: only the version that is shown needs its own
    versions = Version.objects.select_related("working_time").prefetch_related("signatures")
    return Agreement.objects.prefetch_related(Prefetch("versions", versions))


def agreement_or_404(slug: str) -> Agreement:
    found = agreements_to_show().filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no agreement “{slug}”. The list of agreements has all of them.")
    return found


def version_or_404(agreement: Agreement, number: int) -> Version:
    """The version, with its agreement and signatures read already."""
    for one in agreement.versions.all():
        if one.number == number:
            one.agreement = agreement
            return one
    raise Http404(f"{agreement.name} has no version {number}.")


def shown_first(agreement: Agreement, now: datetime) -> Version | None:
    """The version in force, else the one that comes next, else the newest; None: there is none."""
    versions = list(agreement.versions.all())
    in_force = [one for one in versions if one.is_in_force(now)]
    to_come = [one for one in versions if one.in_force_at and one.in_force_at > now]
    return next(iter([*in_force, *to_come, *reversed(versions)]), None)


def terms_to_show(version: Version) -> AgreementTerms:
    """The frozen terms; those of a draft as they would be frozen now. Refused where its rows make none."""
    if hasattr(version, "frozen"):
        return version.frozen.terms()
    return terms_now(version, read_content(version))


def base_of(version: Version, now: datetime) -> Version | None:
    """What the text is compared with: for a signed version the one before, else the one in force, or the last
    signed one."""
    signed = [one for one in version.agreement.versions.all() if one.in_force_at and one != version]
    if version.in_force_at:
        signed = [one for one in signed if one.in_force_at and one.in_force_at < version.in_force_at]
    in_force = [] if version.in_force_at else [one for one in signed if one.is_in_force(now)]
    signed.sort(key=lambda one: one.in_force_at or now)
    return next(iter([*in_force, *reversed(signed)]), None)


def changes_of(version: Version, terms: AgreementTerms, base: Version | None) -> list[Change]:
    """What `terms` say otherwise than the version `base`."""
    return compare(base.frozen.terms(), terms) if base else []


def version_page(
    request: HttpRequest, version: Version, *, said: Said | None = None, status: int = 200
) -> HttpResponse:
    """The page of a version; `said` is a comment that could not be kept."""
    now, reader, agreement = this_second(), person_of(request), version.agreement
    try:
        terms = terms_to_show(version)
    except Refused as refusal:
        context = {"version": version, "why": str(refusal), "acts": Acts(reader, version)}
        return render(request, "slas/unsaid.html", context)
    base = base_of(version, now)
    closures = list(agreement.closures.filter(retracted_at=None).order_by("date"))
    signatures = list(version.signatures.all())
    changes = changes_of(version, terms, base)
    comments, deed = comments_by_section(version), deed_of(terms, local_day(now, terms.tz), closures)
    context = {
        "agreement": agreement,
        "version": version,
        "terms": terms,
        "term_line": term_line(terms),
        "standing": standing_of(version, now),
        "deed": deed,
        "chapters": chapters_of(deed, comments, is_open=version.is_open),
        "comments": comments,
        "said": said,
        "history": [(one, standing_of(one, now)) for one in reversed(agreement.versions.all())],
        "now": now,
        "base": base,
        "changes": changes,
        "answer": answer_of(changes),
        "next_step": next_step(version, now),
        "acts": Acts(reader, version),
        "seen": version.edition,
        "may_draft": may_draft(reader),
        "open_version": next((one for one in agreement.versions.all() if one.is_open), None),
        "next_number": max(one.number for one in agreement.versions.all()) + 1,
        "waiting": waiting_for(agreement, reader),
        **_signing(version, signatures, reader, now),
    }
    return render(request, "slas/version.html", context, status=status)


def _signing(version: Version, signatures: list[Signature], reader: User, now: datetime) -> dict[str, Any]:
    """Who signed, who is to witness it, whether the text is as it was, and all steps that led there."""
    is_frozen = hasattr(version, "frozen")
    witnesses = witnesses_of(version, reader, signatures, now)
    early = list(version.early_ends.select_related("confirmed_by_marketing", "confirmed_by_sales"))
    return {
        "is_frozen": is_frozen,
        "verification": verify(version, signatures) if is_frozen else None,
        "by_side": {one.side: one for one in signatures if one.side},
        "signatures": signatures,
        "witnesses": witnesses,
        "early_ends": early,
        "steps": history_of(version, signatures, witnesses.invited, early, now),
    }
