"""Nothing that was signed changes: each field of each row, by ORM save, by update() and by raw SQL."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import connection

from slas.models import (
    Agreement,
    Closure,
    Commitment,
    Definition,
    EarlyEnd,
    FrozenTerms,
    Signature,
    Step,
    Version,
    Window,
    WorkingTime,
)
from slas.services.closures import add_closure
from slas.services.drafting import draft_version
from slas.services.proposing import propose
from slas.services.signing import end_early
from slas.tests.changing import another, refused, ways_to_change
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.triggers import lifted, present

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

# About the agreement as a whole and not signed: its place in the order, what it takes, when it is checked.
UNSIGNED = {
    Agreement: {"position", "by_name_only", "scope", "nights_due_from"},
    Closure: {"retracted_at"},  # tested below
    Version: {"clocks_moved_at"},  # when running clocks were moved to it, long after
}
MODELS = [
    Agreement,
    Version,
    Commitment,
    Window,
    Definition,
    WorkingTime,
    FrozenTerms,
    Signature,
    Step,
    EarlyEnd,
    Closure,
]


@pytest.fixture
def agreement():
    """Signed, with a closure and an early end, so that each table has a row."""
    made = signed_agreement(now=datetime(2026, 1, 1, tzinfo=UTC), ends_on=date(2027, 12, 31))
    both = {"marketing_manager": marketing_manager(), "sales_manager": sales_manager(), "now": NOW}
    end_early(made.versions.get(), ends_at=datetime(2027, 6, 30, 22, tzinfo=UTC), **both)
    add_closure(made, date(2026, 12, 23), **both)
    return made


@pytest.mark.parametrize("model", MODELS)
def test_no_field_of_a_signed_version_changes(agreement, model):
    row = model.objects.order_by("pk").first()
    before = model.objects.filter(pk=row.pk).values().get()
    signed = [one for one in model._meta.concrete_fields if one.name not in UNSIGNED.get(model, ())]
    went_through = [
        f"{field.name} by {name}"
        for field in signed
        for name, way in ways_to_change(row, field, another(field, before[field.attname])).items()
        if not refused(way)
    ]
    assert not went_through
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", MODELS)
def test_no_row_of_a_signed_version_is_deleted(agreement, model):
    number = model.objects.count()
    assert number

    def by_sql():
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")

    def by_queryset():
        queryset = model.objects.all()
        queryset._raw_delete(queryset.db)

    assert refused(by_sql)
    assert refused(by_queryset)
    assert model.objects.count() == number


@pytest.mark.parametrize("model", [Commitment, Window, Definition])
def test_nothing_is_added_to_a_frozen_version(agreement, model):
    row = model.objects.order_by("pk").first()
    row.pk = None
    for name in ("key", "stage"):
        if hasattr(row, name):
            setattr(row, name, "lost")
    assert refused(lambda: row.save(force_insert=True))


@pytest.mark.sqlite
@pytest.mark.parametrize("model", MODELS)
def test_sqlite_does_not_replace_a_signed_row(agreement, model):
    table = model._meta.db_table

    def replace():
        with connection.cursor() as cursor:
            cursor.execute(f"REPLACE INTO {table} SELECT * FROM {table}")

    assert refused(replace)


@pytest.mark.postgresql
@pytest.mark.parametrize("model", MODELS)
def test_postgresql_does_not_truncate_signed_rows(agreement, model):
    def truncate():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")

    connection.check_constraints()  # deferred checks of this transaction would refuse it by themselves
    assert refused(truncate)
    assert model.objects.exists()


def test_a_signature_under_another_hash_is_refused(agreement):
    draft = draft_version(
        agreement,
        by=marketing_manager(),
        now=NOW,
        copy_of=agreement.versions.get(),
        starts_on=date(2026, 9, 1),
    )
    propose(draft, marketing_manager(), NOW)
    signature = Signature(
        version=draft, user=sales_manager(), side="sales", name="Sam", email="s@x.example", signed_at=NOW
    )
    signature.digest = "0" * 64
    assert refused(signature.save)
    signature.digest = draft.frozen.digest
    signature.save()


@pytest.mark.parametrize("status", ["signed", "declined"])
def test_no_draft_skips_its_steps(agreement, status):
    draft = draft_version(agreement, by=marketing_manager(), now=NOW, copy_of=agreement.versions.get())
    row = Version.objects.filter(pk=draft.pk)
    values = {"status": status}
    if status == "signed":
        values["in_force_at"] = NOW
    assert refused(lambda: row.update(**values))
    assert refused(lambda: row.update(status="proposed"))  # not frozen yet


def test_a_version_begins_as_a_draft(agreement):
    signed = Version(
        agreement=agreement,
        number=9,
        starts_on=date(2030, 1, 1),
        drafted_at=NOW,
        status="signed",
        in_force_at=NOW,
    )
    assert refused(signed.save)


def test_a_draft_can_be_changed_and_thrown_away(agreement):
    draft = draft_version(agreement, by=marketing_manager(), now=NOW, copy_of=agreement.versions.get())
    draft.windows.update(window_seconds=3600)
    draft.commitments.filter(key="customers").delete()
    assert refused(lambda: draft.windows.update(version=agreement.versions.get(number=1)))
    assert draft.windows.get().window_seconds == 3600


def test_a_closure_is_retracted_once(agreement):
    closure = Closure.objects.filter(pk=Closure.objects.get().pk)
    closure.update(retracted_at=NOW + timedelta(days=1))
    assert refused(lambda: closure.update(retracted_at=NOW + timedelta(days=2)))
    assert refused(lambda: closure.update(retracted_at=None))


def test_a_signed_version_ends_only_where_it_was_agreed(agreement):
    version = Version.objects.filter(number=1)
    for value in (None, datetime(2027, 12, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)):
        assert refused(lambda value=value: version.update(ended_at=value))


def test_the_admin_has_nothing_signed():
    assert not {model for model in MODELS if admin.site.is_registered(model)}


def test_lifting_the_triggers_is_undone_by_an_error(agreement):
    before = present()

    def fail():
        with lifted():
            assert not present()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert present() == before
    with lifted():
        Definition.objects.update(sentence="changed")
    assert present() == before
    assert Definition.objects.filter(sentence="changed").exists()


def test_when_clocks_moved_is_written_once_and_after_signing(agreement):
    version = Version.objects.filter(number=1)
    version.update(clocks_moved_at=NOW)
    assert refused(lambda: version.update(clocks_moved_at=NOW + timedelta(days=1)))
    assert refused(lambda: version.update(clocks_moved_at=None))
    draft = draft_version(agreement, by=marketing_manager(), now=NOW, copy_of=agreement.versions.get())
    assert refused(lambda: Version.objects.filter(pk=draft.pk).update(clocks_moved_at=NOW))
