"""The journal is append-only and a handoff keeps its terms, by ORM save, by update() and by raw SQL."""

from datetime import timedelta

import pytest
from django.db import connection

from leads.models import Entry, Handoff
from leads.tests.factories import HANDED_OVER_AT, handed_over, history
from slas.tests.changing import another, refused, ways_to_change
from slas.tests.factories import sales_manager, signed_agreement, signed_version

pytestmark = pytest.mark.django_db

# What may change, by a rule of its own; each is tested below.
BY_RULE = {
    Entry: {"retracted_at"},
    # derived from the journal, or set once a follow-up makes history measured
    Handoff: {"rejected_at", "ended_at"},
}


@pytest.fixture
def agreement():
    return signed_agreement()


@pytest.fixture
def handoff(agreement):
    return handed_over(agreement, to=sales_manager())


@pytest.mark.parametrize("model", [Entry, Handoff])
def test_no_field_changes(handoff, model):
    row = model.objects.order_by("pk").last()
    before = model.objects.filter(pk=row.pk).values().get()
    kept = [one for one in model._meta.concrete_fields if one.name not in BY_RULE[model]]
    went_through = [
        f"{field.name} by {name}"
        for field in kept
        for name, way in ways_to_change(row, field, another(field, before[field.attname])).items()
        if not refused(way)
    ]
    assert not went_through
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", [Entry, Handoff])
def test_no_row_is_deleted(handoff, model):
    number = model.objects.count()
    queryset = model.objects.all()
    assert refused(lambda: queryset._raw_delete(queryset.db))
    assert model.objects.count() == number > 0


@pytest.mark.sqlite
@pytest.mark.parametrize("table", ["leads_entry", "leads_handoff"])
def test_sqlite_does_not_replace_a_row(handoff, table):
    def replace():
        with connection.cursor() as cursor:
            cursor.execute(f"REPLACE INTO {table} SELECT * FROM {table}")

    assert refused(replace)


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["leads_entry", "leads_handoff"])
def test_postgresql_does_not_truncate(handoff, table):
    def truncate():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")

    connection.check_constraints()
    assert refused(truncate)


def test_an_entry_is_taken_back_once(handoff):
    entry = Entry.objects.filter(pk=Entry.objects.last().pk)
    entry.update(retracted_at=HANDED_OVER_AT + timedelta(hours=1))
    assert refused(lambda: entry.update(retracted_at=HANDED_OVER_AT + timedelta(hours=2)))
    assert refused(lambda: entry.update(retracted_at=None))


def test_erasing_blanks_the_text_and_nothing_else(agreement):
    handoff = handed_over(agreement)
    entry = Entry.objects.create(
        lead=handoff.lead,
        handoff=handoff,
        type="follow_up",
        kind="call",
        at=HANDED_OVER_AT,
        recorded_at=HANDED_OVER_AT,
        entered_at=HANDED_OVER_AT,
        by_text="Jens from the agency",
        note="Talked about his holiday.",
    )
    row = Entry.objects.filter(pk=entry.pk)
    assert refused(lambda: row.update(note="Talked about his house."))
    row.update(note="", by_text="", to_owner_text="")
    assert refused(lambda: row.update(note="Talked about his holiday."))
    assert row.get().kind == "call"


def test_history_becomes_measured_and_gets_its_window_then_keeps_it(agreement):
    row = Handoff.objects.filter(pk=history(agreement).pk)
    assert refused(lambda: row.update(window_key="hot"))
    row.update(measured=True, window_key="hot", window_why="because")
    assert refused(lambda: row.update(window_key="all"))
    assert refused(lambda: row.update(measured=False))


def test_a_handoff_keeps_its_version_when_the_next_one_begins(agreement, handoff):
    later = signed_version(agreement, starts_on=(HANDED_OVER_AT + timedelta(days=30)).date())
    row = Handoff.objects.filter(pk=handoff.pk)
    assert refused(lambda: row.update(version=later))
    assert row.get().version.number == 1
