"""The lead list as a CSV that no spreadsheet takes for formulas, written row by row."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads.importing.rejects import guarded
from leads.models import Lead
from leads.states import look_of

HEADERS = (
    *("id", "external_id", "first_name", "last_name", "email", "phone", "job_title", "company"),
    *("country", "industry", "employees", "source", "campaign", "stage", "clock", "owner", "agreement"),
    *("amount", "currency", "created_at", "mql_at", "sql_at", "won_at"),
)
_PLAIN = HEADERS[1 : HEADERS.index("stage")]
_CHUNK = 2_000


class _Echo:
    """A file that hands each line straight on."""

    def write(self, line: str) -> str:
        return line


def lines(leads: QuerySet[Lead], zone: ZoneInfo) -> Iterator[str]:
    """The CSV line by line, header first; `leads` carry `clock_state`. Instants are ISO 8601 in `zone`."""
    writer = csv.writer(_Echo())
    yield "\ufeff"  # spreadsheets read UTF-8 only with this
    yield writer.writerow(HEADERS)
    for lead in leads.select_related("owner", "agreement").iterator(chunk_size=_CHUNK):
        yield writer.writerow([guarded(cell) for cell in _cells(lead, zone)])


def _cells(lead: Lead, zone: ZoneInfo) -> list[str]:
    said = [getattr(lead, name) for name in _PLAIN]
    plain = ["" if value is None else str(value) for value in said]
    return [
        *(str(lead.pk), *plain, lead.get_stage_display()),
        look_of(lead.clock_state).label,  # type: ignore[attr-defined]
        str(lead.owner) if lead.owner else lead.owner_text,
        str(lead.agreement or ""),
        "" if lead.amount is None else str(lead.amount),
        lead.currency,
        *(_instant(at, zone) for at in (lead.created_at, lead.mql_at, lead.sql_at, lead.customer_at)),
    ]


def _instant(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="seconds")
