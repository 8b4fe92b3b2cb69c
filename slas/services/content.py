"""What a version says: its rows together, copied, stored, and turned into the values of `slas.rules`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from slas.models import Commitment, Definition, Version, Window, WorkingTime
from slas.rules import terms as rules
from slas.rules.business_time import Calendar
from slas.rules.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = TypeVar("Row", bound=models.Model)


@dataclass
class Content:
    """The rows of one version, stored or not. `mirrors`: key of a promise -> key of the one it mirrors."""

    working_time: WorkingTime
    windows: list[Window] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    mirrors: dict[str, str] = field(default_factory=dict)


def read_content(version: Version) -> Content:
    """The stored content of a version, in its stated order (four queries)."""
    commitments = list(version.commitments.all())
    keys = {commitment.pk: commitment.key for commitment in commitments}
    mirrors = {one.key: keys[one.mirrors_id] for one in commitments if one.mirrors_id is not None}
    return Content(
        version.working_time,
        list(version.windows.all()),
        commitments,
        list(version.definitions.all()),
        mirrors,
    )


def copy_content(content: Content) -> Content:
    """The same content as rows that are not stored yet."""
    return Content(
        _copy(content.working_time),
        [_copy(row) for row in content.windows],
        [_copy(row, mirrors_id=None) for row in content.commitments],
        [_copy(row) for row in content.definitions],
        dict(content.mirrors),
    )


def _copy(row: Row, **values: Any) -> Row:
    fields = [one for one in row._meta.concrete_fields if one.name not in ("id", "version")]
    return type(row)(**({one.attname: getattr(row, one.attname) for one in fields} | values))


def write_content(version: Version, content: Content) -> None:
    """Store content that is not stored yet as that of the draft `version`."""
    rows: list[Any] = [content.working_time, *content.windows, *content.commitments, *content.definitions]
    for row in rows:
        row.version = version
    content.working_time.save(force_insert=True)
    Window.objects.bulk_create(content.windows)
    Definition.objects.bulk_create(content.definitions)
    Commitment.objects.bulk_create(content.commitments)
    by_key = {row.key: row for row in content.commitments}
    for key, other in content.mirrors.items():
        by_key[key].mirrors = by_key[other]
    Commitment.objects.bulk_update([by_key[key] for key in content.mirrors], ["mirrors"])


# --- as values -------------------------------------------------------------------------------


def terms_of(
    version: Version,
    content: Content,
    *,
    holidays: Iterable[date] = (),
    made_with: Mapping[str, str] | None = None,
) -> rules.AgreementTerms:
    """What the version says, as values; ValueError with a sentence where it says what can't be.

    `holidays` are the public ones of the term, beside those the working time names itself.
    """
    return rules.AgreementTerms(
        agreement=version.agreement.slug,
        name=version.agreement.name,
        version=version.number,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        review_on=version.review_on,
        handoff_stage=version.handoff_stage,
        calendar=calendar_of(content.working_time, holidays),
        windows=tuple(window_of(row) for row in content.windows),
        commitments=tuple(commitment_of(row, content.mirrors.get(row.key)) for row in content.commitments),
        definitions=tuple(
            rules.Definition(row.stage, row.sentence, row.marketing_does, row.sales_does)
            for row in content.definitions
        ),
        report_weekday=version.report_weekday,
        report_hour=version.report_hour,
        currency=version.currency,
        made_with=dict(made_with or {}),
    )


def calendar_of(working_time: WorkingTime, holidays: Iterable[date] = ()) -> Calendar:
    """Its opening hours; own closed dates count as holidays. ValueError with a sentence."""
    own = [*working_time.holidays, *working_time.closed]
    return Calendar(working_time.time_zone, working_time.week, [*own, *holidays], working_time.special)


def window_of(row: Window) -> rules.Window:
    depth = None
    if row.depth_attempts and row.depth_days and row.depth_within_business_days:  # all or none
        depth = rules.Depth(row.depth_attempts, row.depth_days, row.depth_within_business_days)
    return rules.Window(
        key=row.key,
        name=row.name,
        match=row.match,
        terms=rules.Terms(
            window_seconds=row.window_seconds,
            hours=row.hours,
            counts=row.counts,
            warn_share=Decimal(row.warn_share),
            late_entry_grace_seconds=row.late_entry_grace_seconds,
            pause_reasons=tuple(row.pause_reasons),
            pause_cap_seconds=row.pause_cap_seconds,
            acceptance_seconds=row.acceptance_seconds,
            depth=depth,
        ),
        rejection_reasons=tuple(row.rejection_reasons),
    )


def commitment_of(row: Commitment, mirrors: str | None) -> rules.Commitment:
    if row.metric not in METRICS:
        raise ValueError(f"Promise {row.key} names the metric {row.metric!r}, which does not exist.")
    return rules.Commitment(
        key=row.key,
        side=row.side,
        metric=row.metric,
        at_least=row.at_least,
        value=row.value,
        unit=METRICS[row.metric].unit,
        period=row.period,
        scope={row.scope_field: row.scope_value} if row.scope_field else None,
        mirrors=mirrors,
        note="\n".join(text for text in (row.achievable, row.relevant) if text),
    )
