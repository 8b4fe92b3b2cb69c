"""Figures in words: "18.4%", "3 h 10 min", "468 of 3,343"."""

from decimal import Decimal
from fractions import Fraction

from reports.content.numbers import NOTHING, amount, of_count
from reports.metrics.figure import Figure
from slas.rules.commitments import TOO_FEW_BELOW


def value_text(figure: Figure, target: Decimal | None = None) -> str:
    """The value as people read it, rounded as on every page and mail (reports.content.numbers); a rate of
    fewer than 5 cases shows its count instead."""
    if figure.values is not None:
        return " and ".join(amount(value, "money", currency=code) for code, value in figure.values.items())
    if figure.value is None:
        return NOTHING
    if figure.about.has_count and figure.n is not None and figure.n < TOO_FEW_BELOW:
        return count_text(figure)
    value = (
        Fraction(figure.k, figure.n) if figure.about.has_count and figure.k is not None and figure.n else None
    )
    exact = figure.value if value is None else value
    return amount(exact, figure.unit, currency=figure.currency, target=target)


def count_text(figure: Figure) -> str:
    """The count beside it: "468 of 3,343", empty for plain numbers."""
    return "" if figure.n is None or figure.k is None else of_count(figure.k, figure.n)
