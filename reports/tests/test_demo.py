"""The demo: twice is the same as once, the same for the same day, true by the product's own rules."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.models import Clock, Entry, Handoff, Lead
from leads.services.drift import drift_of_everything
from reports.demo.making import make
from reports.demo.world import leads_until
from reports.services.audit import audit
from reports.services.nightly import nightly
from reports.services.weekly import weekly
from slas.models import Agreement
from slas.rules.business_time import Calendar
from smarketing.accounts.models import User
from smarketing.outbox.models import Mail

WEEKDAYS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NOON = dt.datetime(2026, 3, 18, 11, 0, tzinfo=dt.UTC)


@pytest.fixture
def short_demo(monkeypatch):
    """The demo with a tenth of the leads of seven weeks, for the tests that only need some."""
    monkeypatch.setattr("reports.demo.world.LEADS_A_WEEKDAY", 1.4)
    monkeypatch.setattr("reports.demo.agreement.STARTED_MONTHS_AGO", (1, 0))


def told(last_day: dt.date):
    calendar = Calendar(tz="Europe/Copenhagen", week=WEEKDAYS)
    return list(leads_until(calendar, dt.date(2025, 10, 1), last_day))


def test_the_same_days_tell_the_same_story():
    assert told(dt.date(2026, 3, 17)) == told(dt.date(2026, 3, 17))
    assert told(dt.date(2026, 3, 17)) != told(dt.date(2026, 3, 16))


def test_nothing_is_recorded_on_or_after_the_day_it_is_made():
    until = dt.datetime(2026, 3, 17, 23, 0, tzinfo=dt.UTC)  # midnight in Copenhagen
    deeds = [deed for lead in told(dt.date(2026, 3, 17)) for deed in lead.deeds]
    assert max(deed.recorded_at for deed in deeds) < until
    assert all(deed.at <= deed.recorded_at for deed in deeds)
    assert not any(deed.retracted_at and deed.retracted_at >= until for deed in deeds)


def test_there_are_some_2000_leads_of_half_a_year():
    assert 1_700 < len(told(dt.date(2026, 3, 17))) < 2_600


def test_every_kind_of_story_is_told(db):
    make(NOON)
    now = NOON
    states = set(Clock.objects.with_state(now).values_list("state", flat=True))
    assert {"met", "breached", "excluded", "running"} <= states
    assert set(Lead.objects.values_list("stage", flat=True)) >= {
        "lead",
        "mql",
        "customer",
        "lost",
        "recycled",
    }
    assert Clock.objects.filter(entered_late=True).exists()
    assert Entry.objects.filter(type="paused").exists()
    assert Entry.objects.exclude(retracted_at=None).exists()
    assert Handoff.objects.filter(entries__lead__handoffs__ended_at__isnull=False).exists()
    agreement = Agreement.objects.get()
    first, second = agreement.versions.order_by("number")
    assert first.ended_at == second.in_force_at == agreement.version_at(now).in_force_at
    assert agreement.nights_due_from == first.in_force_at


def test_the_audit_finds_no_difference(db, short_demo):
    make(NOON)
    assert list(drift_of_everything(NOON)) == []


def test_twice_is_the_same_as_once(db, short_demo):
    first, second = make(NOON), make(NOON + dt.timedelta(hours=3))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.leads == second.leads == Lead.objects.count()
    assert User.objects.count() == 7


def test_every_address_is_of_the_demo(db, short_demo):
    make(NOON)
    assert not User.objects.exclude(email__endswith="@demo.example").exists()
    assert not Lead.objects.exclude(email__endswith="@demo.example").exists()
    assert not Mail.objects.exclude(to_email__endswith="@demo.example").exists()


def test_the_mails_of_two_weeks_are_kept_as_delivered(db, short_demo, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"  # nobody answers there, and nobody is asked
    make(NOON)
    assert set(Mail.objects.values_list("state", flat=True)) == {"stored"}
    nights = {key.split(":")[2] for key in Mail.objects.filter(kind="summary").values_list("key", flat=True)}
    assert nights == {f"2026-03-{day:02}" for day in range(3, 17)}
    assert Mail.objects.filter(kind="report").exists()
    assert not Mail.objects.filter(kind="notice").exists()
    vic = User.objects.get(email="vic@demo.example")
    assert set(vic.mails.values_list("kind", flat=True)) == {"report"}


def test_the_last_night_and_week_are_left_to_the_first_tick(db, short_demo):
    make(NOON)
    done = nightly(NOON)
    assert (done.nights, done.corrections, done.mails) == (1, 0, 5)
    assert weekly(NOON).reports == 1
    assert nightly(NOON).nights == weekly(NOON).reports == 0
    assert audit(NOON).differences == 0


def test_people_log_in_with_the_password_of_the_readme(db, short_demo, client):
    make(NOON)
    for name in ("mona", "sam", "rita", "raj", "mia", "vic", "ada"):
        assert User.objects.get(email=f"{name}@demo.example").check_password("demo-smarketing")


def test_the_command_says_what_it_did(db, short_demo):
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said == {"new": True, "people": 7, "leads": Lead.objects.count()}


def test_reset_refuses_where_other_people_are(db, short_demo):
    User.objects.create_user("anna@firm.example", name="Anna")
    with pytest.raises(CommandError, match="not of the demo") as refused:
        call_command("demo", "--reset")
    assert refused.value.returncode == 2
    assert User.objects.count() == 1


def test_reset_starts_anew(transactional_db, short_demo):
    make(NOON)
    before = Lead.objects.order_by("external_id").values_list("external_id", "stage", "created_at")
    kept = list(before)
    call_command("demo", "--reset", "--json", stdout=StringIO())
    assert Lead.objects.count() > 0
    assert Agreement.objects.count() == 1
    assert list(before.all()) != kept  # made for today, not for the day before
