"""One lead weighed by a version's text: condition by condition, with its points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from leads.models import Lead
from leads.services.knowing import facts_of
from slas.rules.conditions import Finding, Group, evaluate, missing
from slas.rules.scoring import Line, Score
from slas.rules.terms import AgreementTerms

LOOKS = {"passed": ("met", "check-lg"), "failed": ("breach", "x-lg"), "unknown": ("risk", "question-lg")}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of why: `tone` and `icon` of its result; `is_in`: it stands in a group or a persona."""

    result: str
    tone: str
    icon: str
    title: str
    value: str
    is_in: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a text says of one lead now. `verdict`: "Not yet", and `sentence` why; both blank without
    conditions. `window`: what it would fall under if it were handed over now."""

    lead: Lead
    at: dt.datetime
    verdict: str
    sentence: str
    conditions: tuple[Condition, ...]
    score: Score
    window: str

    @property
    def fit(self) -> list[Line]:
        return [line for line in self.score.lines if line.kind == "fit"]

    @property
    def behaviour(self) -> list[Line]:
        return [line for line in self.score.lines if line.kind == "behaviour"]


def weighed(lead: Lead, terms: AgreementTerms, now: dt.datetime, stage: str = "mql") -> Weighed:
    """The lead as it is known now, by the definition, the points and the windows of `terms`. One query."""
    facts = facts_of(lead, terms, now)
    window = terms.window_for(facts)
    definition = terms.definition(stage)
    verdict, sentence = "", ""
    lines: tuple[Condition, ...] = ()
    if definition is not None and definition.rule is not None:
        finding = evaluate(definition.rule, facts)
        verdict, _, sentence = missing(finding, facts).partition(": " if finding.met else ". ")
        sentence = sentence[0].upper() + sentence[1:]
        lines = tuple(_lines(finding))
    return Weighed(lead, now, verdict, sentence, lines, facts.score, window.name if window else "")


def _lines(finding: Finding, depth: int = 0) -> Iterator[Condition]:
    """The finding's parts, one after the other; what a group or persona is made of is indented."""
    for part in finding.parts:
        is_group = isinstance(part.condition, Group)
        tone, icon = LOOKS[part.result]
        title = f"{part.title}:" if is_group else part.title
        yield Condition(part.result, tone, icon, title, "" if is_group else part.value, depth > 0)
        yield from _lines(part, depth + 1)
