"""Form fields in the words of an agreement: hours and minutes, percent, opening hours, dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from slas.rules.words import exact_duration, long_date, number_text
from slas.services.refusal import Refused
from slas.services.week_text import openings_of_text

HOUR = 3600
MOST_HOURS = 8_760  # a year
_PLAIN = re.compile(r"(\d{1,5}(?:[.,]\d{1,4})?)(?:\s*(?:h|hours?))?", re.ASCII)
_WATCH = re.compile(r"(\d{1,5}):([0-5]\d)", re.ASCII)
_WORDS = re.compile(
    r"(?:(\d{1,5})\s*h(?:ours?)?)?\s*(?:and\s*)?(?:(\d{1,6})\s*m(?:in|inutes?)?)?\s*(?:(\d{1,6})\s*s(?:ec|econds?)?)?",
    re.ASCII,
)


class TypedField(forms.CharField):
    """Text that stands for a value: read by `read`, shown by `show`. `read` raises Refused."""

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if not text:
            return self.nothing()
        try:
            return self.read(text)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None

    def nothing(self) -> Any:
        """What an empty field means."""
        return None

    def validate(self, value: Any) -> None:
        if self.required and value in (None, ""):
            raise ValidationError(self.error_messages["required"])

    def run_validators(self, value: Any) -> None:
        """Nothing but `read`: the value is no text."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else self.show(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it means something else, however it is written."""
        try:
            return bool(self.to_python(data) != (self.to_python(initial) if initial is None else initial))
        except ValidationError:
            return True


class HoursField(TypedField):
    """Hours and minutes, kept in seconds: "4 h 30 min", "4:30", "4.5", "90 min". `least` in seconds."""

    def __init__(self, *, least: int = 0, why_not_less: str = "", **kwargs: Any) -> None:
        self.least, self.why_not_less = least, why_not_less
        super().__init__(max_length=40, **kwargs)

    def read(self, text: str) -> int:
        seconds = _seconds(text.lower())
        if seconds is None:
            raise Refused(f"“{text}” is no time. Write it as 4 h, 4 h 30 min or 90 min.")
        if seconds < self.least:
            said = "0 hours" if seconds == 0 else exact_duration(seconds)
            why = self.why_not_less or "is too short."
            raise Refused(f"{said} {why} Enter at least {exact_duration(self.least)}.")
        if seconds > MOST_HOURS * HOUR:
            raise Refused(f"{text} is longer than a year. Enter at most {MOST_HOURS:,} h.")
        return seconds

    def show(self, value: int) -> str:
        return exact_duration(value).replace(",", "") if value else "0 h"


def _seconds(text: str) -> int | None:
    if found := _WATCH.fullmatch(text):
        return int(found[1]) * HOUR + int(found[2]) * 60
    if found := _PLAIN.fullmatch(text):
        exact = Decimal(found[1].replace(",", ".")) * HOUR
        return int(exact) if exact == exact.to_integral_value() else None
    if (found := _WORDS.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * HOUR + minutes * 60 + seconds
    return None


class NumberField(TypedField):
    """A number as people type it: "1240", "12.5". Spaces and the thousands' comma may be there."""

    unit = ""

    def __init__(self, *, least: Decimal, most: Decimal, places: int = 0, **kwargs: Any) -> None:
        self.least, self.most, self.places = least, most, places
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal" if places else "numeric")

    def read(self, text: str) -> Decimal:
        bare = re.sub(r"(?<=\d)[ ,](?=\d{3}(?:\D|$))", "", text).rstrip("% ")
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", bare, re.ASCII):
            raise Refused(f"“{text}” is no number. Write it in figures, such as {self._example}.")
        number = Decimal(bare)
        if not self.least <= number <= self.most:
            limits = f"from {number_text(self.least)} to {number_text(self.most)}"
            raise Refused(f"{text} can't be. Enter a number {limits}{self.unit}.")
        if number != round(number, self.places):
            kind = f"at most {self.places} decimals" if self.places else "a whole number"
            raise Refused(f"{text} is too exact. Enter {kind}.")
        return self.meant(number)

    @property
    def _example(self) -> str:
        return "90" if self.places else "12"

    def meant(self, number: Decimal) -> Any:
        return number

    def show(self, value: Any) -> str:
        return number_text(value).replace(",", "")


class WholeField(NumberField):
    """A whole number."""

    def meant(self, number: Decimal) -> int:
        return int(number)


class PercentField(NumberField):
    """A share from 0 to 1 (four decimals), typed and shown in percent."""

    unit = " percent"

    def __init__(self, *, least: str = "0.01", **kwargs: Any) -> None:
        super().__init__(least=Decimal(least), most=Decimal(100), places=2, **kwargs)

    def meant(self, number: Decimal) -> Decimal:
        return number / 100

    def show(self, value: Any) -> str:
        return super().show(Decimal(value) * 100)


class OpeningsField(TypedField):
    """The opening hours of one weekday, as `openings_of_text` reads them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, required=False, **kwargs)

    def read(self, text: str) -> list[list[str]]:
        return openings_of_text(text)

    def nothing(self) -> list[list[str]]:
        return []

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except ValidationError:
            return True


class DatesField(TypedField):
    """Dates, one a line: "24 December 2026" or 2026-12-24. Kept as sorted ISO texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def read(self, text: str) -> list[str]:
        words = (word.strip() for word in re.split(r"[\n,;]", text))
        return sorted({_date(word).isoformat() for word in words if word})

    def nothing(self) -> list[str]:
        return []

    def show(self, value: list[str]) -> str:
        return "\n".join(long_date(date.fromisoformat(day)) for day in value)


def _date(word: str) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(word, form).date()  # noqa: DTZ007 (a date has no zone)
        except ValueError:
            continue
    raise Refused(f"“{word}” is no date. Write each on a line of its own, as 24 December 2026 or 2026-12-24.")
