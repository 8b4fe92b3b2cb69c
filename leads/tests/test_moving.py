"""Rule 11: running clocks go over to a new version where both signers chose so; none is breached by it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.models import Clock, Handoff, TermsMove
from leads.services.clocks import drift_of_everything
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause_reasons
from leads.services.moving import move_due, moved_by_closure, moves_to
from leads.services.pipeline import reject
from leads.tests.factories import handed_over
from slas.models import Signature, Version
from slas.tests.changing import refused
from slas.tests.factories import signed_agreement, signed_version
from smarketing.accounts.tests.factories import rita
from smarketing.triggers import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

HOUR = timedelta(hours=1)
FOUR, TWO, EIGHT = ({"window_seconds": hours * 3600} for hours in (4, 2, 8))
DEPTH = {"depth_attempts": 1, "depth_days": 1, "depth_within_business_days": 1}
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)  # 9:00 in Copenhagen, when the day opens
NEW_FROM = date(2026, 11, 24)


@pytest.fixture
def agreement():
    return signed_agreement(window=FOUR)


def next_version(agreement, *, chosen=("marketing", "sales"), **overrides):
    """Version 2, signed by both and in force from Tuesday; the sides in `chosen` asked to move clocks."""
    version = signed_version(agreement, starts_on=NEW_FROM, **overrides)
    with lifted():
        Signature.objects.filter(version=version, side__in=chosen).update(moves_running=True)
    return version


def run_under(agreement, hours_before, **fields):
    """A lead handed over so many hours before Tuesday 10:00, on Tuesday or, before its opening, on Monday."""
    at = TUESDAY + HOUR - timedelta(hours=hours_before)
    return handed_over(agreement, at=at if hours_before <= 1 else at - timedelta(hours=16), **fields)


def deadline(handoff):
    return Clock.objects.get(pk=handoff.pk).deadline_at


def test_rule_11_signing_alone_changes_no_clock(agreement):
    handoff = run_under(agreement, 2)
    before = deadline(handoff)
    next_version(agreement, window=EIGHT, chosen=())
    assert move_due(TUESDAY + HOUR) == 0
    assert deadline(handoff) == before


@pytest.mark.parametrize("chosen", [("marketing",), ("sales",)])
def test_rule_11_one_side_alone_moves_nothing(agreement, chosen):
    handoff = run_under(agreement, 2)
    next_version(agreement, window=EIGHT, chosen=chosen)
    assert move_due(TUESDAY + HOUR) == 0
    assert not TermsMove.objects.exists()
    assert deadline(handoff) == TUESDAY + 3 * HOUR


@pytest.mark.parametrize(("window", "hours"), [(EIGHT, 7), (FOUR | {"hours": "business"}, 3)])
def test_rule_11_what_both_chose_is_done_once_it_is_in_force(agreement, window, hours):
    handoff = run_under(agreement, 2)  # Monday 16:00: one hour is used on Monday
    version = next_version(agreement, window=window)
    assert move_due(TUESDAY - 10 * HOUR) == 0  # Monday 23:00: not in force yet
    now = TUESDAY + HOUR
    assert move_due(now) == 1
    assert deadline(handoff) == TUESDAY + hours * HOUR
    handoff.refresh_from_db()
    assert (handoff.version.number, handoff.moved_to, handoff.moved_at) == (1, version, now)
    assert move_due(now + HOUR) == 0  # twice is the same as once
    assert TermsMove.objects.get().version == version


@pytest.mark.parametrize(
    ("minutes", "keeps"),
    [(59, ""), (60, ""), (61, "2 h would be a breach at once.")],
    ids=["a minute before", "exactly at it", "a minute after"],
)
def test_rule_11_no_move_makes_an_instant_breach(agreement, minutes, keeps):
    handoff = run_under(agreement, 2)  # an hour on Monday, so 2 h end on Tuesday at 10:00
    before = deadline(handoff)
    version = next_version(agreement, window=TWO)
    now = TUESDAY + timedelta(minutes=minutes)
    (move,) = moves_to(version, version.terms(), now)
    assert move.keeps == keeps
    assert move.after == (before if keeps else TUESDAY + HOUR)
    assert move_due(now) == (0 if keeps else 1)
    assert deadline(handoff) == move.after


def test_rule_11_what_has_ended_keeps_its_terms(agreement):
    rep = rita()
    met, late = run_under(agreement, 2, to=rep), run_under(agreement, 7, to=rep)
    log_follow_up(met.lead, by=rep, now=TUESDAY, kind="call", outcome="no_answer")
    rejected = run_under(agreement, 2, to=rep)
    reject(rejected.lead, by=rep, now=TUESDAY, reason="duplicate")
    before = list(Clock.objects.order_by("pk").values())
    next_version(agreement, window=EIGHT)
    assert move_due(TUESDAY + 5 * HOUR) == 0  # the late one breached at 12:00 at the latest
    assert list(Clock.objects.order_by("pk").values()) == before
    assert deadline(late) < TUESDAY + 5 * HOUR


def test_an_attempt_that_would_count_now_decides_nothing(agreement):
    strict = signed_agreement("strict", window=FOUR | {"counts": "connection"})
    rep = rita()
    handoff = run_under(strict, 2, to=rep)
    log_follow_up(handoff.lead, by=rep, now=TUESDAY, kind="call", outcome="no_answer")
    version = next_version(strict, window=EIGHT)
    (move,) = moves_to(version, version.terms(), TUESDAY + HOUR)
    assert move.keeps == "Under All leads it would have ended already."
    assert move_due(TUESDAY + HOUR) == 0


@pytest.mark.parametrize(
    ("hours", "old", "new", "keeps"),
    [
        (1, {}, {"acceptance_seconds": 3600}, "Silence would accept it at once."),
        (1, {}, {"acceptance_seconds": 3 * 3600}, ""),
        (1, {"acceptance_seconds": 3600}, {}, "Silence has accepted it already."),
        (8, {}, DEPTH | {"acceptance_seconds": None}, "Its attempts would fall short at once."),
        (8, DEPTH, {}, "Its attempts fell short already."),
        (8, DEPTH, DEPTH | {"depth_within_business_days": 5}, "Its attempts fell short already."),
    ],
)
def test_rule_11_a_move_decides_nothing_and_undoes_nothing(hours, old, new, keeps):
    """Two days of time; depth and acceptance have verdicts of their own."""
    slow = {"window_seconds": 16 * 3600, "acceptance_seconds": 12 * 3600}
    agreement = signed_agreement("slow", window=slow | old)
    handoff = run_under(agreement, 2)  # an hour on Monday
    before = refreshed(handoff)
    version = next_version(agreement, window=slow | new)
    now = TUESDAY + hours * HOUR + timedelta(minutes=30)
    (move,) = moves_to(version, version.terms(), now)
    assert move.keeps == keeps
    assert move_due(now) == (0 if keeps else 1)
    if keeps:
        assert refreshed(handoff) == before


def refreshed(handoff):
    return Clock.objects.filter(pk=handoff.pk).values().get()


def test_one_that_no_window_of_the_new_version_takes_keeps_its_terms(agreement):
    handoff = run_under(agreement, 2, source="fair")
    only = {"key": "web", "name": "Web", "match": {"field": "source", "in": ["webinar"]}} | EIGHT
    version = next_version(agreement, windows=[only])
    (move,) = moves_to(version, version.terms(), TUESDAY + HOUR)
    assert (move.keeps, move.after) == ("No window of version 2 takes it.", deadline(handoff))


def test_rule_11_the_window_is_that_of_the_lead_as_it_was_handed_over(agreement):
    tiers = signed_agreement(
        "tiers", windows=[{"key": "web", "match": {"field": "source", "in": ["webinar"]}} | FOUR, FOUR]
    )
    handoff = run_under(tiers, 2, source="webinar")
    handoff.lead.source = "fair"
    handoff.lead.save(update_fields=["source"])
    version = next_version(
        tiers, windows=[{"key": "web", "match": {"field": "source", "in": ["webinar"]}} | EIGHT, TWO]
    )
    (move,) = moves_to(version, version.terms(), TUESDAY + HOUR)
    assert (move.window.key, move.keeps) == ("web", "")


def test_after_a_move_everything_asks_the_new_terms(agreement):
    handoff = run_under(agreement, 2)
    next_version(agreement, window=EIGHT | {"pause_reasons": ["on_fire"]})
    move_due(TUESDAY + HOUR)
    moved = Handoff.objects.get(pk=handoff.pk)
    assert pause_reasons(moved) == ("on_fire",)
    assert not list(drift_of_everything(TUESDAY + 2 * HOUR))


def test_a_move_that_was_cut_short_goes_on(agreement, monkeypatch):
    first, second = run_under(agreement, 2), run_under(agreement, 2)
    next_version(agreement, window=EIGHT)
    monkeypatch.setattr("leads.services.moving.BATCH", 1)
    from leads.services import moving

    whole = moving._write

    def dies(version, ids, terms, now):
        if second.pk in ids:
            raise KeyboardInterrupt
        return whole(version, ids, terms, now)

    monkeypatch.setattr(moving, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        move_due(TUESDAY + HOUR)
    assert TermsMove.objects.get().handoff == first
    monkeypatch.setattr(moving, "_write", whole)
    assert move_due(TUESDAY + 2 * HOUR) == 1
    assert {deadline(first), deadline(second)} == {TUESDAY + 7 * HOUR}


def test_a_move_is_history(agreement):
    handoff = run_under(agreement, 2)
    next_version(agreement, window=EIGHT)
    move_due(TUESDAY + HOUR)
    moves, row = TermsMove.objects.all(), Handoff.objects.filter(pk=handoff.pk)
    assert refused(lambda: moves.update(window_key="x"))
    assert refused(lambda: moves._raw_delete(moves.db))
    assert refused(lambda: row.update(moved_window_key="x"))
    assert refused(lambda: row.update(moved_at=None, moved_to=None, moved_window_key=""))


def test_rule_12_a_closure_says_which_deadlines_it_would_move(agreement):
    ahead = run_under(agreement, 2)
    over = run_under(agreement, 30)
    now = TUESDAY + HOUR
    moved = list(moved_by_closure(agreement, NEW_FROM, now))
    assert [(handoff.pk, before) for handoff, before, _ in moved] == [(ahead.pk, TUESDAY + 3 * HOUR)]
    # the hour of today that is used stays used: of 4 h, 1 h on Monday and 1 h today are
    assert moved[0][2] == TUESDAY + timedelta(days=1, hours=2)
    assert over.pk not in [handoff.pk for handoff, _, _ in moved]
    assert not list(moved_by_closure(agreement, date(2026, 12, 1), now))


def test_queries_do_not_grow_with_clocks(agreement, django_assert_num_queries):
    signed = next_version(agreement, window=EIGHT)
    version = Version.objects.select_related("agreement", "frozen").get(pk=signed.pk)
    for number in (3, 30):
        while Handoff.objects.count() < number:
            run_under(agreement, 2)
        with django_assert_num_queries(6):
            assert len(list(moves_to(version, version.terms(), TUESDAY + HOUR))) == number
