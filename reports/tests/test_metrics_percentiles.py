"""Medians and percentiles: exact, and the same on every database."""

from fractions import Fraction

import pytest
from django.db.models import FloatField
from django.db.models.functions import Cast
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Lead
from leads.tests.factories import lead
from reports.metrics.percentiles import PercentileCont, percentile
from reports.tests.naive_figures import naive_percentile
from slas.tests.factories import signed_agreement


@pytest.mark.parametrize(
    ("values", "fraction", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.9, 7),
        ([1, 2], 0.5, 1.5),
        ([1, 2, 9], 0.5, 2),
        ([1, 2, 4, 9], 0.5, 3),  # an even count: the mean of the middle two
        ([10, 20], 0.9, 19),
        (list(range(11)), 0.9, 9),
        ([-3, -1], 0.5, -2),
    ],
)
def test_percentiles_lie_linearly_between_the_closest_ranks(values, fraction, expected):
    assert percentile(values, fraction) == expected


@given(st.lists(st.integers(-(10**6), 10**8), min_size=1), st.sampled_from([(0.5, 2), (0.9, 10)]))
def test_percentiles_are_exact(values, fraction):
    share, parts = fraction
    exact = naive_percentile(values, Fraction(round(share * parts), parts))
    assert percentile(sorted(values), share) == pytest.approx(exact, rel=1e-12, abs=1e-6)


@pytest.mark.django_db
@pytest.mark.postgresql
@pytest.mark.parametrize("amounts", [[5], [1, 2], [3, 1, 2], [1, 2, 3, 1000], list(range(0, 997, 7)), []])
def test_the_twin_in_sql_says_the_same(amounts):
    agreement = signed_agreement()
    for amount in amounts:
        given_lead = lead(agreement)
        Lead.objects.filter(pk=given_lead.pk).update(amount=amount, currency="EUR")
    as_float = Cast("amount", FloatField())
    for fraction in (0.5, 0.9):
        found = Lead.objects.aggregate(p=PercentileCont(as_float, fraction))["p"]
        assert found == percentile(sorted(amounts), fraction)
