"""The first draft of an agreement: from a template, or as a copy of another agreement's version."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Agreement, Version
from slas.services.content import read_content
from slas.services.drafting import LONGEST_SLUG, create_agreement, draft_version, write_draft
from slas.services.proposing import refuse_past_start, terms_now
from slas.services.public_holidays import country_of_zone
from slas.services.refusal import Refused
from slas.services.templates import BLANK, Template
from slas.services.wrong import Wrong
from smarketing.accounts.permissions import may_draft

if TYPE_CHECKING:
    from datetime import date, datetime

    from smarketing.accounts.models import User

RESERVED = ("new",)  # the address of the page where agreements are made
A_SECOND_CLICK = timedelta(minutes=2)

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_IN_ASCII = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "&": " and "}
)


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is chosen at first: where and from when it holds, and what it is made from. `time_zone` is an IANA
    name, `currency` three letters; `copy_of` wins over `template`."""

    time_zone: str
    starts_on: date
    currency: str
    template: Template = BLANK
    copy_of: Version | None = None


def slug_of(name: str) -> str:
    """The address of an agreement of that name: "Inbound: Køln & Århus" is "inbound-koeln-and-aarhus". Empty
    where the name has no letter or figure that an address can have."""
    plain = (
        unicodedata.normalize("NFKD", name.lower().translate(_IN_ASCII)).encode("ascii", "ignore").decode()
    )
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST_SLUG]
        if len(longer) > LONGEST_SLUG:
            break
        slug = longer
    return slug


def refuse_slug(slug: str) -> None:
    """Refused where an agreement can't be under that address."""
    if len(slug) > LONGEST_SLUG:
        raise Wrong("slug", f"The address has {len(slug)} letters. Shorten it to {LONGEST_SLUG}.")
    if not _SLUG.fullmatch(slug):
        raise Wrong(
            "slug", f"“{slug}” is no address. Use small letters a to z, figures, and hyphens between them."
        )
    if slug in RESERVED:
        raise Wrong("slug", f"“{slug}” is the address of another page. Choose another one.")
    if Agreement.objects.filter(slug=slug).exists():
        raise Wrong("slug", f"There is an agreement under “{slug}” already. Choose another address.")


@transaction.atomic
def start_agreement(name: str, slug: str, start: Start, *, by: User, now: datetime) -> Version:
    """A new agreement, last in the stated order, with version 1 as a draft.

    The same once more by the same person within two minutes is a second click: what is there. Refused, with
    nothing stored, for people who may not draft, an address that is taken or none, and what `start_version`
    refuses.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales start an agreement. Nothing was changed.")
    made = Version.objects.filter(
        agreement__slug=slug,
        agreement__name=name,
        number=1,
        drafted_by=by,
        drafted_at__gt=now - A_SECOND_CLICK,
    ).first()
    if made is not None:
        return made
    refuse_slug(slug)
    agreement = create_agreement(slug, name, now=now)
    return start_version(agreement, start, by=by, now=now)


@transaction.atomic
def start_version(agreement: Agreement, start: Start, *, by: User, now: datetime) -> Version:
    """Version 1 of an agreement that has none, as a draft. Refused for people who may not draft, where a
    version is there, for a past start, and for terms that can't be."""
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales start an agreement. Nothing was changed.")
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.versions.exists():
        raise Refused(f"{agreement.name} has a version already. Draft the next one from it.")
    version = (
        _copied(agreement, start, by, now) if start.copy_of else _from_template(agreement, start, by, now)
    )
    version.agreement = agreement
    terms_now(version, read_content(version))
    try:
        refuse_past_start(version, now)
    except Refused as refusal:
        raise Wrong("starts_on", str(refusal)) from None
    return version


def _from_template(agreement: Agreement, start: Start, by: User, now: datetime) -> Version:
    template = start.template
    content = template.content(start.currency)
    content.working_time.time_zone = start.time_zone
    content.working_time.holiday_country = country_of_zone(start.time_zone)
    fields = dict(template.fields) | {"currency": start.currency}
    if template.review_after is not None:
        fields["review_on"] = _days_later(start.starts_on, template.review_after)
    return write_draft(agreement, content, now=now, by=by, starts_on=start.starts_on, **fields)


def _copied(agreement: Agreement, start: Start, by: User, now: datetime) -> Version:
    version = draft_version(agreement, by=by, now=now, starts_on=start.starts_on, copy_of=start.copy_of)
    version.currency = start.currency
    version.save(update_fields=["currency"])
    time = version.working_time
    time.time_zone = start.time_zone
    time.save(update_fields=["time_zone"])
    return version


def _days_later(day: date, days: int) -> date | None:
    """None beyond the end of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
