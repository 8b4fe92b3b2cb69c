"""What people do that a rule may ask for or give points for."""

from datetime import datetime
from typing import NamedTuple


class Kind(NamedTuple):
    """`did`: "saw a page"; `noun`: "Page visit"; `done`: what follows "has": "seen a page"."""

    key: str
    did: str
    noun: str
    done: str


BEHAVIOURS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("demo_requested", "asked for a demo", "Demo request", "asked for a demo"),
        Kind("trial_started", "started a trial", "Trial", "started a trial"),
        Kind("contact_requested", "asked to be contacted", "Contact request", "asked to be contacted"),
        Kind("webinar", "attended a webinar", "Webinar", "attended a webinar"),
        Kind("download", "downloaded a guide", "Download", "downloaded a guide"),
        Kind("pricing_seen", "saw the pricing page", "Pricing page visit", "seen the pricing page"),
        Kind("page_seen", "saw a page", "Page visit", "seen a page"),
        Kind("email_clicked", "clicked in an e-mail", "E-mail click", "clicked in an e-mail"),
        Kind("event_met", "met us at an event", "Meeting at an event", "met us at an event"),
        Kind("unsubscribed", "unsubscribed", "Unsubscription", "unsubscribed"),
    )
}


class Behaviour(NamedTuple):
    """One thing that one lead did: its kind, a key of BEHAVIOURS, and when (aware)."""

    kind: str
    at: datetime
