"""The `figures` command: its JSON, its table, its refusals, and the real leads of OLIST_DIR."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from reports.metrics.registry import REGISTRY
from reports.tests.worlds import agreement, four_of_six
from slas.rules.metrics import METRICS
from slas.services.drafting import create_agreement
from slas.tests.factories import sales_manager, signed_agreement
from smarketing.now import this_second

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def figures(*args, slug="inbound", as_json=True):
        call_command("figures", "--agreement", slug, *args, *(["--json"] if as_json else []))
        out = capsys.readouterr().out
        return json.loads(out) if as_json else out

    return figures


def test_every_metric_that_may_be_promised_is_counted():
    assert list(REGISTRY) == list(METRICS) or set(REGISTRY) == set(METRICS)


def test_the_json_has_period_and_metrics(run):
    four_of_six(agreement(), sales_manager())
    data = run("--period", "2026-11")
    assert data["period"] == {"start": "2026-10-31T23:00:00Z", "end": "2026-11-30T23:00:00Z"}
    assert set(data["metrics"]) == set(METRICS)
    assert data["metrics"]["mqls"] == {"value": 6}
    assert data["metrics"]["clocks_met"] == {"value": 4}
    assert data["metrics"]["lead_to_mql"] == {"value": 1.0, "k": 6, "n": 6}
    assert data["metrics"]["visitor_to_lead"] == {"value": None, "k": 0, "n": 0}
    assert data["metrics"]["revenue"] == {"value": "0", "currency": "EUR"}
    assert "groups" not in data


def test_by_adds_groups_with_every_metric(run):
    boss = sales_manager()
    four_of_six(agreement(), boss)
    data = run("--period", "2026-W47", "--by", "owner")
    assert set(data["groups"]) == {boss.email}
    assert data["groups"][boss.email]["mqls"] == {"value": 6}
    assert set(data["groups"][boss.email]) == set(METRICS)


def test_the_table_is_aligned_and_names_what_it_counts(run):
    four_of_six(agreement(), sales_manager())
    lines = run("--period", "2026-11", "--by", "source", as_json=False).splitlines()
    assert lines[0] == "Inbound, November 2026 (Europe/Copenhagen)"
    assert any(line.split() == ["MQLs", "delivered", "6"] for line in lines)
    assert "webinar" in lines


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--period", "2026-13"], "is no period"),
        (["--period", "2026-11", "--by", "weather"], "is no grouping"),
        (["--period", "2026-11", "--as-of", "2026-11-20T12:00:00Z"], "comes later"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(run, args, sentence):
    agreement()
    with pytest.raises(CommandError, match=sentence) as told:
        run(*args)
    assert told.value.returncode == 2


@pytest.mark.parametrize("slug", ["nowhere", "draft-only"])
def test_an_agreement_without_figures_is_told(run, slug):
    agreement()
    create_agreement("draft-only", "Draft only", now=this_second())
    with pytest.raises(CommandError, match=r"no agreement|no signed version") as told:
        run("--period", "2026-11", slug=slug)
    assert told.value.returncode == 2


# --- The real leads (Marketing Funnel by Olist, CC BY-NC-SA 4.0) -----------------------------------------

BY_MONTH = {
    "2017-06": (4, 0), "2017-07": (239, 2), "2017-08": (386, 9), "2017-09": (312, 7), "2017-10": (416, 14),
    "2017-11": (445, 18), "2017-12": (200, 11), "2018-01": (1141, 152), "2018-02": (1028, 149),
    "2018-03": (1174, 167), "2018-04": (1352, 183), "2018-05": (1303, 130),
}  # fmt: skip
BY_ORIGIN = {
    "organic_search": (2296, 271), "paid_search": (1586, 195), "social": (1350, 75), "unknown": (1099, 179),
    "direct_traffic": (499, 56), "email": (493, 15), "referral": (284, 24), "other": (150, 4),
    "display": (118, 6), "other_publicities": (65, 3), "(none)": (60, 14),
}  # fmt: skip
QUARTERS = ("2017-Q2", "2017-Q3", "2017-Q4", "2018-Q1", "2018-Q2")


def test_the_real_leads_give_the_known_figures(run, olist_dir, capsys):
    signed_agreement("olist", starts_on=date(2017, 6, 1), time_zone="America/Sao_Paulo", by_name_only=True)
    for name, preset in (("marketing_qualified_leads", "olist"), ("closed_deals", "olist-deals")):
        path = olist_dir / f"olist_{name}_dataset.csv"
        call_command("import_leads", str(path), "--agreement", "olist", "--preset", preset)
    capsys.readouterr()
    run_olist = lambda *args: run("--period", *args, slug="olist")  # noqa: E731

    quarter = run_olist("2018-Q1")["metrics"]
    assert quarter["mqls"] == {"value": 3343}
    assert quarter["lead_to_customer"] == {"value": 468 / 3343, "k": 468, "n": 3343}
    assert quarter["clocks_not_measured"] == {"value": 3343}
    assert quarter["clocks_breached"] == quarter["clocks_running"] == {"value": 0}
    assert quarter["speed_met_share"] == {"value": None, "k": 0, "n": 0}
    assert run_olist("2018-05")["metrics"]["customers"] == {"value": 123}

    months: dict = {}
    origins = dict.fromkeys(BY_ORIGIN, (0, 0))
    for key in QUARTERS:
        for month, found in run_olist(key, "--by", "month")["groups"].items():
            months[month] = _cohort(found)
        for origin, found in run_olist(key, "--by", "source")["groups"].items():
            origins[origin] = tuple(map(sum, zip(origins[origin], _cohort(found), strict=True)))
    assert {month: counts for month, counts in months.items() if counts[0]} == BY_MONTH
    assert origins == BY_ORIGIN


def _cohort(found: dict) -> tuple[int, int]:
    rate = found["lead_to_customer"]
    assert found["mqls"]["value"] == found["leads"]["value"] == rate["n"]
    return rate["n"], rate["k"]
