"""Fields of forms of leads."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.importing.dates import BadValue
from leads.importing.values import employees
from leads.tidying import tidy


class PeopleField(forms.CharField):
    """A number of people as people write it: 120, 1,200 or 1.200."""

    def __init__(self, **options: Any) -> None:
        kept = ("required", "initial", "disabled")
        super().__init__(
            label="Company size",
            help_text="How many people work there, about: 120.",
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            **{name: value for name, value in options.items() if name in kept},
        )

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return employees(tidy(text)) if text else None
        except BadValue as bad:
            raise forms.ValidationError(str(bad)) from None
