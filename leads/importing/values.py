"""Text cells -> texts, e-mails, amounts and currencies that fit our columns; BadValue with the reason."""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from leads.models import Entry, Lead

from .dates import BadValue
from .presets import TEXT_FIELDS

_is_email = EmailValidator()
_FIELDS = {field.name: field.max_length or 0 for field in Lead._meta.concrete_fields}
LIMITS: dict[str, int] = {name: _FIELDS[name] for name in TEXT_FIELDS}
OWNER_LIMIT = next(f.max_length or 0 for f in Entry._meta.concrete_fields if f.name == "to_owner_text")

_GROUP = "[ '.,\u00a0\u2009\u202f\u2019]"
_GROUPED = re.compile(rf"\d{{1,3}}({_GROUP})\d{{3}}(?:\1\d{{3}})*(?:([.,])(\d+))?")
_PLAIN = re.compile(r"(\d+)(?:([.,])(\d+))?")
_WHOLE_DIGITS = 14  # of Lead.amount
_PEOPLE = re.compile(rf"\d+|\d{{1,3}}({_GROUP})\d{{3}}(?:\1\d{{3}})*")
_RANGE = re.compile(r"[\d .,']+ ?(?:-|\u2013|\u2014|to) ?[\d .,']+|[\d .,']+ ?\+|[<>\u2264\u2265] ?[\d .,']+")
_MOST_PEOPLE = 100_000_000


def text(value: str, limit: int) -> str:
    """The text, if it fits; BadValue otherwise."""
    if len(value) > limit:
        raise BadValue(f"{len(value):,} characters, and at most {limit} fit. Shorten it.")
    return value


def email(value: str) -> str:
    """An address as it is written; comparing ignores case elsewhere."""
    text(value, LIMITS["email"])
    try:
        _is_email(value)
    except ValidationError:
        raise BadValue(f"“{value}” is no e-mail address. Write it as name@example.com.") from None
    return value


def currency(value: str) -> str:
    """A currency's three letters (ISO 4217), in capitals."""
    if not re.fullmatch(r"[A-Za-z]{3}", value):
        raise BadValue(f"“{value[:20]}” is no currency. Write its three letters, as in EUR.")
    return value.upper()


def employees(value: str) -> int:
    """How many people work somewhere: 120, 1,200 and 1.200 alike, since there are no half people."""
    if not _PEOPLE.fullmatch(value):
        raise BadValue(f"“{value[:40]}” is no number of people. Write it as 120.")
    number = int(re.sub(r"\D", "", value)[:20])
    if number > _MOST_PEOPLE:
        raise BadValue(f"{value[:40]} is more people than any company has. Check the number.")
    return number


def is_range(value: str) -> bool:
    """ "50-200", "50 to 200", "500+": a size, but no number."""
    return _RANGE.fullmatch(value) is not None


def amount(value: str) -> Decimal:
    """An amount of money with at most two decimals, either separator, where that leaves no doubt.

    1234.5, 1234,5, 1,234.50, 1.234,50, 1 234 and 1,234,567 are clear. 1,234 and 1.234 are not: one
    separator with three digits behind it may be either.
    """
    if value.startswith(("-", "\u2212", "(")):
        raise BadValue(f"{value[:40]} is below 0. An amount is what the deal is worth.")
    whole, decimals = _parts(value)
    if decimals.rstrip("0")[2:]:
        raise BadValue(f"{value[:40]} has more than two decimals. Round it.")
    if len(whole) > _WHOLE_DIGITS:
        raise BadValue(f"{value[:40]} is too large. At most {_WHOLE_DIGITS} digits fit.")
    return Decimal(f"{whole}.{decimals[:2]:0<2}")


def _parts(value: str) -> tuple[str, str]:
    """Digits before and after the decimal separator."""
    plain = _PLAIN.fullmatch(value)
    if plain:
        whole, separator, decimals = plain.groups()
        if separator and len(decimals) == 3 and len(whole) <= 3 and whole.strip("0"):
            raise BadValue(
                f"{value} may be {whole}{decimals} or {whole} and a fraction. "
                f"Write {whole}{decimals}.00 or {whole}.{decimals[:2]}."
            )
        return whole.lstrip("0") or "0", decimals or ""
    grouped = _GROUPED.fullmatch(value)
    if grouped is None or grouped[2] == grouped[1]:
        raise BadValue(f"“{value[:40]}” is no amount. Write it as 1234.50, without a currency.")
    whole = value if grouped[2] is None else value[: grouped.start(2)]
    return re.sub(_GROUP, "", whole).lstrip("0") or "0", grouped[3] or ""
