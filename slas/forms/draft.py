"""The form of a draft: dates and report, promises, windows, working time. One page, saved as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms

from slas.forms.countries import country_choices
from slas.forms.fields import DatesField, HoursField, NumberField, OpeningsField, PercentField, WholeField
from slas.models import Commitment, Version, Window
from slas.rules.metrics import METRICS
from slas.rules.opening_hours import WEEKDAY_NAMES, WEEKDAYS, hours_of, split_week
from slas.rules.promising import title
from slas.services.content import Content, commitment_of
from slas.services.public_holidays import public_holidays
from slas.services.refusal import Refused
from slas.services.week_text import text_of_week
from smarketing.accounts.forms import zone_choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slas.models import WorkingTime

    Data = Mapping[str, Any] | None

MOST = Decimal(999_999_999)
LAST_YEAR = 2199
NO_DATE = "This is no date. Choose one, or write it as 2026-12-24."


class _DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    errors = {"invalid": NO_DATE, "required": "Choose the day on which it starts."}
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=_DayInput(), error_messages=errors
    )


class TermForm(forms.Form):
    """From when to when it holds, when it is reviewed, and when the report goes out."""

    starts_on = _day("Start", required=True, help_text="Never a past day.")
    ends_on = _day("End", help_text="Empty: until another version replaces it.")
    review_on = _day("Review", help_text="Both sides are reminded.")
    report_weekday = forms.TypedChoiceField(
        label="The weekly report goes out on", coerce=int, choices=list(enumerate(WEEKDAY_NAMES))
    )
    report_hour = forms.TypedChoiceField(
        label="at", coerce=int, choices=[(hour, f"{hour}:00") for hour in range(24)]
    )

    def __init__(self, data: Data, *, version: Version, prefix: str) -> None:
        self.version = version
        super().__init__(
            data, prefix=prefix, initial={name: getattr(version, name) for name in self.base_fields}
        )

    def clean(self) -> dict[str, Any]:
        words = cast("dict[str, Any]", super().clean())
        for name in ("starts_on", "ends_on", "review_on"):
            if (day := words.get(name)) and day.year > LAST_YEAR:
                self.add_error(name, f"You wrote the year {day.year}. Enter a day up to {LAST_YEAR}.")
        start, end, review = (words.get(name) for name in ("starts_on", "ends_on", "review_on"))
        if start and end and end < start:
            self.add_error("ends_on", "The end comes before the start. Move it, or leave it empty.")
        if start and review and review < start:
            self.add_error("review_on", "The review comes before the start. Move it after the start.")
        if end and review and review > end:
            self.add_error("review_on", "The review comes after the end. Move it before the end.")
        return words

    def apply(self) -> None:
        for name in self.fields:
            setattr(self.version, name, self.cleaned_data[name])


class PromiseForm(forms.Form):
    """How much of one promise, and in which period."""

    at_least = forms.TypedChoiceField(
        label="At least or at most",
        coerce=lambda value: str(value) == "True",
        choices=[(True, "at least"), (False, "at most")],
    )
    period = forms.ChoiceField(
        label="Period",
        choices=[(kind.value, f"every {kind.label.lower()}") for kind in Commitment.PeriodKind],
    )

    def __init__(self, data: Data, *, row: Commitment, currency: str, prefix: str) -> None:
        self.row = row
        super().__init__(data, prefix=prefix, initial={"at_least": row.at_least, "period": row.period})
        self.unit = METRICS[row.metric].unit
        self.fields["value"] = _value_field(self.unit)
        self.initial["value"] = row.value if self.unit != "seconds" else int(row.value)
        self.title = title(commitment_of(row, None))
        self.suffix = {"share": "%", "seconds": "", "days": "days", "money": currency}.get(self.unit, "")

    def apply(self) -> None:
        for name in self.fields:
            setattr(self.row, name, self.cleaned_data[name])


def _value_field(unit: str) -> forms.Field:
    label, errors = "How much", {"required": "Enter how much is promised."}
    if unit == "share":
        return PercentField(label=label, error_messages=errors)
    if unit == "seconds":
        return HoursField(least=60, label=label, error_messages=errors)
    if unit == "money":
        return NumberField(least=Decimal("0.01"), most=MOST, places=2, label=label, error_messages=errors)
    places = 1 if unit == "days" else 0
    least = Decimal("0.1") if places else Decimal(1)
    return NumberField(least=least, most=MOST, places=places, label=label, error_messages=errors)


class WindowForm(forms.Form):
    """Speed, acceptance, depth, warning, late entries and pauses of one window."""

    window_seconds = HoursField(
        label="First follow-up within",
        least=60,
        why_not_less="would breach every lead at once.",
        error_messages={"required": "Enter the time to the first follow-up, such as 4 h."},
    )
    hours = forms.ChoiceField(
        label="counted in",
        choices=[("business", "business hours"), ("elapsed", "hours around the clock")],
        help_text="For the window, its warning, pauses and accepting.",
    )
    counts = forms.ChoiceField(
        label="What counts",
        choices=[("attempt", "any attempt"), ("connection", "only a two-way connection")],
    )
    warn_share = PercentField(
        label="At risk after (%)", least="0", error_messages={"required": "Enter a percentage, such as 75."}
    )
    acceptance_seconds = HoursField(
        label="Accept or reject within",
        least=60,
        why_not_less="would accept every lead at once.",
        required=False,
        help_text="Empty: no deadline.",
    )
    late_entry_grace_seconds = HoursField(
        label="Entered late, still counts for",
        help_text="Real hours after the deadline; 0 h: never.",
        error_messages={"required": "Enter a time, or 0 h for never."},
    )
    pause_cap_seconds = HoursField(
        label="All pauses of a lead, at most", required=False, help_text="Empty: no limit."
    )
    depth_attempts = WholeField(
        label="Attempts",
        least=Decimal(1),
        most=Decimal(100),
        required=False,
        help_text="Empty: none promised.",
    )
    depth_days = WholeField(label="on different days", least=Decimal(1), most=Decimal(100), required=False)
    depth_within_business_days = WholeField(
        label="within business days", least=Decimal(1), most=Decimal(365), required=False
    )

    def __init__(self, data: Data, *, row: Window, prefix: str) -> None:
        self.row = row
        super().__init__(data, prefix=prefix, initial={name: getattr(row, name) for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        words = cast("dict[str, Any]", super().clean())
        depth = {name: words.get(name) for name in self.fields if name.startswith("depth_")}
        for name in [name for name, value in depth.items() if value is None and name not in self.errors]:
            if any(depth.values()):
                self.add_error(name, "Attempts, days and business days belong together. Enter all, or none.")
        attempts, days = depth["depth_attempts"], depth["depth_days"]
        if attempts and days and days > attempts:
            self.add_error("depth_days", f"{attempts} attempts can't be on {days} days. Enter fewer days.")
        return words

    def apply(self) -> None:
        for name in self.fields:
            setattr(self.row, name, self.cleaned_data[name])


class WorkingTimeForm(forms.Form):
    """The week, its zone, public holidays and own closed dates."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        error_messages={"invalid_choice": "“%(value)s” is no time zone of the list. Choose one of it."},
    )
    holiday_country = forms.ChoiceField(
        label="Public holidays of",
        required=False,
        error_messages={
            "invalid_choice": "“%(value)s” is no country of the list. Choose one of it, or none."
        },
    )
    holiday_region = forms.CharField(
        label="Region",
        required=False,
        max_length=10,
        help_text="Its letters, such as BY for Bavaria. Empty: national holidays.",
    )
    closed = DatesField(label="Own closed dates", help_text="One a line, such as 24 December 2026.")

    def __init__(self, data: Data, *, row: WorkingTime, prefix: str) -> None:
        self.row = row
        super().__init__(data, prefix=prefix)
        for day, name in zip(WEEKDAYS, WEEKDAY_NAMES, strict=True):
            self.fields[day] = OpeningsField(label=name)
        zones, countries = zone_choices(), country_choices()
        if row.time_zone not in dict(zones):
            zones = [(row.time_zone, row.time_zone), *zones]
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zones
        cast(forms.ChoiceField, self.fields["holiday_country"]).choices = countries
        names = ("time_zone", "holiday_country", "holiday_region", "closed")
        self.initial = {name: getattr(row, name) for name in names} | text_of_week(row.week)

    @property
    def weekdays(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]

    def clean_holiday_region(self) -> str:
        return str(self.cleaned_data["holiday_region"]).upper()

    def clean(self) -> dict[str, Any]:
        words = cast("dict[str, Any]", super().clean())
        if all(day in words for day in WEEKDAYS):
            words["week"] = self._week({day: words[day] for day in WEEKDAYS})
        country, region = words.get("holiday_country"), words.get("holiday_region", "")
        if region and not country:
            self.add_error("holiday_region", "A region needs its country. Choose it, or leave this empty.")
        return words

    def _week(self, days: Mapping[str, list[list[str]]]) -> dict[str, list[list[str]]]:
        """Nights parted at midnight; what overlaps is said at the day where it does."""
        week = split_week(days)
        for day, name in zip(WEEKDAYS, WEEKDAY_NAMES, strict=True):
            try:
                hours_of(week.get(day, []), name)
            except ValueError as error:
                self.add_error(day, str(error))
        if not week:
            self.add_error("mon", "The week has no opening. Write at least one, such as 9:00-17:00.")
        return week

    def check_region(self, version: Version) -> None:
        """Say at its field when the region is none of the country."""
        country, region = self.cleaned_data.get("holiday_country"), self.cleaned_data.get("holiday_region")
        if not country or not region or self.errors:
            return
        try:
            public_holidays(country, region, version.starts_on, version.starts_on)
        except Refused as refusal:
            self.add_error("holiday_region", str(refusal))

    def apply(self) -> None:
        for name in ("time_zone", "holiday_country", "holiday_region", "closed", "week"):
            setattr(self.row, name, self.cleaned_data[name])


