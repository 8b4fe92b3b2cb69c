"""The section of reports: when the weekly report goes out, and when both teams meet over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.section import SectionForm, mistakes_of
from slas.models import Section
from slas.rules.opening_hours import WEEKDAY_NAMES

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.models import Version
    from slas.services.content import Content

_DAYS = list(enumerate(WEEKDAY_NAMES))
_HOURS = [(hour, f"{hour}:00") for hour in range(24)]
_USUAL_HOUR = 10
_NO_DAY = {"invalid_choice": "“%(value)s” is no weekday of the list. Choose one."}
_NO_HOUR = {"invalid_choice": "“%(value)s” is no hour of the list. Choose one from 0:00 to 23:00."}


class ReportForm(forms.Form):
    """Weekdays are numbers from 0, Monday; hours from 0 to 23, local to the agreement."""

    report_weekday = forms.TypedChoiceField(
        label="The report goes out every", coerce=int, choices=_DAYS, error_messages=_NO_DAY
    )
    report_hour = forms.TypedChoiceField(label="at", coerce=int, choices=_HOURS, error_messages=_NO_HOUR)
    meeting_weekday = forms.TypedChoiceField(
        label="Both teams meet every",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "no meeting agreed"), *_DAYS],
        error_messages=_NO_DAY,
    )
    meeting_hour = forms.TypedChoiceField(
        label="at",
        coerce=int,
        empty_value=None,
        required=False,
        choices=_HOURS,
        error_messages=_NO_HOUR,
    )

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        if words.get("meeting_weekday") is None:
            words["meeting_hour"] = None
        elif words.get("meeting_hour") is None and "meeting_hour" not in self.errors:
            self.add_error("meeting_hour", "Choose the hour of the meeting, or no meeting.")
        return words


class ReportsForm(SectionForm):
    """Report and meeting of a week."""

    key = Section.REPORTS
    template = "slas/editor/_reports.html"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        initial = {name: getattr(version, name) for name in ReportForm.base_fields}
        if initial["meeting_hour"] is None:
            initial["meeting_hour"] = _USUAL_HOUR
        self.form = ReportForm(self.data, prefix="reports", initial=initial)

    def is_valid(self) -> bool:
        return self.form.is_valid()

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return mistakes_of(self.form)

    def apply(self) -> None:
        for name, value in self.form.cleaned_data.items():
            setattr(self.version, name, value)
