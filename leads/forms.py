"""Forms of leads. They read what was typed; what is allowed and possible the services decide."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import forms

from leads.form_fields import PeopleField
from leads.models import Entry, Handoff, Lead, Stage
from leads.services.behaviour import LONGEST
from leads.services.holding import pause_reasons
from leads.services.pipeline import rejection_reasons
from leads.states import FILTERS
from slas.forms.selects import LongSelect
from slas.models import Agreement
from slas.rules.behaviour import BEHAVIOURS
from slas.rules.words import plain
from smarketing.accounts.models import Side, User

NOTE: dict[str, Any] = {
    "required": False,
    "widget": forms.TextInput(attrs={"autocomplete": "off"}),
    "max_length": 2000,
}


WHEN: dict[str, Any] = {
    "label": "When, if not now",
    "required": False,
    "input_formats": ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
    "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    "error_messages": {
        "invalid": "This is no time. Write it as 2026-11-20 14:05, or leave it empty for now."
    },
}


def a_likely_year(when: dt.datetime | None) -> dt.datetime | None:
    """The time that was typed; at the ends of the calendar, some zones have no such instant."""
    if when and not 1900 <= when.year < 9999:
        raise forms.ValidationError(f"You wrote the year {when.year}. Check the year.")
    return when


def new_click() -> str:
    """A key for one rendering of a form: sent twice, it counts once."""
    return secrets.token_hex(16)


# What each kind of follow-up can come to, as its buttons say it; a number key presses each.
_ANSWERS: dict[str, list[tuple[str, str]]] = {
    "call": [
        ("connected", "Talked to them"),
        ("no_answer", "No answer"),
        ("left_message", "Left a voicemail"),
        ("wrong_contact", "Wrong number"),
    ],
    "email": [("sent", "Sent"), ("replied", "They replied"), ("wrong_contact", "Wrong address")],
    "meeting": [("connected", "Met them"), ("no_answer", "They did not come"), ("sent", "Invited them")],
    "message": [
        ("connected", "Talked to them"),
        ("sent", "Sent"),
        ("no_answer", "No answer"),
        ("wrong_contact", "Wrong contact"),
    ],
}
_KINDS = {"call": ("Call", "c"), "email": ("Mail", "e"), "meeting": ("Meet", "m"), "message": ("Chat", "t")}


def follow_up_choices() -> list[dict[str, Any]]:
    """The kinds, each with its key and its outcomes: `{kind, label, key, outcomes: [(value, words)]}`."""
    return [
        {"kind": kind, "label": label, "key": key, "outcomes": _ANSWERS[kind]}
        for kind, (label, key) in _KINDS.items()
    ]


def salespeople() -> Any:
    return User.objects.active().on_side(Side.SALES)


class LookMixin:
    """Bootstrap's classes, and ids that differ between the forms of one page."""

    fields: dict[str, forms.Field]

    def dress(self) -> None:
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            if not isinstance(field.widget, forms.RadioSelect | forms.HiddenInput):
                field.widget.attrs.setdefault("class", kind)


class ActionForm(LookMixin, forms.Form):
    """What all forms on a lead's page share: the click, and the handoff they are about."""

    click = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput, initial=new_click)

    def __init__(
        self, *args: Any, lead: Lead, handoff: Handoff | None, name: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_{name}_%s"
        self.lead, self.handoff = lead, handoff
        self.prepare()
        self.dress()

    def prepare(self) -> None:
        """Fill in choices that depend on the lead."""


class FollowUpForm(ActionForm):
    kind = forms.ChoiceField(
        label="What did you do?",
        choices=Entry.Kind.choices[:4],
        initial=Entry.Kind.CALL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you did.", "invalid_choice": "Choose what you did."},
    )
    when = forms.DateTimeField(**WHEN)
    note = forms.CharField(label="Note, if you like", **NOTE)
    outcome = forms.ChoiceField(
        label="How did it go? This logs it.",
        choices=Entry.Outcome.choices[:-1],
        error_messages={"required": "Say how it went.", "invalid_choice": "Say how it went."},
    )

    def clean_when(self) -> dt.datetime | None:
        """Minutes are typed, seconds are kept: the minute of the handoff means after the handoff."""
        when = a_likely_year(self.cleaned_data["when"])
        if when and self.handoff and when < self.handoff.at < when + dt.timedelta(minutes=1):
            return self.handoff.at
        return when


class TakeBackForm(ActionForm):
    entry = forms.IntegerField(widget=forms.HiddenInput)


class BehaviourForm(ActionForm):
    """What the lead did, when, and which page, guide or webinar it was."""

    kind = forms.ChoiceField(
        label="They",
        choices=[("", "Choose what it was"), *((kind.key, kind.did) for kind in BEHAVIOURS.values())],
        error_messages={"required": "Choose what they did.", "invalid_choice": "Choose one of the list."},
    )
    when = forms.DateTimeField(**WHEN)
    detail = forms.CharField(
        label="Which one, if you like",
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "At most %(limit_value)d characters fit; you wrote %(show_value)d."},
    )

    def clean_when(self) -> dt.datetime | None:
        return a_likely_year(self.cleaned_data["when"])


