"""Leads, handoffs, journals and clocks many times over, made by the database from those that are there."""

from __future__ import annotations

from django.db import connection, models

from leads.models import Clock, Entry, Handoff, Lead

# The columns that name a row of these tables; ids are multiples of the number of copies.
_SHIFTED = {"id", "lead_id", "handoff_id"}
_NUMBERED = {"external_id": "w", "email": "copy"}  # what tells leads apart gets the copy's number before it


def multiply(copies: int) -> None:
    """`copies` of each row, the row itself among them, at the ids from it up to the next one's."""
    if copies > 1:
        for model in (Lead, Handoff, Entry, Clock):
            _multiply(model, copies)
    if connection.vendor == "postgresql":
        for model in (Lead, Handoff, Entry):
            _set_sequence(model)


def _multiply(model: type[models.Model], copies: int) -> None:
    names = [str(field.column) for field in model._meta.concrete_fields]
    table, key = model._meta.db_table, model._meta.pk
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(_value(name) for name in names)
    numbers = f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies - 1}) "
    with connection.cursor() as cursor:
        cursor.execute(
            f'{numbers}INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" made, copy '
            f'ORDER BY made."{key.column if key else "id"}", n'
        )


def _value(name: str) -> str:
    if name in _SHIFTED:
        return f'made."{name}" + n'
    if name in _NUMBERED:
        return f"'{_NUMBERED[name]}' || n || '.' || made.\"{name}\""
    return f'made."{name}"'


def _set_sequence(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT max(id) FROM \"{table}\"))"
        )
