"""The world that measurements are made in is a true one: the audit finds no difference, copies and all."""

import random

import pytest
from django.db import connection

from bench import world
from bench.life import lives
from leads.models import Clock, Entry, Handoff, Lead
from leads.services.clocks import drift_of_everything
from smarketing.triggers import expected, present

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(world, "TOLD", 60)
    return world.make_world(180, agreements=3)


def test_the_audit_finds_no_difference(small):
    assert [str(each) for each in drift_of_everything(world.NOW)] == []


def test_each_lead_is_handed_over_once_and_has_its_clock_and_journal(small):
    assert small.leads == Lead.objects.count() == Handoff.objects.count() == Clock.objects.count() == 180
    assert Entry.objects.values("lead").distinct().count() == 180
    assert Lead.objects.values("agreement", "external_id").distinct().count() == 180
    assert 1.5 * 180 < Entry.objects.filter(type="follow_up").count() < 4 * 180


def test_what_is_open_lies_in_the_last_days_or_was_never_worked(small):
    assert {"met", ""} <= set(Clock.objects.values_list("outcome", flat=True))
    assert not Clock.objects.to_warn(world.NOW).exists(), "all that was due is told of"
    assert not Clock.objects.to_tell(world.NOW).exists()


def test_a_new_row_finds_a_free_id_and_the_guards_stand(small):
    last = Lead.objects.latest("pk")
    made = Lead.objects.create(created_at=world.NOW, recorded_at=world.NOW, email="new@customer.example")
    assert made.pk > last.pk
    assert expected(connection.vendor, connection.introspection.table_names()) == set(present())


def test_two_worlds_are_the_same(small):
    instants = list(Clock.objects.order_by("pk").values_list("start_at", "deadline_at", "stopped_at"))
    told = lives(range(60), 60, world.NOW - world.TWO_YEARS, world.NOW, random.Random(6))
    assert [start for start, *_ in instants][::3] == [life.at for life in told]
