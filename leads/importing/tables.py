"""Rows of one table, written in sets: COPY on PostgreSQL, executemany on SQLite.

An import writes five rows for each lead; as model instances they would cost several times what the
database itself needs. Column names are those of the model (`lead_id`, not `lead`); what is left out gets
the model's default.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models

Model = type[models.Model]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def next_ids(model: Model, count: int) -> Sequence[int]:
    """Ids for `count` new rows. On SQLite only inside a transaction, which holds the write lock."""
    if not count:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)


def insert(
    model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]], same: Mapping[str, Any] | None = None
) -> None:
    """Insert rows whose values are in the order of `columns`; `same`: columns alike in every row."""
    if not rows:
        return
    given = set(columns)
    left_out = [f for f in model._meta.concrete_fields if f.attname not in given and not f.primary_key]
    constants = {field.attname: field.get_default() for field in left_out} | dict(same or {})
    names = [_column(model, name) for name in (*columns, *constants)]
    write = _copy if connection.vendor == "postgresql" else _execute_many
    write(model._meta.db_table, names, rows, tuple(constants.values()))


def update(model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set `columns` of existing rows; each row begins with the primary key."""
    if not rows:
        return
    table, names = model._meta.db_table, [_column(model, name) for name in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values  # type: ignore[import-untyped]

            types = [_type(model, name) for name in ("id", *columns)]
            settings = ", ".join(f'"{name}" = v."{name}"' for name in names)
            values = _quoted(["id", *names])
            execute_values(
                cursor,
                f'UPDATE "{table}" SET {settings} FROM (VALUES %s) AS v({values}) '  # noqa: S608 - names of our models
                f'WHERE "{table}".id = v.id',
                [[_for_postgresql(value) for value in row] for row in rows],
                template=f"({', '.join(f'%s::{one}' for one in types)})",
                page_size=1_000,
            )
        else:
            stored = _ForSqlite().of
            settings = ", ".join(f'"{name}" = %s' for name in names)
            cursor.executemany(
                f'UPDATE "{table}" SET {settings} WHERE id = %s',  # noqa: S608 - names of our models
                [[stored(value) for value in (*row[1:], row[0])] for row in rows],
            )


def _copy(table: str, names: list[str], rows: Iterable[Sequence[Any]], constants: tuple[Any, ...]) -> None:
    text = _CopyText().of
    tail = "".join("\t" + text(value) for value in constants) + "\n"
    lines = ["\t".join([text(value) for value in row]) + tail for row in rows]
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({_quoted(names)}) FROM STDIN', io.StringIO("".join(lines)))


def _execute_many(
    table: str, names: list[str], rows: Iterable[Sequence[Any]], constants: tuple[Any, ...]
) -> None:
    given = len(names) - len(constants)
    values = ", ".join(["%s"] * given + [_literal(value) for value in constants])
    stored = _ForSqlite().of
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{table}" ({_quoted(names)}) VALUES ({values})',  # noqa: S608 - names of our models
            [[stored(value) for value in row] for row in rows],
        )


class _CopyText(dict[dt.datetime, str]):
    """Values in COPY's text format. The same instants come again and again: each is written out once."""

    def __missing__(self, instant: dt.datetime) -> str:
        text = self[instant] = str(instant)
        return text

    def of(self, value: Any) -> str:
        if value is None:
            return "\\N"
        kind = type(value)
        if kind is str:
            return value if value.isalnum() else value.translate(_ESCAPES)
        if kind is dt.datetime:
            return self[value]
        if kind is bool:
            return "t" if value else "f"
        if kind is dict or kind is list:
            return json.dumps(value).translate(_ESCAPES)
        return str(value)


def _for_postgresql(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


class _ForSqlite(dict[dt.datetime, str]):
    """Values as Django keeps them in SQLite: instants as naive UTC, decimals and JSON as text."""

    def __missing__(self, instant: dt.datetime) -> str:
        text = self[instant] = str(instant.astimezone(dt.UTC).replace(tzinfo=None))
        return text

    def of(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is int or value is None:
            return value
        if kind is dt.datetime:
            return self[value]
        if kind is dict or kind is list:
            return json.dumps(value)
        return str(value) if kind is Decimal else value


def _literal(default: Any) -> str:
    """A model's default in SQL: nothing, a number, a truth value, a text, empty JSON."""
    value = _ForSqlite().of(default)
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(int(value))
    return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"


def _column(model: Model, name: str) -> str:
    return next(f.column or "" for f in model._meta.concrete_fields if f.attname == name)


def _type(model: Model, name: str) -> str:
    field = next(f for f in model._meta.concrete_fields if f.attname == name)
    return (field.rel_db_type(connection) if field.primary_key else field.db_type(connection)) or "text"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
