"""Why a lead meets a rule or not: a finding for each condition, and one sentence over all of them."""

from dataclasses import dataclass
from datetime import timedelta

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import label_of, lately, points_text, quoted, times, title
from slas.rules.facts import Facts, Result, together, truth
from slas.rules.fields import domain_of, field_of, number_of, text_of
from slas.rules.grammar import Attribute, Condition, Did, DidNot, Group, IsPersona, ScoreAtLeast
from slas.rules.words import counted, listed

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one condition or group. `title`: "Country is Denmark"; `value`: what the lead says to
    it, "the country is unknown"; `parts`: those of a group, or of the rule of a persona.
    """

    result: Result
    title: str
    value: str
    condition: Condition | Group
    parts: tuple["Finding", ...] = ()

    @property
    def sentence(self) -> str:
        """ "Country is Denmark: the country is unknown."."""
        return f"{self.title}: {self.value}."

    @property
    def met(self) -> bool:
        return self.result == "passed"


def evaluate(part: Group | Condition, facts: Facts) -> Finding:
    """What the lead meets of it and what not, condition by condition; of a persona, its conditions too, but
    not those of personas in it. ValueError for a persona that is not there."""
    return _group(part, facts, open_personas=True) if isinstance(part, Group) else _one(part, facts, True)


def _one(condition: Condition, facts: Facts, open_personas: bool) -> Finding:
    inner: tuple[Finding, ...] = ()
    if isinstance(condition, IsPersona) and open_personas:
        inner = _group(facts.persona(condition.key).rule, facts, open_personas=False).parts
    result = truth(condition, facts)
    words = _value(condition, result, facts)
    return Finding(result, title(condition, facts.persona_name), words, condition, inner)


def _group(group: Group, facts: Facts, open_personas: bool) -> Finding:
    parts = tuple(
        _group(part, facts, open_personas) if isinstance(part, Group) else _one(part, facts, open_personas)
        for part in group.parts
    )
    result = together(group.how, [part.result for part in parts])
    met = sum(part.met for part in parts)
    value = f"{met} of {len(parts)} {'is' if met == 1 else 'are'} met"
    return Finding(result, "All of these" if group.how == "all" else "Any of these", value, group, parts)


def _value(condition: Condition, result: Result, facts: Facts) -> str:
    match condition:
        case Attribute():
            return _says(condition, facts)
        case Did(kind, _, days) | DidNot(kind, days):
            return _did(kind, days, facts)
        case ScoreAtLeast(of, _):
            return f"has {facts.score.of(of):,}".replace("-", "minus ")
        case IsPersona():
            return {"passed": "does", "failed": "does not", "unknown": "unknown"}[result]


def _says(condition: Attribute, facts: Facts) -> str:
    """ "it is Denmark", "it is at gmail.com", "the country is unknown"."""
    label, kind = label_of(condition.field), field_of(condition.field).kind
    if kind == "number":
        number = number_of(facts.attributes, condition.field)
        return f"the {label} is unknown" if number is None else f"it is {counted(number, 'person', 'people')}"
    text = text_of(facts.attributes, condition.field)
    if not text:
        return f"the {label} is unknown"
    if condition.op in ("business", "domain_in"):
        domain = domain_of(text)
        return f"it is at {domain}" if domain else f"the {label} {quoted(text)} has no domain"
    return f"it is {quoted(text)}"


def _did(kind: str, days: int | None, facts: Facts) -> str:
    """ "never did", "last did 120 days ago", "did twice, last 3 days ago"."""
    ago = _last(kind, facts)
    if ago is None:
        return "never did"
    number = facts.times(kind, days)
    if number == 0:
        return f"last did {ago}"
    return f"did {ago}" if number == 1 else f"did {times(number)}, last {ago}"


def _last(kind: str, facts: Facts) -> str | None:
    """How long ago it was done last, in days of 24 h; None: never."""
    done = [one.at for one in facts.behaviour if one.kind == kind and one.at <= facts.as_of]
    if not done:
        return None
    days = (facts.as_of - max(done)) // _DAY
    return f"{counted(days, 'day')} ago" if days else "less than a day ago"


# --- One sentence over all -------------------------------------------------------------------


def missing(finding: Finding, facts: Facts) -> str:
    """ "Not yet. The country is unknown and 7 points are missing." or "Qualifies: the country is Denmark
    and the score is 61.". Of several ways to meet a group of any, the nearest is told."""
    told = reasons(finding, facts)
    if finding.met:
        return f"Qualifies: {told}."
    return f"Not yet. {told[0].upper()}{told[1:]}."


def reasons(finding: Finding, facts: Facts) -> str:
    """What decided, in the middle of a sentence: "the country is Denmark and the score is 61"."""
    return listed(dict.fromkeys(_told(one, facts) for one in _deciding(finding)))


def _deciding(finding: Finding) -> list[Finding]:
    """The findings that made it what it is: all that are not met, or all that are."""
    if not isinstance(finding.condition, Group):
        return [finding]
    parts = [part for part in finding.parts if part.met == finding.met]
    if finding.condition.how == "any" and not finding.met:
        parts = [min(parts, key=_far)]
    return [one for part in parts for one in _deciding(part)]


def _far(finding: Finding) -> int:
    """How far off it is to meet it: points add up, a blank can be filled in, a deed can follow."""
    order = {ScoreAtLeast: 0, Did: 2, Group: 3}
    return 1 if finding.result == "unknown" else order.get(type(finding.condition), 4)


def _told(finding: Finding, facts: Facts) -> str:
    match finding.condition:
        case ScoreAtLeast(of, points):
            return _points_told(of, points, facts)
        case Attribute(name) as condition:
            return _field_told(condition, name, facts)
        case Did(kind, wanted, days):
            return _deed_told(kind, wanted, days, facts)
        case DidNot(kind, days):
            if finding.met:
                return f"no {_noun(kind)}{lately(days)} is known"
            return f"there was {_a(_noun(kind))} {_last(kind, facts)}"
        case IsPersona(key):
            name = quoted(facts.persona_name(key))
            if finding.result == "unknown":
                return f"whether the persona {name} fits is unknown"
            return f"the persona {name} {'fits' if finding.met else 'does not fit'}"
        case _:
            return finding.value


def _points_told(of: str, points: int, facts: Facts) -> str:
    name, has = {"total": ""}.get(of, f"{of} "), facts.score.of(of)
    if has >= points:
        return f"the {name}score is {has:,}"
    short = points - has
    return f"{points_text(short, name)} {'is' if short == 1 else 'are'} missing"


def _field_told(condition: Attribute, name: str, facts: Facts) -> str:
    words = _says(condition, facts)
    return words.replace("it is", f"the {label_of(name)} is", 1) if words.startswith("it is") else words


def _deed_told(kind: str, wanted: int, days: int | None, facts: Facts) -> str:
    noun, number = _noun(kind), facts.times(kind, days)
    if number >= wanted:
        return f"the last {noun} was {_last(kind, facts)}"
    if wanted - number == 1 and wanted == 1:
        return f"{_a(noun)}{lately(days)} is missing"
    short = wanted - number
    return f"{counted(short, noun, _many(noun))}{lately(days)} {'is' if short == 1 else 'are'} missing"


def _noun(kind: str) -> str:
    noun = BEHAVIOURS[kind].noun
    return noun[0].lower() + noun[1:]


def _many(noun: str) -> str:
    return noun.replace("meeting", "meetings") if noun.startswith("meeting") else f"{noun}s"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
