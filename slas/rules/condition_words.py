"""One condition in words, in two forms: a title ("Country is one of Denmark and Sweden") and what a
lead does that meets it ("is in Denmark or Sweden", read after "a lead that ...")."""

from collections.abc import Callable, Sequence

from slas.rules.behaviour import BEHAVIOURS
from slas.rules.fields import EXTRA, FREE_MAIL, field_of
from slas.rules.grammar import Attribute, Condition, Did, DidNot, Group, IsPersona, ScoreAtLeast
from slas.rules.words import counted, listed

Names = Callable[[str], str]  # the name of the persona of a key

NAMED_DOMAINS = 5
_BEST_KNOWN = "gmail.com"
_TITLES = {
    "in": ("{label} is {values}", "{label} is one of {values}", "and"),
    "not_in": ("{label} is not {values}", "{label} is none of {values}", "and"),
    "contains": ("{label} contains {values}", "{label} contains {values}", "or"),
    "not_contains": ("{label} does not contain {values}", "{label} contains none of {values}", "and"),
    "domain_in": ("{label} is at {values}", "{label} is at {values}", "or"),
}
_PHRASES = {
    "in": "has the {label} {values}",
    "not_in": "has another {label} than {values}",
    "contains": "has {a} {label} that contains {values}",
    "not_contains": "has {a} {label} that does not contain {values}",
    "at_least": "has {a} {label} of at least {values}",
    "at_most": "has {a} {label} of at most {values}",
    "domain_in": "has {a} {label} at {values}",
    "known": "has a known {label}",
    "unknown": "has no known {label}",
}
_OWN_PHRASES = {
    ("country", "in"): "is in {values}",
    ("country", "not_in"): "is in another country than {values}",
    ("company", "in"): "works at {values}",
    ("employees", "at_least"): "is at a company of at least {values}",
    ("employees", "at_most"): "is at a company of at most {values}",
}
_SCORES = {"total": "", "fit": "fit ", "behaviour": "behaviour "}


def phrase(condition: Condition, names: Names) -> str:
    """What a lead that meets it does or is: "asked for a demo in the last 90 days"."""
    match condition:
        case Attribute():
            return _attribute_phrase(condition)
        case Did():
            return done(condition)
        case DidNot(kind, days):
            return f"has not {BEHAVIOURS[kind].done}{lately(days)}" if days else f"never {_did(kind)}"
        case ScoreAtLeast(of, points):
            return f"has a {_SCORES[of]}score of at least {points:,}"
        case IsPersona(key):
            return f"fits the persona {quoted(names(key))}"


def title(condition: Condition, names: Names) -> str:
    """The condition as the start of a sentence about one lead: "At least 60 points"."""
    match condition:
        case Attribute():
            return _attribute_title(condition)
        case Did():
            return begun(done(condition))
        case ScoreAtLeast(of, points):
            return f"At least {points_text(points, _SCORES[of])}"
        case _:
            return begun(phrase(condition, names))


def group_title(group: Group, names: Names) -> str:
    """All of it in one line: "Country is Denmark and company size is at least 50 people"."""
    parts = [_inner_title(part, names) for part in group.parts]
    joint = "and" if group.how == "all" else "or"
    if len(parts) > 1 and any(map(is_long, parts)):
        return begun(f", {joint} ".join(parts))
    return begun(listed(parts, joint))


def _inner_title(part: Condition | Group, names: Names) -> str:
    said = group_title(part, names) if isinstance(part, Group) else title(part, names)
    said = said[0].lower() + said[1:]
    return f"({said})" if isinstance(part, Group) and len(part.parts) > 1 else said


def is_long(words: str) -> bool:
    """Whether a list of such words needs more than a comma to be clear."""
    return any(mark in words for mark in (",", " or ", " and "))


def done(did: Did) -> str:
    """ "asked for a demo at least twice in the last 90 days"."""
    often = "" if did.times == 1 else f" at least {times(did.times)}"
    return f"{_did(did.kind)}{often}{lately(did.days)}"


def lately(days: int | None) -> str:
    """ " in the last 90 days"; nothing for ever."""
    if days is None:
        return ""
    return " in the last day" if days == 1 else f" in the last {days:,} days"


def times(number: int) -> str:
    """ "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def points_text(points: int, kind: str = "") -> str:
    """ "1 point", "60 fit points", "minus 10 points"."""
    minus = "minus " if points < 0 else ""
    return minus + counted(abs(points), f"{kind}point")


def begun(words: str) -> str:
    """The words as the start of a sentence."""
    return words[0].upper() + words[1:]


def _did(kind: str) -> str:
    return BEHAVIOURS[kind].did


# --- Fields ----------------------------------------------------------------------------------


def label_of(name: str) -> str:
    """How a field is called within a sentence; a column that an import kept, in quotation marks."""
    label = field_of(name).label
    return f"“{label}”" if name.startswith(EXTRA) else label


def quoted(value: str) -> str:
    """The value, in quotation marks where it would be misread among others."""
    padded = f" {value} "
    plain = value == value.strip() and not any(mark in padded for mark in _MISREAD)
    return value if plain else f"“{value}”"


_MISREAD = (",", ":", "(", ")", "“", "”", " and ", " or ", "  ")


def people(condition: Attribute) -> str:
    """The number of a condition: "50 people"."""
    return counted(condition.number, "person", "people")


def _attribute_phrase(condition: Attribute) -> str:
    op, label = condition.op, label_of(condition.field)
    if op == "business":
        return f"has a business {label} ({left_out(condition.texts)})"
    values = people(condition) if op in ("at_least", "at_most") else _either(condition.texts)
    words = _OWN_PHRASES.get((condition.field, op), _PHRASES[op])
    article = "an" if label.lstrip("“")[0].lower() in "aeiou" else "a"
    return words.format(label=label, a=article, values=values)


def _either(texts: Sequence[str]) -> str:
    return listed([quoted(text) for text in texts], "or")


def _attribute_title(condition: Attribute) -> str:
    op, label = condition.op, begun(label_of(condition.field))
    if op == "business":
        return f"{label} is a business address, {left_out(condition.texts)}"
    if op in ("at_least", "at_most"):
        return f"{label} is {op.replace('_', ' ')} {people(condition)}"
    if op in ("known", "unknown"):
        return f"{label} is {op}"
    one, many, last = _TITLES[op]
    values = listed([quoted(text) for text in condition.texts], last)
    return (one if len(condition.texts) == 1 else many).format(label=label, values=values)


def left_out(domains: Sequence[str]) -> str:
    """Which free mailboxes do not count: "not gmail.com and 47 others", and how the list was changed."""
    if len(domains) <= NAMED_DOMAINS:
        return f"not {listed(domains, 'or')}"
    first = _BEST_KNOWN if _BEST_KNOWN in domains else domains[0]
    words = f"not {first} and {len(domains) - 1:,} others"
    gone = sorted(set(FREE_MAIL) - set(domains))
    new = sorted(set(domains) - set(FREE_MAIL))
    if len(gone) == len(FREE_MAIL):
        return f"not {listed(domains, 'or')}"
    changes = [f"{words} {listed(names)}" for words, names in (("without", gone), ("with", new)) if names]
    return f"{words}: the usual ones {' and '.join(changes)}" if changes else words


# --- Points ----------------------------------------------------------------------------------


def fading(fades: str, days: int | None) -> str:
    """ "which stay", "halved every 21 days", "for 30 days"."""
    if days is None:
        return "which stay"
    span = "day" if days == 1 else f"{days:,} days"
    if fades == "halves":
        return f"halved every {span}"
    return f"for {'1 day' if days == 1 else span}"
