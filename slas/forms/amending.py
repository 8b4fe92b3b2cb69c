"""What a side asks the other to agree to: a closed date, or an early end."""

from django import forms

from slas.forms.days import DayField
from slas.models import Amendment
from slas.services.amending import LONGEST_NOTE, LONGEST_REASON


class AskForm(forms.Form):
    """`kind`, `date`, `note`."""

    kind = forms.ChoiceField(
        label="What",
        choices=[
            (Amendment.Kind.CLOSURE, "Close a date"),
            (Amendment.Kind.EARLY_END, "End early"),
        ],
        initial=Amendment.Kind.CLOSURE,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what to ask for: to close a date, or to end early.",
            "invalid_choice": "Choose what to ask for: to close a date, or to end early.",
        },
    )
    date = DayField("Date", required=True, missing="Choose the date.")
    note = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="The other side reads it, and whoever reads the closed date later.",
        error_messages={
            "max_length": "The reason has %(show_value)d letters. Shorten it to %(limit_value)d."
        },
    )


class ReasonForm(forms.Form):
    """Why an amendment is declined."""

    reason = forms.CharField(
        label="Why not",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Say why you decline it: whoever asked reads the reason.",
            "max_length": "The reason has %(show_value)d letters. Shorten it to %(limit_value)d.",
        },
    )
