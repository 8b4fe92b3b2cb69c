"""The door every transition of a version goes through: lock the agreement, then read what is true now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slas.models import Agreement, Step, Version
from slas.services.refusal import Overtaken

if TYPE_CHECKING:
    from datetime import datetime

    from smarketing.accounts.models import User


def locked(version: Version) -> Version:
    """The version as it stands now; nobody else moves one of its agreement until the transaction ends."""
    agreement = Agreement.objects.select_for_update().get(pk=version.agreement_id)
    fresh = Version.objects.get(pk=version.pk)
    fresh.agreement = agreement
    return fresh


def record(version: Version, kind: Step.Kind, by: User | None, now: datetime, note: str = "") -> None:
    """Write the step into the version's history."""
    Step.objects.create(version=version, kind=kind, by=by, at=now, note=note)


def words(version: Version) -> str:
    """How sentences call it: “Version 2 of Inbound Nordics”."""
    return f"Version {version.number} of {version.agreement.name}"


def refuse_overtaken(version: Version, seen: int | None, by: User) -> None:
    """Overtaken where the draft is of another edition than the one `seen`, with what somebody else than `by`
    changed last since, if anybody did; None: nobody looked at a page before."""
    if seen is None or seen == version.edition:
        return
    changes = version.sections.filter(edition__gt=seen).select_related("by").order_by("-edition")
    last = changes.exclude(by=by).first() or changes.first()
    if last is None:
        raise Overtaken(None, None, "the draft")
    raise Overtaken(last.by, last.at, last.get_section_display(), is_own=last.by_id == by.pk)
