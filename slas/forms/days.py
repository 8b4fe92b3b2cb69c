"""A day, chosen or typed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

FIRST_YEAR, LAST_YEAR = 2000, 2199
NO_DATE = "This is no date. Choose one, or write it as 2026-12-24."


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date from 2000 to 2199: further off it is a slip."""

    def __init__(self, label: str, *, required: bool = False, help_text: str = "", missing: str = "") -> None:
        errors = {"invalid": NO_DATE, "required": missing or "Choose the day on which it starts."}
        super().__init__(
            label=label, required=required, help_text=help_text, widget=DayInput(), error_messages=errors
        )

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(
                f"The year {day.year} can’t be. Choose a day from {FIRST_YEAR} to {LAST_YEAR}."
            )
        return day
