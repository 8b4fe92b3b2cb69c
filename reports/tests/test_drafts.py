"""A version's text tried on last quarter's leads, against a slow and plain count of small random worlds."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Behaviour, Handoff, Lead
from leads.services.knowing import behaviour_of
from leads.services.tiers import attributes_of
from leads.tests.factories import handed_over, lead
from reports.services.drafts import Tally, Trial, listed_under, span_of, trial_of
from slas.rules.conditions import Attribute, Did, Group, ScoreAtLeast, meets
from slas.rules.fields import EXTRA
from slas.rules.ladder import ladder
from slas.rules.scoring import BehaviourRule, FitRule, Scoring, behaviour_lines
from slas.rules.sifting import first_met
from slas.services.drafting import create_agreement, draft_next
from slas.tests.factories import marketing_manager, signed_agreement
from slas.tests.rules.rule_strategies import (
    attribute_sets,
    behaviours,
    conditions,
    groups,
    persona_lists,
    scorings,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
QUARTER = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)  # 1 July in Copenhagen
QUARTER_END = dt.datetime(2026, 9, 30, 22, tzinfo=dt.UTC)
_numbers = itertools.count()


@pytest.fixture
def agreement():
    return signed_agreement()


def did(given: Lead, kind: str, at: dt.datetime, **fields) -> None:
    click = str(next(_numbers))
    Behaviour.objects.create(
        lead=given, kind=kind, at=at, recorded_at=at, entered_at=at, click=click, **fields
    )


def with_rule(terms, rule: Group | None, scoring: Scoring | None = None):
    changed = tuple(replace(one, rule=rule) if one.stage == "mql" else one for one in terms.definitions)
    return replace(terms, definitions=changed, scoring=scoring or Scoring())


def trial(agreement, rule, base=None, scoring=None, now=NOW) -> Trial:
    version = agreement.versions.get()
    made = trial_of(version, with_rule(version.terms(), rule, scoring), now)
    made.base = with_rule(version.terms(), base) if base else None
    return made


# --- Which leads, which moments --------------------------------------------------------------

DENMARK = Group("all", (Attribute("country", "in", ("Denmark",)),))
DEMO = Group("all", (Did("demo_requested"),))


@pytest.mark.parametrize(
    ("at", "counts"),
    [(QUARTER - SECOND, 0), (QUARTER, 1), (QUARTER_END - SECOND, 1), (QUARTER_END, 0)],
)
def test_the_leads_are_those_that_came_to_be_in_the_last_quarter_of_the_zone(agreement, at, counts):
    lead(agreement, at=QUARTER + 9 * DAY, country="Sweden")
    lead(agreement, at=at, country="Denmark")
    found = trial(agreement, DENMARK)
    assert (found.span.start, found.span.end, found.span.quarter) == (QUARTER, QUARTER_END, "Q3 2026")
    assert found.counted_leads().of("all").leads == 1 + counts
    assert found.counted_leads().of("mql") == Tally(counts, 0)


@pytest.mark.parametrize(
    ("at", "counts"), [(QUARTER_END - SECOND, 1), (QUARTER_END, 0), (QUARTER - 400 * DAY, 1)]
)
def test_what_they_did_counts_up_to_the_end_of_the_quarter(agreement, at, counts):
    did(lead(agreement, at=QUARTER), "demo_requested", at)
    assert trial(agreement, DEMO).counted_leads().of("mql").leads == counts


def test_what_was_taken_back_was_not_done(agreement):
    did(lead(agreement, at=QUARTER), "demo_requested", QUARTER + DAY, retracted_at=QUARTER + 2 * DAY)
    assert trial(agreement, DEMO).counted_leads().of("mql").leads == 0


def test_customers_are_those_who_became_one_to_date(agreement):
    for won_at in (NOW, NOW + SECOND, None):
        given = lead(agreement, at=QUARTER, country="Denmark")
        Lead.objects.filter(pk=given.pk).update(customer_at=won_at)
    assert trial(agreement, DENMARK).counted_leads().of("mql") == Tally(3, 1)


def test_without_a_lead_in_the_quarter_the_last_90_days_are_taken(agreement):
    now = dt.datetime(2026, 12, 31, 9, tzinfo=dt.UTC)
    for at in (now - 90 * DAY, now - 90 * DAY - SECOND):
        lead(agreement, at=at, country="Denmark")
    found = trial(agreement, DENMARK, now=now)
    assert (found.span.quarter, found.span.words) == ("", "in the last 90 days")
    assert found.counted_leads().of("mql").leads == 1


def test_a_handoff_in_the_quarter_is_enough_for_it(agreement):
    given = handed_over(agreement, at=QUARTER_END - DAY).lead
    Lead.objects.filter(pk=given.pk).update(created_at=QUARTER - DAY)
    assert span_of(Lead.objects.all(), Handoff.objects.all(), "Europe/Copenhagen", NOW).quarter == "Q3 2026"
    assert trial(agreement, DENMARK).counted_handoffs().of("handed").leads == 1


def test_leads_of_another_agreement_are_not_counted(agreement):
    lead(signed_agreement("other"), at=QUARTER, country="Denmark")
    lead(agreement, at=QUARTER)
    assert trial(agreement, DENMARK).counted_leads().of("mql").leads == 0


def test_the_first_draft_of_all_is_tried_on_the_leads_that_its_scope_takes():
    for country in ("Denmark", "Denmark", "Sweden"):
        lead(at=QUARTER, country=country)
    made = create_agreement("new", "New", now=NOW)
    terms = with_rule(signed_agreement("other").versions.get().terms(), DENMARK)
    version = draft_next(made, by=marketing_manager(), now=NOW)
    scoped = trial_of(version, replace(terms, scope=DENMARK), NOW)
    assert scoped.base is None
    assert scoped.counted_leads().of("all").leads == 2
    assert trial_of(version, replace(terms, by_name_only=True), NOW).counted_leads().all == Counter()


def test_an_agreement_without_conditions_counts_its_leads_and_nothing_else(agreement):
    lead(agreement, at=QUARTER)
    found = trial(agreement, None)
    assert dict(found.counted_leads().all) == {"all": 1}
    assert found.rungs == {}


def test_what_an_import_kept_beside_is_asked_too(agreement):
    given = lead(agreement, at=QUARTER)
    Lead.objects.filter(pk=given.pk).update(extra={"Segment": "Retail"})
    rule = Group("all", (Attribute("extra.Segment", "in", ("retail",)),))
    assert trial(agreement, rule).counted_leads().of("mql").leads == 1


# --- Against a slow and plain count ----------------------------------------------------------

people = st.lists(st.tuples(attribute_sets(), behaviours(NOW), st.integers(-5, 97)), max_size=5)


@st.composite
def texts_of_versions(draw):
    """(rule, personas, scoring, rules of two windows) of a draft, or of the base."""
    personas = draw(persona_lists())
    part = conditions(tuple(persona.key for persona in personas))
    windows = (draw(groups(part)), draw(st.none() | groups(part)))
    return draw(groups(part)), personas, draw(scorings(personas)), windows


def terms_of(terms, text):
    rule, personas, scoring, windows = text
    hot, rest = (
        replace(terms.windows[0], key=key, match=match) for key, match in zip("ab", windows, strict=True)
    )
    made = with_rule(replace(terms, personas=(), scoring=Scoring()), None)
    made = replace(made, personas=personas, scoring=scoring, windows=(hot, rest))
    return with_rule(made, rule, scoring)


def plain_names(given: Lead, draft, base) -> set[str]:
    """What the streams should find, one lead and one rule at a time."""
    done = behaviour_of([given.pk]).get(given.pk, ())
    as_of = QUARTER_END - SECOND
    names = {"all"}

    def qualifies(terms, rule) -> bool:
        facts = terms.facts(attributes_of(given), [one for one in done if one.at <= as_of], as_of)
        return first_met(rule, facts, given.created_at) is not None

    rule = draft.definition("mql").rule
    by_draft, by_base = qualifies(draft, rule), qualifies(base, base.definition("mql").rule)
    names |= {"mql"} if by_draft else set()
    names |= {"mql.now"} if by_base else set()
    names |= {"mql.new"} if by_draft and not by_base else {"mql.gone"} if by_base and not by_draft else set()
    for points, changed in ladder(rule).items():
        if qualifies(draft, changed):
            names.add(f"mql.{points}")
        if qualifies(draft, changed) != by_draft:
            names.add(f"mql.{points}.other")
    for fit in draft.scoring.fit:
        if meets(fit.when, draft.facts(attributes_of(given), (), as_of)):
            names.add(f"points.{fit.key}")
    moments = [at for at in [given.created_at, *(one.at for one in done)] if given.created_at <= at <= as_of]
    for each in draft.scoring.behaviour:
        if any(list(behaviour_lines(each, draft.facts({}, done, at))) for at in moments):
            names.add(f"points.{each.key}")
    return names


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(people=people, draft=texts_of_versions(), base=texts_of_versions())
def test_the_numbers_are_those_of_a_slow_and_plain_count(agreement, people, draft, base):
    version = agreement.versions.get()
    Lead.objects.update(agreement=None)
    made = []
    for said, done, days in people:
        columns = {name: value for name, value in said.items() if not name.startswith(EXTRA)}
        extra = {name.removeprefix(EXTRA): value for name, value in said.items() if name.startswith(EXTRA)}
        at = QUARTER + days * DAY
        one = Lead.objects.create(agreement=agreement, created_at=at, recorded_at=at, extra=extra, **columns)
        for each in done:
            did(one, each.kind, each.at)
        Handoff.objects.create(
            lead=one, agreement=agreement, version=version, at=at, recorded_at=at, entered_at=at
        )
        made.append(one)
    becomes, was = terms_of(version.terms(), draft), terms_of(version.terms(), base)
    tried = trial_of(version, becomes, NOW)
    tried.base = was
    tried.span = tried.span._replace(start=QUARTER, end=QUARTER_END)
    tried.handoffs = Handoff.objects.filter(lead__in=[one.pk for one in made])  # not of examples before
    inside = [one for one in made if QUARTER <= one.created_at < QUARTER_END]
    expected = {one.pk: plain_names(one, becomes, was) for one in inside}
    assert {row.pk: set(row.names) for row in tried.found_leads()} == expected
    counted = Counter(name for names in expected.values() for name in names)
    assert tried.counted_leads().all == counted
    for name, number in counted.items():
        ids, total = listed_under(tried.found_leads(), name, won=False, most=500)
        assert total == number == len(ids)
        assert set(ids) == {pk for pk, names in expected.items() if name in names}
    for row in tried.found_handoffs():
        handoff = Handoff.objects.select_related("lead").get(pk=row.pk)
        done = behaviour_of([handoff.lead_id]).get(handoff.lead_id, ())
        for word, terms in (("tier", becomes), ("now", was)):
            window = terms.window_for(terms.facts(attributes_of(handoff.lead), done, handoff.at))
            assert (f"{word}.{window.key}" if window else word) in row.names
    assert tried.counted_handoffs().all["handed"] == len(inside)


def test_a_minimum_score_has_a_ladder(agreement):
    fit = FitRule("f", DENMARK, 30)
    scoring = Scoring((fit,), (BehaviourRule("b", "webinar", 12),))
    rule = Group("all", (ScoreAtLeast("total", 40),))
    for webinars in (0, 1, 2):
        one = lead(agreement, at=QUARTER, country="Denmark")
        for day in range(webinars):
            did(one, "webinar", QUARTER + day * DAY)
    counted = trial(agreement, rule, scoring=scoring).counted_leads()
    assert [counted.of(f"mql{at}").leads for at in (".30", "", ".50", ".60")] == [3, 2, 1, 0]
    assert [counted.of(f"mql.{at}.other").leads for at in (30, 50, 60)] == [1, 1, 2]
    assert counted.of("points.f").leads == 3
    assert counted.of("points.b").leads == 2


def test_a_list_says_how_many_there_are_where_it_shows_fewer(agreement):
    for _ in range(3):
        lead(agreement, at=QUARTER, country="Denmark")
    ids, total = listed_under(trial(agreement, DENMARK).found_leads(), "mql", won=False, most=2)
    assert (len(ids), total) == (2, 3)


@pytest.mark.parametrize("number", [3, 30])
def test_the_same_few_queries_for_few_and_many_leads(agreement, number, django_assert_num_queries):
    for _ in range(number):
        did(handed_over(agreement, at=QUARTER).lead, "webinar", QUARTER)
    found = trial(agreement, DENMARK, DEMO)
    with django_assert_num_queries(4):
        found.counted_leads()
        found.counted_handoffs()
