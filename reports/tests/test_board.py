"""What the scoreboard adds to the promises: past periods, what needs a hand, wins, the strip, the pace."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Clock, Lead
from leads.services.holding import assign
from leads.services.pipeline import advance, reject
from leads.tests.factories import handed_over, lead
from reports.metrics import figures
from reports.models import Result
from reports.services.nightly import nightly
from reports.tests.worlds import DAY, HOUR, MQLS, OPENS, SPEED, agreement, followed_up, four_of_six
from slas.models import Agreement
from slas.tests.factories import sales_manager
from smarketing.accounts.tests.factories import mia, raj, rita, vic

pytestmark = pytest.mark.django_db

NOON = OPENS + 10 * DAY + 3 * HOUR  # Monday 30 November 2026, noon in Copenhagen
NOVEMBER = "/?agreement=inbound&period=2026-11"


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def inbound(db):
    return agreement()


@pytest.fixture
def see(client, db):
    client.force_login(vic())

    def get(address=NOVEMBER, status=200):
        response = client.get(address)
        assert response.status_code == status, response.content.decode()
        return response.content.decode()

    return get


def text(html: str) -> str:
    """The words of the page, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main")[1]))


def stored(agreement: Agreement, period: str, night: dt.date, **fields) -> Result:
    """A night's result of the MQL promise."""
    defaults = {
        "version": agreement.versions.get(),
        "commitment": "mqls",
        "until": dt.datetime.combine(night + DAY, dt.time(), dt.UTC),
        "value": Decimal(20),
        "target": Decimal(20),
        "state": "met",
        "period_over": True,
        "recorded_at": OPENS,
    }
    return Result.objects.create(agreement=agreement, period=period, night=night, **(defaults | fields))


# --- the answer ---------------------------------------------------------------------------------------


def test_the_answer_says_who_is_behind_and_by_how_much(see, inbound):
    four_of_six(inbound, sales_manager())
    words = text(see())
    assert "Sales is 2 follow-ups short of 90% in time" in words
    assert '<b class="side-word of-sales">Sales</b>' in see()


def test_what_a_scope_is_called_is_no_markup(see, db):
    agreement(commitments=[MQLS | {"scope_field": "source", "scope_value": "<b>x</b>"}, SPEED], mirrors={})
    html = see()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html


# --- needs a hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "state", "left"),
    [
        (OPENS + 2 * HOUR, "running", "2 h left"),
        (OPENS + 3 * HOUR, "at_risk", "1 h left"),
        (OPENS + 4 * HOUR, "at_risk", "0 min left"),  # exactly at the deadline nothing is late
        (OPENS + 4 * HOUR + dt.timedelta(minutes=10), "breached", "10 min late"),
        (OPENS + 3 * DAY, "breached", "2 days 20 h late"),  # Monday: Friday's are still just breached
        (OPENS + 4 * DAY, None, ""),
    ],
)
def test_a_clock_needs_a_hand_from_its_warning_until_the_next_working_day_is_over(
    see, inbound, time_machine, now, state, left
):
    time_machine.move_to(now, tick=False)
    handoff = handed_over(inbound, at=OPENS, to=rita())
    html = see()
    assert (handoff.lead.name in html) == (state is not None)
    assert left in html
    close = {"at_risk": "One clock is close to its deadline", "breached": "One clock just ran out"}
    assert close.get(state, "No clock is close to its deadline") in text(html)


def test_the_answer_counts_all_that_are_close_and_says_who_has_no_owner(see, inbound, time_machine):
    time_machine.move_to(OPENS + 3.5 * HOUR, tick=False)
    rep = rita()
    for _ in range(7):
        handed_over(inbound, at=OPENS, to=rep)
    alone = handed_over(inbound, at=OPENS + dt.timedelta(minutes=1))
    words = text(see())
    assert "Eight clocks are close to their deadline , and one of them has no owner." in words
    assert "8 close to the deadline" in words
    assert alone.lead.pk not in {int(pk) for pk in re.findall(r"/leads/(\d+)/\"", see())}  # the 5 nearest


def test_followed_up_and_rejected_leads_need_no_hand(see, inbound, time_machine):
    boss = sales_manager()
    worked, refused = (handed_over(inbound, at=OPENS, to=boss) for _ in range(2))
    followed_up(worked, boss, at=OPENS + HOUR)
    reject(refused.lead, by=boss, now=OPENS + HOUR, reason="no_budget")
    time_machine.move_to(OPENS + 5 * HOUR, tick=False)
    hand = see().split('id="hand"')[1].split("</section>")[0]
    assert worked.lead.name not in hand
    assert refused.lead.name not in hand


