"""To which agreement a lead belongs, and why: the one named, else the first whose scope takes it, else none
(product section 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from slas.models import Agreement, Version
from slas.rules.conditions import evaluate
from slas.rules.finding import reasons
from slas.rules.terms import AgreementTerms


class Belonging(NamedTuple):
    """The agreement, None for none, and why in a sentence."""

    agreement: Agreement | None
    why: str


def agreement_for(attributes: Mapping[str, Any], now: dt.datetime) -> Belonging:
    """The first agreement in force, in the stated order, whose scope takes a lead of these attributes.

    One that takes leads by name only is never found this way.
    """
    versions = Version.objects.in_force(now).select_related("agreement", "frozen")
    ordered = versions.order_by("agreement__position", "agreement__name", "agreement")
    return first_that_takes(((one.agreement, one.terms()) for one in ordered), attributes, now)


def first_that_takes(
    offered: Iterable[tuple[Agreement, AgreementTerms]], attributes: Mapping[str, Any], now: dt.datetime
) -> Belonging:
    """The first of the agreements, each with the terms that say its scope; pure."""
    reasons = []
    for agreement, terms in offered:
        takes, why = in_scope(terms, attributes, now)
        if takes:
            return Belonging(agreement, f"{agreement.name} {why}"[:300])
        reasons.append(f"{agreement.name} {why}")
    if not reasons:
        return Belonging(None, "No agreement was in force.")
    return Belonging(None, f"No agreement takes it. {' '.join(reasons)}"[:300])


def in_scope(terms: AgreementTerms, attributes: Mapping[str, Any], now: dt.datetime) -> tuple[bool, str]:
    """Whether the scope takes a lead of these attributes, and why: what follows the agreement's name."""
    if terms.by_name_only:
        return False, "takes only leads that are given to it by name."
    if terms.scope is None:
        return True, "takes every lead that no agreement before it takes."
    facts = terms.facts(attributes, (), now)
    finding = evaluate(terms.scope, facts)
    return finding.met, f"{'takes' if finding.met else 'does not take'} it: {reasons(finding, facts)}."
