"""What a trial on last quarter's leads says: sentences, the ladder of minimum scores, bars of windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.content.numbers import NOTHING, has, of_count, percent
from reports.services.drafts import ALL, HANDED, STAGES, Counts, Tally, Trial
from slas.models import Version
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.ladder import minimum_score
from slas.rules.rule_words import describe_behaviour_rule, describe_fit_rule
from slas.rules.words import counted

TITLES = {"mql": ("MQL", "an MQL", "MQLs"), "sql": ("SQL", "an SQL", "SQLs")}


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of the ladder: what is tried, its numbers and where they open. `other`: "82 more"."""

    label: str
    leads: str
    customers: str
    share: str
    address: str
    won_address: str
    other: str = ""
    other_address: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class StageTried:
    """What the definition of a stage does. `remark`: what ten points less would do."""

    stage: str
    title: str
    answer: SafeString
    short: str
    heads: str = ""
    rungs: tuple[Rung, ...] = ()
    remark: str = ""
    remark_link: tuple[str, str] = ("", "")  # words, address


@dataclass(frozen=True, slots=True)
class Bar:
    """One window, or none: how many handoffs it takes, and today's window of that key (blank: none)."""

    name: str
    number: str
    width: float
    address: str
    today: str = ""
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class WindowsTried:
    """Which windows the handoffs fall under."""

    sentence: str
    short: str
    bars: tuple[Bar, ...]
    compared: bool


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule of points, and how many leads it would have given some."""

    key: str
    words: str
    number: str
    address: str


class Words:
    """The words of one trial of one version; numbers are links to their lists."""

    def __init__(self, version: Version, trial: Trial) -> None:
        self.version, self.trial = version, trial
        self.is_draft = version.status in (Version.Status.DRAFT, Version.Status.PROPOSED)
        self.text = "draft" if version.status == Version.Status.DRAFT else "version"

    # --- Definitions -------------------------------------------------------------------------

    def stages(self, counts: Counts) -> list[StageTried]:
        """MQL always, SQL where the text has conditions for it."""
        found = [self._stage(stage, counts) for stage in STAGES]
        return [one for one in found if one.stage == "mql" or one.rungs]

    def _stage(self, stage: str, counts: Counts) -> StageTried:
        title, a_stage, many = TITLES[stage]
        definition = self.trial.terms.definition(stage)
        if definition is None or definition.rule is None:
            sentence = f"This {self.text} has no conditions for {a_stage}, so there is nothing to count."
            return StageTried(stage, title, format_html("{}", sentence), "")
        own = minimum_score(definition.rule)
        rungs = [self._own(stage, counts, own.points if own else None)]
        rungs += [self._rung(stage, points, counts) for points in self.trial.rungs[stage]]
        order = [own.points if own else 0, *self.trial.rungs[stage]]
        ordered = [rung for _, rung in sorted(zip(order, rungs, strict=True), key=lambda pair: pair[0])]
        if self._has_base(stage) and not self._is_same(stage, counts):
            ordered.append(self._line("today’s definition", f"{stage}.now", counts))
        remark, link = self._remark(stage, counts, own.points if own else None)
        heads = "With the score at" if own else "By the conditions of"
        answer, short = self._answer(stage, many, counts), self._short(stage, counts)
        return StageTried(stage, title, answer, short, heads, tuple(ordered), remark, link)

    def _has_base(self, stage: str) -> bool:
        definition = self.trial.base.definition(stage) if self.trial.base else None
        return definition is not None and definition.rule is not None

    def _is_same(self, stage: str, counts: Counts) -> bool:
        return not counts.all[f"{stage}.new"] and not counts.all[f"{stage}.gone"]

    def _own(self, stage: str, counts: Counts, points: int | None) -> Rung:
        same = self._has_base(stage) and self._is_same(stage, counts)
        words = f"this {self.text}{' and today' if same else ''}"
        label = words if points is None else f"{points:,}, {words}"
        return self._line(label, stage, counts, is_own=True)

    def _rung(self, stage: str, points: int, counts: Counts) -> Rung:
        name = f"{stage}.{points}"
        more = counts.all[name] - counts.all[stage]
        other = f"{abs(more):,} {'more' if more > 0 else 'fewer'}" if more else ""
        label = counted(points, "point")
        return self._line(label, name, counts, other=other)

    def _line(self, label: str, name: str, counts: Counts, *, other: str = "", is_own: bool = False) -> Rung:
        tally = counts.of(name)
        won_address = self.address(name, won=True) if tally.customers else ""
        other_address = self.address(f"{name}.other") if other else ""
        return Rung(
            label,
            f"{tally.leads:,}",
            f"{tally.customers:,}",
            _share(tally),
            self.address(name) if tally.leads else "",
            won_address,
            other,
            other_address,
            is_own,
        )

    def _answer(self, stage: str, many: str, counts: Counts) -> SafeString:
        whole, own = counts.of(ALL), counts.of(stage)
        if not whole.leads:
            return format_html("{}", f"No lead came to be {self._when()}, so there is nothing to count.")
        said = format_html(
            "{} <b>{} leads</b> would have become {}, and {} of them became {}.",
            self._when_begun(),
            of_count(own.leads, whole.leads),
            many,
            format_html("<b>{}</b>", f"{own.customers:,}") if own.customers else "none",
            "a customer" if own.customers == 1 else "customers",
        )
        return format_html("{} {}", said, self._compared(stage, counts)) if self._is_compared() else said

    def _is_compared(self) -> bool:
        return self.trial.base is not None

    def _compared(self, stage: str, counts: Counts) -> str:
        if not self._has_base(stage):
            return "Today’s text has no conditions to compare it with."
        if self._is_same(stage, counts):
            return f"That is what today’s definition finds, too: this {self.text} changes nothing yet."
        today, new, gone = counts.of(f"{stage}.now"), counts.all[f"{stage}.new"], counts.all[f"{stage}.gone"]
        adds = [f"adds {new:,}"] if new else []
        adds += [f"leaves out {gone:,}"] if gone else []
        won = f"{today.customers:,} {'customer' if today.customers == 1 else 'customers'}"
        return f"Today’s definition finds {today.leads:,}, with {won}: this {self.text} {' and '.join(adds)}."

    def _short(self, stage: str, counts: Counts) -> str:
        """ "Last quarter: 612 of 2,190 leads, 41 became customers."."""
        own, whole = counts.of(stage), counts.of(ALL)
        became = "a customer" if own.customers == 1 else "customers"
        count = f"{own.customers:,}" if own.customers else "none"
        leads = of_count(own.leads, whole.leads)
        return f"{self._when_begun()}: {leads} leads, {count} became {became}." if whole.leads else ""

    def _remark(self, stage: str, counts: Counts, own: int | None) -> tuple[str, tuple[str, str]]:
        lower = [points for points in self.trial.rungs[stage] if own is not None and points < own]
        if not lower:
            return "", ("", "")
        name = f"{stage}.{lower[-1]}"
        more = counts.all[name] - counts.all[stage]
        if not more:
            return f"At {lower[-1]:,} points nothing would change.", ("", "")
        won = counts.won[name] - counts.won[stage]
        gain = counted(won, "more customer", "more customers") if won else "no more customers"
        leads = counted(more, "more lead", "more leads")
        link = (f"The {more:,} leads" if more > 1 else "The lead", self.address(f"{name}.other"))
        return f"At {lower[-1]:,} points Sales would call {leads} to win {gain}.", link

    # --- Windows -----------------------------------------------------------------------------

    def windows(self, counts: Counts) -> WindowsTried:
        """The windows in their order, those that only today has, and none."""
        whole, none = counts.all[HANDED], counts.all["tier"]
        rows = [(one.name, f"tier.{one.key}", f"now.{one.key}") for one in self.trial.terms.windows]
        kept = {one.key for one in self.trial.terms.windows}
        for one in self.trial.base.windows if self.trial.base else ():
            if one.key not in kept and counts.all[f"now.{one.key}"]:
                rows.append((f"{one.name}, today only", f"tier.{one.key}", f"now.{one.key}"))
        today = {one.key for one in self.trial.base.windows} if self.trial.base else set()
        most = max([counts.all[name] for _, name, _ in rows] + [none, 1])
        bars = [
            self._bar(label, name, now if now.partition(".")[2] in today else "", counts, most)
            for label, name, now in rows
        ]
        bars.append(self._bar("None", "tier", "now" if self.trial.base else "", counts, most))
        sentence = self._windows_sentence(whole, none)
        return WindowsTried(sentence, sentence if whole else "", tuple(bars), self.trial.base is not None)

    def _windows_sentence(self, whole: int, none: int) -> str:
        if not whole:
            return f"No lead was handed over {self._when()}, so there is nothing to count."
        number = len(self.trial.terms.windows)
        these = "This window catches" if number == 1 else "These windows catch"
        if not none:
            return f"{these} every lead that was handed over {self._when()}: {whole:,}."
        return (
            f"{these} {of_count(whole - none, whole)} leads that were handed over {self._when()}; "
            f"{has(none, 'lead')} no window."
        )

    def _bar(self, label: str, name: str, now: str, counts: Counts, most: int) -> Bar:
        number = counts.all[name]
        return Bar(
            label,
            f"{number:,}",
            round(100 * number / most, 1),
            self.address(name) if number else "",
            f"{counts.all[now]:,}" if now else "",
            name == "tier",
        )

    # --- Points ------------------------------------------------------------------------------

    def points(self, counts: Counts) -> list[RuleTried]:
        """Each rule of points with how many leads it would have given some."""
        names: Mapping[str, str] = {one.key: one.name for one in self.trial.terms.personas}
        scoring = self.trial.terms.scoring
        said = {one.key: describe_fit_rule(one, lambda key: names.get(key, key)) for one in scoring.fit}
        said |= {one.key: describe_behaviour_rule(one) for one in scoring.behaviour}
        return [
            RuleTried(
                key,
                words.removesuffix("."),
                f"{counts.all[f'points.{key}']:,}",
                self.address(f"points.{key}") if counts.all[f"points.{key}"] else "",
            )
            for key, words in said.items()
        ]

    # --- Lists and their names ---------------------------------------------------------------

    def list_title(self, name: str, *, won: bool) -> str | None:
        """What the leads of a list are, after "Leads that ..."; None for a name that no list has."""
        head, _, rest = name.partition(".")
        said = {ALL: "came to be", HANDED: "were handed over"}.get(name)
        if head in STAGES:
            said = self._stage_list(head, rest)
        elif head in ("tier", "now"):
            said = self._window_list(head, rest)
        elif head == "points":
            rule = next((one for one in self.points(Counts()) if one.key == rest), None)
            said = f"would have points for “{rule.words}”" if rule else None
        if said is None:
            return None
        return f"{said} {self._when()}{', and became customers' if won else ''}"

    def _stage_list(self, stage: str, rest: str) -> str | None:
        definition = self.trial.terms.definition(stage)
        if definition is None or definition.rule is None:
            return None
        many = TITLES[stage][2]
        by = {
            "": f"would have become {many} by this {self.text}",
            "now": f"would have become {many} by today’s definition",
            "new": f"would have become {many} by this {self.text}, but not by today’s definition",
            "gone": f"would have become {many} by today’s definition, but not by this {self.text}",
        }
        points, _, other = rest.partition(".")
        for rung in self.trial.rungs[stage]:
            if points == str(rung) and other in ("", "other"):
                only = "only " if other else ""
                own = minimum_score(definition.rule)
                by[rest] = f"would have become {many} {only}with the score at {rung:,}"
                if other and own and rung > own.points:
                    by[rest] = f"would have become {many}, but not with the score at {rung:,}"
        return by.get(rest)

    def _window_list(self, head: str, key: str) -> str | None:
        terms = self.trial.terms if head == "tier" else self.trial.base
        if terms is None:
            return None
        whose = f"of this {self.text}" if head == "tier" else "of today"
        if not key:
            return f"would fall under no window {whose}, of those handed over"
        window = terms.window(key)
        return (
            f"would fall under the window “{window.name}” {whose}, of those handed over" if window else None
        )

    def address(self, name: str, *, won: bool = False) -> str:
        query = {"of": name} | ({"won": "1"} if won else {})
        slug, number = self.version.agreement.slug, self.version.number
        return f"{reverse('draft_leads', args=[slug, number])}?{urlencode(query)}"

    def _when(self) -> str:
        return self.trial.span.words

    def _when_begun(self) -> str:
        return self._when()[0].upper() + self._when()[1:]

    @property
    def whose(self) -> str:
        """What the leads are called in a title: "last quarter’s 2,190 leads"."""
        return "Last quarter’s leads" if self.trial.span.quarter else "The leads of the last 90 days"


def _share(tally: Tally) -> str:
    if tally.leads < TOO_FEW_BELOW:
        return NOTHING
    return percent(Fraction(tally.customers, tally.leads))
