"""Which version's terms and zone a period of an agreement goes by."""

import datetime as dt
from collections.abc import Sequence

from reports.metrics.question import BadQuestion
from slas.models import Agreement, Version
from slas.rules.periods import Period, parse_period, period_of


def signed_versions(agreement: Agreement) -> list[Version]:
    """The signed versions, newest first, frozen terms selected; BadQuestion if there is none."""
    versions = list(agreement.versions_signed())
    if not versions:
        raise BadQuestion(f"{agreement} has no signed version yet, so it has no terms to count by.")
    return versions


def version_at(versions: Sequence[Version], at: dt.datetime) -> Version:
    """Of the versions, newest first, the one that began last at or before `at`, else the first."""
    return next((v for v in versions if v.in_force_at is not None and v.in_force_at <= at), versions[-1])


def named_period(agreement: Agreement, key: str, versions: Sequence[Version] | None = None) -> Period:
    """The period a key such as 2018-Q1, 2018-05 or 2018-W18 names, in the zone of the version then in force.

    BadQuestion with a sentence for a key that names none, and for an agreement without a signed version.
    """
    try:
        rough = parse_period(key, "UTC")
    except ValueError as error:
        raise BadQuestion(str(error)) from None
    versions = versions or signed_versions(agreement)
    return parse_period(key, version_at(versions, rough.start).terms().tz)


def period_at(agreement: Agreement, kind: str, at: dt.datetime, versions: Sequence[Version]) -> Period:
    """The week, month or quarter in which `at` lies, as its key names it."""
    key = period_of(kind, at, version_at(versions, at).terms().tz).key
    return named_period(agreement, key, versions)
