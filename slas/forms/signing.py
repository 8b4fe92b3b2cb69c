"""The two answers to a proposal: a signature with the password, or a reason why not."""

from django import forms

STAY, MOVE = "stay", "move"


class SignForm(forms.Form):
    running = forms.ChoiceField(
        label="Running clocks", choices=[(STAY, "stay"), (MOVE, "move")], required=False
    )
    password = forms.CharField(
        label="Your password, once more",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password. Nothing was signed."},
    )

    @property
    def moves_running(self) -> bool:
        """Whether running clocks are to move; they stay where nothing was chosen."""
        return self.cleaned_data["running"] == MOVE


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Why not",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The other side reads it, and can answer with another draft.",
        error_messages={
            "required": "Say why you decline, so that the other side can answer with another draft.",
            "max_length": "The reason has %(show_value)d signs. Shorten it to %(limit_value)d.",
        },
    )
