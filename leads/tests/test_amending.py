"""A confirmed closure moves the deadlines that lie ahead, at once, and nothing else (rule 12)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.models import Clock
from leads.services.amending import confirm
from leads.services.clocks import drift_of_everything
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause, pause_reasons
from leads.services.moving import moved_by_closure
from leads.tests.factories import handed_over
from slas.models import Amendment, Closure
from slas.services.amending import ask
from slas.services.refusal import Refused
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import rita

pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 11, 19, 9, tzinfo=UTC)  # 10:00 in Copenhagen
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def agreement():
    return signed_agreement(starts_on=date(2026, 11, 2), window={"window_seconds": 8 * 3600})


def asked(agreement, day=FRIDAY, now=THURSDAY):
    return ask(agreement, Amendment.Kind.CLOSURE, day, by=sales_manager(), now=now)


def deadline(handoff):
    return Clock.objects.get(pk=handoff.pk).deadline_at


def test_rule_12_deadlines_ahead_move_at_once(agreement):
    running = handed_over(agreement, at=THURSDAY)
    assert deadline(running) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    foreseen = list(moved_by_closure(agreement, FRIDAY, THURSDAY))
    confirm(asked(agreement), by=marketing_manager(), now=THURSDAY)
    assert deadline(running) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert [(before, after) for _, before, after in foreseen] == [
        (datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC))
    ]
    assert list(drift_of_everything(THURSDAY)) == []


def test_rule_12_no_breach_is_undone_and_what_is_met_stays(agreement):
    late = handed_over(agreement, at=datetime(2026, 11, 17, 9, tzinfo=UTC))
    met = handed_over(agreement, at=THURSDAY, to=rita())
    log_follow_up(
        met.lead, by=met.lead.owner, now=THURSDAY + timedelta(hours=1), kind="call", outcome="no_answer"
    )
    now = THURSDAY + timedelta(hours=2)
    before = Clock.objects.with_state(now).values_list("pk", "state", "stopped_at").order_by("pk")
    before = list(before)
    breached_at = deadline(late)
    confirm(asked(agreement, now=now), by=marketing_manager(), now=now)
    after = list(Clock.objects.with_state(now).values_list("pk", "state", "stopped_at").order_by("pk"))
    assert after == before
    assert {state for _, state, _ in after} == {"breached", "met"}
    assert deadline(late) == breached_at
    assert list(drift_of_everything(now)) == []


def test_clocks_that_stand_are_judged_too(agreement):
    given = handed_over(agreement, at=THURSDAY, to=rita())
    reasons = pause_reasons(given)
    pause(given.lead, by=given.lead.owner, now=THURSDAY, reason=reasons[0], seen_to_by=marketing_manager())
    confirm(asked(agreement), by=marketing_manager(), now=THURSDAY)
    assert list(drift_of_everything(THURSDAY)) == []


def test_refused_it_moves_nothing(agreement):
    running = handed_over(agreement, at=THURSDAY)
    request = asked(agreement)
    with pytest.raises(Refused):
        confirm(request, by=sales_manager(), now=THURSDAY)
    assert deadline(running) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert not Closure.objects.exists()


def test_confirming_twice_is_confirming_once(agreement):
    running = handed_over(agreement, at=THURSDAY)
    request = asked(agreement)
    for minutes in (0, 1):
        confirm(request, by=marketing_manager(), now=THURSDAY + timedelta(minutes=minutes))
    assert deadline(running) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert Closure.objects.get().recorded_at == THURSDAY


def test_the_browser_moves_them_at_once(client, agreement, time_machine):
    time_machine.move_to(THURSDAY, tick=False)
    running, request = handed_over(agreement, at=THURSDAY), asked(agreement)
    client.force_login(marketing_manager())
    client.post(f"/slas/inbound/amendments/{request.pk}/confirm/")
    assert deadline(running) == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_an_early_end_moves_no_clock(agreement):
    running = handed_over(agreement, at=THURSDAY)
    request = ask(agreement, Amendment.Kind.EARLY_END, FRIDAY, by=sales_manager(), now=THURSDAY)
    confirm(request, by=marketing_manager(), now=THURSDAY)
    assert deadline(running) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert list(drift_of_everything(THURSDAY)) == []
