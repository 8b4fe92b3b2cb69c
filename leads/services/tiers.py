"""Which window a handed-over lead falls under, and why (product section 3 rule 14). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from leads.models import Handoff, Lead
from slas.rules.behaviour import Behaviour
from slas.rules.conditions import Asked, Facts, asked_about
from slas.rules.fields import EXTRA, FIELDS
from slas.rules.terms import AgreementTerms

BEHAVIOUR = "behaviour"  # beside the fields in `matched_on`


class Tier(NamedTuple):
    """`key` is empty where no window matches; `matched_on`: what the windows asked about."""

    key: str
    why: str
    matched_on: dict[str, Any]


def attributes_of(lead: Lead) -> dict[str, Any]:
    """What conditions may ask about: the lead's own fields, and the columns an import kept beside them."""
    return named_attributes({name: getattr(lead, name) for name in FIELDS}, lead.extra)


def named_attributes(columns: Mapping[str, Any], extra: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same of columns that are not on a row yet."""
    beside = {f"{EXTRA}{name}": value for name, value in (extra or {}).items()}
    return beside | {name: columns.get(name, "") for name in FIELDS}


def tier_of(terms: AgreementTerms, facts: Facts) -> Tier:
    """The first window, in the version's stated order, that matches, with the reason in a sentence.

    `facts`: `terms.facts(...)` of the lead at its handoff.
    """
    matched_on = _kept(windows_ask(terms), facts)
    window = terms.window_for(facts)
    if window is not None:
        return Tier(window.key, window.why(facts)[:300], matched_on)
    reasons = " ".join(each.why(facts) for each in terms.windows)
    return Tier("", f"No window takes it. {reasons}".strip()[:300], matched_on)


def windows_ask(terms: AgreementTerms) -> Asked:
    """What the windows' conditions ask about, their personas and the score included."""
    asked = [
        asked_about(window.match, terms.personas, terms.scoring) for window in terms.windows if window.match
    ]
    return Asked(
        frozenset().union(*(each.fields for each in asked)),
        frozenset().union(*(each.kinds for each in asked)),
        any(each.score for each in asked),
    )


def _kept(asked: Asked, facts: Facts) -> dict[str, Any]:
    """What the lead said then, so that the tier can be told again: leads change afterwards."""
    kept: dict[str, Any] = {name: facts.attributes.get(name) for name in sorted(asked.fields)}
    if asked.kinds:
        told = [one for one in facts.behaviour if one.kind in asked.kinds and one.at <= facts.as_of]
        kept[BEHAVIOUR] = [[one.kind, one.at.astimezone(dt.UTC).isoformat()] for one in told]
    return kept


def certain_window_key(terms: AgreementTerms, handoff: Handoff) -> str | None:
    """The key the handoff must have, from what its tier was matched with; None where that was not kept."""
    asked, kept = windows_ask(terms), handoff.matched_on
    attributes = {name: kept.get(name, kept.get(name.removeprefix(EXTRA), _MISSING)) for name in asked.fields}
    if _MISSING in attributes.values() or (asked.kinds and BEHAVIOUR not in kept):
        return None
    facts = terms.facts(attributes, _told(kept.get(BEHAVIOUR, ())), handoff.at)
    return tier_of(terms, facts).key


def _told(kept: Iterable[tuple[str, str]]) -> list[Behaviour]:
    return [Behaviour(kind, dt.datetime.fromisoformat(at)) for kind, at in kept]


_MISSING = object()
