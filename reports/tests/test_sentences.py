"""What mails and reports say: right plurals, exact gaps, nothing claimed that the figures do not say."""

from decimal import Decimal
from fractions import Fraction

import pytest

from reports.content.numbers import NOTHING
from reports.content.promises import columns, promise_line
from reports.content.sentences import happened, opening, verdict, what_is_short
from reports.metrics import Figure
from reports.services.promises import Standing
from slas.rules.commitments import assess
from slas.rules.metrics import METRICS
from slas.rules.periods import parse_period
from slas.rules.terms import Commitment

NOVEMBER = parse_period("2026-11", "Europe/Copenhagen")
HALF = Fraction(1, 2)


def standing(
    metric: str,
    target,
    *,
    value=None,
    k: int | None = None,
    n: int | None = None,
    over: bool = False,
    at_least: bool = True,
    scope: dict | None = None,
    passed: Fraction = HALF,
) -> Standing:
    about = METRICS[metric]
    side = "marketing" if about.side == "marketing" else "sales"
    commitment = Commitment(
        metric, side, metric, at_least, Decimal(str(target)), about.unit, "month", scope=scope
    )
    if k is not None:
        value = Fraction(k, n) if n else None
    figure = Figure(metric, None if value is None else float(value) if k is not None else value, k, n)
    assessment = assess(commitment, value, k, n, passed, over)
    until = NOVEMBER.end if over else NOVEMBER.start
    return Standing(commitment, NOVEMBER, figure, value, assessment, until, "EUR")


def mqls(value: int, target: int = 100, **more) -> Standing:
    return standing("mqls", target, value=value, **more)


def speed(k: int, n: int, **more) -> Standing:
    return standing("speed_met_share", "0.9", k=k, n=n, **more)


SIX_OF_EIGHT = [mqls(50)] * 6 + [mqls(1)] * 2
ONE_OF_TWO_OVER = [mqls(99, over=True), mqls(100, over=True)]


@pytest.mark.parametrize(
    ("standings", "subject", "sentence"),
    [
        ([mqls(50), speed(9, 10)], "both promises on course", "Both promises are on course."),
        ([mqls(10), speed(9, 10)], "one of two promises on course", "One of two promises is on course."),
        ([mqls(10), speed(1, 10)], "neither promise on course", "Neither promise is on course."),
        (
            [mqls(50)] * 6 + [mqls(1)] * 2,
            "six of eight promises on course",
            "Six of eight promises are on course.",
        ),
        ([mqls(50)] * 3, "all three promises on course", "All three promises are on course."),
        ([mqls(1)] * 3, "none of three promises on course", "None of three promises is on course."),
        ([mqls(50)], "the one promise on course", "The one promise is on course."),
        ([mqls(1)], "the one promise short", "The one promise is short."),
        ([mqls(100, over=True)] * 12, "all 12 promises kept", "All 12 promises are kept."),
        (
            [mqls(99, over=True), mqls(100, over=True)],
            "one of two promises kept",
            "One of two promises is kept.",
        ),
        (
            [mqls(50), speed(2, 3)],
            "the one promise on course",
            "The one promise is on course; of one it is too early to say.",
        ),
        ([speed(0, 0)], "too early to say", "It is too early to say how the promises stand."),
        ([], "no promises", "The agreement makes no promises."),
    ],
)
def test_the_verdict(standings, subject, sentence):
    assert verdict(standings) == subject
    assert opening(standings) == sentence


