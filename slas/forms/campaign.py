"""A campaign as it is typed; what can be is decided by slas.services.campaigns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from slas.forms.days import DayField
from slas.services.campaigns import LONGEST_NAME, LONGEST_NOTE, Plan

if TYPE_CHECKING:
    from slas.models import Campaign


class CampaignForm(forms.Form):
    """Name, dates, sources, expected leads and the note to Sales. `edition`: what the page has shown."""

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        help_text="As its leads name it: capitals don’t matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "The campaign has no name. Give it the name that its leads carry.",
            "max_length": "The name has %(show_value)d letters. Shorten it to %(limit_value)d.",
        },
    )
    starts_on = DayField("Starts on", required=True)
    ends_on = DayField("Ends on", help_text="Empty: no end is planned.")
    sources = forms.CharField(
        label="Sources",
        required=False,
        max_length=12_000,
        help_text="One a line, as leads name them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_leads = forms.CharField(
        label="Expected leads",
        required=False,
        max_length=40,
        help_text="In all. Empty: no number is expected.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    follow_up = forms.CharField(
        label="How Sales is to follow up",
        max_length=LONGEST_NOTE,
        help_text="Whoever calls reads it before: what the leads have seen, what to offer, what to ask.",
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={
            "required": "Say how Sales is to follow up: whoever calls reads it before the call.",
            "max_length": "The note has %(show_value)d signs. Shorten it to %(limit_value)d.",
        },
    )

    def clean_expected_leads(self) -> int | None:
        text = re.sub(r"(?<=\d)[ ,.](?=\d{3}(?:\D|$))", "", self.cleaned_data["expected_leads"].strip())
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,30}", text, re.ASCII):
            raise forms.ValidationError(f"“{text}” is no number. Write it in figures, such as 300.")
        return int(text)

    @property
    def plan(self) -> Plan:
        """What was typed; of a valid form."""
        said = self.cleaned_data
        lines = (line.strip() for line in re.split(r"[\n;]", said["sources"]))
        return Plan(
            name=said["name"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            sources=tuple(dict.fromkeys(line for line in lines if line)),
            expected_leads=said["expected_leads"],
            follow_up=said["follow_up"].replace("\r\n", "\n"),
        )


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """The campaign as the form shows it."""
    return {
        "edition": campaign.edition,
        "name": campaign.name,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "sources": "\n".join(campaign.sources),
        "expected_leads": "" if campaign.expected_leads is None else str(campaign.expected_leads),
        "follow_up": campaign.follow_up,
    }
