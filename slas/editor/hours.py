"""The week of a working time as it is typed: Monday to Friday in one entry, or each day by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from slas.editor.holidays import region_choices
from slas.forms.countries import country_choices
from slas.forms.fields import OpeningsField
from slas.forms.selects import LongSelect
from slas.rules.opening_hours import WEEKDAY_NAMES, WEEKDAYS, hours_of, split_week, week_of
from slas.services.public_holidays import public_holidays
from slas.services.refusal import Refused
from slas.services.week_text import text_of_week
from smarketing.accounts.forms import zone_choices

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.models import Version, WorkingTime

TIME = "time"  # the prefix of its fields
WORKDAYS = WEEKDAYS[:5]
Week = dict[str, list[list[str]]]


class WeekForm(forms.Form):
    """Hours a day, the zone, and whose public holidays are closed."""

    each = forms.BooleanField(required=False, widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(
        label="Time zone",
        widget=LongSelect,
        error_messages={
            "required": "Choose the time zone.",
            "invalid_choice": "“%(value)s” is no time zone of the list. Choose one of it.",
        },
    )
    holiday_country = forms.ChoiceField(
        label="Public holidays of",
        required=False,
        widget=LongSelect(attrs={"data-redraw": ""}),
        error_messages={
            "invalid_choice": "“%(value)s” is no country of the list. Choose one of it, or none."
        },
    )
    holiday_region = forms.CharField(
        label="Region", required=False, widget=LongSelect(attrs={"data-redraw": ""})
    )

    def __init__(self, data: QueryDict | None, row: WorkingTime, version: Version) -> None:
        self.row, self.version = row, version
        stored = text_of_week(row.week)
        self.is_each = (
            bool(data.get(f"{TIME}-each")) if data is not None else len({stored[day] for day in WORKDAYS}) > 1
        )
        names = ("time_zone", "holiday_country", "holiday_region")
        initial = {name: getattr(row, name) for name in names} | stored | {"each": self.is_each}
        super().__init__(data, prefix=TIME, initial=initial | {"workdays": stored["mon"]})
        self._make_days()
        zones = zone_choices()
        if row.time_zone not in dict(zones):
            zones = [(row.time_zone, row.time_zone), *zones]
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zones
        cast(forms.ChoiceField, self.fields["holiday_country"]).choices = country_choices()
        self.regions = region_choices(str(self["holiday_country"].value() or ""))
        cast(forms.Select, self.fields["holiday_region"].widget).choices = [
            ("", "national holidays only"),
            *self.regions,
        ]
        self._leave_region()

    def _make_days(self) -> None:
        if not self.is_each:
            self.fields["workdays"] = OpeningsField(label="Monday to Friday")
        for day, name in zip(WEEKDAYS, WEEKDAY_NAMES, strict=True):
            if self.is_each or day not in WORKDAYS:
                self.fields[day] = OpeningsField(label=name)
        for name in self.day_names:
            self.fields[name].widget.attrs["placeholder"] = "closed"

    def _leave_region(self) -> None:
        """Another country was chosen: the region that was chosen for the one before is not asked about."""
        if self.is_bound:
            data = cast("QueryDict", self.data)
            known = dict(self.regions)
            drawn_for = data.get(f"{TIME}-regions_of")
            country = str(self["holiday_country"].value() or "")
            if drawn_for not in (None, country) and data.get(f"{TIME}-holiday_region") not in known:
                data[f"{TIME}-holiday_region"] = ""

    @property
    def day_names(self) -> list[str]:
        """The names of the fields of days, in order."""
        return [*WEEKDAYS] if self.is_each else ["workdays", *WEEKDAYS[5:]]

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[name] for name in self.day_names]

    @property
    def regions_of(self) -> str:
        return str(self["holiday_country"].value() or "")

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        if all(name in words for name in self.day_names):
            words["week"] = self._week({day: words[self._field(day)] for day in WEEKDAYS})
        country, region = words.get("holiday_country", ""), words.get("holiday_region", "")
        if not self.regions:
            is_stored = self.row.holiday_country == country
            words["holiday_region"] = self.row.holiday_region if is_stored else ""
        elif region and region not in dict(self.regions):
            self._refuse_region(country, region)
        return words

    def _field(self, day: str) -> str:
        return day if self.is_each or day not in WORKDAYS else "workdays"

    def _week(self, days: Week) -> Week:
        """Nights parted at midnight; what overlaps is said at the day where it does."""
        week = split_week(days)
        for day, name in zip(WEEKDAYS, WEEKDAY_NAMES, strict=True):
            try:
                hours_of(week.get(day, []), name)
            except ValueError as error:
                if not self.has_error(self._field(day)):
                    self.add_error(self._field(day), str(error))
        if not week:
            self.add_error(
                self.day_names[0], "The week has no opening. Write at least one, such as 9:00-17:00."
            )
        elif not any(map(self.has_error, self.day_names)) and week_of(week) == week_of(self.row.week):
            return cast(Week, self.row.week)
        return week

    def _refuse_region(self, country: str, region: str) -> None:
        try:
            public_holidays(country, region, self.version.starts_on, self.version.starts_on)
        except Refused as refusal:
            self.add_error("holiday_region", str(refusal))
        else:  # its letters are more than we keep
            self.add_error("holiday_region", f"“{region}” can’t be chosen. Take another region, or none.")

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the field, sentence), in the order of the page."""
        names = [*self.day_names, "time_zone", "holiday_country", "holiday_region"]
        return [
            (self[name].id_for_label, str(error)) for name in names for error in self.errors.get(name, [])
        ]


def typed_week(data: QueryDict, *, each: bool) -> None:
    """Type the other way: each day by itself, as Monday to Friday are; or together, as Monday is."""
    if each and not data.get(f"{TIME}-each"):
        for day in WORKDAYS:
            data[f"{TIME}-{day}"] = data.get(f"{TIME}-workdays", "")
        data[f"{TIME}-each"] = "True"
    elif not each and data.get(f"{TIME}-each"):
        data[f"{TIME}-workdays"] = data.get(f"{TIME}-mon", "")
        data[f"{TIME}-each"] = ""
