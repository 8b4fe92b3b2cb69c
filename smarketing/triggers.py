"""Database triggers that refuse what must never be, on SQLite and on PostgreSQL.

No guard in `save()` sees `.update()` or raw SQL. An app declares its guards and registers them when it is
ready; they are set after every migrate (SQLite remakes a table to alter it and silently drops its triggers)
and lifted, in one transaction, only by the test flush and `demo --reset`. A refused statement raises
`django.db.IntegrityError` with the guard's sentence.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

PREFIX = "guard_"

_guards: dict[str, tuple["Guard", ...]] = {}


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: before each row's `event` (insert, update or delete) on `table`, or before a truncate.

    `when` is SQL over OLD and NEW, true where the row is refused (blank: always); it is written with
    IS DISTINCT FROM and double-quoted columns, see `changed`. `only` names a vendor if one alone needs it.
    """

    table: str
    label: str
    event: str
    sentence: str
    when: str = ""
    only: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.table}_{self.label}"

    def statements(self, vendor: str) -> list[str]:
        """The SQL that sets it."""
        return self._postgresql() if vendor == "postgresql" else self._sqlite()

    def _sqlite(self) -> list[str]:
        when = f"WHEN {self.when.replace(' IS DISTINCT FROM ', ' IS NOT ')}" if self.when else ""
        return [
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event.upper()} ON "{self.table}" FOR EACH ROW {when} '
            f"BEGIN SELECT RAISE(ABORT, {_quoted(self.sentence)}); END"
        ]

    def _postgresql(self) -> list[str]:
        row = "OLD" if self.event == "delete" else "NEW"
        each = "STATEMENT" if self.event == "truncate" else "ROW"
        return [
            f'CREATE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN '
            f"IF {self.when or 'true'} THEN RAISE EXCEPTION USING MESSAGE = {_quoted(self.sentence)}, "
            f"ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row if each == 'ROW' else 'NULL'}; "
            "END $guard$",
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event.upper()} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{self.name}"()',
        ]


def changed(columns: Iterable[str]) -> str:
    """SQL that is true if an UPDATE changes any of the columns, to or from nothing too."""
    return "(" + " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in columns) + ")"


def columns_of(model: type[models.Model], *, but: Iterable[str] = ()) -> list[str]:
    """Columns of the model's table, the fields `but` left out. A field added later is in by itself."""
    left_out = set(but)
    names = {field.name for field in model._meta.concrete_fields}
    if left_out - names:
        raise ValueError(f"{model.__name__} has no field {', '.join(sorted(left_out - names))}.")
    return [str(field.column) for field in model._meta.concrete_fields if field.name not in left_out]


def taken(table: str, *unique: Iterable[str]) -> str:
    """SQL that is true if the new row has the id, or one of the unique column sets, of a row that is there.

    SQLite's REPLACE deletes such rows without firing a DELETE trigger, so inserting is where to refuse it.
    """
    sets = [("id",), *unique]
    same = (" AND ".join(f'there."{name}" = NEW."{name}"' for name in columns) for columns in sets)
    return f'EXISTS (SELECT 1 FROM "{table}" there WHERE {" OR ".join(f"({one})" for one in same)})'


def truncate_guards(tables: Iterable[str]) -> list[Guard]:
    """PostgreSQL's TRUNCATE fires no row triggers: refuse it by itself."""
    return [
        Guard(
            table,
            "truncate",
            "truncate",
            f"{table} is never emptied. What it holds is history.",
            "",
            "postgresql",
        )
        for table in tables
    ]


def register(app_label: str, guards: Iterable[Guard]) -> None:
    """Declare an app's guards; registering again replaces them."""
    _guards[app_label] = tuple(guards)


def registered() -> list[Guard]:
    """The guards of all apps."""
    return [guard for guards in _guards.values() for guard in guards]


def expected(vendor: str, tables: Iterable[str]) -> set[str]:
    """Names of the triggers that have to be there, if these tables are."""
    return {guard.name for guard in _wanted(vendor, set(tables))}


def present(using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """Name and table of each trigger of ours that is set."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            f"WHERE NOT t.tgisinternal AND starts_with(t.tgname, '{PREFIX}') AND pg_table_is_visible(c.oid)"
        )
    else:
        query = (
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' "
            f"AND substr(name, 1, {len(PREFIX)}) = '{PREFIX}'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def set_up(using: str = DEFAULT_DB_ALIAS) -> None:
    """Set all registered guards anew on the tables that exist; a guard that is gone is taken away."""
    connection = connections[using]
    with transaction.atomic(using=using):
        take_down(using)
        tables = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            for guard in _wanted(connection.vendor, tables):
                for statement in guard.statements(connection.vendor):
                    cursor.execute(statement)


def take_down(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all our triggers away. Nothing but `lifted` and a migration should want this."""
    connection = connections[using]
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql and connection.in_atomic_block:
        connection.check_constraints()  # a table with deferred checks pending gives up no trigger
    with connection.cursor() as cursor:
        for name in present(using):
            what = (
                f'FUNCTION IF EXISTS "{name}"() CASCADE' if is_postgresql else f'TRIGGER IF EXISTS "{name}"'
            )
            cursor.execute(f"DROP {what}")


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Within, our triggers are away; after it, also after an error, they are set again (one transaction)."""
    with transaction.atomic(using=using):
        take_down(using)
        yield
        set_up(using)


def set_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Receiver of post_migrate."""
    if connections[using].vendor in ("postgresql", "sqlite"):
        set_up(using)


def lift_before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Iterable[Any] = (), **kwargs: Any) -> None:
    """Receiver of pre_migrate: SQLite can't rename a table while another table's trigger names it."""
    if plan and connections[using].vendor == "sqlite":
        take_down(using)


def _wanted(vendor: str, tables: set[str]) -> list[Guard]:
    return [guard for guard in registered() if guard.table in tables and guard.only in ("", vendor)]


def _quoted(sentence: str) -> str:
    return "'" + sentence.replace("'", "''") + "'"
