"""The lead's page: the picture of the clock, the tale by kind, the place in the queue."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.clockstrip import strip_of
from leads.services.follow_up import log_follow_up
from leads.services.holding import assign
from leads.stories import Shelf, entry_rows, story_on
from leads.tests.factories import handed_over, lead
from slas.rules.clock import judge
from slas.tests.factories import sales_manager, signed_agreement
from smarketing.accounts.tests.factories import raj, rita, vic
from smarketing.now import this_second

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2026, 11, 19, 14, 10, tzinfo=UTC)  # 15:10 in Copenhagen
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC).date()


@pytest.fixture
def agreement():
    return signed_agreement(window={"window_seconds": 4 * 3600}, starts_on=LONG_AGO)


def strip(handoff, now):
    shelf = Shelf()
    shelf.read_for([handoff])
    story = story_on(shelf, handoff, entry_rows([handoff.lead_id])[handoff.lead_id], now)
    return strip_of(story, judge(story), {"rita@nordvik.example": "Rita"})


def test_the_strip_counts_open_hours_and_leaves_the_night_out(agreement):
    handoff = handed_over(agreement, at=THURSDAY)
    rep = rita()
    assign(handoff.lead, rep, by=sales_manager(), now=THURSDAY + timedelta(minutes=14))
    drawn = strip(handoff, THURSDAY + timedelta(hours=23, minutes=10))
    assert drawn.rows == [
        ("Thu 19 Nov 15:10 to 15:24", "nobody", "14 min"),
        ("Thu 19 Nov 15:24 to 17:00", "Rita", "1 h 36 min"),
        ("Fri 20 Nov 09:00 to 11:10", "Rita", "2 h 10 min"),
    ]
    assert drawn.total == "4 h"
    assert [box.look for box in drawn.stretches] == ["open", "shut", "open"]
    assert [mark.text for mark in drawn.marks] == ["handoff Thu 15:10", "deadline Fri 11:10", "now Fri 14:20"]
    assert len(drawn.late) == 1
    assert [box.look for box in drawn.holders] == ["nobody", "hold"]


@pytest.mark.parametrize(("minutes", "late"), [(1199, 0), (1200, 0), (1201, 1)])
def test_the_strip_is_late_only_past_the_deadline(agreement, minutes, late):
    handoff = handed_over(agreement, at=THURSDAY)
    assert len(strip(handoff, THURSDAY + timedelta(minutes=minutes)).late) == late


def test_a_running_clock_says_what_was_used_so_far(agreement):
    drawn = strip(handed_over(agreement, at=THURSDAY), THURSDAY + timedelta(minutes=30))
    assert drawn.total == "30 min so far"
    assert drawn.late == []


@pytest.mark.parametrize("days", [0, 1, 3, 40, 400])
def test_the_strip_stays_within_its_picture(agreement, days):
    handoff = handed_over(agreement, at=datetime(2026, 6, 6, 9, 0, tzinfo=UTC))  # a Saturday
    drawn = strip(handoff, handoff.at + timedelta(days=days))
    boxes = [*drawn.stretches, *drawn.used, *drawn.late, *drawn.holders]
    assert all(box.x >= 0 and box.x + box.width <= 1182 for box in boxes)
    assert all(0 <= mark.x <= 1180 for mark in drawn.marks)


def test_the_tale_can_be_narrowed(client, agreement):
    now, rep = this_second(), rita()
    handoff = handed_over(agreement, at=now, to=rep)
    log_follow_up(handoff.lead, by=rep, now=now, kind="call", outcome="no_answer")
    client.force_login(vic())
    address = f"/leads/{handoff.lead_id}/"
    everything = client.get(address).context["happenings"]
    assert [each.kind for each in client.get(f"{address}?tale=follow_up").context["happenings"]] == [
        "follow_up"
    ]
    moves = client.get(f"{address}?tale=move").context["happenings"]
    assert {each.kind for each in moves} == {"move"}
    assert len(everything) > len(moves) + 1
    assert client.get(f"{address}?tale=nonsense").context["happenings"] == everything


def test_the_tale_tells_when_the_clock_was_in_danger_and_breached(client, agreement):
    handoff = handed_over(agreement, at=datetime(2026, 6, 1, 8, 0, tzinfo=UTC))
    client.force_login(vic())
    looks = [
        each.look.label
        for each in client.get(f"/leads/{handoff.lead_id}/").context["happenings"]
        if each.look
    ]
    assert looks == ["Breached", "At risk"]


def test_the_page_knows_its_place_in_the_readers_queue(client, agreement):
    now, rep = this_second(), rita()
    made = [handed_over(agreement, at=now - timedelta(minutes=9 - n), to=rep).lead for n in range(3)]
    client.force_login(rep)
    html = client.get(f"/leads/{made[1].pk}/").content.decode()
    assert "lead 2 of 3" in html
    assert f'href="/leads/{made[0].pk}/" rel="prev"' in html
    assert f'href="/leads/{made[2].pk}/" rel="next"' in html
    client.force_login(vic())
    assert "lead 2 of 3" not in client.get(f"/leads/{made[1].pk}/").content.decode()


def test_only_what_fits_is_offered(client, agreement):
    now, rep = this_second(), rita()
    handoff = handed_over(agreement, at=now, to=rep)
    client.force_login(raj())
    assert 'data-key="a"' not in client.get(f"/leads/{handoff.lead_id}/").content.decode()
    client.force_login(rep)
    html = client.get(f"/leads/{handoff.lead_id}/").content.decode()
    assert 'data-key="a"' in html
    assert 'id="act-hand_over"' not in html
    fresh = client.get(f"/leads/{lead(agreement).pk}/").content.decode()
    assert 'name="outcome"' not in fresh
