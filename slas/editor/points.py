"""Rules of points as they are typed: one row for who somebody is, or for what they did."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.rows import safe_key, typed_rows
from slas.editor.rules import RuleForm
from slas.forms.fields import WholeField
from slas.models import ScoreRule
from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import begun, group_title, times
from slas.rules.grammar import MOST_DAYS, MOST_TIMES
from slas.rules.scoring import MOST_POINTS
from slas.rules.words import counted
from slas.services.content import rule_of
from slas.services.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from slas.editor.personas import Called

FIT, DID = "fit", "did"  # the prefixes of the two lists
MOST_ROWS = 50
NEW_POINTS = 10
USUAL_DAYS = 30


class PointsField(WholeField):
    """Whole points, shown with their sign; not 0."""

    def __init__(self) -> None:
        super().__init__(
            least=Decimal(-MOST_POINTS),
            most=Decimal(MOST_POINTS),
            label="Points",
            error_messages={"required": "Enter the points, such as +20."},
        )

    def read(self, text: str) -> Any:
        points = super().read(text.replace("\N{MINUS SIGN}", "-").removeprefix("+").strip())
        if points == 0:
            raise Refused("0 points change nothing. Enter some, or remove the rule.")
        return points

    def show(self, value: Any) -> str:
        return f"{value:+d}"


class FitForm(forms.Form):
    """Points for who somebody is: `rule` has the conditions."""

    points = PointsField()

    def __init__(
        self,
        number: int,
        key: str,
        data: QueryDict | None,
        row: ScoreRule | None,
        personas: Mapping[str, Called],
    ) -> None:
        self.number, self.key, self.personas = number, key, personas
        self.is_open = False
        super().__init__(data, prefix=f"{FIT}-{number}", initial={"points": row.points} if row else {})
        self.rule = RuleForm(
            data,
            prefix=f"{FIT}-{number}-when",
            rule=rule_of(row.when) if row else None,
            personas=personas.values(),
            allowed={"attribute", "persona"},
            required=True,
            compact=True,
        )

    def begin(self) -> None:
        """It was just added: open, the focus in its condition, which is no mistake to speak of yet."""
        self.is_open = self.rule.is_quiet = True
        for line in self.rule.lines():
            line.fresh = True

    @property
    def title(self) -> str:
        """The conditions in one line; blank without valid ones."""
        return group_title(self.rule.rule, self._named) if self.rule.rule else ""

    def _named(self, key: str) -> str:
        return self.personas[key].name if key in self.personas else key

    def row(self) -> ScoreRule:
        rule = self.rule.rule
        assert rule is not None  # noqa: S101 (only of a valid one)
        points = self.cleaned_data["points"]
        return ScoreRule(key=self.key, kind=ScoreRule.Kind.FIT, points=points, when=rule.as_data())


class DidForm(forms.Form):
    """Points for what somebody did, and how they fade."""

    did = forms.ChoiceField(
        label="What they did",
        choices=[(one.key, begun(one.did)) for one in BEHAVIOURS.values()],
        error_messages={
            "required": "Choose what gives the points.",
            "invalid_choice": "“%(value)s” is nothing that is recorded. Choose something of the list.",
        },
    )
    points = PointsField()
    fades = forms.ChoiceField(
        label="The points",
        choices=[("stays", "stay"), ("halves", "halve every"), ("ends", "end after")],
        error_messages={
            "required": "Choose whether the points stay, halve or end.",
            "invalid_choice": "Points stay, halve or end; “%(value)s” is none of these. Choose one.",
        },
    )
    days = WholeField(label="Days", least=Decimal(1), most=Decimal(MOST_DAYS), required=False)
    most = WholeField(label="Times at most", least=Decimal(1), most=Decimal(MOST_TIMES), required=False)

    def __init__(self, number: int, key: str, data: QueryDict | None, row: ScoreRule | None) -> None:
        self.number, self.key = number, key
        self.is_open = False
        initial = {name: getattr(row, name) for name in self.base_fields} if row else {}
        initial["days"] = initial.get("days") or USUAL_DAYS  # there once fading is chosen
        super().__init__(data, prefix=f"{DID}-{number}", initial=initial)
        self.fields["most"].widget.attrs["placeholder"] = "no limit"

    def begin(self) -> None:
        """It was just added: open, with the focus in it."""
        self.is_open = True
        self.fields["did"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        fades = words.get("fades")
        if fades == "stays":
            words["days"] = None
            self.errors.pop("days", None)
        elif fades and words.get("days") is None and "days" not in self.errors:
            how = "halve" if fades == "halves" else "end"
            self.add_error("days", f"Say after how many days the points {how}, such as 30.")
        return words

    @property
    def did_words(self) -> str:
        """ "Attended a webinar"; as typed."""
        key = str(self["did"].value() or "")
        return begun(BEHAVIOURS[key].did) if key in BEHAVIOURS else "New rule"

    @property
    def picture(self) -> str:
        """stays, halves or ends; as typed."""
        value = str(self["fades"].value() or "")
        return value if value in ScoreRule.Fades.values else "stays"

    @property
    def fading(self) -> str:
        """ "halves every 21 days, at most twice"; as typed, as far as it can be read."""
        days, most = (self._typed(name) for name in ("days", "most"))
        words = str(ScoreRule.Fades(self.picture).label)
        if self.picture != "stays":
            words += " …" if days is None else f" {counted(days, 'day')}"
        return words if most is None else f"{words}, at most {times(most)}"

    def _typed(self, name: str) -> int | None:
        try:
            value = self.fields[name].to_python(self[name].value())
        except forms.ValidationError:
            return None
        return int(value) if value is not None else None

    @property
    def same(self) -> tuple[Any, ...]:
        """What makes two rules one."""
        return tuple(self.cleaned_data[name] for name in ("did", "fades", "days", "most"))

    def row(self) -> ScoreRule:
        return ScoreRule(key=self.key, kind=ScoreRule.Kind.BEHAVIOUR, **self.cleaned_data)


def fit_forms(
    data: QueryDict | None, rows: list[ScoreRule], personas: Mapping[str, Called], taken: list[str]
) -> list[FitForm]:
    """A form for each rule of fit, as typed or else as stored; its keys are added to `taken`."""
    return [FitForm(number, key, data, row, personas) for number, key, row in _keyed(data, FIT, rows, taken)]


def did_forms(data: QueryDict | None, rows: list[ScoreRule], taken: list[str]) -> list[DidForm]:
    """The same for behaviour."""
    return [DidForm(number, key, data, row) for number, key, row in _keyed(data, DID, rows, taken)]


def _keyed(
    data: QueryDict | None, prefix: str, rows: list[ScoreRule], taken: list[str]
) -> list[tuple[int, str, ScoreRule | None]]:
    kept: list[tuple[int, str, ScoreRule | None]] = []
    if data is None:
        kept = [(number, row.key, row) for number, row in enumerate(rows)]
        taken += [row.key for row in rows]
        return kept
    for number, typed in enumerate(typed_rows(data, prefix)):
        key = safe_key(typed.get("key", [""])[-1], prefix, taken)
        taken.append(key)
        kept.append((number, key, None))
    return kept
