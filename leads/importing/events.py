"""Importing what leads did: rows -> events of leads that are here, stored in sets, and their scores after."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from leads.models import Behaviour, ImportBatch, Lead
from leads.services.scoring import rescore
from leads.tidying import tidy
from slas.rules.behaviour import BEHAVIOURS

from . import values
from .dates import BadValue, DateReader
from .mapping import Mapping, plain
from .places import Places
from .rows import Rejected, sound
from .tables import insert, next_ids

_TRIES = 4
_LOCK = 7_205_759  # the one of imports (storing.py): chunks of two imports take turns
_LONGEST = next(f.max_length or 0 for f in Behaviour._meta.concrete_fields if f.name == "detail")
_COLUMNS = ("id", "lead_id", "kind", "at", "detail", "recorded_at")

Said = tuple[int, str, dt.datetime, str]  # lead, kind, instant, detail
NewBatch = Callable[[], ImportBatch]

# How other systems call what leads do, in small letters without punctuation; beside our own words.
_CALLED = {
    "demo_requested": (
        *("demo", "demo requested", "requested a demo", "requested demo", "book a demo", "booked a demo"),
        *("demo form", "demo booked", "meeting requested"),
    ),
    "trial_started": (
        *("trial started", "trial start", "free trial", "trial signup", "trial sign up", "signup", "sign up"),
        *("signed up", "registered", "registration"),
    ),
    "contact_requested": (
        *("contact", "contact form", "contact us", "contact requested", "form submission", "form submitted"),
        *("form fill", "form filled", "form", "submitted a form", "call requested", "callback requested"),
    ),
    "webinar": (
        *("webinar attended", "attended webinar", "webinar attendance", "webinar attendee", "online event"),
        *("watched a webinar", "webinar watched"),
    ),
    "download": (
        *("downloaded", "content download", "file download", "asset download", "guide", "guide downloaded"),
        *("whitepaper", "white paper", "whitepaper download", "white paper download", "ebook", "e book"),
        *("ebook download", "e book download", "guide download"),
    ),
    "pricing_seen": (
        *("pricing", "pricing page", "pricing page seen", "pricing page view", "pricing page viewed"),
        *("viewed pricing page", "visited pricing page", "saw pricing page"),
    ),
    "page_seen": (
        *("page", "page view", "page viewed", "pageview", "page views", "page seen", "website visit"),
        *("web page visit", "site visit", "visit", "visited a page", "viewed a page"),
    ),
    "email_clicked": (
        *("email click", "email clicked", "clicked email", "clicked an email", "link clicked", "click"),
        *("clicked", "email link clicked", "e mail clicked"),
    ),
    "event_met": (
        *("event", "event attended", "attended event", "trade show", "tradeshow", "fair", "conference"),
        *("met at event", "met at an event", "booth visit"),
    ),
    "unsubscribed": ("unsubscribe", "opt out", "opted out", "optout", "unsubscribed from email"),
}
KINDS = {plain(word): key for key, words in _CALLED.items() for word in words} | {
    plain(word): kind.key
    for kind in BEHAVIOURS.values()
    for word in (kind.key, kind.noun, kind.did, kind.done)
}


@lru_cache(maxsize=1_000)
def kind_of(text: str) -> str:
    """The kind that a cell means: by its key, its name, or what other systems call it; else BadValue."""
    found = KINDS.get(plain(text))
    if found is None:
        raise BadValue(
            f"“{text[:60]}” is nothing a lead does that we count. Write one of: {', '.join(BEHAVIOURS)}."
        )
    return found


class Event(NamedTuple):
    """A row that may be stored: what one lead did. `at` is still as written: its zone is that of the lead."""

    number: int
    cells: Sequence[str]
    external_id: str
    email: str
    kind: str
    when: tuple[str, str]
    detail: str


class EventReader:
    """Checks the rows of one file, as far as that goes without knowing the leads."""

    def __init__(self, mapping: Mapping) -> None:
        self._columns = {
            target.field: (column.index, column.header)
            for column in mapping.columns
            for target in column.targets
        }

    def read(self, number: int, cells: Sequence[str], width: int) -> Event:
        """The event; Rejected, with every reason, where a cell can't be used."""
        stripped = sound(cells, width)
        said = {name: tidy(stripped[index]) for name, (index, _) in self._columns.items()}
        reasons: list[str] = []
        if not said.get("external_id") and not said.get("email"):
            reasons.append("The row has neither an external_id nor an email, so nobody can tell whose it is.")
        kind = self._checked("kind", said, reasons)
        detail = self._checked("detail", said, reasons)
        when = said.get("at", "")
        if not when:
            reasons.append(f"{self._columns['at'][1]}: it is empty. Say when it happened.")
        if reasons:
            raise Rejected(" ".join(reasons))
        identity, email = said.get("external_id", ""), said.get("email", "")
        return Event(number, cells, identity, email, kind, (self._columns["at"][1], when), detail)

    def _checked(self, name: str, said: dict[str, str], reasons: list[str]) -> str:
        value = said.get(name, "")
        if name == "kind" and not value:
            reasons.append(f"{self._columns['kind'][1]}: it is empty. Say what the lead did.")
            return ""
        try:
            return kind_of(value) if name == "kind" else values.text(value, _LONGEST)
        except BadValue as bad:
            reasons.append(f"{self._columns[name][1]}: {bad}")
            return ""


