"""One promise as it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from slas.forms.fields import HoursField, NumberField, PercentField
from slas.models import Commitment
from slas.rules.fitting import unfit_scope, unfit_side
from slas.rules.metrics import METRICS
from slas.rules.promising import act
from slas.services.content import commitment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slas.models import Window

MOST = Decimal(999_999_999)
MOST_LETTERS = 1_000
LONGEST_NAME = 200
OTHER = {"marketing": "Sales", "sales": "Marketing", "shared": "both sides"}
_GROUPS = {
    "volume": "Volume",
    "money": "Volume in money",
    "rate": "Rates",
    "share": "Follow-up",
    "duration": "Time",
    "count": "Clocks",
}
_TIER = "tier:"


def _metrics() -> list[tuple[str, list[tuple[str, str]]]]:
    """All metrics, in groups."""
    return [
        (title, [(one.name, one.label) for one in METRICS.values() if one.kind == kind])
        for kind, title in _GROUPS.items()
    ]


def _reason(label: str, example: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": example}),
        error_messages={"max_length": f"That is %(show_value)d letters. Keep at most {MOST_LETTERS:,}."},
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """One of S.M.A.R.T.; `lack` says what is missing, or nothing."""

    letter: str
    name: str
    lack: str = ""


class PromiseForm(forms.Form):
    """Whose, which figure, how much, of which leads, and why. `who`: "" for all leads, source, campaign, or
    "tier:<key>" of a window; `which`: the source or campaign."""

    # set by the section: its place, what it says, its unit, whether it is the first or last of its side
    place, words, suffix, is_first, is_last = 0, "", "", True, True

    key = forms.CharField(required=False, widget=forms.HiddenInput())
    side = forms.ChoiceField(
        label="Who promises",
        choices=Commitment.CommitmentSide.choices,
        widget=forms.Select(attrs={"data-redraw": ""}),
        error_messages={"invalid_choice": "“%(value)s” is no side. Choose who promises it."},
    )
    metric = forms.ChoiceField(
        label="What",
        choices=_metrics,
        widget=forms.Select(attrs={"data-redraw": ""}),
        error_messages={"invalid_choice": "“%(value)s” is nothing that is measured. Choose one of the list."},
    )
    at_least = forms.TypedChoiceField(
        label="At least or at most",
        coerce=lambda value: str(value) == "True",
        choices=[(True, "at least"), (False, "at most")],
        error_messages={"invalid_choice": "Choose at least or at most."},
    )
    period = forms.ChoiceField(
        label="Every",
        choices=[(kind.value, kind.label.lower()) for kind in Commitment.PeriodKind],
        error_messages={"invalid_choice": "“%(value)s” is no period. Choose a week, a month or a quarter."},
    )
    who = forms.ChoiceField(
        label="For",
        required=False,
        error_messages={
            "invalid_choice": "This window is not there any more. Choose another one, or all leads."
        },
    )
    which = forms.CharField(
        label="Which one",
        required=False,
        max_length=LONGEST_NAME,
        help_text="As leads name it.",
        widget=forms.TextInput(attrs={"list": "promise-known", "autocomplete": "off"}),
        error_messages={"max_length": f"That is %(show_value)d letters. Keep at most {LONGEST_NAME}."},
    )
    mirrors = forms.CharField(label="Stands beside", required=False, widget=forms.Select())
    achievable = _reason("Why it can be reached", "The last three months brought 230 to 260.")
    relevant = _reason("Why it matters to the other side", "Sales plans its week by it.")

    def __init__(
        self, data: Any, *, prefix: str, row: Commitment, mirrors: str, windows: list[Window], is_new: bool
    ) -> None:
        self.row, self.is_new, self.is_open = row, is_new, False
        super().__init__(data, prefix=prefix, initial=_initial(row, mirrors, windows))
        self.metric_typed = str(self["metric"].value() or "")
        metric = METRICS.get(self.metric_typed)
        self.unit = metric.unit if metric else "leads"
        self.definition = metric.sentence if metric else ""
        self.fields["value"] = _value_field(self.unit)
        self.initial["value"] = _shown_value(row, self.unit)
        self._choose_who(windows)
        self.fields["relevant"].label = f"Why it matters to {OTHER.get(self.side_typed, 'the other side')}"

    def _choose_who(self, windows: list[Window]) -> None:
        tiers = [(f"{_TIER}{one.key}", f"the window “{one.name}”") for one in windows]
        known = [("", "all leads"), ("source", "one source"), ("campaign", "one campaign"), *tiers]
        self.fields["who"].choices = known  # type: ignore[attr-defined]
        now = str(self["who"].value() or "")
        if now.startswith(_TIER) and now not in dict(known):  # drawn, and refused
            gone = (now, f"the window “{now.removeprefix(_TIER)}”, which is not there")
            self.fields["who"].widget.choices = [*known, gone]

    @property
    def key_typed(self) -> str:
        return str(self["key"].value() or "")

    @property
    def side_typed(self) -> str:
        return str(self["side"].value() or "")

    @property
    def is_blank(self) -> bool:
        """Whether it was only just added: nothing of it is stored, and nothing refused."""
        said = ("value", "achievable", "relevant", "which")
        return self.is_new and not any(str(self[name].value() or "").strip() for name in said)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.is_blank:  # nothing to mend: it is not stored yet
            self.errors.pop("value", None)

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        side, metric, who = words.get("side"), words.get("metric"), words.get("who", "")
        field, _, tier = who.partition(":")
        words["scope"] = (field, tier or words.get("which", "").strip()) if field else ("", "")
        if side and metric and (sentence := unfit_side(metric, side)):
            self.add_error("metric", sentence)
        if metric and (sentence := unfit_scope(metric, field)):
            self.add_error("who", sentence)
        elif field in ("source", "campaign") and not words["scope"][1] and "which" not in self.errors:
            self.add_error("which", f"Name the {field}, as leads have it.")
        return words

    def commitment(self) -> Commitment:
        """The row; after `is_valid`."""
        words = self.cleaned_data
        names = ("key", "side", "metric", "at_least", "period", "achievable", "relevant")
        field, value = words["scope"]
        row = Commitment(**{name: words[name] for name in names})
        row.value, row.scope_field, row.scope_value = Decimal(words["value"]), field, value
        return row

    # --- As it stands ------------------------------------------------------------------------

    @property
    def stands(self) -> Commitment | None:
        """What it promises as typed, or as stored; None where that is not whole."""
        if not self.is_bound:
            return self.row if self.row.value is not None else None
        return self.commitment() if not self.errors and "value" in self.cleaned_data else None

    def says(self, currency: str) -> str:
        """ "Deliver at least 250 MQLs"; what it is about while it has no value."""
        if (row := self.stands) is None:
            metric = METRICS.get(self.metric_typed)
            return f"{metric.label}: how much is not said yet" if metric else "Not said yet"
        words = act(commitment_of(row, None), currency)
        return words[0].upper() + words[1:]

    @property
    def smart(self) -> list[Letter]:
        """Specific, measurable, achievable, relevant, in time."""
        value, achievable, relevant = (
            str(self[name].value() or "").strip() for name in ("value", "achievable", "relevant")
        )
        other = OTHER.get(self.side_typed, "the other side")
        return [
            Letter("S", "specific"),
            Letter("M", "measurable", "" if value else "say how much"),
            Letter("A", "achievable", "" if achievable else "say why it can be reached"),
            Letter("R", "relevant", "" if relevant else f"say why it matters to {other}"),
            Letter("T", "in time"),
        ]

    @property
    def lacking(self) -> list[Letter]:
        return [letter for letter in self.smart if letter.lack]

    @property
    def smart_words(self) -> str:
        """For those who hear the page."""
        missing = ", ".join(letter.name for letter in self.lacking)
        return f"S.M.A.R.T.: {f'missing: {missing}' if missing else 'all five there'}"


def _initial(row: Commitment, mirrors: str, windows: Iterable[Window]) -> dict[str, Any]:
    names = ("key", "side", "metric", "at_least", "period", "achievable", "relevant")
    who, which = row.scope_field, row.scope_value
    if who == "tier":
        key = next((one.key for one in windows if which in (one.key, one.name)), which)
        who, which = f"{_TIER}{key}", ""
    return {name: getattr(row, name) for name in names} | {"who": who, "which": which, "mirrors": mirrors}


def _shown_value(row: Commitment, unit: str) -> Any:
    if row.value is None:
        return None
    return int(row.value) if unit == "seconds" else row.value


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
