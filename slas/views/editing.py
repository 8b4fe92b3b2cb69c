"""Writing a draft in the browser, a section at a time. Managers of both sides.

A change is sent by htmx at once and answered in pieces that stand beside the form, so that nothing typed is
ever swapped away; a button, and everything without a script, is answered with the section drawn again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from slas.editor.page import Company, DraftPage, Open, Stored, Told, first_lacking, form_of, stored
from slas.editor.registry import SECTIONS
from slas.models import Section, Version
from slas.rules.wording import compare
from slas.services import proposing
from slas.services.editing import save_section
from slas.services.presence import visit
from slas.services.refusal import Overtaken, Refused
from slas.views.reading import agreement_or_404, base_of, version_or_404
from smarketing.accounts.permissions import may_draft
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import QueryDict

    from slas.editor.section import SectionForm
    from slas.services.content import Content

SAVED = "draft-saved"  # what is told of the draft elsewhere on the page is asked for anew
OWN = "X-Draft"  # answers of this page have it; the script takes others for an interruption


@require_safe
@vary_on_headers("HX-Request")
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The editor; `open` names the section that is open, by default the first that lacks something."""
    version = _draft(request, slug, number)
    if isinstance(version, HttpResponse):
        return version
    now, draft = this_second(), stored(version)
    key = request.GET.get("open", first_lacking(draft, now))
    opened = {key: Open()} if key in Section.values else {}
    return _page(request, draft, now, opened, current=key)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def section(request: HttpRequest, slug: str, number: int, section: str) -> HttpResponse:
    """One section, open to write in it; a POST stores it."""
    version = _draft(request, slug, number)
    if section not in SECTIONS:
        raise Http404(f"A draft has no section “{section}” to edit.")
    if request.method == "POST":
        return _Saving(request, _version(slug, number), section).answer()
    if isinstance(version, HttpResponse):
        return version
    return _page(request, stored(version), this_second(), {section: Open()}, current=section)


