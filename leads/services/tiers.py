"""Which window a handed-over lead falls under, and why (product section 3 rule 14). Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from leads.models import Handoff, Lead
from slas.rules.terms import AgreementTerms

ATTRIBUTES = ("source", "campaign", "country", "company", "job_title")


class Tier(NamedTuple):
    """`key` is empty where no window matches; `matched_on`: what the windows asked about."""

    key: str
    why: str
    matched_on: dict[str, Any]


def attributes_of(lead: Lead) -> dict[str, Any]:
    """What conditions may ask about: the lead's own fields, and the columns an import kept beside them."""
    return {**lead.extra, **{name: getattr(lead, name) for name in ATTRIBUTES}}


def tier_of(terms: AgreementTerms, attributes: dict[str, Any]) -> Tier:
    """The first window, in the version's stated order, that matches, with the reason in a sentence."""
    asked = asked_about(terms)
    matched_on = {name: attributes.get(name) for name in asked}
    window = terms.window_for(attributes)
    if window is not None:
        return Tier(window.key, window.why(attributes)[:300], matched_on)
    reasons = " ".join(each.why(attributes) for each in terms.windows)
    return Tier("", f"No window takes it. {reasons}".strip()[:300], matched_on)


def asked_about(terms: AgreementTerms) -> list[str]:
    """The attributes that the windows' conditions name."""
    return sorted({window.match["field"] for window in terms.windows if window.match})


def certain_window_key(terms: AgreementTerms, handoff: Handoff) -> str | None:
    """The key the handoff must have, from what its tier was matched with; None where that was not kept."""
    asked = asked_about(terms)
    if all(name in handoff.matched_on for name in asked):
        return tier_of(terms, handoff.matched_on).key
    return None
