"""Rules in Python and in SQL: one question, one answer, on random rules and leads, and on telling ones."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.conditions import leads_passing, passing
from leads.models import Behaviour, Handoff, Lead
from leads.services.knowing import behaviour_of
from leads.services.score_lines import Pen
from leads.services.tiers import attributes_of
from slas.models import Version
from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    Facts,
    Group,
    IsPersona,
    Persona,
    ScoreAtLeast,
    meets,
)
from slas.rules.fields import EXTRA, FOLD_FROM, FOLD_TO, FREE_MAIL
from slas.rules.scoring import NO_SCORING, BehaviourRule, Scoring
from slas.services.drafting import create_agreement
from slas.tests.factories import signed_agreement
from slas.tests.rules.rule_strategies import cases, instants, texts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
AFTER_ALL = NOW + 400 * DAY
_numbers = itertools.count()


@pytest.fixture
def version(db):
    agreement = create_agreement("inbound", "Inbound", now=NOW)
    return Version.objects.create(agreement=agreement, number=9, starts_on=NOW.date(), drafted_at=NOW)


def stored(facts, version=None, *, taken_back=(), beside=None):
    """A lead as the database keeps it, of which these facts are known."""
    columns = {name: value for name, value in facts.attributes.items() if not name.startswith(EXTRA)}
    extra = {
        name.removeprefix(EXTRA): value for name, value in facts.attributes.items() if name.startswith(EXTRA)
    }
    lead = Lead.objects.create(
        recorded_at=NOW - 900 * DAY,
        created_at=NOW - 900 * DAY,
        extra=(beside or {}) | extra,
        agreement=version and version.agreement,
        **columns,
    )
    did(lead, *((one.kind, one.at) for one in facts.behaviour))
    did(lead, *taken_back, retracted_at=AFTER_ALL)
    return lead


def did(lead, *deeds, **fields):
    return Behaviour.objects.bulk_create(
        Behaviour(
            lead=lead,
            kind=kind,
            at=at,
            recorded_at=AFTER_ALL,
            entered_at=AFTER_ALL,
            click=str(next(_numbers)),
            **fields,
        )
        for kind, at in deeds
    )


def passes(rule, lead, as_of, personas=(), version=None):
    return Lead.objects.filter(
        passing(rule, as_of=as_of, personas=personas, version=version), pk=lead.pk
    ).exists()


other_values = st.sampled_from((None, 5, True, ["Denmark"], {"a": "Denmark"}, "\ud83d\ude00", "x"))
beside = st.dictionaries(st.sampled_from(("Segment", "Größe ’24", "2024", 'a"b')), other_values | texts())


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases(), beside=beside, data=st.data())
def test_sql_finds_exactly_the_leads_that_python_says_yes_to(version, case, beside, data):
    rule, facts = case
    taken_back = data.draw(
        st.lists(st.tuples(st.sampled_from(("webinar", "unsubscribed")), instants(facts.as_of)), max_size=2)
    )
    lead = stored(facts, version, taken_back=taken_back, beside=beside)
    personas = facts.personas.values()
    Pen(version, facts.scoring, personas, [lead.pk], NOW - 800 * DAY).write()
    lead.refresh_from_db()
    known = Facts(
        attributes_of(lead),
        behaviour_of([lead.pk]).get(lead.pk, ()),
        facts.as_of,
        facts.personas,
        facts.scoring,
    )
    assert sorted(known.behaviour) == sorted(facts.behaviour)  # what was taken back is not known
    expected = meets(rule, known)
    assert passes(rule, lead, facts.as_of, personas, version) is expected
    # Nothing is NULL: the others are found by the opposite question.
    others = Lead.objects.filter(pk=lead.pk).exclude(
        passing(rule, as_of=facts.as_of, personas=personas, version=version)
    )
    assert others.exists() is not expected


# --- Told one by one -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "said", "expected"),
    [
        (Attribute("country", "in", ("denmark",)), {"country": " DENMARK\xa0"}, True),
        (Attribute("country", "in", ("Denmark",)), {"country": ""}, False),
        (Attribute("country", "not_in", ("Denmark",)), {"country": ""}, False),
        (Attribute("country", "not_in", ("Denmark",)), {"country": "\t"}, False),
        (Attribute("country", "not_in", ("Denmark",)), {"country": "Sweden"}, True),
        (Attribute("country", "in", ("İstanbul",)), {"country": "İSTANBUL"}, True),
        (Attribute("country", "in", ("i\u0307stanbul",)), {"country": "İstanbul"}, False),
        (Attribute("country", "unknown"), {"country": "\xa0 "}, True),
        (Attribute("country", "known"), {"country": "\xa0 "}, False),
        (Attribute("company", "contains", ("50%",)), {"company": "about 500"}, False),
        (Attribute("company", "contains", ("50%",)), {"company": "about 50% off"}, True),
        (Attribute("company", "contains", ("a_b",)), {"company": "aXb"}, False),
        (Attribute("company", "contains", ("a\\b",)), {"company": "A\\B"}, True),
        (Attribute("company", "contains", ("ØRE",)), {"company": "Møllers øre"}, True),
        (Attribute("company", "not_contains", ("x",)), {"company": ""}, False),
        (Attribute("company", "contains", tuple(f"w{n}" for n in range(1000))), {"company": "w999"}, True),
        (Attribute("employees", "at_least", 0), {"employees": None}, False),
        (Attribute("employees", "at_most", 0), {"employees": None}, False),
        (Attribute("employees", "at_most", 0), {"employees": 0}, True),
        (Attribute("employees", "unknown"), {"employees": 0}, False),
        (Attribute("email", "business", FREE_MAIL), {"email": "ann@GMAIL.com "}, False),
        (Attribute("email", "business", FREE_MAIL), {"email": "gmail.com"}, False),
        (Attribute("email", "business", FREE_MAIL), {"email": "e@"}, False),
        (Attribute("email", "business", FREE_MAIL), {"email": "a@b@acme.example"}, True),
        (Attribute("email", "domain_in", ("acme.example",)), {"email": "a@sub.acme.example"}, False),
        (Attribute("extra.2024", "in", ("yes",)), {"extra": {"2024": "Yes"}}, True),
        (Attribute("extra.2024", "known"), {"extra": {"2024": 5}}, False),
        (Attribute("extra.2024", "known"), {"extra": {"2024": None}}, False),
        (Attribute("extra.2024", "known"), {"extra": {}}, False),
        (Attribute('extra.a"b', "in", ("ja",)), {"extra": {'a"b': "JA"}}, True),
        (Attribute("extra.Größe", "contains", ("oß",)), {"extra": {"Größe": "gROß"}}, True),
    ],
    ids=str,
)
def test_what_an_attribute_says(condition, said, expected):
    lead = Lead.objects.create(recorded_at=NOW, created_at=NOW, **said)
    assert meets(Group("all", (condition,)), Facts(attributes_of(lead), (), NOW)) is expected
    assert passes(Group("all", (condition,)), lead, NOW) is expected


@pytest.mark.parametrize(
    ("condition", "ago", "expected"),
    [
        (Did("webinar", 1, 30), 30 * DAY - SECOND, True),
        (Did("webinar", 1, 30), 30 * DAY, False),
        (Did("webinar", 1, 30), timedelta(), True),
        (Did("webinar", 1, 30), -SECOND, False),
        (Did("webinar"), 800 * DAY, True),
        (Did("webinar", 2), 5 * DAY, False),
        (Did("download"), 5 * DAY, False),
        (DidNot("webinar", 30), 30 * DAY, True),
        (DidNot("webinar", 30), 30 * DAY - SECOND, False),
        (DidNot("webinar"), 800 * DAY, False),
        (DidNot("download"), 5 * DAY, True),
    ],
    ids=str,
)
def test_what_was_done_before_at_and_after(condition, ago, expected):
    lead = Lead.objects.create(recorded_at=NOW, created_at=NOW)
    did(lead, ("webinar", NOW - ago))
    facts = Facts({}, behaviour_of([lead.pk])[lead.pk], NOW)
    assert meets(Group("any", (condition,)), facts) is expected
    assert passes(Group("any", (condition,)), lead, NOW) is expected


def test_what_was_taken_back_was_not_done():
    lead = Lead.objects.create(recorded_at=NOW, created_at=NOW)
    did(lead, ("webinar", NOW - DAY), retracted_at=AFTER_ALL)
    assert not passes(Did("webinar"), lead, NOW)
    assert passes(DidNot("webinar"), lead, NOW)


def test_every_capital_is_folded_alike():
    lead = Lead.objects.create(recorded_at=NOW, created_at=NOW, extra={"all": FOLD_FROM})
    for first in range(0, len(FOLD_TO), 100):
        part = Attribute("extra.all", "contains", (FOLD_TO[first : first + 100],))
        assert passes(part, lead, NOW)


def test_a_score_counts_as_faded_at_the_instant(version):
    scoring = Scoring((), (BehaviourRule("seen", "webinar", 13, "halves", 21),))
    lead = stored(Facts({}, (), NOW), version)
    did(lead, ("webinar", NOW))
    Pen(version, scoring, (), [lead.pk], NOW).write()
    for at, points in ((NOW - SECOND, 0), (NOW, 13), (NOW + 21 * DAY - SECOND, 13), (NOW + 21 * DAY, 6)):
        assert passes(ScoreAtLeast("total", points), lead, at, version=version)
        assert not passes(ScoreAtLeast("total", points + 1), lead, at, version=version)
        assert not passes(ScoreAtLeast("fit", 1), lead, at, version=version)


def test_a_persona_that_is_not_there_is_said():
    with pytest.raises(ValueError, match="There is no persona boss"):
        passing(Group("all", (IsPersona("boss"),)), as_of=NOW)


def test_rows_that_lead_to_a_lead_are_filtered_alike(version):
    persona = Persona("boss", "Boss", Group("all", (Attribute("job_title", "in", ("CEO",)),)))
    rule = Group("all", (IsPersona("boss"), Did("webinar"), DidNot("download"), ScoreAtLeast("total", 0)))
    for title in ("ceo", "clerk"):
        lead = Lead.objects.create(
            recorded_at=NOW, created_at=NOW, job_title=title, agreement=version.agreement
        )
        did(lead, ("webinar", NOW))
        Handoff.objects.create(
            lead=lead, agreement=version.agreement, version=version, at=NOW, recorded_at=NOW, entered_at=NOW
        )
    found = Handoff.objects.filter(passing(rule, as_of=NOW, personas=[persona], lead="lead__"))
    assert [each.lead.job_title for each in found] == ["ceo"]


def test_no_rule_takes_every_lead(django_assert_num_queries):
    terms = signed_agreement().versions.get().terms()
    Lead.objects.create(recorded_at=NOW, created_at=NOW)
    assert leads_passing(None, terms, as_of=NOW).count() == 1
    rule = Group("all", (Attribute("country", "known"),))
    with django_assert_num_queries(1):
        assert not list(leads_passing(rule, terms, as_of=NOW))
    assert terms.scoring == NO_SCORING
