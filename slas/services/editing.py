"""Changing a draft, a section at a time. Two people in one section never overwrite each other unseen."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from slas.models import (
    Definition,
    DraftSection,
    Persona,
    ScoreRule,
    Section,
    Step,
    Version,
    Window,
)
from slas.services.content import read_content, write_commitments, write_rows
from slas.services.door import locked, record, words
from slas.services.proposing import terms_now
from slas.services.refusal import Overtaken, Refused
from smarketing.accounts.permissions import may_draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db import models

    from slas.rules.terms import AgreementTerms
    from slas.services.content import Content
    from smarketing.accounts.models import User

    Fill = Callable[[Version, Content], None]

ONE_STEP_FOR = timedelta(hours=1)
OF_VERSION: dict[str, tuple[str, ...]] = {
    Section.SCOPE: (
        *("starts_on", "ends_on", "review_on", "handoff_stage", "hand_over_by_itself"),
        *("by_name_only", "scope", "currency"),
    ),
    Section.REPORTS: ("report_weekday", "report_hour", "meeting_weekday", "meeting_hour"),
}
# Which rows a section is stored in, by their name in Content; promises have their own way.
ROWS: dict[str, dict[str, type[models.Model]]] = {
    Section.STAGES: {"definitions": Definition, "personas": Persona},
    Section.SCORING: {"score_rules": ScoreRule},
    Section.WINDOWS: {"windows": Window},
}


class Saved(NamedTuple):
    """A draft as it is stored now; `changed`: whether this saving changed anything."""

    version: Version
    content: Content
    terms: AgreementTerms
    changed: bool


@transaction.atomic
def save_section(version: Version, section: str, fill: Fill, *, by: User, now: datetime, seen: int) -> Saved:
    """Store what `fill` makes of one section of the draft: it is called with the version and content as they
    stand now, and may raise to leave all as it is. What says the same stores nothing.

    `seen` is the edition of the draft when the section was read: Overtaken where somebody changed the same
    section since. Refused for a version that is no draft any more, for content that can't be agreed on, and
    for people who may not draft.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales edit a draft. Nothing was changed.")
    current = locked(version)
    if current.status != Version.Status.DRAFT:
        raise Refused(
            f"{words(current)} is {current.get_status_display().lower()} by now, so it can’t be edited. "
            "Nothing of yours is stored."
        )
    content = read_content(current)
    before = _said(current, content, section)
    fill(current, content)
    terms = terms_now(current, content)
    if _said(current, content, section) == before:
        return Saved(current, content, terms, changed=False)
    _refuse_overtaken(current, section, seen)
    store_section(current, content, section)
    _count(current, section, by, now)
    return Saved(current, content, terms, changed=True)


def store_section(version: Version, content: Content, section: str) -> None:
    """Write one section of a draft over what is stored; the other sections stay as they are."""
    if fields := OF_VERSION.get(section):
        version.save(update_fields=fields)
    if section == Section.SCOPE:
        version.agreement.save(update_fields=["name"])
    elif section == Section.TIME:
        content.working_time.save()
    elif section == Section.PROMISES:
        version.commitments.update(mirrors=None)
        version.commitments.all().delete()
        write_commitments(version, _placed(content.commitments), content.mirrors)
    for name, model in ROWS.get(section, {}).items():
        model._default_manager.filter(version=version).delete()
        write_rows(version, model, _placed(getattr(content, name)))


def _placed(rows: list[Any]) -> list[Any]:
    """The rows as new ones, in their order."""
    for place, row in enumerate(rows):
        row.pk = None
        row._state.adding = True
        if hasattr(row, "position"):
            row.position = place
    return rows


def _said(version: Version, content: Content, section: str) -> list[Any]:
    """Every value of a section, to see whether it changed."""
    said: list[Any] = [getattr(version, name) for name in OF_VERSION.get(section, ())]
    if section == Section.SCOPE:
        said.append(version.agreement.name)
    elif section == Section.TIME:
        said += _values([content.working_time])
    elif section == Section.PROMISES:
        said += [*_values(content.commitments), content.mirrors]
    for name in ROWS.get(section, {}):
        said.append(_values(getattr(content, name)))
    return deepcopy(said)


def _values(rows: list[Any]) -> list[Any]:
    left_out = ("id", "version", "position", "mirrors")
    return [
        [getattr(row, one.attname) for one in row._meta.concrete_fields if one.name not in left_out]
        for row in rows
    ]


def _refuse_overtaken(version: Version, section: str, seen: int) -> None:
    last = version.sections.filter(section=section).select_related("by").first()
    if last is not None and not last.edition <= seen <= version.edition:
        raise Overtaken(last.by, last.at, last.get_section_display())


def _count(version: Version, section: str, by: User, now: datetime) -> None:
    """One edition more, by whom, and a step in the history: one a person and hour."""
    version.edition += 1
    version.save(update_fields=["edition"])
    values = {"edition": version.edition, "by": by, "at": now}
    DraftSection.objects.update_or_create(version=version, section=section, defaults=values)
    recent = version.steps.filter(kind=Step.Kind.EDITED, by=by, at__gt=now - ONE_STEP_FOR)
    if not recent.exists():
        record(version, Step.Kind.EDITED, by, now)
