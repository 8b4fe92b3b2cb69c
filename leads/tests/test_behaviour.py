"""Recording what a lead did, and taking it back within the minute."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Behaviour, Entry, Lead, ScoreLine
from leads.services.behaviour import record_behaviour, take_back
from leads.services.refusal import NotAllowed, Refused
from leads.services.scoring import score_at
from leads.tests.factories import lead
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
RULE = {"all": [{"did": "demo_requested", "times": 1, "days": 30}, {"score": "total", "at_least": 20}]}
SCORE_RULES = [{"key": "demo", "kind": "behaviour", "points": 40, "did": "demo_requested"}]


@pytest.fixture
def agreement():
    return signed_agreement(rules={"mql": {"rule": RULE, "by_itself": True}}, score_rules=SCORE_RULES)


@pytest.fixture
def marketer(db):
    return mia()


@pytest.fixture
def given(agreement, marketer):
    return lead(agreement, at=NOW - 10 * DAY)


def rows(given):
    return [(each.kind, each.at, each.retracted_at) for each in Behaviour.objects.filter(lead=given)]


def test_what_happened_and_when_it_was_recorded_are_two_times(given, marketer):
    done = record_behaviour(given, "webinar", by=marketer, now=NOW, at=NOW - DAY, detail=" Routes\n2026 ")
    assert (done.at, done.recorded_at, done.by, done.detail) == (NOW - DAY, NOW, marketer, "Routes 2026")


def test_its_score_follows_and_it_becomes_an_mql_by_itself(given, marketer):
    record_behaviour(given, "demo_requested", by=marketer, now=NOW)
    assert (given.stage, score_at(given, NOW).total) == ("mql", 40)
    assert Entry.objects.filter(lead=given).latest("id").by is None


def test_the_same_event_twice_is_one(given, marketer):
    first = record_behaviour(given, "webinar", by=marketer, now=NOW, at=NOW - DAY, click="one")
    for click, at in (("one", None), ("two", NOW - DAY), ("", NOW - DAY)):
        again = record_behaviour(given, "webinar", by=marketer, now=NOW + MINUTE, at=at, click=click)
        assert again == first
    other = record_behaviour(given, "webinar", by=marketer, now=NOW, at=NOW - DAY, detail="Another")
    assert other != first
    assert len(rows(given)) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "sneezed"}, "“sneezed” is nothing a lead does that we count. Choose one of demo_requested"),
        ({"at": NOW + SECOND}, "can’t lie in the future: you wrote"),
        ({"at": datetime(1969, 12, 31, 12, tzinfo=UTC)}, "You wrote the year 1969. Check the year."),
        ({"detail": "x" * 301}, "The detail has 301 characters, and at most 300 fit. Shorten it."),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_stored(given, marketer, fields, sentence):
    kind = fields.pop("kind", "webinar")
    with pytest.raises(Refused, match=sentence.replace(".", r"\.")):
        record_behaviour(given, kind, by=marketer, now=NOW, **fields)
    assert rows(given) == []


def test_at_this_very_second_is_not_the_future(given, marketer):
    assert record_behaviour(given, "webinar", by=marketer, now=NOW, at=NOW).at == NOW


def test_marketing_sales_managers_and_the_holder_record_it(agreement):
    rep = rita()
    hers = lead(agreement, by=rep, at=NOW - DAY)
    for person in (mia(), marketing_manager(), sales_manager(), rep):
        assert record_behaviour(hers, "webinar", by=person, now=NOW, detail=person.name)
    for person in (raj(), vic()):
        with pytest.raises(NotAllowed, match="Only Marketing, sales managers and whoever holds Anna"):
            record_behaviour(hers, "webinar", by=person, now=NOW)


def test_taken_back_it_never_counted(given, marketer):
    done = record_behaviour(given, "demo_requested", by=marketer, now=NOW)
    take_back(done, by=marketer, now=NOW + MINUTE)
    take_back(done, by=marketer, now=NOW + 2 * MINUTE)
    assert rows(given) == [("demo_requested", NOW, NOW + MINUTE)]
    assert not ScoreLine.objects.filter(lead=given).exists()
    assert Lead.objects.get(pk=given.pk).stage == "lead"  # it was an MQL by itself, and only because of this
    again = record_behaviour(given, "demo_requested", by=marketer, now=NOW + DAY, at=NOW)
    assert again != done


def test_an_mql_for_other_reasons_too_stays_one(given, marketer):
    record_behaviour(given, "demo_requested", by=marketer, now=NOW - DAY)
    take_back(record_behaviour(given, "demo_requested", by=marketer, now=NOW), by=marketer, now=NOW + SECOND)
    assert Lead.objects.get(pk=given.pk).stage == "mql"


def test_it_is_taken_back_by_whoever_recorded_it_within_the_minute(given, marketer):
    done = record_behaviour(given, "webinar", by=marketer, now=NOW)
    with pytest.raises(NotAllowed, match="Only whoever recorded what a lead did"):
        take_back(done, by=marketing_manager(), now=NOW)
    with pytest.raises(Refused, match="a minute is over"):
        take_back(done, by=marketer, now=NOW + MINUTE + SECOND)
    assert rows(given) == [("webinar", NOW, None)]