@pytest.mark.parametrize(
    ("standings", "sentence"),
    [
        ([mqls(50), speed(9, 10)], ""),
        ([mqls(43)], "Marketing is 7 MQLs short of its pace."),
        ([mqls(4, 10)], "Marketing is one MQL short of its pace."),
        ([mqls(93, over=True)], "Marketing was 7 MQLs short of 100 of November 2026."),
        ([mqls(5, 24, scope={"source": "demo"})], "Marketing is 7 MQLs (demo) short of its pace."),
        ([speed(93, 104)], "Sales is one follow-up short of 90% in time."),
        ([speed(86, 104)], "Sales is 8 follow-ups short of 90% in time."),
        (
            [mqls(43), speed(93, 104)],
            "Marketing is 7 MQLs short of its pace, and Sales is one follow-up short of 90% in time.",
        ),
        (
            [speed(93, 104), standing("customers", 20, value=3)],
            "Sales is one follow-up short of 90% in time and 7 customers short of its pace.",
        ),
        (
            [standing("rejected_share", "0.1", k=12, n=100, at_least=False)],
            "Marketing is 2 rejected leads over its limit of 10%.",
        ),
        (
            [standing("first_follow_up_business_seconds_median", 14_400, value=18_600, n=9, at_least=False)],
            "Sales has 5 h 10 min instead of at most 4 h in "
            "“Time to first follow-up, business hours (median)”.",
        ),
        (
            [mqls(43)] * 5,
            "Marketing is 7 MQLs short of its pace, 7 MQLs short of its pace and 7 MQLs short of its pace. "
            "Two more are short.",
        ),
        ([mqls(90)], "Marketing is 40 MQLs ahead of its pace, more than Sales may be able to work."),
        ([standing("customers", 14, value=20)], "Sales is 13 customers ahead of its pace."),
    ],
)
def test_what_is_short(standings, sentence):
    assert what_is_short(standings) == sentence


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((0, 0, 0, 0), "On Friday nothing was handed over, and no deadline passed."),
        ((1, 0, 0, 0), "On Friday 1 lead was handed over."),
        ((14, 12, 0, 0), "On Friday 14 leads were handed over and 12 were followed up in time."),
        (
            (14, 1, 1, 1),
            "On Friday 14 leads were handed over, 1 was followed up in time, 1 deadline was missed and "
            "1 customer was won.",
        ),
        ((0, 0, 2, 0), "On Friday 2 deadlines were missed."),
    ],
)
def test_what_happened(numbers, sentence):
    assert happened("On Friday", *numbers) == sentence


@pytest.mark.parametrize(
    ("it", "figure", "detail", "mark", "word"),
    [
        (mqls(118, 228), "118", "of 228, should be 114", "✓", "on pace"),
        (mqls(50, 114), "50", "of 114, should be 57", "▲", "behind by 7"),
        (mqls(90), "90", "of 100, should be 50", "▲", "far ahead"),
        (mqls(93, over=True), "93", "of 100", "✕", "missed by 7"),
        (speed(93, 104), "89.4%", "93 of 104, at least 90%", "▲", "behind by 1 follow-up"),
        (speed(8996, 10_000), "89.96%", "8,996 of 10,000, at least 90%", "▲", "behind by 4 follow-ups"),
        (
            speed(8996, 10_000, over=True),
            "89.96%",
            "8,996 of 10,000, at least 90%",
            "✕",
            "missed by 4 follow-ups",
        ),
        (speed(9, 10), "90%", "9 of 10, at least 90%", "✓", "on course"),
        (speed(2, 3), "2 of 3", "at least 90%", NOTHING, "too few to say"),
        (speed(0, 0), NOTHING, "at least 90%", NOTHING, "no cases yet"),
        (
            standing("rejected_share", "0.1", k=7, n=118, at_least=False),
            "5.9%",
            "7 of 118, at most 10%",
            "✓",
            "within the limit",
        ),
        (
            standing("revenue", 20_000, value=Decimal(9_200)),
            "€9,200",
            "of €20,000, should be €10,000",
            "✓",
            "on pace",
        ),
    ],
)
def test_a_promise_in_a_line(it, figure, detail, mark, word):
    line = promise_line(it)
    assert (line.figure, line.detail, line.mark, line.word) == (figure, detail, mark, word)


def test_mirrored_promises_stand_at_the_same_height():
    lines = [promise_line(it) for it in (mqls(1), standing("leads", 9, value=1), speed(1, 10))]
    lines.append(promise_line(standing("customers", 9, value=1)))
    (_, left), (_, right) = columns(lines, {"customers": "mqls", "leads": "speed_met_share"})
    assert [line.key for line in left] == ["mqls", "leads"]
    assert [line.key for line in right] == ["customers", "speed_met_share"]
