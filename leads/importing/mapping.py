"""Header -> which column fills which of our fields; ImportFailed with a sentence where that can't be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .presets import LEADS, Sort, Target
from .reading import ImportFailed

UNMAPPED = "extra"
# The two columns that our own file of rejected rows adds: mended and imported again, they are no data.
REJECT_COLUMNS = ("row", "reason")
_NEEDED = {"kind": "what the lead did", "at": "when it happened"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its place from 0, its header, and what it fills (nothing: extra data)."""

    index: int
    header: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column fills what. Columns that fill nothing are kept as extra data of the lead."""

    columns: tuple[Column, ...]
    preset: str = ""

    def fills(self, field: str) -> bool:
        return any(target.field == field for column in self.columns for target in column.targets)

    @property
    def unmapped(self) -> list[str]:
        return [column.header for column in self.columns if not column.targets]

    def as_data(self) -> dict[str, Any]:
        """{"their column": ["our_field", ...]}, extra data left out."""
        return {
            column.header: [target.field for target in column.targets]
            for column in self.columns
            if column.targets
        }


def choose_mapping(
    headers: Sequence[str], *, preset: str = "", stated: Sequence[str] = (), sort: Sort = LEADS
) -> Mapping:
    """The mapping of a file. `stated`: "THEIRS=OURS" texts, which go before the preset, or without a
    preset before our field names and their usual synonyms (whatever case). OURS may be `extra`.

    ImportFailed: unknown preset, column or field; a field filled twice; no column that tells leads apart, or
    none for what the sort needs.
    """
    mapping = match_columns(headers, preset=preset, stated=stated, sort=sort)
    _check(mapping, headers, sort)
    return mapping


def match_columns(
    headers: Sequence[str], *, preset: str = "", stated: Sequence[str] = (), sort: Sort = LEADS
) -> Mapping:
    """`choose_mapping`, also where a field is filled twice or no column tells leads apart."""
    if preset and preset not in sort.presets:
        raise ImportFailed(f"There is no preset “{preset}”. There are: {', '.join(sort.presets) or 'none'}.")
    by_hand = _stated(headers, stated, sort)
    named = _of_preset(headers, preset, sort) if preset else _of_names(headers, sort)
    taken = {(target.field, target.role) for targets in by_hand.values() for target in targets}
    columns = []
    for index, header in enumerate(headers):
        if header in by_hand:
            targets = by_hand[header]
        else:
            targets = tuple(t for t in named.get(header, ()) if (t.field, t.role) not in taken)
        columns.append(Column(index, header, targets))
    return Mapping(_without_reject_columns(columns), preset)


def preset_that_fits(headers: Sequence[str], sort: Sort = LEADS) -> str:
    """The preset whose columns are all there, the one of most columns first; blank where none fits."""
    fitting = [name for name, columns in sort.presets.items() if set(columns) <= set(headers)]
    return max(fitting, key=lambda name: len(sort.presets[name]), default="")


def _stated(headers: Sequence[str], stated: Sequence[str], sort: Sort) -> dict[str, tuple[Target, ...]]:
    found: dict[str, tuple[Target, ...]] = {}
    for text in stated:
        theirs, equals, ours = (part.strip() for part in text.rpartition("="))
        if not equals:
            raise ImportFailed(f"“{text}” maps nothing. Write --map THEIRS=OURS, such as --map Mail=email.")
        header = next((h for h in headers if h == theirs), None) or next(
            (h for h in headers if h.casefold() == theirs.casefold()), None
        )
        if header is None:
            raise ImportFailed(f"The file has no column “{theirs}”. Its columns are: {_listed(headers)}.")
        if ours not in (*sort.fields, UNMAPPED):
            left = "keeps a column as extra data" if sort.keeps_rest else "leaves a column out"
            raise ImportFailed(
                f"We have no field “{ours}”. Our fields are: {', '.join(sort.fields)}; {UNMAPPED} {left}."
            )
        found.setdefault(header, ())
        if ours != UNMAPPED:
            found[header] += (Target(ours),)
    return found


def _of_preset(headers: Sequence[str], preset: str, sort: Sort) -> dict[str, tuple[Target, ...]]:
    columns = sort.presets[preset]
    missing = [theirs for theirs in columns if theirs not in headers]
    if missing:
        raise ImportFailed(
            f"The preset {preset} reads the columns {', '.join(columns)}; this file has no "
            f"{', '.join(missing)}. Its columns are: {_listed(headers)}."
        )
    return columns


def _of_names(headers: Sequence[str], sort: Sort) -> dict[str, tuple[Target, ...]]:
    """Our own names first; a synonym only where no other column has the name itself."""
    exact = {plain(field): field for field in sort.fields}
    alike = {synonym: field for field, synonyms in sort.synonyms.items() for synonym in synonyms}
    found: dict[str, tuple[Target, ...]] = {
        header: (Target(exact[plain(header)]),) for header in headers if plain(header) in exact
    }
    named = {targets[0].field for targets in found.values()}
    for header in headers:
        field = alike.get(plain(header))
        if field and header not in found and field not in named:
            found[header] = (Target(field),)
            named.add(field)
    return found


def plain(header: str) -> str:
    """A header in small letters, punctuation as single spaces: "E-Mail_Address" is "e mail address"."""
    return re.sub(r"[\W_]+", " ", header).strip().casefold()


def _without_reject_columns(columns: list[Column]) -> tuple[Column, ...]:
    last = tuple(column.header for column in columns[-2:] if not column.targets)
    return tuple(columns[:-2] if last == REJECT_COLUMNS else columns)


def _check(mapping: Mapping, headers: Sequence[str], sort: Sort) -> None:
    if not mapping.fills("external_id") and not mapping.fills("email"):
        raise ImportFailed(
            "No column says which lead a row is. Name one external_id or email in the first line, or say "
            f"which it is: --map THEIRS=email. The first line has: {_listed(headers)}.",
            on_page="No column says which lead a row is. Choose one that goes to the e-mail or the ID.",
        )
    for field in sort.needs:
        if not mapping.fills(field):
            what = _NEEDED[field]
            raise ImportFailed(
                f"No column says {what}. Name one {field} in the first line, or say which it is: "
                f"--map THEIRS={field}. The first line has: {_listed(headers)}.",
                on_page=f"No column says {what}. Choose the one that does.",
            )
    seen: dict[tuple[str, str], str] = {}
    for column in mapping.columns:
        for target in column.targets:
            first = seen.setdefault((target.field, target.role), column.header)
            if first != column.header:
                raise ImportFailed(
                    f"The columns “{first}” and “{column.header}” both fill {target.field}. "
                    f"Say which one does: --map {_quoted(first)}={target.field}.",
                    on_page=f"The columns “{first}” and “{column.header}” both go to {target.field}. "
                    "Keep one of them as extra data.",
                )


def _listed(headers: Sequence[str]) -> str:
    """The headers, cut where a first line holds no headers but endless text."""
    text = ", ".join(header[:60] for header in headers[:40])
    return text if len(headers) <= 40 else f"{text} and {len(headers) - 40} more"


def _quoted(header: str) -> str:
    return f'"{header}"' if " " in header else header
