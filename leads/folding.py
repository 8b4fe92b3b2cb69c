"""Texts of leads as rules compare them (slas.rules.fields), in SQL: the same on SQLite and on PostgreSQL.

SQLite is given functions of Python when it connects; PostgreSQL has its own, fed with the same tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.expressions import Combinable

from slas.rules.fields import BLANKS, FOLD_FROM, FOLD_TO, domain_of, fold


class Folded(Func):
    """A text without blanks around it, capitals made small; "" where there is none."""

    output_field = TextField()
    function = "leads_folded"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return _folding(f"btrim(coalesce({sql}, ''), %s)", (*params, BLANKS))


class Domain(Func):
    """What stands after the last @ of an address, folded; "" where there is none."""

    output_field = TextField()
    function = "leads_domain"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        end = f"btrim(reverse(split_part(reverse({sql}), '@', 1)), %s)"
        folded, said = _folding(end, (*params, BLANKS))
        return f"CASE WHEN strpos({sql}, '@') > 0 THEN {folded} ELSE '' END", (*params, *said)


class Beside(Func):
    """The text of a column that an import kept in a JSON field; NULL where there is none, or no text.

    Django's own key lookups take "2024" for a place in a list.
    """

    output_field = TextField()
    function = "leads_beside"

    def __init__(self, field: str | F, column: str) -> None:
        super().__init__(field, Value(column))
        self.column = column

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return (
            f"CASE WHEN jsonb_typeof({sql} -> %s::text) = 'string' THEN {sql} ->> %s::text END",
            (*params, self.column, *params, self.column),
        )


class ContainsAny(Func):
    """Whether a folded text contains any of these; each is searched for as it stands, % and _ too."""

    output_field = BooleanField()
    function = "leads_contains_any"

    def __init__(self, folded: Combinable, wanted: Sequence[str]) -> None:
        super().__init__(folded, Value(json.dumps(list(wanted))))
        self.wanted = tuple(wanted)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        wanted = [f"%{_escaped(one)}%" for one in self.wanted]
        return f"{sql} LIKE ANY (%s::text[])", (*params, wanted)


class OneOf(Func):
    """Whether an id is one of many, given as one parameter."""

    output_field = BooleanField()

    def __init__(self, pk: str | F, ids: Sequence[int]) -> None:
        super().__init__(pk)
        self.ids = list(ids)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} IN (SELECT value FROM json_each(%s))", (*params, str(self.ids))  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} = ANY (%s::bigint[])", (*params, self.ids)


def _folding(sql: str, params: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """PostgreSQL's. translate() looks every letter up in the table, so that ASCII is lowered without it."""
    return (
        f'CASE WHEN octet_length({sql}) = length({sql}) THEN lower({sql} COLLATE "C") '
        f"ELSE translate({sql}, %s, %s) END",
        (*params * 4, FOLD_FROM, FOLD_TO),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- SQLite's functions --------------------------------------------------------------------------


def give_functions(connection: Any, **kwargs: Any) -> None:
    """Receiver of connection_created."""
    if connection.vendor == "sqlite":
        for name, (arguments, function) in _FUNCTIONS.items():
            connection.connection.create_function(name, arguments, function, deterministic=True)


def _folded(text: str | None) -> str:
    stripped = (text or "").strip(BLANKS)
    return stripped.lower() if stripped.isascii() else fold(stripped)  # the same for ASCII, and faster


def _domain(text: str | None) -> str:
    return domain_of((text or "").strip(BLANKS))


def _beside(extra: str | None, column: str) -> str | None:
    said = json.loads(extra or "{}")
    text = said.get(column) if isinstance(said, dict) else None
    # a lone surrogate, which JSON can hold and no database's text
    return text.encode(errors="replace").decode() if isinstance(text, str) else None


def _contains_any(text: str, wanted: str) -> bool:
    return any(one in text for one in _listed(wanted))


@lru_cache(maxsize=256)
def _listed(wanted: str) -> tuple[str, ...]:
    return tuple(json.loads(wanted))


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "leads_folded": (1, _folded),
    "leads_domain": (1, _domain),
    "leads_beside": (2, _beside),
    "leads_contains_any": (2, _contains_any),
}
