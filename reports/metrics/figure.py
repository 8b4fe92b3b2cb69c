"""One figure as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from slas.rules.metrics import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's number, and the count beside it.

    value       int for volumes and counts, float for shares and durations (seconds or days), Decimal
                for money; never rounded; None where n is 0, and for money in several currencies
    k, n        the count: hits of cases. Volumes and counts have none (None)
    undecided   of n or beside it, how many may still become a hit; None where that says nothing
    currency    of `value`, for money
    values      money by currency, where there are several: they are never added
    """

    metric: str
    value: int | float | Decimal | None
    k: int | None = None
    n: int | None = None
    undecided: int | None = None
    currency: str = ""
    values: Mapping[str, Decimal] | None = None

    @property
    def about(self) -> Metric:
        """Label, sentence and unit."""
        return METRICS[self.metric]

    @property
    def unit(self) -> str:
        """leads, share, seconds, days, money, clocks or visits."""
        return self.about.unit

    @property
    def number(self) -> Decimal | None:
        """The value as a Decimal, for comparing and storing; None where there is none."""
        return (
            None
            if self.value is None
            else Decimal(repr(self.value) if isinstance(self.value, float) else self.value)
        )

    def as_data(self) -> dict[str, Any]:
        """The JSON of interfaces.md, "Metrics": value, with k and n where it is k of n; money as text."""
        if self.values is not None:
            return {"values": {currency: money_text(value) for currency, value in self.values.items()}}
        if self.unit == "money":
            text = None if self.value is None else money_text(Decimal(self.value))
            return {"value": text, "currency": self.currency}
        if self.n is None:
            return {"value": self.value}
        return {"value": self.value, "k": self.k, "n": self.n}


def money_text(value: Decimal) -> str:
    """A decimal string, not rounded: "0" for nothing, else at least two decimals ("1234.50")."""
    if value == 0:
        return "0"
    text = format(value.normalize(), "f")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
