"""Random rules and facts for hypothesis: for the rules here, and for whoever else evaluates them (the SQL
of a set of leads), so that both are asked the same questions.

Texts differ by case in several scripts, carry blanks and the letters that LIKE and regular expressions
take for signs; instants lie on, just before and just after the steps of days, in several zones.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from slas.rules.behaviour import BEHAVIOURS, Behaviour
from slas.rules.conditions import (
    Attribute,
    Did,
    DidNot,
    Facts,
    Group,
    IsPersona,
    Persona,
    ScoreAtLeast,
)
from slas.rules.fields import FIELDS, FREE_MAIL
from slas.rules.scoring import BehaviourRule, FitRule, Scoring

# Rules with personas and scoring are large to make; a busy machine is no failure.
CALM = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

EXTRA_FIELDS = ("extra.Segment", "extra.Größe ’24")
OFTEN = ("country", "country", "job_title", *EXTRA_FIELDS)  # so that what is asked is often said
TEXT_FIELDS = (*(name for name, field in FIELDS.items() if field.kind == "text"), *EXTRA_FIELDS)
WORDS = (
    *("Denmark", "denmark", "DENMARK", " Denmark ", "Den", "mark"),
    *("Ærø", "ÆRØ", "ærø", "Łódź", "ŁÓDŹ", "İstanbul", "istanbul", "Straße", "STRASSE", "Ÿ", "ÿ"),
    *("Ελλάς", "ΕΛΛΆΣ", "ελλάσ", "Россия", "РОССИЯ", "Їжак", "їжак", "日本", "𐐀"),
    *("50%", "50", "a_b", "a\\b", "aXb", "it’s", "O'Brien", '"x"', "[a-z]", "Head of Sales", "HEAD", "of"),
)
BLANK = ("", " ", "\t", "\xa0 ")
DOMAINS = ("gmail.com", "acme.example", "sub.acme.example", "ærø.example", "yahoo.com")
ADDRESSES = (
    *("ann@gmail.com", "Ann@GMAIL.com", "bo@acme.example", "bo@Sub.Acme.Example", "c@ÆRØ.example"),
    *("d@yahoo.com ", "nobody", "gmail.com", "e@", *BLANK),
)
SIZES = (0, 1, 49, 50, 51, 200, 2_147_483_647)
DAYS = (1, 7, 30, 90)
KINDS = ("demo_requested", "webinar", "pricing_seen", "unsubscribed")
ZONES = (UTC, *(ZoneInfo(name) for name in ("Europe/Copenhagen", "America/New_York", "Asia/Kolkata")))
AS_OF = (
    datetime(2026, 11, 22, 9, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Copenhagen"), fold=1),
    datetime(2026, 3, 29, 3, 0, tzinfo=ZoneInfo("Europe/Copenhagen")),
)

assert set(KINDS) <= set(BEHAVIOURS)


_LETTERS = st.characters(min_codepoint=32, max_codepoint=0x52F, exclude_categories=("Cs", "Cc"))


@cache
def texts() -> st.SearchStrategy[str]:
    """What a lead may say in a text field; often nothing."""
    return st.sampled_from((*WORDS, *BLANK, "")) | st.text(_LETTERS, max_size=4)


@cache
def _values(pool: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(pool), min_size=1, max_size=3).map(tuple)


@cache
def attribute_conditions() -> st.SearchStrategy[Attribute]:
    """A condition on any field, with any operator that fits it."""
    text_field = st.sampled_from((*TEXT_FIELDS, *OFTEN))
    asked = st.sampled_from(("in", "not_in", "contains", "not_contains"))
    bare = st.sampled_from(("known", "unknown"))
    size = st.sampled_from(SIZES[:-1])
    return st.one_of(
        st.builds(Attribute, text_field, asked, _values(WORDS)),
        st.builds(Attribute, st.sampled_from((*FIELDS, *EXTRA_FIELDS)), bare, st.none()),
        st.builds(Attribute, st.just("employees"), st.sampled_from(("at_least", "at_most")), size),
        st.builds(Attribute, st.just("email"), st.sampled_from(("business", "domain_in")), _values(DOMAINS)),
        st.just(Attribute("email", "business", FREE_MAIL)),
    )


@cache
def behaviour_conditions() -> st.SearchStrategy[Did | DidNot]:
    days = st.none() | st.sampled_from(DAYS)
    kind = st.sampled_from(KINDS)
    return st.builds(Did, kind, st.integers(1, 3), days) | st.builds(DidNot, kind, days)


@cache
def score_conditions() -> st.SearchStrategy[ScoreAtLeast]:
    return st.builds(ScoreAtLeast, st.sampled_from(("total", "fit", "behaviour")), st.integers(0, 60))


@cache
def conditions(personas: tuple[str, ...] = (), score: bool = True) -> st.SearchStrategy[Any]:
    """Any condition; of personas, only those keys."""
    kinds: list[st.SearchStrategy[Any]] = [attribute_conditions(), behaviour_conditions()]
    if score:
        kinds.append(score_conditions())
    if personas:
        kinds.append(st.builds(IsPersona, st.sampled_from(personas)))
    return st.one_of(kinds)


def groups(part: st.SearchStrategy[Any] | None = None, nested: bool = True) -> st.SearchStrategy[Group]:
    """A rule of these conditions (all kinds but personas, unless told), nested once."""
    part = conditions() if part is None else part
    how = st.sampled_from(("all", "any"))
    flat = st.builds(Group, how, st.lists(part, min_size=1, max_size=3).map(tuple))
    if not nested:
        return flat
    return st.builds(Group, how, st.lists(part | flat, min_size=1, max_size=4).map(tuple))


@st.composite
def persona_lists(draw: st.DrawFn) -> tuple[Persona, ...]:
    """Up to three personas without a circle: "who" asks for fields only, the others for anything."""
    made: list[Persona] = []
    for key in draw(st.sampled_from(((), ("who",), ("who", "does"), ("who", "does", "both")))):
        earlier = tuple(persona.key for persona in made)
        part = attribute_conditions() if key == "who" else conditions(earlier)
        made.append(Persona(key, f"Persona {key}", draw(groups(part))))
    return tuple(made)


@st.composite
def scorings(draw: st.DrawFn, personas: tuple[Persona, ...] = ()) -> Scoring:
    """Points for fit and behaviour, none included; every way to fade, negative ones too."""
    part: st.SearchStrategy[Any] = attribute_conditions()
    if any(persona.key == "who" for persona in personas):
        part = part | st.just(IsPersona("who"))
    points = st.integers(-40, 60).filter(bool)
    fit = [
        FitRule(f"f{number}", draw(groups(part, nested=False)), draw(points))
        for number in range(draw(st.integers(0, 2)))
    ]
    behaviour = [draw(behaviour_rules(f"b{number}", points)) for number in range(draw(st.integers(0, 2)))]
    return Scoring(tuple(fit), tuple(behaviour))


def behaviour_rules(
    key: str = "b", points: st.SearchStrategy[int] | None = None
) -> st.SearchStrategy[BehaviourRule]:
    points = st.integers(-1000, 1000).filter(bool) if points is None else points
    kind, most, days = st.sampled_from(KINDS), st.none() | st.integers(1, 3), st.sampled_from(DAYS)
    fading = st.sampled_from(("halves", "ends"))
    return st.builds(
        BehaviourRule, st.just(key), kind, points, st.just("stays"), st.none(), most
    ) | st.builds(BehaviourRule, st.just(key), kind, points, fading, days, most)


def _instant(as_of: datetime, days: int, beside: int, zone: Any) -> datetime:
    return (as_of.astimezone(UTC) - timedelta(days=days, seconds=beside)).astimezone(zone)


@cache
def instants(as_of: datetime) -> st.SearchStrategy[datetime]:
    """On a step of days before (or after) `as_of`, or a second or an hour beside it, in any zone."""
    days = st.sampled_from((0, *DAYS, 14, 60, 180, -7))
    beside = st.sampled_from((0, -1, 1, -3600, 3600))
    return st.builds(_instant, st.just(as_of), days, beside, st.sampled_from(ZONES))


@cache
def behaviours(as_of: datetime) -> st.SearchStrategy[tuple[Behaviour, ...]]:
    """What one lead did, in no order, some of it after `as_of`."""
    return st.lists(st.builds(Behaviour, st.sampled_from(KINDS), instants(as_of)), max_size=5).map(tuple)


@cache
def attribute_sets() -> st.SearchStrategy[dict[str, Any]]:
    """Some of the fields, said or blank, the others not there; employees a whole number or None."""
    said = st.dictionaries(st.sampled_from((*TEXT_FIELDS, *OFTEN)), texts(), max_size=4)
    size = st.none() | st.sampled_from(SIZES)
    address = st.sampled_from(ADDRESSES)
    return st.builds(
        lambda text, employees, email: text | {"employees": employees, "email": email}, said, size, address
    )


@st.composite
def facts(draw: st.DrawFn, personas: tuple[Persona, ...] = (), scoring: Scoring | None = None) -> Facts:
    """One lead as of some instant, with these personas and scoring."""
    as_of = draw(st.sampled_from(AS_OF))
    known = {persona.key: persona for persona in personas}
    return Facts(draw(attribute_sets()), draw(behaviours(as_of)), as_of, known, scoring or Scoring())


@st.composite
def cases(draw: st.DrawFn) -> tuple[Group, Facts]:
    """A rule with all that it may name, and a lead to try it on."""
    personas = draw(persona_lists())
    scoring = draw(scorings(personas))
    rule = draw(groups(conditions(tuple(persona.key for persona in personas))))
    return rule, draw(facts(personas, scoring))
