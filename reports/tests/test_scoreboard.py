"""The scoreboard and the opened figure: they work, everybody reads, strangers log in, bad input is told."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.tests.factories import handed_over, history
from reports.metrics import figure
from reports.tests.worlds import DAY, HOUR, OPENS, agreement, followed_up, four_of_six
from slas.tests.factories import sales_manager
from smarketing.accounts.tests.factories import mia, rita, vic

pytestmark = pytest.mark.django_db

NOVEMBER = "agreement=inbound&period=2026-11"
SPEED = "/figures/inbound/speed_met_share/?period=2026-11"


@pytest.fixture(autouse=True)
def monday(time_machine):
    """It is Monday 30 November 2026, noon in Copenhagen: November is not over."""
    time_machine.move_to(OPENS + 10 * DAY + 3 * HOUR, tick=False)


@pytest.fixture
def inbound(db):
    return agreement()


@pytest.fixture
def see(client, db):
    """The HTML of an address as Rita sees it."""
    client.force_login(rita())

    def get(address, status=200):
        response = client.get(address)
        assert response.status_code == status, response.content.decode()
        return response.content.decode()

    return get


# --- The scoreboard -----------------------------------------------------------------------------------


def test_it_shows_both_sides_promises_with_counts_beside_rates(see, inbound):
    four_of_six(inbound, sales_manager())
    html = see(f"/?{NOVEMBER}")
    assert "Marketing promises" in html
    assert "4 of 6<" in html
    assert "at least 90% a month" in html
    assert "Behind by 2 follow-ups" in html
    assert "at least 20 a month" in html
    assert "/figures/inbound/speed_met_share/?period=2026-11" in html


def test_below_five_cases_it_shows_the_count_and_no_rate(see, inbound):
    handoff = handed_over(inbound, at=OPENS, to=sales_manager())
    followed_up(handoff, sales_manager(), at=OPENS + HOUR)
    html = see(f"/?{NOVEMBER}")
    assert "1 of 1" in html
    assert "100%" not in html.replace('width="100', "").split("<main")[1].split("</h1>")[1]
    assert "Too few to say" in html


def test_without_a_signed_agreement_it_says_what_to_do(see):
    html = see("/")
    assert "No agreement is signed yet" in html


def test_the_latest_month_comes_up_by_itself(see, inbound):
    html = see("/")
    assert "<h1>November 2026" in html


def test_clocks_close_to_their_deadline_are_listed(see, inbound, time_machine):
    time_machine.move_to(OPENS + 3.5 * HOUR, tick=False)  # the clock of 9:00 ends in half an hour
    close = handed_over(inbound, at=OPENS, to=sales_manager())
    fresh = handed_over(inbound, at=OPENS + 3 * HOUR, to=sales_manager())
    html = see("/")
    hand = html.split('id="hand"')[1].split("</tbody>")[0]
    assert "1 close to the deadline" in hand
    assert "30 min left" in hand.split(close.lead.name)[0]
    assert "state-quiet" in hand.split(close.lead.name)[1].split(fresh.lead.name)[0]  # only due next


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/?period=2026-13", "is no period"),
        ("/?period=", None),
        ("/?period=november", "is no period"),
        ("/?agreement=nowhere", "There is no signed agreement"),
        ("/figures/nowhere/mqls/", None),
        ("/figures/inbound/guesses/", "is no metric"),
        ("/figures/inbound/mqls/?period=2026-W54", "is no period"),
        ("/figures/inbound/mqls/?part=half", "is no part of a figure"),
        ("/figures/inbound/mqls/?source=a&tier=b", "one scope"),
    ],
)
def test_bad_addresses_answer_with_a_sentence(see, inbound, address, sentence):
    if sentence is None and address.startswith("/?"):
        see(address)
        return
    html = see(address, status=404)
    assert sentence is None or sentence in html


@pytest.mark.parametrize("person", [rita, mia, vic])
def test_everybody_with_a_login_reads_both_pages(client, inbound, person):
    client.force_login(person())
    assert client.get(f"/?{NOVEMBER}").status_code == 200
    assert client.get(SPEED).status_code == 200


@pytest.mark.parametrize("address", ["/", SPEED])
def test_strangers_are_sent_to_the_login(client, inbound, address):
    response = client.get(address)
    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_pages_only_read(see, client, inbound):
    see("/")
    assert client.post("/").status_code == 405
    assert client.post(SPEED).status_code == 405


@pytest.mark.parametrize(("address", "most"), [(f"/?{NOVEMBER}", 12), (SPEED, 20)])
def test_the_number_of_queries_does_not_grow_with_the_rows(see, inbound, address, most):
    boss = sales_manager()

    def queries(rows):
        for number in range(rows):
            handed_over(inbound, at=OPENS + number * dt.timedelta(minutes=1), to=boss)
        with CaptureQueriesContext(connection) as captured:
            see(address)
        return len(captured)

    few = queries(3)
    assert queries(27) == few
    assert few <= most


# --- The opened figure ----------------------------------------------------------------------------------


def test_a_figure_opens_to_its_sum_and_its_list(see, inbound):
    four_of_six(inbound, sales_manager())
    history(inbound, at=OPENS)
    html = see(SPEED)
    assert "Of the clocks of the period" in html
    assert "4 of 6" in html
    assert "Handed over in the period" in html
    assert "Every month, Sales" in html  # the promise it is held against
    assert "Counted: 4 handoffs" in html
    assert "version 1" in html
    assert "Europe/Copenhagen" in html


@pytest.mark.parametrize(
    ("part", "shown"), [("k", "Counted: 4"), ("n", "All cases: 6"), ("undecided", "Undecided: 0")]
)
def test_each_part_opens(see, inbound, part, shown):
    four_of_six(inbound, sales_manager())
    assert shown in see(f"{SPEED}&part={part}")


def test_the_list_is_paged_by_key_and_whole(see, inbound):
    boss = sales_manager()
    for number in range(53):
        handed_over(inbound, at=OPENS + number // 2 * HOUR, to=boss)
    first = see("/figures/inbound/mqls/?period=2026-11")
    assert "Counted: 53 leads" in first
    assert first.count('href="/leads/') - first.count('href="/leads/queue') >= 50
    following = first.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = see(f"/figures/inbound/mqls/?{following}")
    assert "Counted: 53 leads" in second
    assert second.count('<b class="fw-semibold">') == 3


def test_a_scope_narrows_number_and_list_alike(see, inbound):
    handed_over(inbound, at=OPENS, source="demo")
    handed_over(inbound, at=OPENS + HOUR, source="trial")
    assert "Counted: 1 lead<" in see("/figures/inbound/mqls/?period=2026-11&source=demo")


def test_every_metric_opens(see, inbound):
    from reports.metrics.registry import REGISTRY

    four_of_six(inbound, sales_manager())
    for metric in REGISTRY:
        assert figure(metric, inbound, OPENS - DAY, OPENS + DAY).about.label in see(
            f"/figures/inbound/{metric}/?period=2026-11"
        ).replace("&#x27;", "'")
