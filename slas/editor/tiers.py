"""One follow-up window as it is typed: which leads it is for, and what Sales keeps for them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import slugify

from slas.editor.rules import RuleForm
from slas.forms.fields import HoursField, PercentField, TypedField, WholeField
from slas.models import Window
from slas.rules.describing import agreed_time
from slas.rules.fields import fold
from slas.rules.words import listed, plain
from slas.services.content import rule_of
from slas.services.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from slas.editor.personas import Called

TIER = "window"  # the prefix of the list
MOST_NAME = 200
MOST_REASONS, MOST_LETTERS = 40, 100
MOST_HOPS = 20
NEW_HOPS = 2
NAMELESS = "New window"
DEPTH = ("depth_attempts", "depth_days", "depth_within_business_days")


class ReasonsField(TypedField):
    """Reasons, one a line, kept as keys: "wrong contact data" is wrong_contact_data. `kept`: keys there are,
    which stay as they are."""

    def __init__(self, **kwargs: Any) -> None:
        self.kept: dict[str, str] = {}
        widget = forms.Textarea(attrs={"rows": 4})
        super().__init__(max_length=8_000, required=False, widget=widget, **kwargs)

    def keep(self, keys: Iterable[str]) -> None:
        self.kept = {plain(key): key for key in keys}

    def read(self, text: str) -> list[str]:
        words = [" ".join(line.split()) for line in text.splitlines()]
        reasons = [word for word in words if word]
        if len(reasons) > MOST_REASONS:
            raise Refused(f"These are {len(reasons)} reasons. Keep at most {MOST_REASONS}.")
        seen: set[str] = set()
        for reason in reasons:
            if not reason.isprintable():
                raise Refused("One of the reasons has a sign that can’t be seen. Type it anew.")
            if len(reason) > MOST_LETTERS:
                raise Refused(
                    f"“{reason[:40]} …” has {len(reason)} letters. Keep at most {MOST_LETTERS} a reason."
                )
            if fold(reason) in seen:
                raise Refused(f"“{reason}” stands there twice. Take one of them out.")
            seen.add(fold(reason))
        return [self.kept.get(reason, re.sub(r"\s", "_", reason)) for reason in reasons]

    def nothing(self) -> list[str]:
        return []

    def show(self, value: list[str]) -> str:
        return "\n".join(plain(key) for key in value)


def _figure(label: str, most: int) -> WholeField:
    return WholeField(label=label, least=Decimal(1), most=Decimal(most), required=False)


def _choice(label: str, what: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    errors = {
        "required": f"Choose {what}.",
        "invalid_choice": f"“%(value)s” is none of these. Choose {what}.",
    }
    return forms.ChoiceField(label=label, choices=choices, error_messages=errors)


class TierForm(forms.Form):
    """One window; `rule` has the conditions, without one it takes every lead."""

    name = forms.CharField(
        label="Name",
        max_length=MOST_NAME,
        error_messages={
            "required": "Give the window a name, such as Demo requests.",
            "max_length": f"The name has %(show_value)d letters. Keep at most {MOST_NAME}.",
        },
    )
    window_seconds = HoursField(
        label="First follow-up within",
        least=60,
        why_not_less="would breach every lead at once.",
        error_messages={"required": "Enter the time to the first follow-up, such as 4 h."},
    )
    hours = _choice(
        "Counted in",
        "business hours or hours around the clock",
        [("business", "business hours"), ("elapsed", "around the clock")],
    )
    counts = _choice(
        "What counts",
        "what counts as a follow-up",
        [("attempt", "any attempt"), ("connection", "a two-way connection")],
    )
    warn_share = PercentField(
        label="Warn at", least="0", error_messages={"required": "Enter a percentage, such as 75."}
    )
    depth_attempts = _figure("Attempts", 100)
    depth_days = _figure("on different days", 100)
    depth_within_business_days = _figure("within", 365)
    acceptance_seconds = HoursField(
        label="Accept or reject within",
        least=60,
        why_not_less="would accept every lead at once.",
        required=False,
        help_text="Silence accepts.",
    )
    rejection_reasons = ReasonsField(
        label="Reasons to reject a lead", help_text="One a line. Empty: Sales may not reject."
    )
    pause_reasons = ReasonsField(label="Reasons to pause", help_text="One a line. Empty: it can’t be paused.")
    pause_cap_seconds = HoursField(
        label="All pauses of a lead, at most", required=False, help_text="Empty: no limit."
    )
    late_entry_grace_seconds = HoursField(
        label="Entered late, still counts for",
        help_text="Real hours after the deadline; 0 h: never.",
        error_messages={"required": "Enter a time, or 0 h for never."},
    )
    tell_holder = forms.BooleanField(label="Tell whoever holds the lead", required=False)
    tell_managers = forms.BooleanField(label="Tell the managers of Sales", required=False)
    reassign = forms.BooleanField(label="Give the lead to somebody else of Sales", required=False)
    most_hops = _figure("at most", MOST_HOPS)

    def __init__(
        self,
        number: int,
        key: str,
        data: QueryDict | None,
        row: Window | None,
        personas: Mapping[str, Called],
        kept: Mapping[str, Iterable[str]],
    ) -> None:
        self.number, self.key, self.personas = number, key, personas
        self.is_open = self.is_quiet = False
        initial = {name: getattr(row, name) for name in self.base_fields} if row else {}
        super().__init__(data, prefix=f"{TIER}-{number}", initial=initial)
        for name, keys in kept.items():
            self.fields[name].keep(keys)  # type: ignore[attr-defined]
        for name in ("acceptance_seconds", "pause_cap_seconds", *DEPTH):
            self.fields[name].widget.attrs["placeholder"] = "none"
        self.rule = RuleForm(
            data,
            prefix=f"{TIER}-{number}-rule",
            rule=rule_of(row.match) if row else None,
            personas=personas.values(),
            none="Without conditions, it takes every lead.",
        )

    def begin(self) -> None:
        """It was just added: its typing starts at the name, and nothing is said of what it misses."""
        self.is_open = self.is_quiet = self.rule.is_quiet = True
        self.fields["name"].widget.attrs["autofocus"] = True

    # --- What it says ------------------------------------------------------------------------

    @property
    def place(self) -> int:
        """Its number in the stated order, from 1."""
        return self.number + 1

    @property
    def called(self) -> str:
        """Its name as typed."""
        return str(self["name"].value() or "").strip()

    @property
    def title(self) -> str:
        return self.called or NAMELESS

    @property
    def takes(self) -> str:
        """ "every lead", "a lead that asked for a demo"; as typed, blank where that can't be read."""
        if not self.rule.parts:
            return "every lead"
        return f"a lead that {self.rule.words}" if self.rule.words else ""

    @property
    def says(self) -> str:
        """ "a lead that asked for a demo: first follow-up within 2 business hours", as far as it is typed."""
        seconds, hours = self._typed("window_seconds"), str(self["hours"].value() or "business")
        within = f"first follow-up within {agreed_time(seconds, hours)}" if seconds else ""
        return ": ".join(filter(None, (self.takes, within)))

    def _typed(self, name: str) -> int | None:
        try:
            value = self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None
        return value if isinstance(value, int) else None

    # --- Whether it can be -------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        self._check_depth(words)
        if words.get("pause_cap_seconds") is not None and words.get("pause_reasons") == []:
            self.add_error(
                "pause_cap_seconds",
                "A limit of pauses has no use without reasons to pause. Add one, or leave this empty.",
            )
        if not words.get("reassign"):
            self.errors.pop("most_hops", None)
        elif words.get("most_hops") is None and "most_hops" not in self.errors:
            self.add_error("most_hops", "Say how many times it may go to somebody else, such as 2.")
        return words

    def _check_depth(self, words: dict[str, Any]) -> None:
        depth = {name: words.get(name) for name in DEPTH}
        missing = [name for name in DEPTH if depth[name] is None and name not in self.errors]
        if missing and any(depth.values()):
            names = {"depth_attempts": "attempts", "depth_days": "days", DEPTH[2]: "business days"}
            self.add_error(
                missing[0],
                f"Enter {listed([names[name] for name in missing])} too, or leave all three empty: attempts, "
                "days and business days belong together.",
            )
        attempts, days, within = depth.values()
        if attempts and days and days > attempts:
            self.add_error("depth_days", f"{attempts} attempts can’t be on {days} days. Enter fewer days.")
        elif days and within and days > within:
            self.add_error(
                DEPTH[2], f"{days} days don’t fit into {within} business days. Enter at least {days}."
            )

    def is_valid(self) -> bool:
        """Whether it can be stored by itself. While it `is_quiet`, what is not typed yet is not spoken of."""
        valid = [super().is_valid(), self.rule.is_valid()]
        if self.is_quiet:
            for name in [name for name in self.errors if not str(self[name].value() or "").strip()]:
                del self.errors[name]
        return all(valid)

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the field, sentence), in the order of the page."""
        found: list[tuple[str, str]] = []
        for name in self.fields:
            found += [(self[name].id_for_label, str(error)) for error in self.errors.get(name, [])]
            if name == "name":
                found += self.rule.mistakes
        return found

    def row(self) -> Window:
        """As stored; only of a valid one."""
        words = dict(self.cleaned_data)
        words["most_hops"] = words.get("most_hops") or NEW_HOPS
        match = self.rule.rule.as_data() if self.rule.rule else None
        return Window(key=self.key, match=match, **words)


def typed_of(form: TierForm) -> dict[str, list[str]]:
    """What a browser would send of it, but for its name and conditions."""
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if isinstance(form.fields[name], forms.BooleanField):
            if value:
                sent[name] = ["on"]
        elif name != "name":
            sent[name] = ["" if value is None else str(value)]
    return sent


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key for a new window, made of its name once; it stays when the name changes."""
    stem = slugify(name)[:60].strip("-_") or TIER
    number, key, taken = 1, stem, set(taken)
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
