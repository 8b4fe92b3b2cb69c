"""Stored score lines: what they say at any moment is what the rules say of what is known."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.importing.running import import_file
from leads.models import Behaviour, Lead, ScoreLine
from leads.services.scoring import rescore, rescore_due, score_at, scores_at
from leads.services.tiers import attributes_of
from slas.rules.behaviour import Behaviour as Deed
from slas.rules.conditions import Attribute, Facts, Group
from slas.rules.fields import EXTRA, FIELDS
from slas.rules.scoring import BehaviourRule, FitRule, Scoring, score
from slas.tests.factories import signed_agreement, signed_version
from slas.tests.rules.rule_strategies import DAYS, KINDS, attribute_sets, persona_lists, scorings

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
_numbers = itertools.count(1)


def terms_said(scoring, personas=()):
    """The scoring as fields of the rows that a draft is edited in."""
    fit = [{**rule.as_data(), "kind": "fit"} for rule in scoring.fit]
    behaviour = [{**rule.as_data(), "kind": "behaviour"} for rule in scoring.behaviour]
    return {"personas": [one.as_data() for one in personas], "score_rules": fit + behaviour}


def agreement_with(scoring, personas=(), **fields):
    """An agreement in force with this scoring."""
    return signed_agreement(f"a{next(_numbers)}", **terms_said(scoring, personas), **fields)


def a_lead(agreement, at=START, **columns):
    return Lead.objects.create(agreement=agreement, recorded_at=at, created_at=at, **columns)


def did(lead, kind, at, recorded_at=None):
    recorded = recorded_at or at
    return Behaviour.objects.create(
        lead=lead, kind=kind, at=at, recorded_at=recorded, entered_at=recorded, click=str(next(_numbers))
    )


def only(lead):
    return Lead.objects.filter(pk=lead.pk)


def says(attributes):
    """Columns of a lead of which these attributes are known."""
    columns = {name: None if field.kind == "number" else "" for name, field in FIELDS.items()}
    extra = {name.removeprefix(EXTRA): value for name, value in attributes.items() if name.startswith(EXTRA)}
    own = {name: value for name, value in attributes.items() if not name.startswith(EXTRA)}
    return columns | own | {"extra": extra}


# --- At any moment ---------------------------------------------------------------------------

deeds = st.tuples(st.just("did"), st.sampled_from(KINDS[:3]), st.sampled_from((0, 1, 7, 30)))
edits = st.tuples(st.just("says"), attribute_sets())
regrets = st.tuples(st.just("takes back"), st.integers(0, 5))
lives = st.lists(st.tuples(st.integers(0, 20), deeds | deeds | edits | regrets), min_size=1, max_size=6)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), life=lives)
def test_the_lines_sum_to_the_score_at_every_moment(db, data, life):
    personas = data.draw(persona_lists())
    scoring = data.draw(scorings(personas))
    lead = a_lead(agreement_with(scoring, personas))
    rescore(only(lead), START)
    said, events, now = [(START, attributes_of(lead))], [], START
    for hours, (what, *how) in life:
        now += hours * HOUR
        if what == "did":
            events.append(did(lead, how[0], now - how[1] * DAY, now))
        elif what == "takes back" and events:
            events.pop(how[0] % len(events))
            standing = [event.pk for event in events]
            Behaviour.objects.filter(lead=lead, retracted_at=None).exclude(pk__in=standing).update(
                retracted_at=now
            )
        elif what == "says":
            only(lead).update(**says(how[0]))
            lead.refresh_from_db()
            said.append((now, attributes_of(lead)))
        rescore(only(lead), now)
        assert rescore(only(lead), now) == 0
    steps = [event.at + days * times * DAY for event in events for days in DAYS for times in (1, 2)]
    edges = [at for at, _ in said] + [event.at for event in events] + steps
    known = {persona.key: persona for persona in personas}
    moments = sorted(edge + beside for edge in edges for beside in (-SECOND, 0 * SECOND, SECOND))
    asked = st.sampled_from([at for at in moments if at >= START])
    for at in data.draw(st.lists(asked, min_size=8, max_size=8)):
        attributes = [attributes for since, attributes in said if since <= at][-1]
        done = tuple(Deed(event.kind, event.at) for event in events)
        expected = score(scoring, Facts(attributes, done, at, known, scoring))
        found = score_at(lead, at)
        assert found == expected
        assert found.total == sum(line.points for line in found.lines)
        row = scores_at(only(lead), at).get()
        sums = (expected.fit, expected.behaviour, expected.total)
        assert (row.fit_points, row.behaviour_points, row.score) == sums


# --- One by one ------------------------------------------------------------------------------

DANISH = FitRule("danish", Group("all", (Attribute("country", "in", ("Denmark",)),)), 20)
SEEN = BehaviourRule("seen", "pricing_seen", 8, "ends", 30)
NEWEST = BehaviourRule("newest", "webinar", 10, "halves", 10, most=2)
SCORING = Scoring((DANISH,), (SEEN, NEWEST))


@pytest.fixture
def agreement(db):
    return agreement_with(SCORING)


def stored(lead):
    lines = ScoreLine.objects.filter(lead=lead).order_by("rule_key", "at", "id")
    return [(line.rule_key, line.at, line.until) for line in lines]


def test_a_line_for_who_somebody_is_ends_when_they_are_it_no_more(agreement):
    lead = a_lead(agreement, country="Denmark")
    rescore(only(lead), START)
    assert stored(lead) == [("danish", START, None)]
    only(lead).update(country="Sweden")
    rescore(only(lead), START + HOUR)
    assert stored(lead) == [("danish", START, START + HOUR)]
    only(lead).update(country="denmark ")
    rescore(only(lead), START + 2 * HOUR)
    assert stored(lead) == [("danish", START, START + HOUR), ("danish", START + 2 * HOUR, None)]
    assert [score_at(lead, START + n * HOUR).fit for n in (-1, 0, 1, 2)] == [0, 20, 0, 20]


def test_what_held_for_no_second_leaves_no_line(agreement):
    lead = a_lead(agreement, country="Denmark")
    rescore(only(lead), START)
    only(lead).update(country="Sweden")
    rescore(only(lead), START)
    assert stored(lead) == []


def test_points_end_after_their_days_and_later_events_push_earlier_ones_out(agreement):
    lead = a_lead(agreement)
    for days in (0, 3, 5):
        did(lead, "webinar", START + days * DAY)
    did(lead, "pricing_seen", START)
    rescore(only(lead), START + 5 * DAY)
    assert stored(lead) == [
        ("newest", START, START + 5 * DAY),
        ("newest", START + 3 * DAY, None),
        ("newest", START + 5 * DAY, None),
        ("seen", START, START + 30 * DAY),
    ]
    moments = {4: 20 + 8, 5: 20 + 8, 13: 5 + 10 + 8, 15: 5 + 5 + 8, 30: 2 + 2, 45: 0 + 0, 400: 0}
    assert {days: score_at(lead, START + days * DAY).total for days in moments} == moments


@pytest.mark.parametrize(("gap", "ends"), [(10, 10), (30, 30), (31, 30), (None, 30)])
def test_points_end_with_their_days_or_with_a_later_event_whichever_is_sooner(db, gap, ends):
    rule = BehaviourRule("seen", "webinar", 5, "ends", 30, most=1)
    lead = a_lead(agreement_with(Scoring((), (rule,))))
    did(lead, "webinar", START)
    if gap is not None:
        did(lead, "webinar", START + gap * DAY)
    rescore(only(lead), START + 40 * DAY)
    assert stored(lead)[0] == ("seen", START, START + ends * DAY)


def test_points_against_a_lead_halve_towards_nothing(db):
    rule = BehaviourRule("left", "unsubscribed", -13, "halves", 10)
    lead = a_lead(agreement_with(Scoring((), (rule,))))
    did(lead, "unsubscribed", START)
    rescore(only(lead), START)
    for days, points in ((0, -13), (10, -6), (20, -3), (30, -1), (40, 0), (4000, 0)):
        at = START + days * DAY
        assert score_at(lead, at).total == scores_at(only(lead), at).get().score == points


def test_what_is_taken_back_never_counted(agreement):
    lead = a_lead(agreement)
    first, _, _ = (did(lead, "webinar", START + days * DAY) for days in (0, 3, 5))
    rescore(only(lead), START + 5 * DAY)
    last = Behaviour.objects.filter(lead=lead).latest("at")
    Behaviour.objects.filter(pk=last.pk).update(retracted_at=START + 6 * DAY)
    rescore(only(lead), START + 6 * DAY)
    assert stored(lead) == [("newest", START, None), ("newest", START + 3 * DAY, None)]
    assert first.at == START


def test_two_at_the_same_second_count_as_two_and_one_of_most(agreement):
    lead = a_lead(agreement)
    for _ in range(3):
        did(lead, "webinar", START)
    rescore(only(lead), START)
    assert score_at(lead, START).behaviour == 20
    assert ScoreLine.objects.filter(lead=lead).count() == 2


def test_without_an_agreement_there_is_no_score(db):
    lead = a_lead(None, country="Denmark")
    did(lead, "webinar", START)
    assert rescore(only(lead), START) == 0
    assert score_at(lead, START).lines == ()
    assert scores_at(only(lead), START).get().score == 0


def test_a_lead_that_goes_to_another_agreement_is_scored_there(agreement):
    lead = a_lead(agreement, country="Denmark")
    did(lead, "webinar", START)
    rescore(only(lead), START)
    other = agreement_with(Scoring((), (BehaviourRule("seen", "webinar", 3),)))
    lead.agreement = other
    lead.save(update_fields=["agreement"])
    rescore(only(lead), START + HOUR)
    assert score_at(lead, START + HOUR).total == scores_at(only(lead), START + HOUR).get().score == 3
    assert score_at(lead, START).total == scores_at(only(lead), START).get().score == 3
    assert not ScoreLine.objects.filter(until=None, version__agreement=agreement).exists()
    lead.agreement = agreement
    lead.save(update_fields=["agreement"])
    rescore(only(lead), START + 2 * HOUR)
    assert score_at(lead, START + 2 * HOUR).total == 30
    assert rescore(only(lead), START + 2 * HOUR) == 0


def test_a_new_version_scores_from_its_first_second(agreement):
    lead = a_lead(agreement, country="Denmark")
    did(lead, "webinar", START)
    rescore(only(lead), START)
    scoring = Scoring((replace(DANISH, points=7),), (replace(NEWEST, points=100),))
    begins = signed_version(agreement, starts_on=date(2026, 12, 1), **terms_said(scoring)).in_force_at
    late = begins + 50 * SECOND
    rescore(agreement, late, from_start=True)
    assert rescore(agreement, late + HOUR) == 0
    assert score_at(lead, begins - SECOND).total == 20 + 5
    assert score_at(lead, begins).total == scores_at(only(lead), begins).get().score == 7 + 50
    assert [line.version.number for line in ScoreLine.objects.filter(until=None)] == [2, 2]


def test_when_a_version_has_ended_nothing_counts(db):
    agreement = agreement_with(SCORING, ends_on=date(2026, 11, 30))
    lead = a_lead(agreement, country="Denmark")
    rescore(only(lead), START)
    ended = agreement.versions.get().ended_at
    assert score_at(lead, ended - SECOND).total == 20
    assert score_at(lead, ended).total == scores_at(only(lead), ended).get().score == 0


def test_what_was_altered_in_the_table_is_mended(agreement):
    lead = a_lead(agreement, country="Denmark")
    did(lead, "webinar", START)
    rescore(only(lead), START)
    ScoreLine.objects.update(points=99)
    assert rescore(only(lead), START + HOUR) == 2
    assert score_at(lead, START + HOUR).total == 30


def test_sets_and_single_leads_cost_the_same_statements(agreement):
    def statements(count):
        leads = [a_lead(agreement, country="Denmark") for _ in range(count)]
        for lead in leads:
            did(lead, "webinar", START)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert rescore(Lead.objects.filter(pk__in=[lead.pk for lead in leads]), START) == 2 * count
        return len(captured)

    assert statements(1) == statements(30) <= 14


# --- When it is due --------------------------------------------------------------------------


def test_a_version_that_came_into_force_is_scored_once(agreement, django_assert_num_queries):
    lead = a_lead(agreement, country="Denmark")
    assert rescore_due(START) == 1
    assert stored(lead) == [("danish", START, None)]
    scoring = Scoring((replace(DANISH, points=7),), ())
    begins = signed_version(agreement, starts_on=date(2026, 12, 1), **terms_said(scoring)).in_force_at
    assert rescore_due(begins - SECOND) == 0
    late = begins + 50 * SECOND
    assert rescore_due(late) == 1
    assert stored(lead) == [("danish", START, begins), ("danish", begins, None)]
    assert [score_at(lead, at).total for at in (begins - SECOND, begins, late)] == [20, 7, 7]
    with django_assert_num_queries(1):
        assert rescore_due(late + HOUR) == 0


def test_what_an_import_brings_is_scored_with_it(agreement):
    header = b"email,country,created_at\n"
    two = header + b"ann@x.example,Denmark,2026-10-01\nbo@x.example,Sweden,2026-10-01\n"
    import_file(BytesIO(two), "two.csv", now=START, agreement=agreement.slug)
    scores = scores_at(Lead.objects.order_by("email"), START)
    assert [lead.score for lead in scores] == [20, 0]
    came = datetime(2026, 10, 1, tzinfo=ZoneInfo("Europe/Copenhagen"))
    assert [score_at(scores[0], came + beside).total for beside in (-SECOND, 0 * SECOND)] == [0, 20]
    again = BytesIO(header + b"bo@x.example,Denmark,2026-10-01\n")
    import_file(again, "bo.csv", now=START + DAY, agreement=agreement.slug)
    bo = Lead.objects.get(email="bo@x.example")
    assert [score_at(bo, START + days * DAY).total for days in (0, 1)] == [0, 20]
