"""The audit: each kind of difference is found, told and mended; a second one finds none."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from leads.models import Behaviour, Clock, Handoff, Lead, ScoreLine
from leads.services.scoring import rescore
from leads.tests.factories import lead
from reports.models import NightCheck, Result
from reports.services.audit import audit
from reports.services.nightly import nightly
from reports.tests.worlds import HOUR, OPENS, agreement, four_of_six
from slas.tests.factories import signed_agreement
from smarketing.accounts.tests.factories import raj, rita
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db

MIDNIGHT = dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)
LATER = MIDNIGHT + HOUR


@pytest.fixture
def world():
    it = agreement()
    handoffs = four_of_six(it, rita())
    nightly(MIDNIGHT)
    return handoffs


SEEDS = [
    pytest.param(lambda: _clock(deadline_at=OPENS), "clock.deadline_at", id="a moved deadline"),
    pytest.param(lambda: _clock(warn_at=OPENS), "clock.warn_at", id="a moved warning"),
    pytest.param(lambda: _clock(outcome="", stopped_at=None), "clock.outcome", id="a lost outcome"),
    pytest.param(lambda: _clock(holder=None), "clock.holder_id", id="a lost holder"),
    pytest.param(lambda: Clock.objects.order_by("pk").first().delete(), "clock.row", id="a missing clock"),
    pytest.param(lambda: _lead(mql_at=OPENS - HOUR), "lead.mql_at", id="a moved arrival"),
    pytest.param(lambda: _lead(stage="customer"), "lead.stage", id="a wrong stage"),
    pytest.param(lambda: _lead(owner=raj()), "lead.owner_id", id="a wrong owner"),
    pytest.param(
        lambda: Handoff.objects.update(rejected_at=OPENS + HOUR),
        "handoff.rejected_at",
        id="a made-up rejection",
    ),
    pytest.param(lambda: Result.objects.update(k=0), "night.results", id="a wrong result"),
    pytest.param(lambda: Result.objects.all().delete(), "night.results", id="lost results"),
    pytest.param(lambda: NightCheck.objects.update(clocks={}), "night.results", id="wrong counts of clocks"),
]


def _clock(**fields):
    Clock.objects.filter(pk=Clock.objects.order_by("pk").first().pk).update(**fields)


def _lead(**fields):
    Lead.objects.filter(pk=Lead.objects.order_by("pk").first().pk).update(**fields)


def test_nothing_differs_after_ordinary_work(world):
    audited = audit(LATER)
    assert (audited.differences, audited.mended) == (0, 0)
    assert audited.checked == 6 + 6 + 20


@pytest.mark.parametrize(("seed", "column"), SEEDS)
def test_a_seeded_difference_is_found_and_mended(world, seed, column):
    seed()
    audited = audit(LATER)
    assert column in audited.by_column
    assert audited.mended == audited.differences > 0
    assert audit(LATER + HOUR).differences == 0


def test_a_wrong_result_gets_a_new_revision_that_says_who_found_it(world):
    Result.objects.filter(commitment="speed", night=dt.date(2026, 11, 20)).update(k=6, value=1)
    audit(LATER)
    result = Result.objects.last_revisions().get(commitment="speed", night=dt.date(2026, 11, 20))
    assert (result.revision, result.k, result.value) == (2, 4, Decimal("0.6666666667"))
    assert result.reason == "100% (6 of 6) became 66.7% (4 of 6): found by the audit."


def test_a_clock_that_was_wrong_corrects_its_nights_in_the_same_audit(world):
    wrong = Clock.objects.filter(outcome="").first()
    Clock.objects.filter(pk=wrong.pk).update(outcome="met", stopped_at=OPENS)
    nightly(LATER, date=dt.date(2026, 11, 20))
    assert Result.objects.last_revisions().get(commitment="speed", night=dt.date(2026, 11, 20)).k == 5
    audit(LATER)
    assert Result.objects.last_revisions().get(commitment="speed", night=dt.date(2026, 11, 20)).k == 4


def test_no_mail_is_written(world):
    before = Mail.objects.count()
    _clock(deadline_at=OPENS)
    Result.objects.update(k=0)
    audit(LATER)
    assert Mail.objects.count() == before


def test_the_command_says_what_it_did(world):
    _lead(stage="customer")
    out = io.StringIO()
    call_command("audit", "--json", stdout=out, stderr=io.StringIO())
    data = json.loads(out.getvalue())
    assert (data["checked"], data["differences"], data["mended"]) == (32, 1, 1)
    out = io.StringIO()
    call_command("audit", stdout=out)
    assert out.getvalue() == "Checked 32 rows: no difference.\n"


SCORE_RULES = [
    {"key": "known", "kind": "fit", "points": 5, "when": {"all": [{"field": "email", "op": "known"}]}},
    {"key": "seen", "kind": "behaviour", "points": 7, "did": "pricing_seen"},
]


@pytest.mark.parametrize(
    "seed",
    [
        lambda: ScoreLine.objects.filter(kind="fit").update(points=6),
        lambda: ScoreLine.objects.filter(kind="behaviour").update(at=OPENS - HOUR),
        lambda: ScoreLine.objects.filter(kind="fit").delete(),
        lambda: ScoreLine.objects.filter(kind="behaviour").delete(),
        lambda: Lead.objects.update(email=""),
    ],
)
def test_score_lines_that_differ_are_found_and_mended(db, seed):
    given = lead(signed_agreement(score_rules=SCORE_RULES), at=OPENS)
    Behaviour.objects.create(
        lead=given, kind="pricing_seen", at=OPENS, recorded_at=OPENS, entered_at=OPENS, detail=""
    )
    rescore([given.pk], OPENS)
    assert audit(LATER).differences == 0
    seed()
    audited = audit(LATER)
    assert audited.by_column == {"score.lines": 1}
    assert (audited.differences, audited.mended) == (1, 1)
    assert audited.examples == ["1 score line of leads."]
    assert audit(LATER + HOUR).differences == 0
