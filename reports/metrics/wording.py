"""Figures in words: "18.4%", "3 h 10 min", "468 of 3,343"."""

from decimal import Decimal

from reports.metrics.figure import Figure
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.words import duration

NOTHING = "none yet"


def value_text(figure: Figure) -> str:
    """The value as people read it, rounded; a rate of fewer than 5 cases shows its count instead."""
    if figure.values is not None:
        return " and ".join(f"{_grouped(value)} {currency}" for currency, value in figure.values.items())
    if figure.value is None:
        return NOTHING
    if figure.unit == "share":
        few = figure.n is not None and figure.n < TOO_FEW_BELOW
        return count_text(figure) if few else f"{100 * figure.value:.1f}%"
    if figure.unit == "seconds":
        return duration(round(figure.value))
    if figure.unit == "days":
        return f"{figure.value:,.1f} days"
    if figure.unit == "money":
        return f"{_grouped(Decimal(figure.value))} {figure.currency}"
    return f"{figure.value:,}"


def count_text(figure: Figure) -> str:
    """The count beside it: "468 of 3,343", empty for plain numbers."""
    return "" if figure.n is None else f"{figure.k:,} of {figure.n:,}"


def _grouped(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
