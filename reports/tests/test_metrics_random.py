"""Every metric against its slow and obvious twin, in random worlds: total, groups, and length of its list."""

import datetime as dt
from fractions import Fraction

import pytest

from reports.metrics import GROUPINGS, behind, figures, grouped
from reports.metrics.registry import REGISTRY, Counted
from reports.tests.naive_figures import Naive, naive_percentile
from reports.tests.random_worlds import periods_of, random_world
from slas.rules.periods import start_of_day

pytestmark = pytest.mark.django_db

COUNTED = [name for name, spec in REGISTRY.items() if isinstance(spec, Counted)]
INSTANT = dt.timedelta(microseconds=1)
WORLDS = [
    (1, "Europe/Copenhagen", dt.date(2026, 9, 7)),
    (2, "America/Sao_Paulo", dt.date(2017, 9, 4)),  # no 00:00 on 15 October 2017
    (3, "Pacific/Auckland", dt.date(2026, 9, 7)),
    (4, "America/Los_Angeles", dt.date(2026, 9, 28)),
]


@pytest.fixture(params=WORLDS, ids=lambda world: world[1])
def world(request, db):
    seed, tz, first = request.param
    return random_world(seed, tz, first=first)


def cuts(world, period):
    """(keywords, last instant): at the end, at a midnight within the period, and now."""
    middle = start_of_day(period.first_day + dt.timedelta(days=5), world.tz)
    return [
        ({"until": period.end}, period.end - INSTANT),
        ({"until": middle}, middle - INSTANT),
        ({"now": world.now}, world.now),
    ]


def test_every_metric_is_what_the_journal_says(world):
    naive = Naive(world)
    something = set()
    for period in periods_of(world):
        for cut, last in cuts(world, period):
            span = (period.start, period.end)
            found = figures(REGISTRY, world.agreement, *span, **cut)
            expected = naive.counts(*span, last)
            for name in COUNTED:
                k, n = expected.get(name, {}).get("", (0, 0))
                figure = found[name]
                assert (figure.k if figure.n is not None else figure.value) == k, (name, period.key, cut)
                assert figure.n in (None, n), (name, period.key, cut)
                assert figure.value == (k if figure.n is None else k / n if n else None), name
                assert behind(name, world.agreement, *span, **cut).count() == k, name
                something |= {name} if k else set()
            _same_medians(found, naive, span, last)
            _same_money(found, naive, span, last, world)
    assert len(something) >= 19, f"The world is too poor: {set(COUNTED) - something}"


def _same_medians(found, naive, span, last):
    values = naive.seconds(*span, last)
    for name, of, fraction, per in (
        ("first_follow_up_business_seconds_median", "business", Fraction(1, 2), 1),
        ("first_follow_up_business_seconds_p90", "business", Fraction(9, 10), 1),
        ("first_follow_up_elapsed_seconds_median", "elapsed", Fraction(1, 2), 1),
        ("first_follow_up_elapsed_seconds_p90", "elapsed", Fraction(9, 10), 1),
        ("first_contact_to_won_days_median", "won", Fraction(1, 2), 86_400),
    ):
        exact = naive_percentile(values[of], fraction)
        assert found[name].k == len(values[of]), name
        assert found[name].value == (None if exact is None else pytest.approx(exact / per, rel=1e-12)), name


def _same_money(found, naive, span, last, world):
    sums = naive.revenue(*span, last)
    assert _by_currency(found["revenue"]) == (sums or {"EUR": 0})
    first = span[0].astimezone(dt.UTC)
    before = start_of_day(_year_before(first, world.tz), world.tz)
    worth = naive.mql_value(*span, last, before)
    value = _by_currency(found["mql_value"])
    expected = {currency: pytest.approx(float(amount)) for currency, amount in worth.items()} or {"EUR": 0}
    assert {currency: float(amount) for currency, amount in value.items()} == expected


def _by_currency(figure):
    if figure.values is not None:
        return dict(figure.values)
    return {figure.currency: figure.value}


def _year_before(at, tz):
    from slas.rules.periods import local_day

    day = local_day(at, tz)
    return day.replace(year=day.year - 1)


def test_groups_are_what_the_journal_says_and_add_up(world):
    naive, last = Naive(world), world.now
    period = periods_of(world)[1]
    span = (period.start, period.end)
    total = figures(REGISTRY, world.agreement, *span, now=last)
    for by in GROUPINGS:
        groups = grouped(REGISTRY, world.agreement, *span, by=by, now=last)
        expected = naive.counts(*span, last, by)
        assert len(groups) > 1
        for name in COUNTED:
            if total[name].n is None:
                shown = {key: found[name].value for key, found in groups.items() if found[name].value}
                assert shown == {key: k for key, (k, _) in expected.get(name, {}).items()}, (name, by)
                assert sum(shown.values()) == total[name].value
            else:
                counts = {key: (found[name].k, found[name].n) for key, found in groups.items()}
                assert {key: c for key, c in counts.items() if c[1]} == expected.get(name, {}), (name, by)


def test_the_six_counts_add_up_to_the_handoffs(world):
    for period in periods_of(world):
        for cut, _ in cuts(world, period):
            found = figures(REGISTRY, world.agreement, period.start, period.end, **cut)
            clocks = sum(figure.value for name, figure in found.items() if name.startswith("clocks_"))
            assert clocks == found["rejected_share"].n
