"""Forms about other people: invite, change; and the one by which somebody invited comes in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from smarketing.accounts.forms import E_MAIL_ERRORS
from smarketing.accounts.models import Role, Side, User, position_of

# Side and role in one choice, so that no form can ask for a pair that does not fit.
PLACES = [
    (f"{side}:{role}", position_of(side, role))
    for side, role in (
        (Side.MARKETING, Role.MEMBER),
        (Side.MARKETING, Role.MANAGER),
        (Side.SALES, Role.MEMBER),
        (Side.SALES, Role.MANAGER),
        ("", Role.VIEWER),
    )
]
MAY_DO = {
    f"{Side.MARKETING}:{Role.MEMBER}": "hands over, imports",
    f"{Side.MARKETING}:{Role.MANAGER}": "signs for Marketing, hands over",
    f"{Side.SALES}:{Role.MEMBER}": "works own leads",
    f"{Side.SALES}:{Role.MANAGER}": "signs for Sales, assigns, decides",
    f":{Role.VIEWER}": "reads everything",
}
NAME_ERRORS = {
    "required": "Enter a name, as the others should see it.",
    "max_length": "A name has at most 150 characters; this one has %(show_value)s.",
}


def place_of(side: str, role: str) -> str:
    return f"{side}:{role}"


class PlaceField(forms.ChoiceField):
    """Where somebody stands; cleaned to (side, role)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Place",
            choices=PLACES,
            widget=forms.RadioSelect,
            error_messages={
                "required": "Choose a side and a role.",
                "invalid_choice": "“%(value)s” is no place here. Choose one of the list.",
            },
            **kwargs,
        )

    def clean(self, value: Any) -> tuple[str, str]:
        side, _, role = super().clean(value).partition(":")
        return side, role


class InviteForm(forms.Form):
    """An e-mail and the place that is kept for its reader."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@company.com"}),
        error_messages=E_MAIL_ERRORS | {"max_length": "An e-mail address has at most 254 characters."},
    )
    place = PlaceField(initial=place_of(Side.SALES, Role.MEMBER))
    is_administrator = forms.BooleanField(label="Administrator: people, mail, settings", required=False)


class PersonForm(forms.Form):
    """What an administrator changes of somebody: name, place, flag."""

    name = forms.CharField(label="Name", max_length=150, error_messages=NAME_ERRORS)
    place = PlaceField()
    is_administrator = forms.BooleanField(label="Administrator: people, mail, settings", required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        initial = {
            "name": person.name,
            "place": place_of(person.side, person.role),
            "is_administrator": person.is_administrator,
        }
        super().__init__(*args, **({"initial": initial} | kwargs))


class ComeInForm(forms.Form):
    """Name and password of somebody invited. The password is checked against name and e-mail too."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "name"}),
        error_messages=NAME_ERRORS,
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters, not only numbers, and not one that everybody uses.",
        error_messages={"required": "Choose a password."},
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the password a second time."},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        reader = User(email=self.email, name=self.cleaned_data.get("name", ""))
        validate_password(self.cleaned_data["password"], reader)
        return self.cleaned_data["password"]

    def clean_again(self) -> str:
        password, again = self.cleaned_data.get("password"), self.cleaned_data["again"]
        if password is not None and password != again:
            raise ValidationError("The two passwords differ. Type the same one twice.")
        return again
