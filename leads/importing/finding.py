"""Which lead a row is about: the leads already here, looked up for a chunk of rows at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from leads.models import Entry, Handoff, Lead
from leads.models.lead import ARRIVAL_FIELDS

from .merging import Handed, Known, LeadState, known_lead
from .places import Place, Places
from .presets import TEXT_FIELDS
from .rows import Rejected, Row

ARRIVALS = tuple(ARRIVAL_FIELDS.values())
COLUMNS = (
    *TEXT_FIELDS,
    *("employees", "agreement_why"),
    *("amount", "currency", "extra", "owner_id", "owner_text", "stage", "lost_at"),
    *ARRIVALS,
)


class Book:
    """The leads that a chunk of rows may be about, by external id and by e-mail.

    Same lead (interfaces.md): same external id within the same agreement, else same e-mail within it; an
    e-mail leads a row with an external id only to a lead that has none yet. Without a named agreement the
    agreement the row belongs to is looked in first, then the others that were tried.
    """

    def __init__(self, places: Places, rows: Sequence[Row]) -> None:
        self._places = {place.pk: place for place in places.all}
        self._by_id: dict[str, list[LeadState]] = defaultdict(list)
        self._by_email: dict[str, list[LeadState]] = defaultdict(list)
        for state in _known_leads(self._places, rows):
            self.add(state)

    def add(self, state: LeadState) -> None:
        """The lead may be found from now on, by what its columns say."""
        for index, key in (
            (self._by_id, state.columns.get("external_id")),
            (self._by_email, (state.columns.get("email") or "").lower()),
        ):
            if key and state not in index[key]:
                index[key].append(state)

    def find(self, row: Row) -> LeadState | None:
        """The lead of the row; None: nobody yet. Rejected where the e-mail is that of several."""
        identity, email = row.attributes.get("external_id"), row.attributes.get("email")
        found = self._nearest(self._by_id.get(identity, ()), row) if identity else []
        if not found and email:
            of_email = self._by_email.get(email.lower(), ())
            found = self._nearest([s for s in of_email if _may_be(s, email, identity)], row)
        if len(found) > 1:
            raise Rejected(
                f"email: {len(found)} leads here have {email}. Say which one it is with its external_id."
            )
        return found[0] if found else None

    def _nearest(self, states: Iterable[LeadState], row: Row) -> list[LeadState]:
        states = list(states)
        return [state for state in states if state.place.pk == row.place.pk] or states


def _may_be(state: LeadState, email: str, identity: str | None) -> bool:
    """Addresses change while rows are merged, so the index is asked again."""
    same = (state.columns.get("email") or "").lower() == email.lower()
    return same and not (identity and state.columns.get("external_id"))


def _known_leads(places: dict[int | None, Place], rows: Sequence[Row]) -> list[LeadState]:
    """The stored leads that the rows name, with their journals; locked until the transaction ends."""
    identities = {row.attributes["external_id"] for row in rows if "external_id" in row.attributes}
    emails = {row.attributes["email"].lower() for row in rows if "email" in row.attributes}
    here = Q(agreement__in=[pk for pk in places if pk is not None])
    if None in places:
        here |= Q(agreement=None)
    leads = Lead.objects.filter(here)
    pks: set[int] = set()
    if identities:
        by_id = leads.exclude(external_id="").filter(external_id__in=identities)
        pks.update(by_id.values_list("pk", flat=True))
    if emails:
        by_email = leads.alias(address=Lower("email")).filter(address__in=emails)
        pks.update(by_email.values_list("pk", flat=True))
    if not pks:
        return []
    stored = Lead.objects.filter(pk__in=pks).order_by("pk").select_for_update()
    columns = {
        pk: (places[agreement], dict(zip(COLUMNS, values, strict=True)))
        for pk, agreement, *values in stored.values_list("pk", "agreement_id", *COLUMNS)
    }
    handoffs, entries = _handoffs(pks), _entries(pks)
    return [
        known_lead(place, pk, values, handoffs.get(pk, []), entries.get(pk, []))
        for pk, (place, values) in columns.items()
    ]


def _handoffs(pks: set[int]) -> dict[int, list[Handed]]:
    found: dict[int, list[Handed]] = defaultdict(list)
    rows = Handoff.objects.filter(lead__in=pks).order_by("at", "id")
    names = ("lead_id", "pk", "at", "measured", "version_id", "batch_id", "ended_at")
    for lead, pk, at, measured, version, batch, ended_at in rows.values_list(*names):
        found[lead].append(
            Handed(
                at,
                measured,
                known=True,
                by_import=batch is not None,
                pk=pk,
                version_id=version,
                is_open=ended_at is None,
                was_measured=measured,
            )
        )
    return found


def _entries(pks: set[int]) -> dict[int, list[Known]]:
    found: dict[int, list[Known]] = defaultdict(list)
    rows = Entry.objects.standing().filter(lead__in=pks).order_by("id")
    for lead, *values in rows.values_list("lead_id", *Known._fields):
        found[lead].append(Known(*values))
    return found
