"""The list of agreements in their stated order, each with its scope in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from slas.deed import standing_of
from slas.rules.conditions import contradiction, hides
from slas.rules.wording import describe_scope
from slas.services.content import rule_of
from slas.views.reading import agreements_to_show, shown_first
from smarketing.accounts.permissions import may_draft
from smarketing.accounts.requests import person_of
from smarketing.now import this_second

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Agreement, Version
    from slas.rules.grammar import Group, Persona


@dataclass(frozen=True, slots=True)
class Scope:
    """Which leads a version takes, from its row: no need to read all of its terms."""

    by_name_only: bool
    scope: Group | None
    personas: tuple[Persona, ...] = ()


@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """All agreements, as they are asked: scope, the version in force, its signatures, what comes next."""
    now = this_second()
    rows = [_row(agreement, now) for agreement in agreements_to_show()]
    for place, row in enumerate(rows):
        row["above"] = rows[place - 1]["agreement"].slug if place else ""
        row["below"] = rows[place + 1]["agreement"].slug if place + 1 < len(rows) else ""
        row["trouble"] = _trouble(row, rows[:place])
    context = {
        "rows": rows,
        "in_force": sum(row["in_force"] is not None for row in rows),
        "may_draft": may_draft(person_of(request)),
    }
    return render(request, "slas/agreement_list.html", context)


def _row(agreement: Agreement, now: datetime) -> dict[str, Any]:
    shown = shown_first(agreement, now)
    versions = list(agreement.versions.all())
    coming = [one for one in versions if one.is_open or (one.in_force_at and one.in_force_at > now)]
    takes = _scope_of(shown) if shown else None
    return {
        "agreement": agreement,
        "shown": shown,
        "standing": standing_of(shown, now) if shown else None,
        "in_force": next((one for one in versions if one.is_in_force(now)), None),
        "takes": takes,
        "scope": describe_scope(takes) if takes else [],
        "signatures": [one for one in shown.signatures.all() if one.side] if shown else [],
        "coming": [(one, standing_of(one, now)) for one in coming if one != shown],
    }


def _scope_of(version: Version) -> Scope:
    return Scope(version.by_name_only, rule_of(version.scope))


def _trouble(row: dict[str, Any], before: list[dict[str, Any]]) -> str:
    """Why it can never get a lead by its scope; empty where nothing says so."""
    takes: Scope | None = row["takes"]
    if takes is None or takes.by_name_only:
        return ""
    if takes.scope is not None and (why := contradiction(takes.scope)):
        return f"It can never get a lead by its scope. {why}"
    for other in before:
        theirs: Scope | None = other["takes"]
        if theirs is None or theirs.by_name_only or other["in_force"] is None:
            continue
        if hides(theirs.scope, takes.scope):
            gets = "never gets" if row["in_force"] else "would never get"
            return (
                f"It {gets} a lead by its scope: {other['agreement'].name}, before it, takes all of them. "
                f"Move it up, or narrow the scope of {other['agreement'].name}."
            )
    return ""