class DraftForm:
    """All forms of one draft, filled and saved together. They work on the rows they are given."""

    def __init__(self, version: Version, content: Content, data: Data = None) -> None:
        self.version, self.content = version, content
        self.term = TermForm(data, version=version, prefix="term")
        self.promises = [
            PromiseForm(data, row=row, currency=version.currency, prefix=f"promise-{row.key}")
            for row in content.commitments
        ]
        self.windows = [WindowForm(data, row=row, prefix=f"window-{row.key}") for row in content.windows]
        self.time = WorkingTimeForm(data, row=content.working_time, prefix="time")

    @property
    def parts(self) -> list[Any]:
        return [self.term, *self.promises, *self.windows, self.time]

    def is_valid(self) -> bool:
        valid = [part.is_valid() for part in self.parts]  # all, so that every mistake is said at once
        self.time.check_region(self.version)
        return all(valid) and not self.time.errors

    @property
    def has_changed(self) -> bool:
        return any(part.has_changed() for part in self.parts)

    @property
    def mistakes(self) -> int:
        """How many fields are wrong."""
        return sum(len(part.errors) for part in self.parts)

    def apply(self) -> None:
        """Put what was typed on the rows, which are not stored by that."""
        for part in self.parts:
            part.apply()

    def refuse(self, sentence: str) -> None:
        """Add what the services say about the whole."""
        self.term.add_error(None, sentence)
