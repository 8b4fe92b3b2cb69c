"""The triggers themselves: all are there after all migrations, come back after a flush and a remade table."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, models

from slas.models import Agreement, FrozenTerms
from slas.tests.factories import signed_agreement
from smarketing import triggers

WANTED = {
    "slas": {
        "slas_agreement": {"name", "delete", "replace"},
        "slas_version": {
            "begin",
            "replace",
            "content",
            "delete",
            "status",
            "signed",
            "proposed",
            "start",
            "end",
            "moved",
        },
        "slas_commitment": {"insert", "update", "delete", "replace"},
        "slas_window": {"insert", "update", "delete", "replace"},
        "slas_definition": {"insert", "update", "delete", "replace"},
        "slas_persona": {"insert", "update", "delete", "replace"},
        "slas_scorerule": {"insert", "update", "delete", "replace"},
        "slas_workingtime": {"insert", "update", "delete", "replace"},
        "slas_frozenterms": {"update", "delete", "replace", "draft"},
        "slas_signature": {"update", "delete", "replace", "digest"},
        "slas_step": {"update", "delete", "replace"},
        "slas_earlyend": {"update", "delete", "replace"},
        "slas_closure": {"update", "delete", "replace"},
        "slas_witness": {"update", "delete", "replace"},
        "slas_amendment": {"update", "delete", "replace"},
        "slas_comment": {"update", "delete", "replace"},
    },
    "leads": {
        "leads_entry": {"update", "retract", "delete", "replace"},
        "leads_handoff": {"update", "window", "measured", "move", "delete", "replace"},
        "leads_behaviour": {"update", "delete", "replace"},
        "leads_termsmove": {"update", "delete", "replace"},
    },
}


def wanted() -> set[str]:
    """By this database: REPLACE is SQLite's alone, TRUNCATE is PostgreSQL's."""
    is_postgresql = connection.vendor == "postgresql"
    left_out, added = ({"replace"}, {"truncate"}) if is_postgresql else (set(), set())
    return {
        f"guard_{table}_{label}"
        for tables in WANTED.values()
        for table, labels in tables.items()
        for label in labels - left_out | added
    }


def all_are_set() -> bool:
    """Those listed here, and whatever another app registered."""
    names = set(triggers.present())
    registered = triggers.expected(connection.vendor, connection.introspection.table_names())
    return wanted() <= names == registered


@pytest.mark.django_db
def test_all_triggers_are_there_after_all_migrations():
    tables = {table for tables in WANTED.values() for table in tables}
    assert {name for name, table in triggers.present().items() if table in tables} == wanted()
    assert all_are_set()


@pytest.mark.django_db(transaction=True)
def test_a_flush_empties_everything_and_sets_the_triggers_again():
    signed_agreement()
    call_command("flush", interactive=False, verbosity=0)
    assert (Agreement.objects.count(), FrozenTerms.objects.count()) == (0, 0)
    assert all_are_set()


@pytest.mark.django_db(transaction=True)
def test_the_test_runner_may_flush_after_a_transactional_test():
    signed_agreement(now=datetime(2026, 1, 1, tzinfo=UTC))  # the teardown of this test is what is tested


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_remade_table_gets_its_triggers_back():
    lost = {"guard_slas_closure_update", "guard_slas_closure_delete", "guard_slas_closure_replace"}
    from slas.models import Closure

    triggers.lift_before_migrate(using="default", plan=["a migration"])
    field = models.CharField(max_length=10, default="")
    field.set_attributes_from_name("extra")
    with connection.schema_editor() as editor:
        editor.add_field(Closure, field)
        editor.remove_field(Closure, field)
    assert not lost & set(triggers.present())
    triggers.set_after_migrate(using="default")
    assert all_are_set()


@pytest.mark.django_db
def test_setting_them_twice_is_setting_them_once():
    triggers.set_up()
    triggers.set_up()
    assert all_are_set()
