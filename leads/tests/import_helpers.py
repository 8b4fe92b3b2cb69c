"""Short ways to import a text and to look at what came of it."""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leads.importing.running import Imported, import_file
from leads.models import Clock, Entry, Handoff, Lead

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def take_in(text: str | bytes, **options: Any) -> Imported:
    """Import a CSV given as text."""
    data = text.encode() if isinstance(text, str) else text
    options = {"now": NOW, "agreement": "inbound"} | options
    return import_file(io.BytesIO(data), "leads.csv", **options)


def take_in_file(path: Path, **options: Any) -> Imported:
    with path.open("rb") as file:
        return import_file(file, path.name, **({"now": NOW, "agreement": "inbound"} | options))


def rows_in_all_tables() -> dict[str, int]:
    from django.apps import apps

    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def end_state() -> list[Any]:
    """Leads as they are, with where they have been, who holds them and what the judge says; no ids, no times
    of recording, no history of how it was told.
    """
    standing = Entry.objects.standing()
    clocks = [field.attname for field in Clock._meta.concrete_fields if not field.primary_key]
    parts = {
        "moves": _by_lead(standing.moves().values_list("lead", "type", "to_stage", "at")),
        "held": _by_lead(
            standing.assignments().values_list("lead", "at", "to_owner_text", "note", "to_owner__email")
        ),
        "follow_ups": _by_lead(standing.follow_ups().values_list("lead", "at", "handoff__at")),
        "handoffs": _by_lead(
            Handoff.objects.values_list("lead", "at", "recorded_at", "measured", "window_key")
        ),
        "clocks": _by_lead(
            Clock.objects.values_list("handoff__lead", *sorted(set(clocks) - {"agreement_id", "holder_id"}))
        ),
    }
    left_out = ("id", "recorded_at", "batch", "agreement", "owner")
    names = [field.name for field in Lead._meta.concrete_fields if field.name not in left_out]
    found = [
        {"email": lead.pop("email").lower()}
        | lead
        | {name: sorted(part.get(pk, ()), key=repr) for name, part in parts.items()}
        for pk, lead in ((row.pop("id"), row) for row in Lead.objects.values("id", "owner__email", *names))
    ]
    return sorted(found, key=repr)


def _by_lead(rows: Iterable[tuple]) -> dict[int, list[tuple]]:
    found = defaultdict(list)
    for lead, *values in rows:
        found[lead].append(tuple(values))
    return found