class AssignForm(ActionForm):
    to = forms.ModelChoiceField(
        label="Who is to hold it",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody",
        error_messages={"invalid_choice": "Choose somebody who is at work in Sales, or nobody."},
    )

    def prepare(self) -> None:
        self.fields["to"].queryset = salespeople()  # type: ignore[attr-defined]
        self.initial.setdefault("to", self.lead.owner_id)


class ReasonForm(ActionForm):
    """A reason in words."""

    reason = forms.CharField(
        label="Why",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why, in a few words."},
    )
    note = forms.CharField(label="Note, if you like", **NOTE)


class RecycleForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].required = False
        self.fields["reason"].label = "Why, if you like"


class NoteForm(ActionForm):
    note = forms.CharField(label="Note, if you like", **NOTE)


class CodedReasonForm(NoteForm):
    """A reason of the signed version's list."""

    reason = forms.ChoiceField(
        label="Reason",
        error_messages={"required": "Choose a reason.", "invalid_choice": "Choose a reason of the list."},
    )
    field_order = ["reason", "note"]

    def reasons(self) -> tuple[str, ...]:
        raise NotImplementedError

    def prepare(self) -> None:
        choices = [("", "Choose one"), *((reason, plain(reason).capitalize()) for reason in self.reasons())]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


class RejectForm(CodedReasonForm):
    def reasons(self) -> tuple[str, ...]:
        return rejection_reasons(self.handoff) if self.handoff else ()


class PauseForm(CodedReasonForm):
    seen_to_by = forms.ModelChoiceField(
        label="Who sees to it",
        queryset=User.objects.none(),
        empty_label="Choose somebody",
        error_messages={"required": "Choose who sees to it.", "invalid_choice": "Choose who sees to it."},
    )
    field_order = ["reason", "seen_to_by", "note"]

    def reasons(self) -> tuple[str, ...]:
        return pause_reasons(self.handoff) if self.handoff else ()

    def prepare(self) -> None:
        super().prepare()
        self.fields["seen_to_by"].queryset = User.objects.active().exclude(side="")  # type: ignore[attr-defined]


class AdvanceForm(NoteForm):
    to = forms.ChoiceField(
        label="Moves on to",
        choices=[(Stage.SQL, "SQL"), (Stage.OPPORTUNITY, "Opportunity"), (Stage.CUSTOMER, "Customer: won")],
        error_messages={"required": "Choose a stage.", "invalid_choice": "Choose a stage of the list."},
    )
    amount = forms.CharField(
        label="Amount, if won", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.CharField(label="Currency", required=False, max_length=3)
    field_order = ["to", "amount", "currency", "note"]

    def prepare(self) -> None:
        if self.handoff:
            self.initial.setdefault("currency", self.handoff.version.currency)


class HandOverForm(NoteForm):
    agreement = forms.ModelChoiceField(
        label="Under which agreement",
        queryset=Agreement.objects.none(),
        required=False,
        empty_label="The one whose scope matches",
        error_messages={"invalid_choice": "Choose an agreement of the list."},
    )
    field_order = ["agreement", "note"]

    def prepare(self) -> None:
        if self.lead.agreement_id:
            del self.fields["agreement"]
        else:
            self.fields["agreement"].queryset = Agreement.objects.all()  # type: ignore[attr-defined]


class LeadForm(LookMixin, forms.ModelForm):
    """Who the lead is and where it came from. The services check and store it."""

    class Meta:
        model = Lead
        fields = [
            *("first_name", "last_name", "email", "phone", "job_title", "company", "country", "industry"),
            *("employees", "source", "campaign", "external_id", "agreement"),
        ]
        labels = {"email": "E-mail", "external_id": "Id elsewhere"}
        field_classes = {"employees": PeopleField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.pk is not None
        self.fields["agreement"].empty_label = "None" if known else "The one whose scope matches"  # type: ignore[attr-defined]
        self.fields["email"].error_messages["invalid"] = (
            "This is no e-mail address. Write it as anna@example.com."
        )
        self.fields["external_id"].help_text = "The lead’s id in another system, if it has one."
        self.dress()

    def validate_unique(self) -> None:
        """Left to the service, which names the lead that is there already."""

    def validate_constraints(self) -> None:
        """Left to the service and the database."""


class LeadFilter(LookMixin, forms.Form):
    """What the lead list may be narrowed to; all of it stands in the address."""

    q = forms.CharField(
        label="Name, e-mail, phone or company",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "id": "find"}),
    )
    stage = forms.ChoiceField(required=False, choices=[("", "Any stage"), *Stage.choices], widget=LongSelect)
    agreement = forms.ChoiceField(required=False, widget=LongSelect)
    owner = forms.ChoiceField(label="Held by", required=False, widget=LongSelect)
    clock = forms.ChoiceField(required=False, choices=[("", "Any clock"), *FILTERS], widget=LongSelect)
    source = forms.CharField(required=False, max_length=200)
    campaign = forms.CharField(required=False, max_length=200)
    batch = forms.IntegerField(
        label="Import", required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].choices = [  # type: ignore[attr-defined]
            *(("", "Any agreement"), ("none", "None takes it")),
            *Agreement.objects.values_list("slug", "name"),
        ]
        people = [(str(person.pk), str(person)) for person in salespeople()]
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            *(("", "Anybody"), ("me", "Me"), ("nobody", "Nobody")),
            *people,
        ]
        self.dress()
