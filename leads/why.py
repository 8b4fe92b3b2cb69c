"""Why a lead qualifies or not, and what its score is made of: for the lead's page. No query beyond those of
the stored score at the handoff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from leads.models import Behaviour, Handoff, Lead, Stage
from leads.services.scoring import score_at
from leads.services.tiers import attributes_of
from leads.stages import is_exit, is_later
from slas.models import Version
from slas.rules.behaviour import Behaviour as Deed
from slas.rules.condition_words import fading
from slas.rules.conditions import Attribute, Facts, Group, evaluate, missing
from slas.rules.fields import FIELDS
from slas.rules.finding import Finding, reasons
from slas.rules.scoring import Line, Score, Scoring
from slas.rules.terms import AgreementTerms, Definition
from smarketing.accounts.models import User

_MARKS = {
    "passed": ("check-lg", "met"),
    "failed": ("x-lg", "breach"),
    "unknown": ("question-lg", "risk"),
}
_NAMES = {"mql": "an MQL", "sql": "an SQL"}


class Answer(NamedTuple):
    """One condition: how it stands, what it asks, what the lead says to it. `fill`: the field to fill in."""

    result: str
    icon: str
    tone: str
    title: str
    value: str
    is_inner: bool
    fill: str


class Row(NamedTuple):
    """A line of the score: its points now, and at the handoff where there was one."""

    words: str
    beside: str
    now: int
    then: int


class Block(NamedTuple):
    """Lines of one kind, and their sums."""

    title: str
    rows: list[Row]
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Why:
    """`answers` is empty where the stage has no rule; of a lead that is past it (`arrived`), they are of
    the moment when it came there. `blocks` is empty where nothing gives points. `window`: which one it would
    fall under and why, of a lead that is not with Sales. `gave`: what each kind of event at its instant gave
    at first, of what counts now. `then_is`: which moment `then` is of: the handoff, else when it came to the
    stage; empty for none.
    """

    version: Version
    stage: str
    met: bool
    sentence: str
    arrived: bool
    answers: list[Answer]
    blocks: list[Block]
    now: int
    then: int
    then_is: str
    window: str
    gave: dict[tuple[str, dt.datetime], int]

    @property
    def says_something(self) -> bool:
        return bool(self.answers or self.blocks)


def why_of(
    lead: Lead, behaviour: Iterable[Behaviour], handoff: Handoff | None, reader: User, now: dt.datetime
) -> Why | None:
    """By the version in force of the lead's agreement; None where there is none.

    `behaviour`: what stands of what it did; `handoff`: its last one.
    """
    version = lead.agreement.version_at(now) if lead.agreement else None
    if version is None:
        return None
    terms = version.terms()
    deeds = tuple(Deed(one.kind, one.at) for one in behaviour)
    facts = terms.facts(attributes_of(lead), deeds, now)
    definition = _definition(terms, lead.stage)
    arrived = _arrived(lead, definition)
    asked = terms.facts(attributes_of(lead), deeds, arrived) if arrived else facts
    finding = evaluate(definition.rule, asked) if definition and definition.rule else None
    then = _score_then(lead, version, deeds, handoff) if terms.scoring != Scoring() else None
    earlier = then or (asked.score if arrived and terms.scoring != Scoring() else None)
    return Why(
        version=version,
        stage=_NAMES[definition.stage] if definition else "",
        met=finding is not None and finding.met,
        sentence=_sentence(finding, asked, definition, arrived) if finding and definition else "",
        arrived=arrived is not None,
        answers=list(_answers(finding.parts)) if finding else [],
        blocks=_blocks(terms, facts.score, earlier, reader, now),
        now=facts.score.total,
        then=earlier.total if earlier else 0,
        then_is="at the handoff" if then else "then" if earlier else "",
        window=_window(terms, facts) if handoff is None or handoff.ended_at else "",
        gave=_gave(terms, facts.score),
    )


def _definition(terms: AgreementTerms, stage: str) -> Definition | None:
    """The one that fits the stage: of an SQL once Sales has accepted, else of an MQL; the other where that
    has no rule."""
    accepted = not is_exit(stage) and (stage == Stage.ACCEPTED or is_later(stage, Stage.ACCEPTED))
    for name in ("sql", "mql") if accepted else ("mql", "sql"):
        definition = terms.definition(name)
        if definition is not None and definition.rule is not None:
            return definition
    return None


def _arrived(lead: Lead, definition: Definition | None) -> dt.datetime | None:
    """When it reached the stage, if it is past it: what it was asked then. None: it is asked now."""
    if definition is None or lead.stage in (Stage.LEAD, Stage.RECYCLED):
        return None
    return lead.mql_at if definition.stage == Stage.MQL else lead.sql_at


def _sentence(finding: Finding, facts: Facts, definition: Definition, arrived: dt.datetime | None) -> str:
    if arrived is None:
        return missing(finding, facts)
    told, name = reasons(finding, facts), _NAMES[definition.stage]
    if finding.met:
        return f"It qualified when it became {name}: {told}."
    return f"When it became {name}, it did not meet the definition: {told}."


def _answers(parts: Iterable[Finding], is_inner: bool = False) -> Iterator[Answer]:
    for part in parts:
        is_group = isinstance(part.condition, Group)
        icon, tone = _MARKS[part.result]
        title = f"{part.title}:" if part.parts else part.title
        yield Answer(part.result, icon, tone, title, "" if is_group else part.value, is_inner, _fill(part))
        yield from _answers(part.parts, is_inner=True)


def _fill(part: Finding) -> str:
    condition = part.condition
    if part.result != "unknown" or not isinstance(condition, Attribute):
        return ""
    return condition.field if condition.field in FIELDS else ""


def _score_then(
    lead: Lead, version: Version, deeds: tuple[Deed, ...], handoff: Handoff | None
) -> Score | None:
    """The score at the handoff, from the lines of then; None where nothing gave points then. Where none were
    kept, as of history that came in later under an earlier version: reckoned from what is known today."""
    if handoff is None:
        return None
    terms = handoff.version.terms()
    if terms.scoring == Scoring():
        return None
    stored = score_at(lead, handoff.at)
    if stored.lines or (handoff.version_id == version.pk and handoff.batch_id is None):
        return stored
    return terms.facts(attributes_of(lead), deeds, handoff.at).score


def _blocks(
    terms: AgreementTerms, score: Score, then: Score | None, reader: User, now: dt.datetime
) -> list[Block]:
    if terms.scoring == Scoring():
        return []
    before = then or Score(0, 0, ())
    return [
        Block(title, _rows(terms, score, before, kind, reader, now), score.of(kind), before.of(kind))
        for kind, title in (("fit", "Who they are"), ("behaviour", "What they did"))
    ]


def _rows(
    terms: AgreementTerms, score: Score, then: Score, kind: str, reader: User, now: dt.datetime
) -> list[Row]:
    """Lines of both moments, each event once, however often lines of one instant come."""
    lines: dict[tuple[str, dt.datetime | None, int], list[Line | None]] = {}
    for place, moment in enumerate((score, then)):
        seen: dict[tuple[str, dt.datetime | None], int] = {}
        for line in moment.lines:
            if line.kind != kind:
                continue
            number = seen[line.key, line.at] = seen.get((line.key, line.at), 0) + 1
            lines.setdefault((line.key, line.at, number), [None, None])[place] = line
    found = []
    for at_now, at_then in lines.values():
        either = at_now or at_then
        if either is not None:
            words, beside = _words(terms, either, reader, now)
            points = [each.points if each else 0 for each in (at_now, at_then)]
            found.append(Row(words, beside, *points))
    return found


def _words(terms: AgreementTerms, line: Line, reader: User, now: dt.datetime) -> tuple[str, str]:
    """ "Started a trial, 11 Nov" and "25, halved every 30 days"."""
    if line.at is None:
        return line.sentence.removesuffix("."), ""
    local, here = line.at.astimezone(reader.zone), now.astimezone(reader.zone)
    year = "" if local.year == here.year else f" {local.year}"
    words = f"{line.sentence.split(':')[0]}, {local.day} {local:%b}{year}"
    rule = next((each for each in terms.scoring.behaviour if each.key == line.key), None)
    if rule is None or rule.fades == "stays":
        return words, ""
    return words, f"{line.full_points}, {fading(rule.fades, rule.days)}"


def _gave(terms: AgreementTerms, score: Score) -> dict[tuple[str, dt.datetime], int]:
    kinds = {rule.key: rule.did for rule in terms.scoring.behaviour}
    found: dict[tuple[str, dt.datetime], int] = {}
    for key, at, points in {(line.key, line.at, line.full_points) for line in score.lines}:
        if at is not None:
            found[kinds[key], at] = found.get((kinds[key], at), 0) + points
    return found


def _window(terms: AgreementTerms, facts: Facts) -> str:
    window = terms.window_for(facts)
    if window is not None:
        return window.why(facts)
    return "No window takes it: it would be handed over without a clock." if terms.windows else ""
