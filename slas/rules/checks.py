"""Checks that several values share; each raises ValueError with a sentence that says what and how."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


def whole(value: Any, what: str, *, least: int) -> int:
    """`value`, if it is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} is {value!r}. Give a whole number of at least {least}.")
    if value < least:
        raise ValueError(f"{what} is {value}. Give at least {least}.")
    return value


def share(value: Any, what: str) -> Decimal:
    """A number from 0 to 1 as the exact decimal it was written as."""
    number = decimal(value, what)
    if not 0 <= number <= 1:
        raise ValueError(f"{what} is {number}. Give a share from 0 to 1, such as 0.75.")
    return number


def decimal(value: Any, what: str) -> Decimal:
    """An int, float or Decimal as the exact decimal it was written as (0.29 is 29/100)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{what} is {value!r}. Give a number.")
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise ValueError(f"{what} is {value!r}. Give a finite number.")
    return number


def choice(value: Any, what: str, choices: Iterable[str]) -> str:
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{what} is {value!r}. Choose one of {', '.join(choices)}.")
    return value


def text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{what} is {value!r}. Give it a text.")
    return value


def string(value: Any, what: str) -> str:
    """Any text, an empty one too: what others recorded is not ours to refuse."""
    if not isinstance(value, str):
        raise ValueError(f"{what} is {value!r}. Give it a text.")
    return value


def flag(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{what} is {value!r}. Say true or false.")
    return value


def texts(values: Any, what: str) -> tuple[str, ...]:
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise ValueError(f"{what} are a list of texts.")
    return tuple(text(value, f"One of {what}") for value in values)


def required(data: Any, field: str, where: str) -> Any:
    """data[field], or the sentence that it is missing."""
    if not isinstance(data, Mapping):
        raise ValueError(f"{where} is no object with named fields.")
    if field not in data:
        raise ValueError(f"{where} has no {field}. Add it.")
    return data[field]
