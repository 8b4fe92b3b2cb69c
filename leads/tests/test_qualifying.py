"""Leads that become MQLs by themselves: when, why, once, and what follows from it."""

import threading
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from leads.importing.running import import_file
from leads.models import Behaviour, Clock, Entry, Handoff, ImportBatch, Lead
from leads.services.intake import add_lead, edit_lead
from leads.services.pipeline import hand_over, recycle
from leads.services.qualifying import candidates, qualify_due, settle
from leads.services.scoring import rescore, score_at
from leads.tests.factories import lead
from reports.services.sweep import sweep
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement, signed_version
from smarketing.accounts.tests.factories import mia
from smarketing.outbox.models import Mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
DANISH = {"field": "country", "op": "in", "value": ["Denmark"]}
DEMO = {"did": "demo_requested", "times": 1, "days": 30}
RULE = {"all": [DANISH, {"score": "total", "at_least": 20}]}
SCORE_RULES = [
    {"key": "danish", "kind": "fit", "points": 10, "when": {"all": [DANISH]}},
    {"key": "demo", "kind": "behaviour", "points": 10, "did": "demo_requested"},
]


def an_agreement(rule=RULE, *, by_itself=True, hand_over_by_itself=False, **fields):
    return signed_agreement(
        rules={"mql": {"rule": rule, "by_itself": by_itself}},
        score_rules=SCORE_RULES,
        hand_over_by_itself=hand_over_by_itself,
        **fields,
    )


def did(given, kind="demo_requested", at=NOW):
    return Behaviour.objects.create(lead=given, kind=kind, at=at, recorded_at=at, entered_at=at)


def journal(given):
    return [
        (e.type, e.to_stage, e.by and e.by.email) for e in Entry.objects.filter(lead=given).order_by("id")
    ]


def stage(given):
    return Lead.objects.get(pk=given.pk).stage


def test_it_becomes_an_mql_with_the_change_that_makes_it_one():
    given = lead(an_agreement(), at=NOW, country="Sweden")
    did(given)
    settle(given, NOW)
    assert given.stage == stage(given) == "lead"
    edit_lead(given, by=marketing_manager(), now=NOW + HOUR, country=" denmark ")
    assert given.stage == stage(given) == "mql"
    moved = Entry.objects.filter(lead=given).latest("id")
    assert (moved.type, moved.by, moved.at) == ("moved", None, NOW + HOUR)
    assert moved.note == "Qualifies: the country is denmark and the score is 20."
    assert given.mql_at == NOW + HOUR
    assert not given.handoffs.exists()


def test_it_may_be_one_from_the_start():
    given = lead(an_agreement({"all": [DANISH]}), at=NOW, country="Denmark")
    assert given.stage == "mql"
    assert [entry[:2] for entry in journal(given)] == [("moved", "lead"), ("moved", "mql")]
    assert score_at(given, NOW).total == 10


def test_nothing_happens_by_itself_unless_the_version_says_so():
    given = lead(an_agreement({"all": [DANISH]}, by_itself=False), at=NOW, country="Denmark")
    assert qualify_due(NOW) == 0
    assert given.stage == stage(given) == "lead"


def test_it_is_handed_over_with_its_tier_and_clock_by_nobody():
    window = {"match": {"all": [DANISH]}, "key": "danish", "name": "Danish"}
    agreement = an_agreement({"all": [DANISH]}, hand_over_by_itself=True, windows=[window])
    given = lead(agreement, at=NOW, country="Denmark")
    handoff = Handoff.objects.get(lead=given)
    assert (handoff.by, handoff.at, handoff.window_key) == (None, NOW, "danish")
    assert Clock.objects.get().start_at == NOW
    assert [entry[1] for entry in journal(given)] == ["lead", "mql", "mql"]
    assert journal(given)[1:] == [("moved", "mql", None)] * 2
    assert given.owner is None


def test_where_sqls_are_handed_over_an_mql_stays_with_marketing():
    agreement = an_agreement({"all": [DANISH]}, hand_over_by_itself=True, handoff_stage="sql")
    given = lead(agreement, at=NOW, country="Denmark")
    assert given.stage == "mql"
    assert not Handoff.objects.exists()


def test_a_recycled_lead_never_comes_back_by_itself():
    given = lead(an_agreement({"all": [DANISH]}, hand_over_by_itself=True), at=NOW, country="Denmark")
    recycle(given, by=sales_manager(), now=NOW + HOUR, reason="later")
    settle(given, NOW + 2 * HOUR)
    assert qualify_due(NOW + 2 * HOUR) == 0
    edit_lead(given, by=marketing_manager(), now=NOW + 3 * HOUR, company="Other")
    assert stage(given) == "recycled"


def test_time_alone_makes_one_before_at_and_after():
    quiet = {"did_not": "unsubscribed", "days": 30}
    given = lead(an_agreement({"all": [DANISH, quiet]}), at=NOW, country="Sweden")
    did(given, "unsubscribed")
    edit_lead(given, by=marketing_manager(), now=NOW, country="Denmark")
    assert qualify_due(NOW + 30 * DAY - SECOND) == 0
    assert qualify_due(NOW + 30 * DAY) == 1
    assert qualify_due(NOW + 30 * DAY) == 0
    assert Lead.objects.get().mql_at == NOW + 30 * DAY