class Known(NamedTuple):
    """A lead that rows may be about."""

    pk: int
    agreement: int | None


class Outcome(NamedTuple):
    """What came of a chunk: how many were made, how many were here, and those rejected with the reason."""

    created: int
    unchanged: int
    rejected: list[tuple[Event, str]]


class EventStore:
    """Stores chunks of events. One per import; `now` is the instant of all that it writes.

    An event is known from when it happened, as all that comes from another system (product section 3 rule 5).
    The same lead, kind, instant and detail is one event, within the file and with what is stored.
    """

    def __init__(self, places: Places, dates: DateReader, now: dt.datetime) -> None:
        self.batch: ImportBatch | None = None
        self._zones = places.zones()
        self._dates = dates
        self._now = now
        self._seen: set[Said] = set()

    def store(self, events: Sequence[Event], new_batch: NewBatch, dry_run: bool) -> Outcome:
        """Store a chunk; with `dry_run` only what would come of it."""
        for attempt in range(_TRIES):
            try:
                with transaction.atomic():
                    outcome, new, batch = self._store(events, new_batch, dry_run)
            except (IntegrityError, OperationalError):
                # Somebody else recorded the same event meanwhile, or held what we need: look again.
                if attempt == _TRIES - 1:
                    raise
            else:
                self.batch = batch
                self._seen |= new
                return outcome
        raise AssertionError("unreachable")

    def _store(
        self, events: Sequence[Event], new_batch: NewBatch, dry_run: bool
    ) -> tuple[Outcome, set[Said], ImportBatch | None]:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        rejected: list[tuple[Event, str]] = []
        told = list(self._told(events, rejected))
        known = self._seen | _stored(told)
        new = dict.fromkeys(one for one in told if one not in known)
        outcome = Outcome(len(new), len(told) - len(new), rejected)
        if dry_run or not new:
            return outcome, set(new), self.batch
        batch = self.batch or new_batch()
        ids = next_ids(Behaviour, len(new))
        rows = [(pk, *said, said[2]) for pk, said in zip(ids, new, strict=True)]
        insert(Behaviour, _COLUMNS, rows, {"entered_at": self._now, "batch_id": batch.pk})
        rescore({said[0] for said in new}, self._now)
        ImportBatch.objects.filter(pk=batch.pk).update(created=F("created") + len(new))
        return outcome, set(new), batch

    def _told(self, events: Sequence[Event], rejected: list[tuple[Event, str]]) -> Iterator[Said]:
        """What each event says that can be stored."""
        by_id, by_email = self._leads(events)
        for event in events:
            try:
                lead = _whose(event, by_id, by_email)
                at = self._dates.instant(event.when[1], self._zones[lead.agreement])
            except Rejected as reason:
                rejected.append((event, str(reason)))
            except BadValue as bad:
                rejected.append((event, f"{event.when[0]}: {bad}"))
            else:
                yield lead.pk, event.kind, at, event.detail

    def _leads(self, events: Iterable[Event]) -> tuple[dict[str, list[Known]], dict[str, list[Known]]]:
        """The leads that the rows name, by external id and by e-mail: two queries."""
        here = Q(agreement__in=[pk for pk in self._zones if pk is not None])
        leads = Lead.objects.filter(here | Q(agreement=None) if None in self._zones else here)
        identities = {event.external_id for event in events if event.external_id}
        emails = {event.email.lower() for event in events if event.email}
        by_id: dict[str, list[Known]] = defaultdict(list)
        found = leads.filter(external_id__in=identities).order_by("pk")
        for key, *lead in found.values_list("external_id", "pk", "agreement"):
            by_id[key].append(Known(*lead))
        by_email: dict[str, list[Known]] = defaultdict(list)
        of_email = leads.annotate(address=Lower("email")).filter(address__in=emails).order_by("pk")
        for key, *lead in of_email.values_list("address", "pk", "agreement"):
            by_email[key].append(Known(*lead))
        return by_id, by_email


def _whose(event: Event, by_id: dict[str, list[Known]], by_email: dict[str, list[Known]]) -> Known:
    """The lead of that external id, else of that e-mail; Rejected where that is nobody, or several."""
    named = [
        (f"the external_id {event.external_id[:60]}", by_id.get(event.external_id, [])),
        (f"the e-mail {event.email[:100]}", by_email.get(event.email.lower(), [])),
    ]
    said = [each for each, text in zip(named, (event.external_id, event.email), strict=True) if text]
    words, found = next(((words, found) for words, found in said if found), ("", []))
    if not found:
        names = " or ".join(words for words, _ in said)
        raise Rejected(f"No lead has {names}. Import the lead first, then what it did.")
    if len(found) > 1:
        raise Rejected(f"{len(found)} leads have {words}. Name the agreement, or an external_id of one lead.")
    return found[0]


def _stored(told: Sequence[Said]) -> set[Said]:
    """What stands of these leads between the first and the last of these instants."""
    if not told:
        return set()
    leads, instants = {one[0] for one in told}, [one[2] for one in told]
    rows = Behaviour.objects.standing().filter(lead__in=leads, at__gte=min(instants), at__lte=max(instants))
    return set(rows.order_by().values_list("lead_id", "kind", "at", "detail"))
