"""Two versions of an agreement, side by side or as sentences. Everybody who is logged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from slas.deed import standing_of
from slas.next_steps import Acts
from slas.services.refusal import Refused
from slas.twain import answer_of, twain_of
from slas.views.reading import agreement_or_404, base_of, terms_to_show, version_or_404
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Version


@require_safe
def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What the version says otherwise than the one named in `with`, by default the one before; `show` is
    "sentences" or side by side, `all` shows what stays the same too, `of` compares another version."""
    agreement, now = agreement_or_404(slug), this_second()
    version = version_or_404(agreement, number)
    if (of := _number(request.GET.get("of", ""))) not in (None, number):
        return _to_another(slug, version_or_404(agreement, of or 0), request)
    base = _base(request, version, now)
    context: dict[str, Any] = {
        "agreement": agreement,
        "version": version,
        "base": base,
        "versions": [(one, standing_of(one, now)) for one in reversed(agreement.versions.all())],
        "as_sentences": request.GET.get("show") == "sentences",
        "shows_all": request.GET.get("all") == "1",
        "acts": Acts(person_of(request), version),
        "by_side": {one.side: one for one in version.signatures.all() if one.side},
        "standing": standing_of(version, now),
        "base_standing": standing_of(base, now) if base else None,
        # clocks move when a version comes into force: towards what is to come, from what holds
        "may_move": bool((base and version.is_open) or (version.in_force_at and version.in_force_at > now)),
    }
    try:
        if base:
            twain = twain_of(terms_to_show(base), terms_to_show(version))
            context |= {"twain": twain, "answer": answer_of(twain.changes)}
    except Refused as refusal:
        messages.warning(request, f"The two can’t be compared yet. {refusal}")
        return redirect("version", slug, number)
    return render(request, "slas/changes.html", context)


def _base(request: HttpRequest, version: Version, now: datetime) -> Version | None:
    """The version named, else the one that this one is compared with, else the one before it."""
    others = [one for one in version.agreement.versions.all() if one.number != version.number]
    wanted = request.GET.get("with", "")
    for one in others:
        if wanted and one.number == _number(wanted):
            return one
    if wanted:
        messages.warning(request, f"There is no version “{wanted[:20]}” to compare with. Choose one below.")
    before = [one for one in others if one.number < version.number]
    return base_of(version, now) or next(iter([*reversed(before), *others]), None)


def _to_another(slug: str, version: Version, request: HttpRequest) -> HttpResponse:
    kept = {name: request.GET[name] for name in ("with", "show", "all") if request.GET.get(name)}
    if kept.get("with") == str(version.number):  # with itself: then with the one before
        del kept["with"]
    return redirect(f"{reverse('version_changes', args=[slug, version.number])}?{urlencode(kept)}")


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