@pytest.mark.parametrize(
    ("person", "may"), [(sales_manager, True), (rita, False), (mia, False), (vic, False)]
)
def test_only_a_sales_manager_is_offered_to_assign(client, inbound, time_machine, person, may):
    time_machine.move_to(OPENS + 3.5 * HOUR, tick=False)
    alone = handed_over(inbound, at=OPENS)
    client.force_login(person())
    html = client.get(NOVEMBER).content.decode()
    assert (f"/leads/{alone.lead.pk}/#act-assign" in html) == may
    assert "Nobody" in html


# --- past periods -----------------------------------------------------------------------------------------


def test_columns_come_from_the_stored_last_nights(see, inbound):
    stored(inbound, "2026-09", dt.date(2026, 9, 30), value=Decimal(12), state="missed")
    stored(inbound, "2026-10", dt.date(2026, 10, 30), period_over=False, value=Decimal(3), state="behind")
    stored(inbound, "2026-10", dt.date(2026, 10, 31), value=Decimal(22))
    stored(inbound, "2026-08", dt.date(2026, 8, 15), period_over=False, state="behind")
    stored(inbound, "2025-01", dt.date(2025, 1, 31), value=Decimal(22))  # too long ago
    html = see()
    assert "Of the 2 finished months before, 1 kept the promise" in html
    spark = html.split("Of the 2 finished months")[1].split("</svg>")[0]
    assert spark.count("<rect") == 3
    assert spark.count('class="miss"') == 1
    assert spark.count('class="now"') == 1


def test_a_correction_replaces_the_night_it_corrects(see, inbound):
    night = dt.date(2026, 10, 31)
    stored(inbound, "2026-10", night, state="missed", value=Decimal(19))
    stored(inbound, "2026-10", night, revision=2, reason="entered late")
    assert "Of the 1 finished month before, 1 kept the promise" in see()


def test_without_stored_nights_there_is_no_trend_yet(see, inbound):
    html = see()
    assert "no trend yet" in html
    assert 'class="trend" viewBox' not in html


def test_a_past_period_is_final(see, inbound, time_machine):
    four_of_six(inbound, sales_manager())
    time_machine.move_to(OPENS + 20 * DAY, tick=False)
    html, words = see(), text(see())
    assert "these figures are final" in words
    assert "Missed by 2 follow-ups" in words
    assert "by now" not in words
    assert 'class="pace"' not in html
    assert "Needs a hand" not in words
    assert "Worst breaches" in words
    assert "never followed up" in words


# --- the strip, wins, rejections, the pace ------------------------------------------------------------


def test_the_strip_is_the_cohort_and_each_step_opens_with_its_number(see, inbound):
    boss = sales_manager()
    handoffs = four_of_six(inbound, boss)
    for handoff in handoffs[:2]:
        advance(handoff.lead, by=boss, now=OPENS + 2 * HOUR, to="sql")
    lead(inbound, at=OPENS)
    strip = text(see()).split("What became")[-1]
    assert "New leads 7" in strip
    assert "MQLs 6 85.7% of the new" in strip
    assert "SQLs 2 33.3%" in strip
    opened = text(see("/figures/inbound/mqls/?period=2026-11&reached=sql"))
    assert "2 of 6, 33.3%" in opened
    assert "Counted: 2 leads" in opened


def test_the_strip_has_no_rate_below_five(see, inbound):
    handed_over(inbound, at=OPENS)
    assert "SQLs 0 too few for a rate" in text(see())


def test_reasons_add_up_and_each_opens_with_its_number(see, inbound):
    boss = sales_manager()
    handoffs = [handed_over(inbound, at=OPENS, to=boss) for _ in range(3)]
    for handoff, reason in zip(handoffs, ["no_budget", "no_budget", "duplicate"], strict=True):
        reject(handoff.lead, by=boss, now=OPENS + HOUR, reason=reason)
    words = text(see())
    assert "Why Sales rejected 3" in words
    assert "No budget 2 Duplicate 1" in words
    opened = text(see("/figures/inbound/rejected_share/?period=2026-11&reason=no_budget"))
    assert "2 of 3" in opened
    assert "Counted: 2 handoffs" in opened


def test_what_was_won_is_told_with_its_worth(see, inbound):
    boss = sales_manager()
    won = four_of_six(inbound, boss)[0].lead
    advance(won, by=boss, now=OPENS + 2 * HOUR, to="customer")
    Lead.objects.filter(pk=won.pk).update(amount=Decimal(18400), currency="EUR")
    words = text(see())
    assert "€18,400" in words
    assert "followed up after 1 h" in words
    assert "All 1" in words


