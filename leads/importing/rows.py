"""A row's cells -> a checked Row, or Rejected with every reason. What is known of the lead plays no part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leads.tidying import tidy

from . import values
from .dates import BadValue, DateReader
from .mapping import Mapping
from .places import Place, Places
from .presets import DATE_FIELDS, TEXT_FIELDS
from .rejects import unguarded

_LONGEST_EXTRA = 10_000


class Rejected(ValueError):
    """A row that was not taken, and why, in sentences."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who a row says holds the lead, in which role (a key of OWNER_SINCE): the text of the cell."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says. Blank cells say nothing and are left out everywhere.

    `attributes`: columns of Lead by name (texts, employees, amount as Decimal, currency). `instants`: by
    DATE_FIELDS, aware. `extra`: unmapped columns by header, and a company size that is a range. `why`: in a
    sentence, why the lead belongs where it does.
    """

    number: int
    cells: Sequence[str]
    place: Place
    attributes: dict[str, Any]
    instants: dict[str, dt.datetime]
    owners: tuple[Owner, ...]
    extra: dict[str, str]
    why: str = ""


def sound(cells: Sequence[str], width: int) -> list[str]:
    """The cells of a row, stripped; Rejected where they are not as many as the header's, or can't be kept."""
    if len(cells) != width:
        raise Rejected(
            f"The row has {len(cells)} cells, the header has {width}. A separator or a quote is "
            f"{'missing' if len(cells) < width else 'too many'}."
        )
    if any("\x00" in cell for cell in cells):
        raise Rejected("The row holds a NUL character. Remove it.")
    return [unguarded(cell.strip()).strip() for cell in cells]


class RowReader:
    """Checks the rows of one file."""

    def __init__(self, mapping: Mapping, places: Places, dates: DateReader) -> None:
        self.places = places
        self.dates = dates
        self._width = 0
        self._texts: list[tuple[int, str, str]] = []
        self._dates: list[tuple[int, str, str, str]] = []
        self._owners: list[tuple[int, str, str]] = []
        self._extra: list[tuple[int, str]] = []
        for column in mapping.columns:
            if not column.targets:
                self._extra.append((column.index, column.header))
            for target in column.targets:
                if target.field in DATE_FIELDS:
                    self._dates.append((column.index, column.header, target.field, target.zone))
                elif target.field == "owner":
                    self._owners.append((column.index, column.header, target.role))
                else:
                    self._texts.append((column.index, column.header, target.field))

    def read(self, number: int, cells: Sequence[str], width: int) -> Row:
        """The Row; Rejected where a cell can't be used. `width`: how many columns the header has."""
        stripped = sound(cells, width)
        reasons: list[str] = []
        attributes = self._attributes(stripped, reasons)
        extra = self._rest(stripped, reasons)
        place, why = self.places.of(attributes, extra)
        instants = self._instants(stripped, place, reasons)
        owners = self._held_by(stripped, reasons)
        if not attributes.get("external_id") and not attributes.get("email") and not reasons:
            reasons.append("The row has neither an external_id nor an email, so nobody can tell whose it is.")
        if reasons:
            raise Rejected(" ".join(reasons))
        return Row(number, cells, place, attributes, instants, owners, extra, why)

    def _attributes(self, cells: Sequence[str], reasons: list[str]) -> dict[str, Any]:
        found = {}
        for index, header, field in self._texts:
            value = tidy(cells[index])
            if value and not (field == "employees" and values.is_range(value)):
                try:
                    found[field] = _CHECKS[field](value)
                except BadValue as bad:
                    reasons.append(f"{header}: {bad}")
        return found

    def _instants(self, cells: Sequence[str], place: Place, reasons: list[str]) -> dict[str, dt.datetime]:
        found = {}
        for index, header, field, zone in self._dates:
            value = cells[index]
            if value:
                try:
                    found[field] = self.dates.instant(value, zone or place.zone)
                except BadValue as bad:
                    reason = f"{header}: {bad}"
                    if reason not in reasons:
                        reasons.append(reason)
        return found

    def _held_by(self, cells: Sequence[str], reasons: list[str]) -> tuple[Owner, ...]:
        found = []
        for index, header, role in self._owners:
            if owner := tidy(cells[index]):
                try:
                    found.append(Owner(role, values.text(owner, values.OWNER_LIMIT)))
                except BadValue as bad:
                    reasons.append(f"{header}: {bad}")
        return tuple(found)

    def _rest(self, cells: Sequence[str], reasons: list[str]) -> dict[str, str]:
        found = {}
        ranges = [
            (i, header)
            for i, header, field in self._texts
            if field == "employees" and values.is_range(tidy(cells[i]))
        ]
        for index, header in [*self._extra, *ranges]:
            if cells[index]:
                try:
                    found[header] = values.text(cells[index], _LONGEST_EXTRA)
                except BadValue as bad:
                    reasons.append(f"{header}: {bad}")
        return found


_CHECKS: dict[str, Any] = {
    field: (lambda value, limit=values.LIMITS[field]: values.text(value, limit)) for field in TEXT_FIELDS
} | {
    "email": values.email,
    "employees": values.employees,
    "amount": values.amount,
    "currency": values.currency,
}
