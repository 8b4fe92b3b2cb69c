"""Single dates of a working time as they are typed: own closures, and dates with special hours."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.rows import typed_rows, write_typed_rows
from slas.forms.days import DayField
from slas.forms.fields import TypedField
from slas.rules.opening_hours import hours_of
from slas.rules.words import long_date
from slas.services.refusal import Refused
from slas.services.week_text import openings_of_text, text_of_openings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

CLOSED, SPECIAL = "closed", "special"  # the prefixes of the two lists
MOST_DAYS = 400
MOST_WHY = 120
EXAMPLE = "Write it as “9:00-12:00, 13:00-17:00”."


class DateHoursField(TypedField):
    """The openings of one date; "closed" is none. Empty is asked for, and midnight ends them."""

    def __init__(self) -> None:
        missing = "Enter the hours of that date, such as 9:00-12:00. To close it, make it a closure."
        super().__init__(label="Open", max_length=120, error_messages={"required": missing})

    def read(self, text: str) -> list[list[str]]:
        openings = openings_of_text(text, EXAMPLE)
        if any(closes <= opens for opens, closes in openings):
            raise Refused(
                "Hours of one date end at midnight. Write 22:00-24:00, and enter the next date by itself."
            )
        try:
            hours_of(openings, text)
        except ValueError as error:
            raise Refused(str(error)) from None
        return sorted(openings)

    def show(self, value: list[list[str]]) -> str:
        return text_of_openings(value) or "closed"


class DatedForm(forms.Form):
    """One date and why; a special one with its `hours`."""

    date = DayField("Date", required=True, missing="Choose the date.")
    why = forms.CharField(
        label="Why",
        required=False,
        max_length=MOST_WHY,
        error_messages={"max_length": f"That is %(show_value)d letters. Keep at most {MOST_WHY}."},
    )

    def __init__(self, kind: str, number: int, data: QueryDict | None, initial: dict[str, Any]) -> None:
        self.kind, self.number = kind, number
        self.hint = ""  # what is worth knowing about it, and no mistake
        self.may_open = False  # it is a public holiday, and can be taken out of them
        self.is_quiet = False
        self._day: dt.date | None = initial.get("date")
        super().__init__(data, prefix=f"{kind}-{number}", initial=initial)
        if kind == SPECIAL:
            self.fields["hours"] = DateHoursField()
        self.fields["why"].widget.attrs["placeholder"] = (
            "Christmas Eve" if kind == CLOSED else "Spring campaign"
        )

    @property
    def day(self) -> dt.date | None:
        """The date as typed, where it is one; after `is_valid`."""
        return self._day

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        self._day = words.get("date")
        return words

    @property
    def iso(self) -> str:
        return self.day.isoformat() if self.day else ""

    @property
    def called(self) -> str:
        """How a button names it."""
        return long_date(self.day) if self.day else "this date"

    @property
    def hours(self) -> list[list[str]]:
        return list(self.cleaned_data["hours"])

    def begin(self) -> None:
        """It was just added: its typing starts at the date, and nothing is said of what it misses."""
        self.is_quiet = True
        self.fields["date"].widget.attrs["autofocus"] = True

    @property
    def hours_field(self) -> forms.BoundField:
        return self["hours"]

    @property
    def opens(self) -> bool:
        """Whether special hours were typed that open it."""
        return bool(self.cleaned_data.get("hours"))

    def is_valid(self) -> bool:
        """Whether it can be stored. While it `is_quiet`, what is not typed yet is not spoken of."""
        valid = super().is_valid()
        if self.is_quiet:
            for name in [name for name in self.errors if not self[name].value()]:
                del self.errors[name]
        return valid

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the field, sentence)."""
        return [
            (self[name].id_for_label, str(error))
            for name in ("date", "hours", "why")
            for error in self.errors.get(name, [])
        ]


def closed_forms(data: QueryDict | None, days: Iterable[str], notes: Mapping[str, str]) -> list[DatedForm]:
    """A form for each own closure, as typed or else as stored, by date."""
    if data is not None:
        return _typed(data, CLOSED)
    return [
        DatedForm(CLOSED, number, None, {"date": dt.date.fromisoformat(day), "why": notes.get(day, "")})
        for number, day in enumerate(sorted(days))
    ]


def special_forms(
    data: QueryDict | None, days: Mapping[str, list[list[str]]], notes: Mapping[str, str]
) -> list[DatedForm]:
    """The same for dates with special hours."""
    if data is not None:
        return _typed(data, SPECIAL)
    return [
        DatedForm(
            SPECIAL,
            number,
            None,
            {"date": dt.date.fromisoformat(day), "why": notes.get(day, ""), "hours": hours},
        )
        for number, (day, hours) in enumerate(sorted(days.items()))
    ]


def _typed(data: QueryDict, kind: str) -> list[DatedForm]:
    rows = typed_rows(data, kind, MOST_DAYS)
    write_typed_rows(data, kind, rows)
    return [DatedForm(kind, number, data, {}) for number in range(len(rows))]
