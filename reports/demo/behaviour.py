"""What the demo's leads did before Sales spoke with them, and what kind of company they are of. Pure.

Told beside the lives in world.py, with chances of its own, so that a lead's life stays what it is.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from .world import DemoLead

GUIDES = ("Guide: plan a week in an hour", "Guide: fewer empty miles")
INDUSTRIES = ("Transport", "Wholesale", "Food", "Construction", "Manufacturing", "Retail", "")
SIZES = (None, 8, 24, 40, 60, 85, 120, 180, 240, 400, 650, 1_200)
# What brings a lead of the source, and what it does before it qualifies.
BROUGHT_BY = {
    "Demo request": ("demo_requested", ""),
    "Trial": ("trial_started", ""),
    "Webinar": ("webinar", ""),
    "E-book": ("download", GUIDES[0]),
    "Google Ads": ("page_seen", "Route planning"),
    "Referral": ("contact_requested", ""),
    "": ("page_seen", "Home"),
}
RIPENING = (
    ("pricing_seen", "Prices"),
    ("download", GUIDES[1]),
    ("webinar", "Cold chain, live"),
    ("page_seen", "Customer stories"),
    ("email_clicked", "November newsletter"),
)
ASKING = ("demo_requested", "contact_requested", "trial_started")


class Did(NamedTuple):
    """One thing a lead did. `kind` as in slas.rules.behaviour."""

    kind: str
    at: dt.datetime
    detail: str


def company_of(story: DemoLead) -> dict[str, Any]:
    """Industry and size; unknown for some, as such things are."""
    chance = _chance(story, "company")
    return {"industry": chance.choice(INDUSTRIES), "employees": chance.choice(SIZES)}


def deeds_of(story: DemoLead, until: dt.datetime) -> Iterator[Did]:
    """What it did up to `until`, in order. Those that qualify asked for something or came back often; the
    others looked once."""
    chance = _chance(story, "deeds")
    kind, detail = BROUGHT_BY[story.attributes["source"]]
    ripe = next((deed.at for deed in story.deeds if deed.fields.get("to_stage") == "mql"), None)
    if ripe is None and kind in ASKING:
        kind, detail = "page_seen", "Prices"
    told = [Did(kind, story.created_at, detail)]
    if ripe is not None:
        told += _ripening(chance, story.created_at, ripe)
    elif chance.random() < 0.2:
        told.append(Did("page_seen", story.created_at + dt.timedelta(days=chance.randrange(1, 9)), "Home"))
    return (did for did in sorted(set(told), key=lambda did: (did.at, did.kind)) if did.at < until)


def _ripening(chance: random.Random, created: dt.datetime, ripe: dt.datetime) -> Iterator[Did]:
    """Some things between the first visit and the day it qualified, then a request where nothing else did."""
    span = max(int((ripe - created).total_seconds()), 1)
    for kind, detail in RIPENING:
        if chance.random() < 0.45:
            yield Did(kind, created + dt.timedelta(seconds=chance.randrange(span)), detail)
    last = max(created, ripe - dt.timedelta(seconds=chance.randrange(60, 900)))
    yield Did("contact_requested" if chance.random() < 0.6 else "demo_requested", last, "")


def _chance(story: DemoLead, what: str) -> random.Random:
    return random.Random(f"{what} of {story.attributes['external_id']}")  # noqa: S311 (not a secret)