def test_a_version_that_comes_into_force_makes_some():
    agreement = an_agreement(by_itself=False)
    given = lead(agreement, at=NOW, country="Denmark")
    rules = {"mql": {"rule": {"all": [DANISH]}, "by_itself": True}}
    begins = signed_version(agreement, starts_on=date(2026, 12, 1), rules=rules).in_force_at
    assert qualify_due(begins - SECOND) == 0
    assert qualify_due(begins) == 1
    assert stage(given) == "mql"


def test_a_lead_of_no_agreement_stays(db):
    agreement = an_agreement({"all": [DANISH]}, by_name_only=True)
    given = add_lead(by=mia(), now=NOW, country="Denmark", email="x@y.example")
    assert (given.agreement, given.stage) == (None, "lead")
    hand_over(given, by=marketing_manager(), now=NOW + HOUR, agreement=agreement)
    assert score_at(given, NOW + HOUR).total == 10


# --- What an import brought ------------------------------------------------------------------


def imported(agreement, *, created_at, recorded_at=NOW, **columns):
    batch = ImportBatch.objects.create(file_name="old.csv", time_zone="UTC", started_at=recorded_at)
    columns = {"country": "Denmark"} | columns
    given = Lead.objects.create(
        agreement=agreement, created_at=created_at, recorded_at=recorded_at, batch=batch, **columns
    )
    Entry.objects.create(
        lead=given,
        type="moved",
        to_stage="lead",
        at=created_at,
        recorded_at=created_at,
        entered_at=recorded_at,
    )
    rescore(Lead.objects.filter(pk=given.pk), recorded_at)
    return given


@pytest.fixture
def handing_over(db):
    return an_agreement({"all": [DANISH]}, hand_over_by_itself=True)


@pytest.mark.parametrize(
    ("age", "behaviour", "is_handed_over"),
    [
        (DAY, None, True),
        (30 * DAY, None, True),
        (30 * DAY + SECOND, None, False),
        (800 * DAY, None, False),
        (800 * DAY, 31 * DAY, False),
        (800 * DAY, 30 * DAY, True),
    ],
)
def test_history_is_no_work_for_sales(handing_over, age, behaviour, is_handed_over):
    given = imported(handing_over, created_at=NOW - age)
    if behaviour:
        did(given, at=NOW - behaviour)
    assert qualify_due(NOW) == 1
    assert stage(given) == "mql"
    assert Handoff.objects.exists() is is_handed_over
    waits = "so it waits for somebody to hand it over."
    assert Entry.objects.filter(note__contains=waits).exists() is not is_handed_over
    sales_manager()
    for later in (DAY, 10 * DAY, 100 * DAY):
        sweep(NOW + later)
    assert Mail.objects.exists() is is_handed_over


def test_what_states_its_stage_stays_there(handing_over):
    given = imported(handing_over, created_at=NOW - DAY)
    Lead.objects.filter(pk=given.pk).update(stage="mql", mql_at=NOW)
    Entry.objects.create(lead=given, type="moved", to_stage="mql", at=NOW, recorded_at=NOW, entered_at=NOW)
    assert qualify_due(NOW) == 0
    assert not Handoff.objects.exists()


# --- In sets ---------------------------------------------------------------------------------


def test_a_tick_takes_no_more_than_it_may(handing_over):
    for _ in range(5):
        imported(handing_over, created_at=NOW - DAY)
    assert [qualify_due(NOW, most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_tick_with_nothing_due_asks_the_same_whatever_there_is(handing_over):
    def queries(count):
        for _ in range(count):
            imported(handing_over, created_at=NOW, country="Sweden")
        with CaptureQueriesContext(connection) as captured:
            assert qualify_due(NOW) == 0
        return len(captured)

    assert queries(3) == queries(30) == 2


def test_candidates_meet_the_rule_with_their_stored_score():
    agreement = an_agreement()
    scored, unscored = (imported(agreement, created_at=NOW) for _ in range(2))
    did(scored)
    rescore(agreement, NOW)
    assert list(candidates(agreement.versions.get(), NOW)) == [scored]
    assert unscored.stage == "lead"


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_make_it_one_once():
    agreement = an_agreement({"all": [DANISH]}, hand_over_by_itself=True)
    given = [imported(agreement, created_at=NOW) for _ in range(3)]
    made, at_once = [], threading.Barrier(2)

    def tick():
        try:
            at_once.wait()
            made.append(qualify_due(NOW))
        finally:
            connections.close_all()

    ticks = [threading.Thread(target=tick) for _ in range(2)]
    for each in ticks:
        each.start()
    for each in ticks:
        each.join()
    assert sum(made) == 3
    assert Handoff.objects.count() == 3
    for one in given:
        assert [entry[1] for entry in journal(one)] == ["lead", "mql", "mql"]


def test_the_same_import_again_leaves_what_happened_by_itself(handing_over):
    rows = b"email,country,created_at\nann@x.example,Denmark,2026-11-18\n"
    import_file(BytesIO(rows), "leads.csv", now=NOW, agreement=handing_over.slug)
    given = Lead.objects.get()
    assert given.stage == "lead"
    assert qualify_due(NOW + 60 * SECOND) == 1
    before = journal(given)
    done = import_file(BytesIO(rows), "leads.csv", now=NOW + DAY, agreement=handing_over.slug)
    assert done.unchanged == 1
    more = rows.replace(b"Denmark", b"Sweden")
    import_file(BytesIO(more), "leads.csv", now=NOW + 2 * DAY, agreement=handing_over.slug)
    assert (stage(given), journal(given)) == ("mql", before)
    assert Handoff.objects.count() == 1
