"""A lead's way: who may, in which state, until when; and what the clock makes of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from leads.models import Clock, Entry, Handoff, Lead
from leads.services.follow_up import log_follow_up
from leads.services.pipeline import (
    accept,
    advance,
    disqualify,
    hand_over,
    lose,
    qualify,
    recycle,
    reject,
)
from leads.services.refusal import NotAllowed, Refused
from leads.tests.factories import HANDED_OVER_AT, handed_over, lead
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement, signed_version
from smarketing.accounts.tests.factories import mia, raj, rita, vic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

START = HANDED_OVER_AT  # Friday 14:00 in Copenhagen
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LATER = START + HOUR
HOURS_4 = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600, "rejection_reasons": ["not_a_fit"]}
DEADLINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday 10:00
ACCEPT_BY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # Monday 14:00: three hours on Friday, five on Monday


@pytest.fixture
def agreement():
    return signed_agreement(window=HOURS_4)


@pytest.fixture
def rep(db):
    return rita()


@pytest.fixture
def handoff(agreement, rep):
    return handed_over(agreement, to=rep)


PEOPLE = {
    "rep": None,
    "other rep": raj,
    "sales manager": sales_manager,
    "marketing manager": marketing_manager,
    "marketer": mia,
    "viewer": vic,
}


def person(who, rep):
    return PEOPLE[who]() if PEOPLE[who] else rep


# --- Handing over ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("rep", False),
        ("other rep", False),
        ("sales manager", True),
        ("marketing manager", True),
        ("marketer", True),
        ("viewer", False),
    ],
)
def test_who_may_hand_over(agreement, rep, who, allowed):
    fresh = lead(agreement)
    if allowed:
        assert hand_over(fresh, by=person(who, rep), now=START).at == START
    else:
        with pytest.raises(NotAllowed):
            hand_over(fresh, by=person(who, rep), now=START)
        assert not Handoff.objects.exists()


def test_rule_01_the_clock_starts_at_the_handoff_without_an_owner(agreement):
    handoff = handed_over(agreement)
    assert handoff.lead.owner is None
    assert handoff.clock.start_at == START
    assert handoff.clock.deadline_at == DEADLINE
    assert (handoff.lead.stage, handoff.lead.mql_at) == ("mql", START)


def test_the_version_in_force_then_holds(agreement):
    signed_version(agreement, starts_on=date(2026, 11, 23), window=HOURS_4 | {"window_seconds": 3600})
    before = handed_over(agreement, at=datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC))
    after = handed_over(agreement, at=datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    assert [before.version.number, after.version.number] == [1, 2]


def test_no_version_in_force_is_told():
    agreement = signed_agreement(starts_on=date(2026, 12, 1), now=START, window=HOURS_4)
    fresh = lead(agreement)
    with pytest.raises(Refused, match="no version in force on Friday 20 November"):
        hand_over(fresh, by=mia(), now=START)


def test_no_lead_is_handed_over_twice(handoff):
    with pytest.raises(Refused, match="was handed over on Friday 20 November, 14:00"):
        hand_over(handoff.lead, by=mia(), now=LATER)
    assert Handoff.objects.count() == 1


def test_the_second_click_hands_over_once(agreement):
    fresh = lead(agreement)
    marketer = mia()
    first = hand_over(fresh, by=marketer, now=START, click="k")
    assert hand_over(fresh, by=marketer, now=START + SECOND, click="k") == first


def test_a_lead_without_an_agreement_finds_the_first_whose_scope_matches(agreement):
    signed_version(agreement, starts_on=date(2026, 1, 2), scope={"field": "country", "in": ["DK"]})
    signed_agreement("named", by_name_only=True)
    norwegian = lead(country="NO")
    assert norwegian.agreement is None
    with pytest.raises(Refused, match="No agreement takes"):
        hand_over(norwegian, by=mia(), now=START)
    assert lead(country="DK").agreement == agreement
    assert hand_over(norwegian, by=sales_manager(), now=START, agreement=agreement).agreement == agreement


def test_a_lead_stays_with_its_agreement(agreement):
    other = signed_agreement("other")
    with pytest.raises(Refused, match="belongs to Inbound, not to Other"):
        hand_over(lead(agreement), by=mia(), now=START, agreement=other)


def test_rule_14_the_first_tier_that_matches_and_why():
    tiers = signed_agreement(
        windows=[
            {
                "key": "demo",
                "name": "Demo",
                "match": {"field": "source", "in": ["demo"]},
                "window_seconds": 3600,
            },
            {"key": "rest", "name": "The rest", "window_seconds": 7200},
        ]
    )
    first, second = handed_over(tiers, source="demo"), handed_over(tiers, source="fair")
    assert (first.window_key, second.window_key) == ("demo", "rest")
    assert first.window_why == "Demo takes it: the source is demo."
    assert first.matched_on == {"source": "demo"}


# --- Accepting and rejecting -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("rep", True),
        ("other rep", False),
        ("sales manager", True),
        ("marketing manager", False),
        ("marketer", False),
        ("viewer", False),
    ],
)
@pytest.mark.parametrize("service", [accept, reject, advance, recycle, lose, disqualify])
def test_who_may_decide(handoff, rep, who, allowed, service):
    more = {"reason": "not_a_fit"} if service in (reject, lose, disqualify) else {}
    arguments = ["sql"] if service is advance else []
    before = Entry.objects.count()
    if allowed:
        service(handoff.lead, *arguments, by=person(who, rep), now=LATER, **more)
        assert Entry.objects.count() == before + 1
    else:
        with pytest.raises(NotAllowed):
            service(handoff.lead, *arguments, by=person(who, rep), now=LATER, **more)
        assert Entry.objects.count() == before


@pytest.mark.parametrize(("who", "allowed"), [("rep", True), ("sales manager", True), ("marketer", False)])
def test_who_may_qualify(agreement, rep, who, allowed):
    fresh = lead(agreement, by=rep)
    if allowed:
        qualify(fresh, by=person(who, rep), now=START)
        assert (fresh.stage, fresh.mql_at) == ("mql", START)
    else:
        with pytest.raises(NotAllowed):
            qualify(fresh, by=person(who, rep), now=START)


def test_accepting(handoff, rep):
    accept(handoff.lead, by=rep, now=LATER)
    clock = handoff.clock
    assert (clock.acceptance_outcome, clock.accepted_at, clock.acceptance_seconds) == (
        "accepted",
        LATER,
        3600,
    )
    assert clock.outcome == ""
    assert (handoff.lead.stage, handoff.lead.accepted_at) == ("accepted", LATER)
    with pytest.raises(Refused, match="was accepted on"):
        accept(handoff.lead, by=rep, now=LATER + SECOND)


@pytest.mark.parametrize(
    ("now", "outcome", "sentence"),
    [
        (LATER, "excluded", None),
        (DEADLINE, "excluded", None),
        (DEADLINE + SECOND, "", None),
        (ACCEPT_BY, "", None),
        (ACCEPT_BY + SECOND, "", "silence accepted it"),
    ],
    ids=["in time", "at the deadline", "after it", "at the end of the acceptance", "after that"],
)
def test_rule_08_a_rejection_stops_the_clock_until_the_deadline(handoff, rep, now, outcome, sentence):
    if sentence:
        with pytest.raises(Refused, match=sentence):
            reject(handoff.lead, by=rep, now=now, reason="not_a_fit")
        return
    reject(handoff.lead, by=rep, now=now, reason="not_a_fit")
    handoff.refresh_from_db()
    assert (handoff.clock.outcome, handoff.rejected_at, handoff.ended_at) == (outcome, now, now)
    assert (handoff.lead.stage, handoff.clock.acceptance_outcome) == ("recycled", "rejected")


@pytest.mark.parametrize(
    ("reason", "sentence"), [("", "needs a reason. Choose not_a_fit"), ("bored", "“bored” is no reason")]
)
def test_rejecting_needs_a_reason_of_the_list(handoff, rep, reason, sentence):
    with pytest.raises(Refused, match=sentence):
        reject(handoff.lead, by=rep, now=LATER, reason=reason)


@pytest.mark.parametrize("decide", [accept, lambda lead_, **more: advance(lead_, "sql", **more)])
def test_an_accepted_lead_is_not_rejected(handoff, rep, decide):
    decide(handoff.lead, by=rep, now=LATER)
    with pytest.raises(Refused, match="can’t be rejected"):
        reject(handoff.lead, by=rep, now=LATER, reason="not_a_fit")


def test_there_is_nothing_to_decide_before_the_handoff_or_after_the_end(agreement, handoff, rep):
    with pytest.raises(Refused, match="was not handed over"):
        accept(lead(agreement), by=sales_manager(), now=LATER)
    reject(handoff.lead, by=rep, now=LATER, reason="not_a_fit")
    for service in (accept, lambda lead_, **more: reject(lead_, reason="not_a_fit", **more)):
        with pytest.raises(Refused, match="Hand it over again"):
            service(handoff.lead, by=rep, now=LATER + SECOND)


def test_rule_09_handed_over_again_it_gets_a_new_clock(handoff, rep):
    log_follow_up(handoff.lead, by=rep, now=LATER, kind="call")
    recycle(handoff.lead, by=rep, now=LATER + HOUR)
    again = hand_over(handoff.lead, by=mia(), now=LATER + 30 * 24 * HOUR)
    handoff.refresh_from_db()
    assert (handoff.clock.outcome, handoff.ended_at) == ("met", LATER + HOUR)
    assert (again.clock.outcome, again.clock.start_at) == ("", LATER + 30 * 24 * HOUR)
    assert handoff.lead.stage == "mql"
    assert handoff.lead.mql_at == START
    log_follow_up(handoff.lead, by=rep, now=LATER + 30 * 24 * HOUR + SECOND, kind="call")
    assert Clock.objects.get(pk=again.pk).outcome == "met"


def test_recycling_stops_no_clock(handoff, rep):
    recycle(handoff.lead, by=rep, now=LATER)
    assert Clock.objects.with_state(DEADLINE + SECOND).get(pk=handoff.pk).state == "breached"
    log_follow_up(handoff.lead, by=rep, now=LATER + SECOND, kind="call")
    assert Clock.objects.get(pk=handoff.pk).outcome == "met"


# --- Moving on, and the ways out ---------------------------------------------------------------------


def test_the_way_to_a_win(handoff, rep):
    advance(handoff.lead, "sql", by=rep, now=LATER)
    advance(handoff.lead, "opportunity", by=rep, now=LATER + HOUR)
    advance(handoff.lead, "customer", by=rep, now=LATER + 2 * HOUR, amount="1200.50", currency="dkk")
    won = Lead.objects.get(pk=handoff.lead_id)
    assert (won.stage, won.amount, won.currency) == ("customer", Decimal("1200.50"), "DKK")
    assert (won.accepted_at, won.sql_at, won.customer_at) == (LATER, LATER, LATER + 2 * HOUR)
    assert list(won.entries.filter(type="advanced").values_list("from_stage", "to_stage")) == [
        ("mql", "sql"),
        ("sql", "opportunity"),
        ("opportunity", "customer"),
    ]


def test_a_win_without_a_currency_takes_that_of_the_version(handoff, rep):
    advance(handoff.lead, "customer", by=rep, now=LATER, amount=Decimal(5))
    assert handoff.lead.currency == "EUR"


@pytest.mark.parametrize(
    ("to", "amount", "currency", "sentence"),
    [
        ("king", None, "", "no stage to move on to"),
        ("accepted", None, "", "no stage to move on to"),
        ("lost", None, "", "no stage to move on to"),
        ("sql", "12", "EUR", "An amount belongs to a win"),
        ("customer", "much", "EUR", "“much” is no amount"),
        ("customer", "-1", "EUR", "no amount of money"),
        ("customer", "NaN", "EUR", "no amount of money"),
        ("customer", "1.005", "EUR", "two decimals"),
        ("customer", "1e30", "EUR", "no amount of money"),
        ("customer", "12", "euro", "three letters"),
    ],
)
def test_a_wrong_move_is_told_and_nothing_half_stored(handoff, rep, to, amount, currency, sentence):
    before = Entry.objects.count()
    with pytest.raises(Refused, match=sentence):
        advance(handoff.lead, to, by=rep, now=LATER, amount=amount, currency=currency)
    stored = Lead.objects.get(pk=handoff.lead_id)
    assert (stored.stage, stored.amount, Entry.objects.count()) == ("mql", None, before)


def test_no_lead_moves_backwards(handoff, rep):
    advance(handoff.lead, "opportunity", by=rep, now=LATER)
    for to in ("opportunity", "sql"):
        with pytest.raises(Refused, match="is an opportunity already"):
            advance(handoff.lead, to, by=rep, now=LATER)


def test_a_lead_that_was_never_handed_over_does_not_move_on(agreement):
    with pytest.raises(Refused, match="not handed over yet"):
        advance(lead(agreement), "sql", by=sales_manager(), now=START)


@pytest.mark.parametrize(("service", "stage"), [(lose, "lost"), (disqualify, "disqualified")])
def test_the_ways_out_need_a_reason_and_end_the_way(handoff, rep, service, stage):
    for reason, sentence in (("  ", "Say in a few words"), ("x" * 61, "longer than 60")):
        with pytest.raises(Refused, match=sentence):
            service(handoff.lead, by=rep, now=LATER, reason=reason)
    service(handoff.lead, by=rep, now=LATER, reason="went elsewhere")
    assert handoff.lead.stage == stage
    assert handoff.lead.lost_at == (LATER if stage == "lost" else None)
    for again in (lose, disqualify):
        with pytest.raises(Refused, match="the end of its way"):
            again(handoff.lead, by=rep, now=LATER, reason="x")
    with pytest.raises(Refused, match="Hand it over again before it moves on"):
        advance(handoff.lead, "sql", by=rep, now=LATER)
    with pytest.raises(Refused, match="handed over"):
        hand_over(handoff.lead, by=mia(), now=LATER)


def test_losing_stops_no_clock(handoff, rep):
    lose(handoff.lead, by=rep, now=LATER, reason="went elsewhere")
    assert Clock.objects.get(pk=handoff.pk).outcome == ""


def test_a_lost_lead_can_be_recycled_and_handed_over(handoff, rep):
    lose(handoff.lead, by=rep, now=LATER, reason="went elsewhere")
    recycle(handoff.lead, by=rep, now=LATER + SECOND)
    assert hand_over(handoff.lead, by=sales_manager(), now=LATER + HOUR).at == LATER + HOUR
    assert handoff.lead.stage == "mql"


@pytest.mark.parametrize("stage", ["lead", "customer", "recycled"])
def test_what_can_not_be_recycled(agreement, handoff, rep, stage):
    subject = handoff.lead
    if stage == "customer":
        advance(subject, "customer", by=rep, now=LATER)
    elif stage == "recycled":
        recycle(subject, by=rep, now=LATER)
    else:
        subject = lead(agreement, by=rep)
    with pytest.raises(Refused, match="can’t be recycled"):
        recycle(subject, by=rep, now=LATER)


def test_what_can_not_be_qualified(handoff, rep):
    with pytest.raises(Refused, match="Only a lead, or a recycled one"):
        qualify(handoff.lead, by=rep, now=LATER)


def test_an_sql_handoff_is_advanced_from_sql_on():
    agreement = signed_agreement("late", handoff_stage="sql", window=HOURS_4)
    handoff = handed_over(agreement)
    assert handoff.lead.stage == "sql"
    accept(handoff.lead, by=sales_manager(), now=LATER)
    assert Lead.objects.get(pk=handoff.lead_id).stage == "sql"
    assert Clock.objects.get(pk=handoff.pk).acceptance_outcome == "accepted"
