"""Agreements for tests, made through the services: signed by both sides, in force, past starts allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from slas.models import Agreement, Commitment, Definition, Persona, ScoreRule, Version, WorkingTime
from slas.rules.older import rule_of_match
from slas.rules.zones import start_of_day
from slas.services.content import Content
from slas.services.drafting import OFFICE_WEEK, create_agreement
from slas.services.standard import record_signed, standard_commitments, standard_window
from slas.services.standard_words import DEFINITIONS
from smarketing.accounts.models import Side, User
from smarketing.accounts.tests.factories import mona, sam

START = date(2026, 1, 1)


def marketing_manager() -> User:
    """Who signs for Marketing: the manager there is, else Mona, made here."""
    return User.objects.active().on_side(Side.MARKETING).managers().order_by("pk").first() or mona()


def sales_manager() -> User:
    """Who signs for Sales: the manager there is, else Sam, made here."""
    return User.objects.active().on_side(Side.SALES).managers().order_by("pk").first() or sam()


def draft_content(
    *,
    time_zone: str = "Europe/Copenhagen",
    week: dict[str, Any] | None = None,
    country: str = "",
    region: str = "",
    holidays: tuple[date, ...] = (),
    closed: tuple[date, ...] = (),
    special: dict[str, Any] | None = None,
    window: dict[str, Any] | None = None,
    windows: list[dict[str, Any]] | None = None,
    commitments: list[dict[str, Any]] | None = None,
    mirrors: dict[str, str] | None = None,
    rules: dict[str, dict[str, Any]] | None = None,
    personas: Sequence[dict[str, Any]] = (),
    score_rules: Sequence[dict[str, Any]] = (),
) -> Content:
    """Standard content with replacements.

    `window`: fields of models.Window that replace those of the one tier "All leads" (48 business hours,
    acceptance 24 h, no depth); `windows`: a list of such, in order, each with its key and name;
    `commitments`: a list of fields of models.Commitment instead of the three standard promises. `rules`: more
    fields of models.Definition by stage, such as {"mql": {"rule": {...}, "by_itself": True}}; `personas`,
    `score_rules`: fields of those models. A window's `match` and a version's
    `scope` may be given as {"field", "in"}.
    """
    tiers = [_tier(fields) for fields in (windows if windows is not None else [window or {}])]
    default_mirrors = {"mqls": "speed", "speed": "mqls", "customers": "mqls"}
    return Content(
        WorkingTime(
            time_zone=time_zone,
            week=week if week is not None else OFFICE_WEEK,
            holiday_country=country,
            holiday_region=region,
            holidays=sorted(day.isoformat() for day in holidays),
            closed=sorted(day.isoformat() for day in closed),
            special=special or {},
        ),
        [standard_window(**({"position": place} | fields)) for place, fields in enumerate(tiers)],
        standard_commitments()
        if commitments is None
        else [_promise(place, fields) for place, fields in enumerate(commitments)],
        [
            Definition(stage=stage, **words, **(rules or {}).get(stage, {}))
            for stage, words in DEFINITIONS.items()
        ],
        [Persona(position=place, **fields) for place, fields in enumerate(personas)],
        [ScoreRule(position=place, **fields) for place, fields in enumerate(score_rules)],
        mirrors=mirrors if mirrors is not None else (default_mirrors if commitments is None else {}),
    )


def _tier(fields: dict[str, Any]) -> dict[str, Any]:
    match = fields.get("match")
    return fields | {"match": rule_of_match(match)} if match and "in" in match else fields


def _promise(place: int, fields: dict[str, Any]) -> Commitment:
    defaults = {"position": place, "key": fields["metric"].replace("_", "-")}
    return Commitment(**(defaults | fields | {"value": Decimal(str(fields["value"]))}))


def signed_agreement(
    slug: str = "inbound",
    *,
    name: str = "",
    starts_on: date = START,
    now: datetime | None = None,
    by_name_only: bool = False,
    **overrides: Any,
) -> Agreement:
    """An agreement whose version 1 is signed by both sides and in force from `starts_on`.

    `now`: when it was recorded and signed; by default the first instant of `starts_on` in its zone, so that
    every night since then is due. Other overrides: those of `signed_version`.
    """
    now = now or start_of_day(starts_on, overrides.get("time_zone", "Europe/Copenhagen"))
    agreement = create_agreement(slug, name or slug.replace("-", " ").capitalize(), now=now)
    signed_version(agreement, starts_on=starts_on, now=now, by_name_only=by_name_only, **overrides)
    return agreement


def signed_version(
    agreement: Agreement, *, starts_on: date, now: datetime | None = None, **overrides: Any
) -> Version:
    """The next version of `agreement`, signed; it supersedes the one in force.

    Overrides: those of `draft_content`, and fields of Version (ends_on, handoff_stage, currency ...).
    """
    of_version = {one: overrides.pop(one) for one in _VERSION_FIELDS if one in overrides}
    if of_version.get("scope") and "in" in of_version["scope"]:
        of_version["scope"] = rule_of_match(of_version["scope"])
    content = draft_content(**overrides)
    return record_signed(
        agreement,
        content,
        marketing_manager=marketing_manager(),
        sales_manager=sales_manager(),
        now=now or start_of_day(starts_on, content.working_time.time_zone),
        starts_on=starts_on,
        **of_version,
    )


_VERSION_FIELDS = (
    *("ends_on", "review_on", "handoff_stage", "currency", "report_weekday", "report_hour"),
    *("by_name_only", "scope", "hand_over_by_itself", "meeting_weekday", "meeting_hour"),
)
