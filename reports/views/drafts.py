"""What a version's text would have done with last quarter's leads. Everybody with a login reads it."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from leads.filters import searched
from leads.models import Handoff, Lead
from reports.content.trial import Words
from reports.content.weighing import Weighed, weighed
from reports.services.drafts import HANDED, Counts, Trial, listed_under, trial_of
from reports.services.lately import lately
from slas.models import Section, Version
from slas.rules.promising import act
from slas.rules.terms import AgreementTerms, Commitment
from slas.services.refusal import Refused
from slas.views.reading import agreement_or_404, terms_to_show, version_or_404
from smarketing.now import this_second

MOST = 500  # leads of a list
MOST_FOUND = 8  # leads of a search
PANELS = (Section.PROMISES, Section.STAGES, Section.SCORING, Section.WINDOWS)


class _Tried:
    """A version's text, and what came of trying it; each part is counted when it is asked for."""

    def __init__(self, slug: str, number: int) -> None:
        self.now = this_second()
        self.version: Version = version_or_404(agreement_or_404(slug), number)
        self.trouble = ""
        try:
            self.terms: AgreementTerms | None = terms_to_show(self.version)
        except Refused as refusal:
            self.terms, self.trouble = None, str(refusal)

    @cached_property
    def trial(self) -> Trial:
        if self.terms is None:
            raise Http404(self.trouble)
        return trial_of(self.version, self.terms, self.now)

    @cached_property
    def words(self) -> Words:
        return Words(self.version, self.trial)

    @cached_property
    def leads(self) -> Counts:
        return self.trial.counted_leads()

    @cached_property
    def handoffs(self) -> Counts:
        return self.trial.counted_handoffs()

    @property
    def total(self) -> int:
        return self.leads.all["all"]

    @property
    def stages(self) -> Any:
        return self.words.stages(self.leads)

    @property
    def windows(self) -> Any:
        return self.words.windows(self.handoffs)

    @property
    def points(self) -> Any:
        return self.words.points(self.leads)

    @cached_property
    def lately(self) -> dict[str, str]:
        return lately(self.version.agreement, self.terms, self.now) if self.terms else {}

    @property
    def promises(self) -> list[tuple[str, str, str, str]]:
        """(key, side, what is promised, what it was lately) of each that was measured."""
        if self.terms is None:
            return []
        return [
            (one.key, one.side, _promised(one, self.terms.currency), self.lately[one.key])
            for one in self.terms.commitments
            if one.key in self.lately
        ]


@require_safe
def draft_trial(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The whole of it: definitions, windows, points and promises, and any one lead (`who`, `lead`)."""
    tried = _Tried(slug, number)
    return render(request, "reports/draft_trial.html", _context(request, tried))


@require_safe
def draft_panel(request: HttpRequest, slug: str, number: int, section: str) -> HttpResponse:
    """What belongs beside a section of the editor; `short`: in one line; "lead": any one lead."""
    if section != "lead" and section not in PANELS:
        raise Http404(f"Nothing is tried of “{section}”.")
    tried = _Tried(slug, number)
    short = "short" in request.GET
    context = _context(request, tried) | {"section": section, "short": short, "is_panel": True}
    response = render(request, "reports/draft_panel.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def draft_leads(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The leads behind one number: the list that `of` names; `won`: the customers among them."""
    tried = _Tried(slug, number)
    if tried.terms is None:
        raise Http404(tried.trouble)
    name, won = request.GET.get("of", ""), "won" in request.GET
    title = tried.words.list_title(name, won=won)
    if title is None:
        raise Http404(f"No number of this page is called “{name}”. Open one from the page before.")
    are_handoffs = name.partition(".")[0] in (HANDED, "tier", "now")
    found = tried.trial.found_handoffs() if are_handoffs else tried.trial.found_leads()
    ids, total = listed_under(found, name, won=won, most=MOST)
    context = {
        "tried": tried,
        "title": title,
        "total": total,
        "most": MOST,
        "are_handoffs": are_handoffs,
        "rows": _rows(ids, are_handoffs),
    }
    return render(request, "reports/draft_leads.html", context)


def _promised(promise: Commitment, currency: str) -> str:
    words = act(promise, currency)
    return f"{words[0].upper()}{words[1:]}, every {promise.period}"


def _rows(ids: list[int], are_handoffs: bool) -> list[tuple[Lead, dt.datetime]]:
    """The leads with when they came to be, or were handed over; the newest first."""
    if are_handoffs:
        handoffs = Handoff.objects.filter(pk__in=ids).select_related("lead").order_by("-at", "-pk")
        return [(one.lead, one.at) for one in handoffs]
    leads = Lead.objects.filter(pk__in=ids).order_by("-created_at", "-pk")
    return [(one, one.created_at) for one in leads]


def _context(request: HttpRequest, tried: _Tried) -> dict[str, Any]:
    who = request.GET.get("who", "").replace("\x00", "").strip()[:200]
    return {
        "tried": tried,
        "version": tried.version,
        "agreement": tried.version.agreement,
        "who": who,
        "found": _search(who, tried) if who else None,
        "weighed": SimpleLazyObject(lambda: _weighed(request, tried)),
    }


def _search(who: str, tried: _Tried) -> list[Lead]:
    """Leads of that name, e-mail or company, those of the agreement first."""
    own = Q(agreement=tried.version.agreement)
    leads = searched(Lead.objects.all(), who).order_by("-created_at", "-pk")
    found = list(leads.filter(own)[:MOST_FOUND])
    return found + list(leads.exclude(own)[: MOST_FOUND - len(found)])


def _weighed(request: HttpRequest, tried: _Tried) -> Weighed | None:
    """The lead that the address names; where it names none, the newest one of the agreement."""
    if tried.terms is None:
        return None
    key = request.GET.get("lead", "")
    if key:
        pk = int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0
        return weighed(get_object_or_404(Lead, pk=pk), tried.terms, tried.now)
    newest = Lead.objects.filter(agreement=tried.version.agreement).order_by("-created_at", "-pk").first()
    return weighed(newest, tried.terms, tried.now) if newest else None
