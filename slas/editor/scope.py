"""The section of scope: name, term and review, which leads it is for, when they are handed over, currency."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms

from slas.editor.rows import write_typed_rule
from slas.editor.rules import RuleForm
from slas.editor.section import SectionForm, mistakes_of
from slas.forms.days import DayField
from slas.models import FrozenTerms, Section, Version
from slas.rules.terms import LONGEST_TERM_YEARS
from slas.services.content import rule_of
from slas.services.proposing import term_of, why_not_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


LONGEST_NAME = 200
LEADS = (
    ("all", "every lead that no agreement before it takes"),
    ("rule", "leads that …"),
    ("name", "only leads that are given to it by name"),
)


class TermForm(forms.Form):
    """The dates of the term, which leads, and how they pass to Sales. `why_not_start` says why a day can't be
    the first."""

    name = forms.CharField(
        label="Name of the agreement",
        max_length=LONGEST_NAME,
        error_messages={
            "required": "Give the agreement a name.",
            "max_length": f"The name has %(show_value)d letters. Shorten it to {LONGEST_NAME}.",
        },
    )
    starts_on = DayField("In force from", required=True, help_text="Today at the earliest.")
    ends_on = DayField("Until", help_text="Empty: until another version replaces it.")
    review_on = DayField("Review", help_text="Both sides are reminded.")
    leads = forms.ChoiceField(
        label="Which leads it is for",
        choices=LEADS,
        widget=forms.RadioSelect(attrs={"class": "form-check-input", "data-redraw": ""}),
        error_messages={
            "required": "Choose which leads it is for.",
            "invalid_choice": "“%(value)s” is none of these. Choose which leads it is for.",
        },
    )
    handoff_stage = forms.ChoiceField(
        label="A lead passes to Sales when it becomes an",
        choices=Version.HandoffStage.choices,
        error_messages={"invalid_choice": "“%(value)s” is no stage for that. Choose MQL or SQL."},
    )
    hand_over_by_itself = forms.BooleanField(
        label="One that becomes so by itself is handed over at once", required=False
    )
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        help_text="Three letters, such as EUR.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-figure"}),
        error_messages={
            "required": "Enter the currency that money is promised in, such as EUR.",
            "max_length": "A currency has three letters, such as EUR.",
        },
    )

    def __init__(self, *args: Any, has_fixed_name: bool, why_not: Callable[[date], str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.why_not = why_not
        if has_fixed_name:
            del self.fields["name"]

    def clean_currency(self) -> str:
        letters = str(self.cleaned_data["currency"]).upper()
        if not re.fullmatch(r"[A-Z]{3}", letters):
            raise forms.ValidationError(f"“{letters}” is no currency. Use its three letters, such as EUR.")
        return letters

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        start, end, review = (words.get(name) for name in ("starts_on", "ends_on", "review_on"))
        if start and (sentence := self.why_not(start)):
            self.add_error("starts_on", sentence)
        if start and end and end < start:
            self.add_error("ends_on", "The end comes before the start. Move it, or leave it empty.")
        elif start and end and end > term_of(Version(starts_on=start))[1]:
            years = LONGEST_TERM_YEARS
            self.add_error(
                "ends_on", f"The term is longer than {years} years. End it earlier, or leave it open."
            )
        if start and review and review < start:
            self.add_error("review_on", "The review comes before the start. Move it after the start.")
        if end and review and review > end:
            self.add_error("review_on", "The review comes after the end. Move it before the end.")
        return words


class ScopeForm(SectionForm):
    """What the agreement covers."""

    key = Section.SCOPE
    template = "slas/editor/_scope.html"

    @cached_property
    def form(self) -> TermForm:
        version = self.version
        names = ("starts_on", "ends_on", "review_on", "handoff_stage", "hand_over_by_itself", "currency")
        leads = "name" if version.by_name_only else "rule" if version.scope is not None else "all"
        initial = {name: getattr(version, name) for name in names}
        return TermForm(
            self.data,
            prefix="scope",
            initial=initial | {"leads": leads, "name": version.agreement.name},
            has_fixed_name=self.has_fixed_name,
            why_not=self._why_not,
        )

    @cached_property
    def has_fixed_name(self) -> bool:
        """Whether a frozen text has the name: it stays what was signed or proposed."""
        return FrozenTerms.objects.filter(version__agreement=self.version.agreement_id).exists()

    @cached_property
    def rule(self) -> RuleForm:
        return RuleForm(
            self.data,
            prefix="scope-rule",
            rule=rule_of(self.version.scope),
            allowed={"attribute"},
            required=True,
        )

    @property
    def chosen(self) -> str:
        """Which leads, as typed."""
        return str(self.form["leads"].value())

    def _why_not(self, day: date) -> str:
        if self.now is None:
            return ""
        try:
            return why_not_start(self.version, day, self.content.working_time, self.now)
        except ValueError:  # its zone is none: the section of working time says so
            return ""

    def do(self, what: str) -> None:
        """ "draw" after another choice of leads; "scope-rule:..." of the conditions."""
        if what == "draw":
            self.rule.is_quiet = True
        if self.rule.do(what) and self.data is not None:
            write_typed_rule(self.data, self.rule)
            self.data["scope-leads"] = "rule"

    def is_valid(self) -> bool:
        valid = self.form.is_valid()
        if self.form.cleaned_data.get("leads") == "rule":
            return self.rule.is_valid() and valid
        return valid

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        rule = self.rule.mistakes if self.chosen == "rule" else []
        return [*mistakes_of(self.form), *rule]

    def apply(self) -> None:
        words = dict(self.form.cleaned_data)
        leads, name = words.pop("leads"), words.pop("name", None)
        if name is not None:
            self.version.agreement.name = name
        for field, value in words.items():
            setattr(self.version, field, value)
        self.version.by_name_only = leads == "name"
        rule = self.rule.rule if leads == "rule" else None
        self.version.scope = rule.as_data() if rule else None

    @property
    def lacks(self) -> list[str]:
        if self.version.review_on is None and self.version.ends_on is None:
            return ["Say until when it holds, or when both sides review it."]
        return []
