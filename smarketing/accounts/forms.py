"""Forms of people: log in, ask for a new password, choose preferences."""

import zoneinfo
from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from smarketing.accounts.models import User

E_MAIL_ERRORS = {
    "required": "Enter your e-mail.",
    "invalid": "This is no e-mail address. Enter one such as rita@company.com.",
}


def zone_choices() -> list[tuple[str, str]]:
    """The IANA zones people choose from: those of places, and UTC."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ["UTC", *sorted(places)]]


class LogInForm(AuthenticationForm):
    """E-mail and password. The e-mail's case and the blanks around it don't matter."""

    error_messages = {
        "invalid_login": (
            "E-mail and password don’t belong together. Check for capital letters, or set a new password."
        ),
        "inactive": "This account is closed. An administrator of your company can open it again.",
    }
    username = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
        error_messages=E_MAIL_ERRORS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].error_messages["required"] = "Enter your password."

    def clean_username(self) -> str:
        """In lower case, so that attempts are counted for one account however it is typed."""
        return self.cleaned_data["username"].strip().lower()


class NewPasswordLinkForm(PasswordResetForm):
    """Asks for the e-mail of whoever forgot their password."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"}),
        error_messages=E_MAIL_ERRORS,
    )

    def links(self, now: datetime) -> list[tuple[User, str]]:
        """Each active person with this e-mail and a link (valid once) to choose a new password.

        People without a usable password get none: their way in is an invitation.
        """
        return [(user, password_link(user)) for user in self.get_users(self.cleaned_data["email"])]


def password_link(user: User) -> str:
    """A link, valid once, by which `user` chooses a new password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])
    return f"{settings.PUBLIC_URL}{path}"


class PreferencesForm(forms.ModelForm):
    """What people decide about themselves: name, time zone, theme, which mails they get."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        error_messages={
            "invalid_choice": "“%(value)s” is no time zone of the list. Choose one such as Europe/Copenhagen."
        },
        help_text="Times on pages and in mails are shown in it; mails arrive in its daytime.",
    )
    wants_summary = forms.BooleanField(label="The nightly summary", required=False)
    wants_report = forms.BooleanField(label="The weekly report", required=False)
    wants_notices = forms.BooleanField(label="Notices about single leads", required=False)

    class Meta:
        model = User
        fields = ("name", "time_zone", "theme", "wants_summary", "wants_report", "wants_notices")
        labels = {"name": "Name", "theme": "Theme"}
        widgets = {"theme": forms.RadioSelect}
        error_messages = {
            "name": {"required": "Enter your name, as the others should see it."},
            "theme": {"invalid_choice": "“%(value)s” is no theme. Choose as my device, light or dark."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for mail in ("summary", "report", "notices"):
            self.initial[f"wants_{mail}"] = self.instance.wants(mail)
        if self.instance.time_zone not in dict(zone_choices()):
            zones = cast(forms.ChoiceField, self.fields["time_zone"])
            zones.choices = [
                (self.instance.time_zone, self.instance.time_zone),
                *zone_choices(),
            ]
