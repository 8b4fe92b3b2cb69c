"""The real leads of OLIST_DIR ("Marketing Funnel by Olist", CC BY-NC-SA 4.0): both files, in both orders."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Count, Q

from leads.models import Clock, Entry, Handoff, Lead
from leads.services.clocks import drift_of_everything
from slas.tests.factories import signed_agreement
from smarketing.outbox.models import Mail

from .import_helpers import NOW, rows_in_all_tables, take_in_file

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
BY_ORIGIN = {
    "organic_search": (2296, 271),
    "paid_search": (1586, 195),
    "social": (1350, 75),
    "unknown": (1099, 179),
    "direct_traffic": (499, 56),
    "email": (493, 15),
    "referral": (284, 24),
    "other": (150, 4),
    "display": (118, 6),
    "other_publicities": (65, 3),
    "": (60, 14),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def olist(olist_dir: Path) -> Path:
    signed_agreement("olist", starts_on=dt.date(2017, 6, 1), time_zone="America/Sao_Paulo")
    return olist_dir


def take_leads(folder: Path) -> tuple[int, ...]:
    return tuple(take_in_file(folder / LEADS, agreement="olist", preset="olist").counts().values())


def take_deals(folder: Path) -> tuple[int, ...]:
    return tuple(take_in_file(folder / DEALS, agreement="olist", preset="olist-deals").counts().values())


def figures() -> dict[str, object]:
    """What is known about the data, as far as leads tell it."""
    origins = Lead.objects.values_list("source").annotate(
        n=Count("id"), won=Count("id", filter=Q(customer_at__isnull=False))
    )
    won = Lead.objects.filter(customer_at__isnull=False)
    days = sorted((lead.customer_at - lead.created_at).total_seconds() / 86_400 for lead in won)
    months: dict[str, int] = {}
    for at in won.values_list("customer_at", flat=True):
        month = f"{at.astimezone(SAO_PAULO):%Y-%m}"
        months[month] = months.get(month, 0) + 1
    return {
        "origins": {source: (n, k) for source, n, k in origins},
        "early": list(Lead.objects.won_before_first_contact().values_list("external_id", flat=True)),
        "median": round((days[420] + days[421]) / 2, 4),
        "won in May": months["2018-05"],
        "owners": set(won.values_list("owner_text")),
        "owners known": won.exclude(owner_text="").count(),
        "extra": Lead.objects.filter(extra__has_key="declared_monthly_revenue").count(),
        "amounts": Lead.objects.exclude(amount=None).count(),
        "handoffs": (Handoff.objects.count(), Handoff.objects.not_measured().count(), Clock.objects.count()),
        "moves": sorted(
            Entry.objects.standing().moves().values_list("lead__external_id", "type", "to_stage", "at")
        ),
        "held": sorted(
            Entry.objects.standing()
            .assignments()
            .values_list("lead__external_id", "at", "note", "to_owner_text")
        ),
    }


def test_both_files_and_both_again(olist):
    assert take_leads(olist) == (8000, 0, 0, 0)
    assert take_deals(olist) == (0, 842, 0, 0)
    found = figures()
    assert found["origins"] == BY_ORIGIN
    assert found["early"] == ["b91cf8812365f50ff4bda4bcd6206b05"]
    assert found["won in May"] == 123
    assert found["handoffs"] == (8000, 8000, 0)
    assert (found["extra"], found["amounts"]) == (842, 0)
    assert (len(found["owners"]), found["owners known"]) == (22, 842)
    assert not Mail.objects.exists()

    before = rows_in_all_tables()
    assert take_leads(olist) == (0, 0, 8000, 0)
    assert take_deals(olist) == (0, 0, 842, 0)
    assert rows_in_all_tables() == before
    assert list(drift_of_everything(NOW)) == []

    first = Lead.objects.get(external_id="5420aad7fec3549a85876ba1c529bd84")
    assert first.extra["business_segment"] == "pet"
    assert first.extra["declared_monthly_revenue"] == "0.0"
    assert len(first.extra["landing_page_id"]) == 32


def test_the_other_order_ends_in_the_same_figures(olist):
    with transaction.atomic():
        take_leads(olist)
        take_deals(olist)
        expected = figures()
        transaction.set_rollback(True)  # the other order begins with nothing
    assert take_deals(olist) == (842, 0, 0, 0)
    assert take_leads(olist) == (7158, 842, 0, 0)
    assert figures() == expected
    assert list(drift_of_everything(NOW)) == []