@require_POST
def others(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What the page asks for every few seconds: who else is in the draft, and what they changed."""
    _managers_only(request)
    version, now, reader = _version(slug, number), this_second(), person_of(request)
    here = request.POST.get("here", "")
    context = {"version": version, "company": Company(version, reader, now)}
    if version.status == Version.Status.DRAFT:
        visit(version, here if here in Section.values else "", by=reader, now=now)
    if _number(request.POST.get("known", "")) != version.edition:
        opened = {key: Open(seen=seen) for key, seen in _opened(request.POST).items()}
        context["page"] = _draft_page(request, stored(version), now, opened, current=here)
    return _answer(render(request, "slas/editor/_others.html", context))


# --- Storing ---------------------------------------------------------------------------------


class _Mistyped(Exception):
    """What was typed can't be stored; the form says why."""


class _Saving:
    """One POST of a section: what was typed, what came of it, and the answer."""

    def __init__(self, request: HttpRequest, version: Version, key: str) -> None:
        self.request, self.version, self.key = request, version, key
        self.now, self.do = this_second(), request.POST.get("do", "")
        self.seen, self.read = (_number(request.POST.get(name, "")) for name in ("seen", "read"))
        if self.do.startswith("keep-"):  # theirs was read
            self.seen = _number(self.do.removeprefix("keep-"))
            self.read = max(self.read, self.seen)
        self.form: SectionForm | None = None
        self.opened, self.status = Open(), 200

    def fill(self, version: Version, content: Content) -> None:
        """What was typed, on the rows as they stand now."""
        self.form = form_of(self.key, version, content, self.now, self.request.POST)
        if self.do:
            self.form.do(self.do)
        if not self.form.is_valid():
            raise _Mistyped
        self.form.apply()

    def save(self) -> bool:
        """Whether it is stored; else `opened` says why not."""
        try:
            saved = save_section(
                self.version, self.key, self.fill, by=person_of(self.request), now=self.now, seen=self.seen
            )
        except _Mistyped:
            self._mistyped(cast("SectionForm", self.form).mistakes)
        except Overtaken as overtaken:
            self._told(self._overtaken(overtaken), 409)
        except Refused as refusal:
            if self.form is None:
                self._told(Told(str(refusal)), 409)
            else:
                self._mistyped([(f"s-{self.key}", str(refusal))])
        else:
            self.opened.seen = saved.version.edition if saved.changed else self.seen
            if saved.version.edition - saved.changed == self.read:  # nobody else's change is unread
                self.read = saved.version.edition
            return True
        return False

    def _mistyped(self, mistakes: list[tuple[str, str]]) -> None:
        self.opened.mistakes, self.opened.seen = mistakes, self.seen
        self.status = 422 if self.do in ("", "done") else 200  # a row was added beside a mistake

    def _told(self, told: Told, status: int) -> None:
        self.opened.told, self.opened.seen, self.status = told, self.seen, status

    def _overtaken(self, overtaken: Overtaken) -> Told:
        """Theirs and mine, thing by thing."""
        theirs, mine = stored(self.version), cast("SectionForm", self.form)
        at = f" at {localtime(overtaken.at):%H:%M}" if overtaken.at else ""
        told = Told(
            f"{overtaken.by or 'Somebody'} changed this section{at}, while you had it open. Yours is not "
            "saved yet: keep yours, or take theirs.",
            theirs=f"{overtaken.by}’s" if overtaken.by else "Theirs",
            edition=theirs.version.edition,
        )
        if overtaken.by == person_of(self.request):
            told.theirs = "There"
            told.sentence = (
                f"You changed this section in another window{at}. What you typed here is not saved yet: "
                "keep it, or take what is saved."
            )
        if theirs.terms:
            told.differences = compare(theirs.terms, proposing.terms_now(mine.version, mine.content))
        return told

    def answer(self) -> HttpResponse:
        """In pieces, the section, or the page; a redirect after a plain form was stored."""
        saved = self.save()
        drawn_again, is_part = bool(self.do), bool(self.request.htmx)  # type: ignore[attr-defined]
        if saved and not is_part and self.do in ("", "done"):
            return redirect(self._next())
        draft = stored(self.version)
        opened = {key: Open(seen=seen) for key, seen in _opened(self.request.POST).items()}
        opened[self.key] = self.opened
        if saved and self.do == "done":
            del opened[self.key]
        elif drawn_again or not is_part or SECTIONS[Section(self.key)].live:
            self.opened.form = self._form(draft)
        page = _draft_page(self.request, draft, self.now, opened, current=self.key, read=self.read)
        if not is_part:
            return _rendered(self.request, page, status=self.status)
        context = {"page": page, "part": page.part(self.key), "drawn_again": drawn_again, "saved": saved}
        response = render(self.request, "slas/editor/_saved.html", context, status=self.status)
        if saved:
            response["HX-Trigger"] = SAVED
        if drawn_again:
            response["HX-Retarget"], response["HX-Reswap"] = f"#s-{self.key}", "outerHTML"
        return _answer(response)

    def _form(self, draft: Stored) -> SectionForm:
        """The form to draw: as typed, over the rows as they are stored."""
        if self.form is not None and self.do:
            return self.form
        form = form_of(self.key, draft.version, draft.content, self.now, self.request.POST)
        form.is_valid()
        return form

    def _next(self) -> str:
        arguments = [self.version.agreement.slug, self.version.number]
        if self.do == "done":
            return f"{reverse('version_edit', args=arguments)}?open=#s-{self.key}"
        return f"{reverse('version_edit_section', args=[*arguments, self.key])}#s-{self.key}"


# --- What every view needs -------------------------------------------------------------------


def _managers_only(request: HttpRequest) -> None:
    if not may_draft(person_of(request)):
        raise PermissionDenied("Only managers of Marketing and Sales edit a draft.")


def _version(slug: str, number: int) -> Version:
    return version_or_404(agreement_or_404(slug), number)


def _draft(request: HttpRequest, slug: str, number: int) -> Version | HttpResponse:
    """The draft; for a version that is none any more, the way to its page with a sentence."""
    _managers_only(request)
    version = _version(slug, number)
    if version.status == Version.Status.DRAFT:
        return version
    if request.method == "POST":
        return version  # whoever typed is told beside it
    status = version.get_status_display().lower()
    messages.warning(request, f"Version {number} is {status}, so its text can’t be edited any more.")
    return redirect("version", slug, number)


def _page(
    request: HttpRequest, draft: Stored, now: datetime, opened: dict[str, Open], *, current: str
) -> HttpResponse:
    """A page to begin with, or the one section that htmx asks for."""
    page = _draft_page(request, draft, now, opened, current=current)
    if request.htmx and current in Section.values:  # type: ignore[attr-defined]
        context = {"page": page, "part": page.part(current), "fresh": True}
        return _answer(render(request, "slas/editor/_part.html", context))
    return _rendered(request, page)


def _draft_page(
    request: HttpRequest,
    draft: Stored,
    now: datetime,
    opened: dict[str, Open],
    *,
    current: str,
    read: int | None = None,
) -> DraftPage:
    version = agreement_or_404(draft.version.agreement.slug)
    base = base_of(version_or_404(version, draft.version.number), now)
    return DraftPage(
        draft, base, reader=person_of(request), now=now, opened=opened, current=current, read=read
    )


def _rendered(request: HttpRequest, page: DraftPage, status: int = 200) -> HttpResponse:
    return render(request, "slas/editor/page.html", {"page": page}, status=status)


def _answer(response: HttpResponse) -> HttpResponse:
    response[OWN] = "1"
    response["Cache-Control"] = "no-store"
    return response


def _opened(data: QueryDict) -> dict[str, int]:
    """The sections that are open on the page, with the edition each was read in: "promises:5"."""
    found = {}
    for text in data.getlist("open"):
        key, _, seen = text.partition(":")
        if key in Section.values:
            found[key] = _number(seen)
    return found


def _number(text: str) -> int:
    """A number that a page sent; -1, which is no edition, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1
