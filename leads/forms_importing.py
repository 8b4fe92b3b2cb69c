"""Forms of the import: the file with how it is read, then which column goes where."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.importing.dates import ORDERS
from leads.importing.mapping import UNMAPPED
from leads.importing.presets import EVENTS, LEADS, PRESETS
from leads.importing.uploads import (
    AS_THE_PRESET_SAYS,
    BY_ITS_COLUMNS,
    Options,
    choices_of,
    headers_of,
    mapping_of,
)
from leads.models import Upload
from slas.models import Agreement
from smarketing.accounts.forms import zone_choices

LABELS = {
    "external_id": "ID in their system",
    "email": "E-mail",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "country": "Country",
    "industry": "Industry",
    "employees": "Company size",
    "phone": "Phone",
    "source": "Source",
    "campaign": "Campaign",
    "owner": "Owner",
    "created_at": "Created",
    "mql_at": "Became MQL",
    "handed_over_at": "Handed over",
    "first_follow_up_at": "First follow-up",
    "sql_at": "Became SQL",
    "opportunity_at": "Became opportunity",
    "won_at": "Won",
    "lost_at": "Lost",
    "amount": "Amount",
    "currency": "Currency",
    "kind": "What they did",
    "at": "When",
    "detail": "Which page, guide or webinar",
}
SORT_WORDS = [(LEADS.key, "Leads"), (EVENTS.key, "What leads did")]
SYSTEMS = {"olist": "Olist, leads", "olist-deals": "Olist, deals"}
BY_NAMES = "By the names of its columns"
ORDER_WORDS = {
    "ymd": "Year first: 2026-11-20",
    "dmy": "Day first: 20/11/2026",
    "mdy": "Month first: 11/20/2026",
}


class HowForm(forms.Form):
    """How a file is read; shared by both forms."""

    agreement = forms.ChoiceField(
        required=False,
        help_text="A lead is looked up within its agreement.",
        error_messages={"invalid_choice": "There is no agreement “%(value)s”. Choose one of the list."},
    )
    preset = forms.ChoiceField(
        label="Exported from",
        required=False,
        error_messages={"invalid_choice": "There is no preset “%(value)s”. Choose one of the list."},
    )
    zone = forms.ChoiceField(
        label="Times are in",
        required=False,
        error_messages={
            "invalid_choice": "“%(value)s” is no time zone of the list. Choose one such as Europe/Copenhagen."
        },
    )
    dates = forms.ChoiceField(
        label="Dates are written",
        required=False,
        choices=[("", "As the file shows; ask if in doubt"), *((name, ORDER_WORDS[name]) for name in ORDERS)],
        error_messages={"invalid_choice": "“%(value)s” is no order of dates. Choose one of the list."},
    )
    presets: list[tuple[str, str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreements = Agreement.objects.values_list("slug", "name")
        self._offer("agreement", [("", "By each lead’s scope"), *agreements])
        self._offer("zone", [("", "The zone of the agreement"), *zone_choices()])
        self._offer("preset", [*self.presets, *((name, SYSTEMS.get(name, name)) for name in PRESETS)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class UploadForm(HowForm):
    """A file, and how it is read."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,  # the importer has the better sentence
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text="UTF-8 or Latin-1; comma, semicolon or tab; a header line first.",
        error_messages={
            "required": "Choose the CSV file to import.",
            "missing": "The file did not arrive. Choose it again.",
            "invalid": "The file did not arrive. Choose it again.",
            "max_length": "The file’s name is longer than 255 characters. Rename it.",
        },
    )
    what = forms.ChoiceField(
        label="The file holds",
        choices=SORT_WORDS,
        initial=LEADS.key,
        required=False,
        error_messages={"invalid_choice": "Choose leads, or what leads did."},
    )
    presets = [(BY_ITS_COLUMNS, "As its columns show"), ("", "Another system: by column names")]
    field_order = ["file", "what", "agreement", "preset", "zone", "dates"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preset"].initial = BY_ITS_COLUMNS

    def clean_what(self) -> str:
        return self.cleaned_data["what"] or LEADS.key


class CheckForm(HowForm):
    """How a file is read, and where each of its columns goes."""

    presets = [("", BY_NAMES)]

    def __init__(self, data: Any = None, *, upload: Upload, shut: bool = False) -> None:
        self.upload = upload
        self.headers = headers_of(upload)
        self.chosen = choices_of(self.headers, mapping_of(upload))
        options = Options.of(upload)
        initial = {name: getattr(options, name) for name in ("agreement", "preset", "zone", "dates")}
        super().__init__(data, initial=initial)
        self.sort = options.sort
        if self.sort is EVENTS:
            del self.fields["preset"]
            known = self.fields["agreement"].choices[1:]  # type: ignore[attr-defined]
            self._offer("agreement", [("", "Leads of any agreement"), *known])
            self.fields["agreement"].help_text = "If you name one, only its leads are meant."
        for place, header in enumerate(self.headers):
            self.fields[f"column_{place}"] = self._column(header)
        for field in self.fields.values():
            field.disabled = shut

    def _column(self, header: str) -> forms.ChoiceField:
        rest = "Keep as extra data" if self.sort.keeps_rest else "Leave it out"
        choices = [(UNMAPPED, rest), *((name, LABELS[name]) for name in self.sort.fields)]
        if self.chosen[header] == AS_THE_PRESET_SAYS:
            choices.insert(0, (AS_THE_PRESET_SAYS, self._several(header)))
        return forms.ChoiceField(
            label=f"{header} goes to",
            choices=choices,
            initial=self.chosen[header],
            error_messages={
                "required": f"Choose where “{header}” goes.",
                "invalid_choice": "We have no field “%(value)s”. Choose one of the list.",
            },
        )

    def _several(self, header: str) -> str:
        """What a preset's column fills, in words: Created, Became MQL, Handed over."""
        targets = PRESETS[self.upload.options["preset"]][header]
        words = [
            LABELS[target.field]
            + (f" ({target.role})" if target.role else "")
            + (f" in {target.zone}" if target.zone else "")
            for target in targets
        ]
        return ", ".join(words)

    def options(self) -> Options:
        """What was chosen, of a valid form."""
        chosen = self.cleaned_data
        fills = {header: chosen[f"column_{place}"] for place, header in enumerate(self.headers)}
        stated = tuple(f"{header}={ours}" for header, ours in fills.items() if ours != AS_THE_PRESET_SAYS)
        preset = chosen.get("preset", "")
        return Options(chosen["agreement"], preset, chosen["zone"], chosen["dates"], stated, self.sort.key)

    def columns(self) -> list[dict[str, Any]]:
        """For the table: header, samples, the field of the form, and whether it goes anywhere."""
        return [
            {
                "header": column["header"],
                "samples": column["samples"],
                "field": self[f"column_{place}"],
                "known": self.chosen[column["header"]] != UNMAPPED,
                "doubt": self.upload.found.get("doubt", {}).get("column") == column["header"],
            }
            for place, column in enumerate(self.upload.columns)
        ]