def test_the_way_to_the_goal_has_a_row_for_each_stored_night(see, inbound):
    four_of_six(inbound, sales_manager())
    nightly(now=NOON)
    table = see().split("Data as a table")[1].split("</table>")[0]
    assert "Thursday 19 November" in table
    friday = table.split("Friday 20 November")[1].split("</tr>")[0]
    assert "<td>6</td>" in friday
    monday = table.split("Monday 30 November")[1].split("</tr>")[0]
    assert "<td>6</td>" in monday  # as it is now, not as of a night
    assert "6 by now" in see()


@pytest.mark.parametrize("metric", ["mqls", "speed_met_share", "rejected_share", "customers"])
def test_numbers_are_those_of_the_registry(see, metric, db):
    inbound = agreement(
        commitments=[
            MQLS,
            SPEED,
            {"key": "c", "side": "sales", "metric": "customers", "value": 5},
            {"key": "r", "side": "marketing", "metric": "rejected_share", "value": "0.1", "at_least": False},
        ],
        mirrors={},
    )
    boss = sales_manager()
    handoffs = four_of_six(inbound, boss)
    reject(handoffs[5].lead, by=boss, now=OPENS + HOUR, reason="no_budget")
    advance(handoffs[0].lead, by=boss, now=OPENS + 2 * HOUR, to="customer")
    from reports.metrics.periods import named_period
    from reports.metrics.wording import count_text, value_text

    period = named_period(inbound, "2026-11")
    figure = figures([metric], inbound, period.start, period.end, now=NOON)[metric]
    html = see()
    assert f">{value_text(figure)}</a>" in html
    assert count_text(figure) in html
    assert value_text(figure) in see(f"/figures/inbound/{metric}/?period=2026-11")


# --- empty states, bad input, cost --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/?period=2026-10", "in force from Sunday 1 November 2026 on; before, nothing was promised"),
        ("/?period=2026-12", "December 2026 has not begun"),
        ("/?period=2026-11", "No lead came in November 2026 yet"),
    ],
)
def test_a_page_without_figures_says_why(see, inbound, address, sentence):
    assert sentence in text(see(address))


def test_an_agreement_of_the_future_says_from_when_it_counts(see, db):
    agreement(starts_on=dt.date(2026, 12, 15))
    assert "comes into force on Tuesday 15 December" in text(see("/?period=2026-12")) or (
        "has not begun" in text(see("/?period=2026-12"))
    )
    assert "in force from Tuesday 15 December 2026 on" in text(see("/"))


def test_the_agreement_can_be_chosen_and_keeps_the_period(see, inbound):
    agreement("outbound")
    html = see("/?agreement=outbound&period=2026-W47")
    assert '<option value="outbound" selected>' in html
    assert 'name="period" value="2026-W47"' in html
    assert "?agreement=outbound&amp;period=2026-W46" in html


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("mqls/?reached=moon", "is no stage after the handoff"),
        ("customers/?reached=sql", "is narrowed by"),
        ("mqls/?reason=no_budget", "is narrowed by"),
        ("rejected_share/?reason=x&reached=sql", "is narrowed by"),
    ],
)
def test_a_part_that_is_none_answers_with_a_sentence(see, inbound, query, sentence):
    assert sentence in see(f"/figures/inbound/{query}", status=404)


@pytest.mark.parametrize("address", [NOVEMBER, "/?period=2026-W48", "/?period=2026-Q4"])
def test_twelve_queries_whatever_the_rows(see, inbound, address):
    boss = sales_manager()

    def queries(rows):
        for number in range(rows):
            handoff = handed_over(inbound, at=OPENS + number * dt.timedelta(minutes=1), to=boss)
            if number % 3 == 0:
                reject(handoff.lead, by=boss, now=OPENS + 2 * HOUR, reason="no_budget")
            elif number % 3 == 1:
                advance(handoff.lead, by=boss, now=OPENS + 2 * HOUR, to="customer")
        with CaptureQueriesContext(connection) as captured:
            see(address)
        return len(captured)

    nightly(now=NOON - 10 * DAY)
    few = queries(3)
    assert queries(27) == few
    assert few <= 12


def test_moving_a_lead_to_another_holder_shows_at_once(see, inbound, time_machine):
    time_machine.move_to(OPENS + 3.5 * HOUR, tick=False)
    handoff = handed_over(inbound, at=OPENS, to=rita())
    other = raj()
    assign(handoff.lead, by=sales_manager(), now=OPENS + 3.5 * HOUR, to=other)
    hand = see().split('id="hand"')[1].split("</section>")[0]
    assert str(other) in hand
    assert Clock.objects.count() == 1
