"""What is chosen when an agreement begins: its name, where and from when it holds, and what from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from slas.forms.days import DayField
from slas.models import Version
from slas.services.refusal import Refused
from slas.services.starting import Start, refuse_slug, slug_of
from slas.services.templates import BLANK, TEMPLATES
from smarketing.accounts.forms import zone_choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import QueryDict

    from smarketing.accounts.models import User

COPY = "copy"
CURRENCIES = ("EUR", "USD", "GBP", "DKK", "SEK", "NOK", "CHF", "PLN", "CZK", "CAD", "AUD", "INR", "BRL")


class StartForm(forms.Form):
    """The first draft of an agreement that is there already, and has no version."""

    time_zone = forms.ChoiceField(
        label="Time zone of its days and hours",
        choices=zone_choices,
        error_messages={"invalid_choice": "“%(value)s” is no time zone. Choose one of the list."},
    )
    starts_on = DayField(
        "In force from", required=True, help_text="From the first of a month its periods are whole."
    )
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        widget=forms.TextInput(attrs={"list": "currencies", "autocomplete": "off", "size": 4}),
        error_messages={
            "required": "Enter the currency that money is promised in, such as EUR.",
            "max_length": "A currency has three letters, such as EUR.",
        },
    )
    origin = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[*((key, one.name) for key, one in TEMPLATES.items()), (COPY, "Copy")],
        initial=next(iter(TEMPLATES)),
        error_messages={
            "required": "Choose what to start from.",
            "invalid_choice": "“%(value)s” is nothing to start from. Choose one of the list.",
        },
    )
    copy_of = forms.ModelChoiceField(
        Version.objects.none(),
        label="Which version",
        required=False,
        empty_label="choose …",
        error_messages={"invalid_choice": "This version is not there any more. Choose another one."},
    )

    def __init__(self, data: QueryDict | None = None, *, by: User, now: datetime) -> None:
        initial = {"time_zone": by.time_zone, "starts_on": next_first(now.astimezone(by.zone).date())}
        super().__init__(data, initial=initial | {"currency": usual_currency()})
        versions = Version.objects.select_related("agreement")
        choice: Any = self.fields["copy_of"]
        choice.queryset = versions.order_by("agreement__position", "agreement__name", "agreement", "-number")
        choice.label_from_instance = _version_in_words

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise forms.ValidationError(f"“{currency}” is no currency. Enter its three letters, such as EUR.")
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("origin") == COPY and not cleaned.get("copy_of") and "copy_of" not in self.errors:
            self.add_error("copy_of", "Choose which version to copy.")
        return cleaned

    @property
    def start(self) -> Start:
        """What was chosen; of a valid form."""
        chosen = self.cleaned_data
        is_copy = chosen["origin"] == COPY
        return Start(
            time_zone=chosen["time_zone"],
            starts_on=chosen["starts_on"],
            currency=chosen["currency"],
            template=TEMPLATES.get(chosen["origin"], BLANK),
            copy_of=chosen["copy_of"] if is_copy else None,
        )

    @property
    def offers(self) -> Iterator[dict[str, Any]]:
        """The cards to choose from: value, name, words, whether it is chosen."""
        chosen = self["origin"].value()
        for key, one in TEMPLATES.items():
            yield {
                "value": key,
                "name": one.name,
                "for_whom": one.for_whom,
                "promises": one.promises,
                "chosen": key == chosen,
            }

    @property
    def copies(self) -> bool:
        """Whether a copy is chosen."""
        return bool(self["origin"].value() == COPY)

    @property
    def can_copy(self) -> bool:
        choice: Any = self.fields["copy_of"]
        return bool(choice.queryset.exists())

    @property
    def currencies(self) -> tuple[str, ...]:
        return CURRENCIES


class NewForm(StartForm):
    """A new agreement, with its name and its address."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Give the agreement a name, such as Inbound Nordics.",
            "max_length": "The name has %(show_value)d letters. Shorten it to %(limit_value)d.",
        },
    )
    slug = forms.CharField(
        label="Another address",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Small letters, figures and hyphens. Empty: made from the name. It stays for good.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("name") and not cleaned.get("slug"):
            cleaned["slug"] = slug_of(cleaned["name"])
            if not cleaned["slug"]:
                self.add_error(
                    "slug", "No address can be made from this name. Write one in small letters a to z."
                )
        return cleaned


def address_in_words(name: str, slug: str) -> tuple[str, str]:
    """The address that a new agreement would get, and what is wrong with it; blank where nothing is."""
    slug = slug.strip() or slug_of(name)
    if not slug:
        return "", ""
    try:
        refuse_slug(slug)
    except Refused as refusal:
        return slug, str(refusal)
    return slug, ""


def next_first(today: date) -> date:
    """The first of the next month."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def usual_currency() -> str:
    """That of the newest version there is, else EUR."""
    newest = Version.objects.order_by("-drafted_at", "-pk").values_list("currency", flat=True).first()
    return newest or "EUR"


def _version_in_words(version: Version) -> str:
    name = version.agreement.name
    short = name if len(name) <= 60 else f"{name[:57]}..."
    return f"{short}, version {version.number} ({version.get_status_display().lower()})"
