"""Leads come in and are edited."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.models import Clock, Entry, Lead, TouchedDay
from leads.services.intake import add_lead, edit_lead
from leads.services.refusal import NotAllowed, Refused
from leads.tests.factories import HANDED_OVER_AT, handed_over, lead
from leads.tidying import tidy
from slas.models import Agreement
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import ada, mia, raj, rita, vic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

NOW = HANDED_OVER_AT
WEBINARS = {"key": "web", "name": "Webinars", "match": {"field": "source", "in": ["webinar"]}}


@pytest.fixture
def agreement():
    return signed_agreement()


@pytest.mark.parametrize("person", [mia, marketing_manager, sales_manager])
def test_a_new_lead_is_held_by_nobody(agreement, person):
    made = add_lead(by=person(), now=NOW, first_name=" Eva ")
    assert (made.stage, made.created_at, made.owner, made.first_name) == ("lead", NOW, None, "Eva")
    assert made.agreement == agreement


def test_a_rep_holds_what_they_add(agreement):
    rep = rita()
    assert add_lead(by=rep, now=NOW, first_name="Eva").owner == rep


@pytest.mark.parametrize("person", [vic, ada])
def test_viewers_add_nothing(agreement, person):
    with pytest.raises(NotAllowed):
        add_lead(by=person(), now=NOW, first_name="Eva")
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Nobody could tell this lead"),
        ({"source": "fair"}, "Nobody could tell this lead"),
        ({"email": "eva"}, "“eva” is no e-mail address"),
        ({"first_name": "x" * 151}, "first name can’t be stored"),
    ],
)
def test_a_wrong_lead_is_refused_and_nothing_stored(agreement, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        add_lead(by=mia(), now=NOW, **fields)
    assert not Lead.objects.exists()
    assert not Entry.objects.exists()


def test_one_person_once_in_an_agreement(agreement):
    first = lead(agreement, email="eva@x.example", external_id="7")
    other = signed_agreement("other", by_name_only=True)
    marketer = mia()
    with pytest.raises(Refused, match=rf"no\. {first.pk}"):
        add_lead(by=marketer, now=NOW, agreement=agreement, email="EVA@x.example")
    with pytest.raises(Refused, match="the id 7"):
        add_lead(by=marketer, now=NOW, agreement=agreement, external_id="7")
    assert add_lead(by=marketer, now=NOW, agreement=other, email="eva@x.example").agreement == other


def test_the_first_scope_in_the_stated_order_that_matches():
    last = signed_agreement("last")
    first = signed_agreement("first", scope={"field": "country", "in": ["DK", "SE"]})
    Agreement.objects.filter(pk=last.pk).update(position=9)
    Agreement.objects.filter(pk=first.pk).update(position=1)
    signed_agreement("future", starts_on=date(2027, 1, 1), now=NOW)
    marketer = mia()
    swede = add_lead(by=marketer, now=NOW, first_name="A", country="SE")
    assert (swede.agreement, swede.agreement_why) == (first, "First takes it: the country is SE.")
    norwegian = add_lead(by=marketer, now=NOW, first_name="B", country="NO")
    assert norwegian.agreement == last
    assert norwegian.agreement_why == "Last takes every lead that no agreement before it takes."


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        ("holder", True),
        (raj, False),
        (mia, True),
        (marketing_manager, True),
        (sales_manager, True),
        (vic, False),
    ],
)
def test_who_may_edit(agreement, person, allowed):
    rep = rita()
    mine = lead(agreement, by=rep)
    by = rep if person == "holder" else person()
    if allowed:
        assert edit_lead(mine, by=by, now=NOW, company="New") == ["company"]
        assert Lead.objects.get(pk=mine.pk).company == "New"
    else:
        with pytest.raises(NotAllowed):
            edit_lead(mine, by=by, now=NOW, company="New")
        assert Lead.objects.get(pk=mine.pk).company == "Berg & Co"


def test_rule_11_a_clock_keeps_its_tier_whatever_is_edited(agreement):
    tiers = signed_agreement(
        "tiers", windows=[WEBINARS, {"key": "rest", "name": "Rest", "window_seconds": 60}]
    )
    handoff = handed_over(tiers)
    before = Clock.objects.get().deadline_at
    edit_lead(handoff.lead, by=mia(), now=NOW + timedelta(days=3), source="fair")
    handoff.refresh_from_db()
    assert (handoff.window_key, Clock.objects.get().deadline_at) == ("web", before)
    assert TouchedDay.objects.get().day == date(2026, 11, 20)


def test_an_edit_of_today_marks_nothing(agreement):
    edit_lead(handed_over(agreement).lead, by=mia(), now=NOW + timedelta(hours=1), source="fair")
    assert not TouchedDay.objects.exists()


def test_the_agreement_of_a_handed_over_lead_stays(agreement):
    other = signed_agreement("other", by_name_only=True)
    fresh, given = lead(agreement), handed_over(agreement).lead
    marketer = mia()
    edit_lead(fresh, by=marketer, now=NOW, agreement=other)
    assert Lead.objects.get(pk=fresh.pk).agreement == other
    with pytest.raises(Refused, match="was handed over under Inbound"):
        edit_lead(given, by=marketer, now=NOW, agreement=other)


def test_a_naive_now_is_a_mistake_of_ours(agreement):
    with pytest.raises(ValueError, match="aware"):
        edit_lead(lead(agreement), by=mia(), now=datetime(2026, 11, 20), company="x")  # noqa: DTZ001


def test_fractions_of_a_second_are_cut(agreement):
    made = lead(agreement, at=datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    edit_lead(made, by=mia(), now=NOW.replace(microsecond=5), company="x")
    handoff = handed_over(agreement, at=NOW.replace(second=1, microsecond=999_999))
    assert handoff.at == NOW.replace(second=1)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ann\r\nBo", "Ann Bo"),
        ("Ann\x00\x07Bo\x85", "Ann Bo"),
        ("Ann\u2028Bo", "Ann Bo"),
        ("\u202eAnn\u202c Bo\u2066", "Ann Bo"),
        (" Søren\u00a0Å \u0627\u0628 ", "Søren\u00a0Å \u0627\u0628"),
    ],
)
def test_text_keeps_no_line_ends_and_turns_no_direction(typed, stored):
    assert tidy(typed) == stored


def test_a_name_is_tidied_when_it_is_added_and_when_it_is_edited(agreement):
    made = add_lead(by=mia(), now=NOW, agreement=agreement, first_name="\u202eAnn", last_name="Berg\r\n=1")
    assert (made.first_name, made.last_name) == ("Ann", "Berg =1")
    assert edit_lead(made, by=marketing_manager(), now=NOW, last_name="Berg\t=1") == []


def test_a_lead_of_no_agreement_is_offered_anew_when_it_is_filled_in():
    nordic = signed_agreement("nordic", scope={"field": "country", "in": ["DK"]})
    marketer = mia()
    lost = add_lead(by=marketer, now=NOW, first_name="A")
    assert lost.agreement is None
    assert lost.agreement_why == "No agreement takes it. Nordic does not take it: the country is unknown."
    assert edit_lead(lost, by=marketer, now=NOW, country="SE") == ["country"]
    assert lost.agreement_why == "No agreement takes it. Nordic does not take it: the country is SE."
    assert edit_lead(lost, by=marketer, now=NOW, country="DK") == ["country", "agreement"]
    assert (lost.agreement, lost.agreement_why) == (nordic, "Nordic takes it: the country is DK.")
    assert edit_lead(lost, by=marketer, now=NOW, agreement=None) == ["agreement"]
    assert edit_lead(lost, by=marketer, now=NOW, phone="1") == ["phone"]
    assert (lost.agreement, lost.agreement_why) == (None, "Mia Holm took it out.")
