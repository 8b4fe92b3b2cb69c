"""What a version says: its rows together, copied, stored, and turned into the values of `slas.rules`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from slas.models import Commitment, Definition, Persona, ScoreRule, Version, Window, WorkingTime
from slas.rules import scoring
from slas.rules import terms as rules
from slas.rules.business_time import Calendar
from slas.rules.grammar import Group
from slas.rules.grammar import Persona as PersonaTerms
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
    personas: list[Persona] = field(default_factory=list)
    score_rules: list[ScoreRule] = field(default_factory=list)
    mirrors: dict[str, str] = field(default_factory=dict)


def read_content(version: Version) -> Content:
    """The stored content of a version, in its stated order (six queries)."""
    commitments = list(version.commitments.all())
    keys = {commitment.pk: commitment.key for commitment in commitments}
    mirrors = {one.key: keys[one.mirrors_id] for one in commitments if one.mirrors_id is not None}
    return Content(
        version.working_time,
        list(version.windows.all()),
        commitments,
        list(version.definitions.all()),
        list(version.personas.all()),
        list(version.score_rules.all()),
        mirrors,
    )


def copy_content(content: Content) -> Content:
    """The same content as rows that are not stored yet."""
    return Content(
        _copy(content.working_time),
        [_copy(row) for row in content.windows],
        [_copy(row, mirrors_id=None) for row in content.commitments],
        [_copy(row) for row in content.definitions],
        [_copy(row) for row in content.personas],
        [_copy(row) for row in content.score_rules],
        dict(content.mirrors),
    )


def _copy(row: Row, **values: Any) -> Row:
    fields = [one for one in row._meta.concrete_fields if one.name not in ("id", "version")]
    return type(row)(**({one.attname: getattr(row, one.attname) for one in fields} | values))


def write_content(version: Version, content: Content) -> None:
    """Store content that is not stored yet as that of the draft `version`."""
    content.working_time.version = version
    content.working_time.save(force_insert=True)
    write_rows(version, Window, content.windows)
    write_rows(version, Definition, content.definitions)
    write_rows(version, Persona, content.personas)
    write_rows(version, ScoreRule, content.score_rules)
    write_commitments(version, content.commitments, content.mirrors)


def write_rows(version: Version, model: type[Row], rows: list[Row]) -> None:
    """Store rows of one kind, in their order, as those of the draft `version`."""
    for row in rows:
        row.version = version  # type: ignore[attr-defined]
    model._default_manager.bulk_create(rows)


def write_commitments(version: Version, rows: list[Commitment], mirrors: Mapping[str, str]) -> None:
    """Store promises, then which mirrors which; a mirror that names no promise of them is left out."""
    write_rows(version, Commitment, rows)
    by_key = {row.key: row for row in rows}
    mirrored = {by_key[key]: by_key[other] for key, other in mirrors.items() if {key, other} <= by_key.keys()}
    for row, other in mirrored.items():
        row.mirrors = other
    Commitment.objects.bulk_update(mirrored, ["mirrors"])


# --- as values -------------------------------------------------------------------------------


def terms_of(
    version: Version,
    content: Content,
    *,
    holidays: Mapping[date, str] | None = None,
    made_with: Mapping[str, str] | None = None,
) -> rules.AgreementTerms:
    """What the version says, as values; ValueError with a sentence where it says what can't be.

    `holidays` are the public ones of the term with their names, beside those the working time names itself.
    """
    calendar = calendar_of(content.working_time, holidays or ())
    return rules.AgreementTerms(
        agreement=version.agreement.slug,
        name=version.agreement.name,
        version=version.number,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        review_on=version.review_on,
        handoff_stage=version.handoff_stage,
        calendar=calendar,
        windows=tuple(window_of(row) for row in content.windows),
        commitments=tuple(commitment_of(row, content.mirrors.get(row.key)) for row in content.commitments),
        definitions=tuple(definition_of(row) for row in content.definitions),
        report_weekday=version.report_weekday,
        report_hour=version.report_hour,
        currency=version.currency,
        made_with=dict(made_with or {}),
        scope=rule_of(version.scope),
        by_name_only=version.by_name_only,
        hand_over_by_itself=version.hand_over_by_itself,
        personas=tuple(persona_of(row) for row in content.personas),
        scoring=scoring_of(content.score_rules),
        meeting_weekday=version.meeting_weekday,
        meeting_hour=version.meeting_hour,
        day_names=day_names_of(content.working_time, calendar, holidays or {}),
    )


def calendar_of(working_time: WorkingTime, holidays: Iterable[date] = ()) -> Calendar:
    """Its opening hours; own closed dates count as holidays, and a public holiday on which work goes on does
    not. ValueError with a sentence."""
    own = [*working_time.holidays, *working_time.closed]
    public = [day for day in holidays if day.isoformat() not in working_time.worked_holidays]
    return Calendar(working_time.time_zone, working_time.week, [*own, *public], working_time.special)


def day_names_of(
    working_time: WorkingTime, calendar: Calendar, holidays: Mapping[date, str]
) -> dict[str, str]:
    """Why each closed or special date is so: as noted, else the public holiday's name."""
    public = {day.isoformat(): name for day, name in holidays.items()}
    days = {day.isoformat() for day in [*calendar.holidays, *calendar.special]}
    names = {day: working_time.notes.get(day) or public.get(day, "") for day in days}
    return {day: name for day, name in names.items() if name}


def rule_of(data: Any) -> Group | None:
    """Stored conditions as values; None where there are none."""
    return None if data is None else Group.from_data(data)


def definition_of(row: Definition) -> rules.Definition:
    return rules.Definition(
        row.stage, row.sentence, row.marketing_does, row.sales_does, rule_of(row.rule), row.by_itself
    )


def persona_of(row: Persona) -> PersonaTerms:
    return PersonaTerms(row.key, row.name, Group.from_data(row.rule))


def scoring_of(rows: Iterable[ScoreRule]) -> scoring.Scoring:
    fit, behaviour = [], []
    for row in rows:
        if row.kind == ScoreRule.Kind.FIT:
            fit.append(scoring.FitRule(row.key, Group.from_data(row.when), row.points))
        else:
            rule = scoring.BehaviourRule(row.key, row.did, row.points, row.fades, row.days, row.most)
            behaviour.append(rule)
    return scoring.Scoring(tuple(fit), tuple(behaviour))


def window_of(row: Window) -> rules.Window:
    depth = None
    if row.depth_attempts and row.depth_days and row.depth_within_business_days:  # all or none
        depth = rules.Depth(row.depth_attempts, row.depth_days, row.depth_within_business_days)
    return rules.Window(
        key=row.key,
        name=row.name,
        match=rule_of(row.match),
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
        on_breach=rules.OnBreach(row.tell_holder, row.tell_managers, row.reassign, row.most_hops),
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
        achievable=row.achievable,
        relevant=row.relevant,
    )
