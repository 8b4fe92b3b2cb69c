"""The standard agreement: good terms to begin with, recorded as signed (interfaces.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from slas.models import Agreement, Commitment, Definition, Version, Window, WorkingTime
from slas.services.content import Content, read_content, terms_of
from slas.services.drafting import OFFICE_WEEK, create_agreement, write_draft
from slas.services.proposing import offer
from slas.services.refusal import Refused
from slas.services.signing import sign
from slas.services.standard_words import DEFINITIONS, PAUSE_REASONS, REJECTION_REASONS
from smarketing.accounts.models import Side

if TYPE_CHECKING:
    from datetime import date, datetime

    from smarketing.accounts.models import User

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Standard:
    """What can be chosen of a standard agreement. Hours of the week and dates are local to `time_zone`."""

    slug: str
    time_zone: str
    starts_on: date
    ends_on: date | None = None
    week: dict[str, list[list[str]]] = field(default_factory=lambda: dict(OFFICE_WEEK))
    country: str = ""
    region: str = ""
    closed: tuple[date, ...] = ()
    handoff_stage: str = "mql"
    window_seconds: int = 48 * HOUR
    hours: str = "business"
    counts: str = "attempt"

    @property
    def name(self) -> str:
        words = self.slug.replace("-", " ").replace("_", " ")
        return words[:1].upper() + words[1:]

    def version_fields(self) -> dict[str, Any]:
        return {
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "handoff_stage": self.handoff_stage,
            "by_name_only": True,
        }


@transaction.atomic
def record_standard(
    wanted: Standard, *, marketing_manager: User, sales_manager: User, now: datetime
) -> tuple[Agreement, bool]:
    """The agreement under `wanted.slug`, made and signed where it is not there yet; whether it was made.

    It takes only leads that are given to it by name. The same once more changes nothing. ValueError (Refused)
    with a sentence where it is there with other terms, or the terms can't be.
    """
    known = Agreement.objects.filter(slug=wanted.slug).first()
    if known is None:
        try:
            agreement = create_agreement(wanted.slug, wanted.name, now=now)
        except Refused:
            known = Agreement.objects.filter(slug=wanted.slug).first()
            if known is None:  # nobody was quicker: the slug can't be
                raise
    if known is not None:
        _refuse_difference(known, wanted, {marketing_manager.pk, sales_manager.pk})
        return known, False
    record_signed(
        agreement,
        standard_content(wanted),
        marketing_manager=marketing_manager,
        sales_manager=sales_manager,
        now=now,
        **wanted.version_fields(),
    )
    return agreement, True


@transaction.atomic
def record_signed(
    agreement: Agreement,
    content: Content,
    *,
    marketing_manager: User,
    sales_manager: User,
    now: datetime,
    starts_on: date,
    **fields: Any,
) -> Version:
    """Record what both sides signed elsewhere as the next version, signed at `now`, in force from its date,
    which may be past here.
    """
    version = write_draft(agreement, content, now=now, starts_on=starts_on, **fields)
    offer(version, None, now)
    sign(version, marketing_manager, Side.MARKETING, now=now, may_be_past=True)
    sign(version, sales_manager, Side.SALES, now=now, may_be_past=True)
    version.refresh_from_db()
    return version


def _refuse_difference(known: Agreement, wanted: Standard, signers: set[int]) -> None:
    """Whether what is there is what is wanted: version 1, its content, its holidays' country, its signers."""
    version = known.versions.order_by("number").first()
    content = standard_content(wanted)
    differs = (
        version is None
        or {signature.user_id for signature in version.signatures.all() if signature.side} != signers
        or _said(version, read_content(version))
        != _said(Version(agreement=known, number=1, **wanted.version_fields()), content)
    )
    if differs:
        raise Refused(
            f"There is an agreement “{wanted.slug}” already, with other terms. "
            "What is signed never changes: choose another name, or give the same options."
        )


def _said(version: Version, content: Content) -> tuple[str, str, str]:
    time = content.working_time
    return terms_of(version, content).canonical(), time.holiday_country, time.holiday_region


# --- The content -----------------------------------------------------------------------------


def standard_content(wanted: Standard) -> Content:
    """The standard content as rows that are not stored yet; ValueError where the working time can't be."""
    return Content(
        WorkingTime(
            time_zone=wanted.time_zone,
            week=wanted.week,
            holiday_country=wanted.country,
            holiday_region=wanted.region,
            closed=sorted(day.isoformat() for day in set(wanted.closed)),
        ),
        [standard_window(window_seconds=wanted.window_seconds, hours=wanted.hours, counts=wanted.counts)],
        standard_commitments(),
        [Definition(stage=stage, **words) for stage, words in DEFINITIONS.items()],
        mirrors={"mqls": "speed", "speed": "mqls", "customers": "mqls"},
    )


def standard_window(**values: Any) -> Window:
    """The tier "All leads"; `values` replace its own."""
    return Window(
        **{
            "key": "all",
            "name": "All leads",
            "window_seconds": 48 * HOUR,
            "warn_share": Decimal("0.75"),
            "late_entry_grace_seconds": 24 * HOUR,
            "acceptance_seconds": 24 * HOUR,
            "pause_reasons": list(PAUSE_REASONS),
            "rejection_reasons": list(REJECTION_REASONS),
        }
        | values
    )


def standard_commitments() -> list[Commitment]:
    """20 MQLs a month from Marketing; 90 % of clocks met and 5 customers a month from Sales."""
    return [
        Commitment(
            position=0,
            key="mqls",
            side=Side.MARKETING,
            metric="mqls",
            value=Decimal(20),
            achievable="It is about one MQL a working day.",
            relevant="Sales needs enough good leads to win its customers.",
        ),
        Commitment(
            position=1,
            key="speed",
            side=Side.SALES,
            metric="speed_met_share",
            value=Decimal("0.9"),
            achievable="It leaves one lead in ten for days when everybody is busy.",
            relevant="Marketing's leads are worth most while they are fresh.",
        ),
        Commitment(
            position=2,
            key="customers",
            side=Side.SALES,
            metric="customers",
            value=Decimal(5),
            achievable="It takes one win in four MQLs.",
            relevant="Marketing's work shows in customers.",
        ),
    ]
