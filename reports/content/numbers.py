"""Figures in words, and the one rounding rule of mails and reports: a rounded figure never says more than
it is."""

from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from slas.rules.words import MONTHS, counted, exact_duration
from slas.rules.words import duration as _duration
from slas.rules.zones import in_utc, zone_of

Number = Decimal | Fraction | int | float

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
NOTHING = "\u2013"  # a dash where there is no figure
_FINEST = 4  # decimals


def exact(number: Number) -> Fraction:
    """The number as written: the float 0.7 is 7/10."""
    return Fraction(Decimal(repr(number))) if isinstance(number, float) else Fraction(number)


def percent(share: Number, target: Number | None = None) -> str:
    """A share as "88%" or "89.4%": one decimal, where there is one.

    It reads as its `target`, as 100% or as 0% only if it equals that. Where rounding would say so,
    it has more decimals: 0.8996 of a promised 0.9 is 89.96%.
    """
    marks = [Fraction(0), Fraction(100)] + ([] if target is None else [exact(target) * 100])
    return f"{_told_apart(exact(share) * 100, marks, decimals=1)}%"


def money(amount: Number, currency: str, target: Number | None = None) -> str:
    """ "€14,600", "DKK 1,200": whole units, with more where rounding would reach the target."""
    marks = [] if target is None else [exact(target)]
    text = _told_apart(exact(amount), marks, decimals=0)
    whole, point, cents = text.partition(".")
    text = f"{whole}{point}{cents.ljust(2, '0')}" if point else whole
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{text}" if symbol else f"{currency} {text}"


def duration(seconds: Number, target: Number | None = None) -> str:
    """ "3 h 10 min", minutes rounded down; with seconds where it would read as a target that it is not."""
    value = exact(seconds)
    text = _duration(int(value))
    if target is None or value == exact(target) or text != _duration(int(exact(target))):
        return text
    return exact_duration(int(value) if value < exact(target) else -int(-value // 1))


def days(number: Number, target: Number | None = None) -> str:
    """ "14.7 days", "1 day": one decimal."""
    text = _told_apart(exact(number), [] if target is None else [exact(target)], decimals=1)
    return f"{text} {'day' if text == '1' else 'days'}"


def amount(value: Number, unit: str, *, currency: str = "", target: Number | None = None) -> str:
    """A figure of a metric's unit (slas.rules.metrics.UNITS) as text; `target` as in `percent`."""
    if unit == "share":
        return percent(value, target)
    if unit == "money":
        return money(value, currency, target)
    if unit == "seconds":
        return duration(value, target)
    if unit == "days":
        return days(value, target)
    return _told_apart(exact(value), [] if target is None else [exact(target)], decimals=1)


def of_count(k: int, n: int) -> str:
    """ "93 of 104"."""
    return f"{k:,} of {n:,}"


def were(number: int, one: str, many: str | None = None) -> str:
    """ "1 lead was", "3 leads were"."""
    return f"{counted(number, one, many)} {'was' if number == 1 else 'were'}"


def has(number: int, one: str, many: str | None = None) -> str:
    """ "1 lead has", "3 leads have"."""
    return f"{counted(number, one, many)} {'has' if number == 1 else 'have'}"


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled(number: int) -> str:
    """Up to ten in letters, as in running text: "six"; above in figures."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def late_text(seconds: int, unit: str = "late") -> str:
    """ "3 h 10 min late", from two days on "2 days 4 h late"."""
    if seconds >= 48 * 3600:
        hours = seconds % 86_400 // 3600
        return f"{seconds // 86_400} days{f' {hours} h' if hours else ''} {unit}"
    return f"{_duration(max(seconds, 1))} {unit}"


def short_day(at: datetime, tz: str) -> str:
    """ "19 Nov", local to `tz`."""
    local = in_utc(at).astimezone(zone_of(tz))
    return f"{local.day} {MONTHS[local.month - 1][:3]}"


def _told_apart(value: Fraction, marks: list[Fraction], *, decimals: int) -> str:
    """`value` with the fewest decimals, from `decimals` on, that do not make it one of `marks` it is not.

    Where even the finest would, it is cut on its own side of the mark.
    """
    wrong = [mark for mark in marks if mark != value]
    for places in range(decimals, _FINEST + 1):
        text = _rounded(value, places, ROUND_HALF_UP)
        if all(text != _rounded(mark, places, ROUND_HALF_UP) for mark in wrong):
            return text
    too_near = next(mark for mark in wrong if text == _rounded(mark, _FINEST, ROUND_HALF_UP))
    return _rounded(value, _FINEST, ROUND_FLOOR if value < too_near else ROUND_CEILING)


def _rounded(value: Fraction, places: int, rounding: str) -> str:
    """Rounded, thousands parted, trailing zeros dropped."""
    exact_value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact_value.quantize(Decimal(1).scaleb(-places), rounding=rounding):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
