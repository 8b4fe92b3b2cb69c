"""The section of promises: those of Marketing beside those of Sales, and those of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from slas.editor.promise import PromiseForm
from slas.editor.rows import next_key, safe_key, typed_rows, write_typed_rows
from slas.editor.section import SectionForm, mistakes_of, moved, place_of
from slas.models import Commitment, Section
from slas.rules.metrics import METRICS
from slas.rules.words import counted

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.models import Version
    from slas.services.content import Content

PREFIX, STEM = "promise", "promise"
MOST_PROMISES = 100
SUFFIXES = {"share": "%", "days": "days"}
_FIRST_METRIC = {"marketing": "mqls", "sales": "speed_met_share", "shared": "mql_to_sql"}


@dataclass
class Pair:
    """Promises that stand beside each other."""

    marketing: list[PromiseForm] = field(default_factory=list)
    sales: list[PromiseForm] = field(default_factory=list)


class PromisesForm(SectionForm):
    """All promises, in their order."""

    key = Section.PROMISES
    template = "slas/editor/_promises.html"
    live = "slas/editor/_promises_live.html"
    hint = "each beside the one that depends on it"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        self.unfit: list[tuple[str, str]] = []
        if self.data is not None:
            self._write(typed_rows(self.data, PREFIX, MOST_PROMISES))
        else:
            self.forms = [self._form(place, row) for place, row in enumerate(content.commitments)]
            self._join()

    def _form(self, place: int, row: Commitment, *, is_new: bool = False) -> PromiseForm:
        mirrors = self.content.mirrors.get(row.key, "")
        windows = self.content.windows
        prefix = f"{PREFIX}-{place}"
        return PromiseForm(self.data, prefix=prefix, row=row, mirrors=mirrors, windows=windows, is_new=is_new)

    def _write(self, rows: list[dict[str, list[str]]]) -> None:
        """The typed promises anew, each with a key of its own."""
        assert self.data is not None  # noqa: S101 (whoever calls looked)
        keys: list[str] = []
        for row in rows:
            keys.append(safe_key("".join(row.get("key", [])[:1]), STEM, keys))
            row["key"] = [keys[-1]]
        write_typed_rows(self.data, PREFIX, rows)
        stored = {row.key: row for row in self.content.commitments}
        self.forms = [
            self._form(place, stored.get(key, Commitment(key=key)), is_new=key not in stored)
            for place, key in enumerate(keys)
        ]
        self._join()

    def _join(self) -> None:
        """Offer to each promise those of the other side to stand beside."""
        for one in self.forms:
            others = [each for each in self.forms if each is not one and _may_mirror(one, each)]
            choices = [("", "no promise of the other side")]
            choices += [(each.key_typed, self.said(each)) for each in others]
            now = str(one["mirrors"].value() or "")
            if now and now not in dict(choices):  # drawn, and refused
                named = (self.said(each) for each in self.forms if each.key_typed == now)
                choices.append((now, next(named, "one that is gone")))
            one.fields["mirrors"].widget.choices = choices
        units = SUFFIXES | {"money": self.version.currency}
        for place, one in enumerate(self.forms):
            beside = [each for each in self.forms if each.side_typed == one.side_typed]
            one.place, one.words, one.suffix = place, self.said(one), units.get(one.unit, "")
            one.is_first, one.is_last = one is beside[0], one is beside[-1]

    def said(self, one: PromiseForm) -> str:
        """What one promises, in short, as typed."""
        return one.says(self.version.currency)

    # --- Drawing -----------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> list[Pair]:
        """Each promise of Marketing with those of Sales that stand beside it, then what is left of Sales."""
        left = {one.key_typed: one for one in self.forms if one.side_typed == "sales"}
        pairs = []
        for one in (each for each in self.forms if each.side_typed == "marketing"):
            beside = [each for each in left.values() if _stand_together(one, each)]
            for each in beside:
                del left[each.key_typed]
            pairs.append(Pair([one], beside))
        return [*pairs, *(Pair([], [one]) for one in left.values())]

    @property
    def shared(self) -> list[PromiseForm]:
        """Those of both sides, and whatever has no side."""
        return [one for one in self.forms if one.side_typed not in ("marketing", "sales")]

    @property
    def may_add(self) -> bool:
        return len(self.forms) < MOST_PROMISES

    @property
    def known(self) -> list[str]:
        """Names of sources and campaigns that promises and campaigns have, offered while typing."""
        named = {row.scope_value for row in self.content.commitments if row.scope_field not in ("", "tier")}
        return sorted(named | set(self.version.agreement.campaigns.values_list("name", flat=True)))

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """ "add": one of each side, side by side; "add-sales" ...: one; remove-2, up-2, down-2."""
        if self.data is None:
            return
        rows = typed_rows(self.data, PREFIX, MOST_PROMISES)
        if what == "add" and len(rows) + 2 <= MOST_PROMISES:
            self._add(rows, ["marketing", "sales"])
        elif what.removeprefix("add-") in _FIRST_METRIC and what.startswith("add-") and self.may_add:
            self._add(rows, [what.removeprefix("add-")])
        elif (after := moved(rows, self._beside(what))) is not None:
            there = [row["key"] for row in after]
            for row in after:  # nobody stands beside one that is removed
                if row.get("mirrors", [""]) not in there:
                    row["mirrors"] = [""]
            self._write(after)

    def _add(self, rows: list[dict[str, list[str]]], sides: list[str]) -> None:
        keys = [one.key_typed for one in self.forms] + [row.key for row in self.content.commitments]
        new: list[dict[str, list[str]]] = []
        for side in sides:
            keys.append(next_key(STEM, keys))
            new.append({"key": [keys[-1]], "side": [side], "metric": [_FIRST_METRIC[side]]})
            new[-1] |= {"at_least": ["True"], "period": ["month"]}
        if len(new) == 2:
            new[0]["mirrors"], new[1]["mirrors"] = new[1]["key"], new[0]["key"]
        self._write([*rows, *new])
        for one in self.forms[-len(new) :]:
            one.is_open = True

    def _beside(self, what: str) -> str:
        """Up and down go past promises of the other side: "up-3" changes places with the next of its own."""
        act, _, place = what.partition("-")
        start, step = place_of(place), -1 if act == "up" else 1
        if act not in ("up", "down") or start is None or start >= len(self.forms):
            return what
        side, target = self.forms[start].side_typed, start + step
        while 0 <= target < len(self.forms) and self.forms[target].side_typed != side:
            target += step
        if 0 <= target < len(self.forms) and self.data is not None:
            rows = typed_rows(self.data, PREFIX, MOST_PROMISES)
            rows.insert(target, rows.pop(start))
            self._write(rows)
        return ""

    # --- What it says ------------------------------------------------------------------------

    @property
    def whole(self) -> list[PromiseForm]:
        """Those that are stored: one that was only just added is not."""
        return [one for one in self.forms if not one.is_blank]

    def is_valid(self) -> bool:
        valid = [one.is_valid() for one in self.whole]
        if all(valid):
            self._check_mirrors()
            self._check_equal()
        for one in self.whole:
            one.is_open = one.is_open or bool(one.errors)
        return not any(one.errors for one in self.whole)

    def _check_mirrors(self) -> None:
        there = {one.key_typed: one for one in self.whole}
        new = {one.key_typed for one in self.forms} - there.keys()
        for one in self.whole:
            key = one.cleaned_data["mirrors"]
            if key in new:  # it is stored as soon as that one is
                one.cleaned_data["mirrors"] = ""
            elif key == one.key_typed:
                one.add_error("mirrors", "A promise can’t stand beside itself. Choose one of the other side.")
            elif key and key not in there:
                one.add_error("mirrors", "This promise is not there any more. Choose another one, or none.")
            elif key and not _may_mirror(one, there[key]):
                one.add_error("mirrors", "Both are promises of one side. Choose one of the other side.")

    def _check_equal(self) -> None:
        seen: set[tuple[str, ...]] = set()
        for one in self.whole:
            words = one.cleaned_data
            same = [words["side"], words["metric"], words["period"], words["at_least"], *words["scope"]]
            if tuple(map(str, same)) in seen:
                label = METRICS[words["metric"]].label
                one.add_error("metric", f"“{label}” is promised twice. Change one of them, or remove it.")
            seen.add(tuple(map(str, same)))

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return mistakes_of(*self.whole)

    def apply(self) -> None:
        self.content.commitments = [one.commitment() for one in self.whole]
        mirrors = {one.key_typed: one.cleaned_data["mirrors"] for one in self.whole}
        self.content.mirrors = {key: other for key, other in mirrors.items() if other}

    @property
    def lacks(self) -> list[str]:
        rows = self.content.commitments
        found = []
        for name, one, many in (
            ("achievable", "lacks a reason: say why it can be reached.", "say why they can be reached."),
            ("relevant", "lacks a reason: say why it matters to the other side.", "say why they matter."),
        ):
            silent = [row for row in rows if not getattr(row, name).strip()]
            if len(silent) == 1:
                label = METRICS[silent[0].metric].label if silent[0].metric in METRICS else silent[0].key
                found.append(f"“{label}” {one}")
            elif silent:
                found.append(f"{counted(len(silent), 'promise')} lack a reason: {many}")
        return found


def _may_mirror(one: PromiseForm, other: PromiseForm) -> bool:
    """A promise stands beside one of the other side; those of both may stand beside any."""
    return one.side_typed != other.side_typed or one.side_typed == "shared"


def _stand_together(one: PromiseForm, other: PromiseForm) -> bool:
    mirrors = str(one["mirrors"].value() or ""), str(other["mirrors"].value() or "")
    return mirrors[0] == other.key_typed or mirrors[1] == one.key_typed
