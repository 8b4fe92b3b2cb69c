"""A version’s text tried on last quarter’s leads: who would have qualified, and under which window.

Each lead and each handoff is given the names ("mql", "mql.now", "tier.hot") of all the lists that it would
be in: a number is the count of a name, and its list the rows that have it, so the two can't differ. Rows are
read in one stream, sifted in memory and forgotten (slas.rules.sifting); nothing is stored.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from leads.conditions import leads_passing
from leads.models import Behaviour, Handoff, Lead
from leads.points import Epoch
from leads.services.tiers import named_attributes
from slas.models import Version
from slas.rules.fields import EXTRA, FIELDS
from slas.rules.grammar import Group
from slas.rules.ladder import ladder
from slas.rules.periods import period_of
from slas.rules.sifting import Done, Sieve, first_second, gave, moments_of
from slas.rules.terms import AgreementTerms
from slas.rules.zones import seconds_of

SECOND = dt.timedelta(seconds=1)
NINETY_DAYS = dt.timedelta(days=90)
STAGES = ("mql", "sql")  # those that a rule may define
NOTHING_DONE: Done = {}

ALL, HANDED = "all", "handed"  # every lead that came to be, every handoff


class Span(NamedTuple):
    """[start, end), in words: "last quarter"; `quarter` is its label, blank for the last 90 days."""

    start: dt.datetime
    end: dt.datetime
    words: str
    quarter: str = ""


class Found(NamedTuple):
    """One lead, or one handoff of a lead, with the names of the lists it is in."""

    pk: int
    names: tuple[str, ...]
    won: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are, and how many of them are customers by now."""

    leads: int
    customers: int


@dataclass(frozen=True)
class Counts:
    """How many rows each list has."""

    all: Counter[str] = field(default_factory=Counter)
    won: Counter[str] = field(default_factory=Counter)

    def of(self, name: str) -> Tally:
        return Tally(self.all[name], self.won[name])


class _Text:
    """What one version's text asks of leads: a sieve for definitions and points, one for windows."""

    def __init__(self, terms: AgreementTerms) -> None:
        self.terms = terms
        found = [terms.definition(stage) for stage in STAGES]
        self.rules = {each.stage: each.rule for each in found if each is not None and each.rule is not None}
        self.rungs = {stage: ladder(rule) for stage, rule in self.rules.items()}
        asked: list[Group] = [*self.rules.values()]
        for rungs in self.rungs.values():
            asked += rungs.values()
        self.definitions = Sieve(asked, terms.personas, terms.scoring)
        self.windows = Sieve([each.match for each in terms.windows], terms.personas, terms.scoring)


@dataclass
class Trial:
    """A version's terms on the leads of a span, beside the terms in force (`base`; None: none are).

    `leads`: those it is tried on, of all times; `now`: customers are those who became one by then.
    """

    terms: AgreementTerms
    base: AgreementTerms | None
    leads: QuerySet[Lead]
    handoffs: QuerySet[Handoff]
    span: Span
    now: dt.datetime

    @cached_property
    def _text(self) -> _Text:
        return _Text(self.terms)

    @cached_property
    def _now(self) -> _Text | None:
        return _Text(self.base) if self.base else None

    @property
    def rungs(self) -> dict[str, list[int]]:
        """By stage, the other minimum scores that are tried."""
        return {stage: list(rungs) for stage, rungs in self._text.rungs.items()}

    def counted_leads(self) -> Counts:
        return _counted(self.found_leads())

    def counted_handoffs(self) -> Counts:
        return _counted(self.found_handoffs())

    # --- Leads that came to be in the span ---------------------------------------------------

    def found_leads(self) -> Iterator[Found]:
        """Each lead created in the span, the last one first: "all"; "mql", and "mql.now" by the base, where
        it would have qualified at some moment of the span; "mql.new", "mql.gone" where only one of both says
        so; "mql.70" with that minimum score, "mql.70.other" where it makes a difference; "points.<rule>"."""
        rows = self.leads.filter(created_at__gte=self.span.start, created_at__lt=self.span.end)
        texts = [text for text in (self._text, self._now) if text]
        fields = _fields(texts, "definitions")
        until = seconds_of(self.span.end) - 1
        for pk, at, won, values, done in self._stream(rows, "", "created_at", fields):
            moments = moments_of(done, at, until)
            names = [ALL, *self._qualifies(values, done, moments), *self._points(values, done, at, until)]
            yield Found(pk, tuple(names), won)

    def _qualifies(self, values: dict[str, Any], done: Done, moments: list[int]) -> Iterator[str]:
        found = _qualified(self._text, values, done, moments)
        now = _qualified(self._now, values, done, moments) if self._now else frozenset()
        yield from found
        for stage in STAGES:
            if stage in now:
                yield f"{stage}.now"
            if (stage in found) != (stage in now):
                yield f"{stage}.{'gone' if stage in now else 'new'}"
            for points in self._text.rungs.get(stage, ()):
                if (stage in found) != (f"{stage}.{points}" in found):
                    yield f"{stage}.{points}.other"

    def _points(self, values: dict[str, Any], done: Done, at: int, until: int) -> Iterator[str]:
        sieve = self._text.definitions
        for key in sieve.sift([values[name] for name in sieve.fields]).fit:
            yield f"points.{key}"
        for rule in self.terms.scoring.behaviour:
            if done and gave(rule, done, at, until):
                yield f"points.{rule.key}"

    # --- Handoffs of the span ----------------------------------------------------------------

    def found_handoffs(self) -> Iterator[Found]:
        """Each handoff of the span: "handed"; "tier.<window>", or "tier" where none takes it; "now.<window>"
        or "now" by the base."""
        rows = self.handoffs.within(self.span.start, self.span.end)  # type: ignore[attr-defined]
        texts = [text for text in (self._text, self._now) if text]
        fields = _fields(texts, "windows")
        for pk, at, won, values, done in self._stream(rows, "lead__", "at", fields):
            names = [HANDED, _window(self._text, "tier", values, done, at)]
            if self._now:
                names.append(_window(self._now, "now", values, done, at))
            yield Found(pk, tuple(names), won)

    # --- Rows --------------------------------------------------------------------------------

    def _stream(
        self, rows: QuerySet[Any], lead: str, event: str, fields: Sequence[str]
    ) -> Iterator[tuple[int, int, bool, dict[str, Any], Done]]:
        """(id, second of the event, customer by now, fields, what the lead did) of each row, leads downwards;
        rows and behaviour as two streams side by side."""
        columns = [f"{lead}{name}" for name in fields if not name.startswith(EXTRA)]
        if len(columns) < len(fields):
            columns.append(f"{lead}extra")
        owner, key = f"{lead}id" if lead else "pk", [f"-{lead}id" if lead else "-pk", "pk"]
        values = rows.order_by(*key).values_list(
            "pk", owner, Epoch(event), Epoch(f"{lead}customer_at"), *columns
        )
        done = _Deeds(rows.values(f"{lead}pk" if lead else "pk"), self.span.end)
        latest = seconds_of(self.now)
        for pk, of, at, won_at, *told in values.iterator(chunk_size=2_000):
            said = _said(fields, told)
            yield pk, at, won_at is not None and won_at <= latest, said, done.of(of)


class _Deeds:
    """What leads did before `end`, read beside a stream of them that runs downwards."""

    def __init__(self, leads: QuerySet[Any], end: dt.datetime) -> None:
        rows = Behaviour.objects.standing().filter(lead__in=leads.order_by(), at__lt=end)
        ordered = rows.order_by("-lead_id", "at").values_list("lead_id", "kind", Epoch("at"))
        self._groups = groupby(ordered.iterator(chunk_size=5_000), key=lambda row: row[0])
        self._lead: int | None = -1
        self._done: Done = NOTHING_DONE
        self._step()

    def _step(self) -> None:
        lead, rows = next(self._groups, (None, iter(())))
        found: dict[str, list[int]] = {}
        for _, kind, at in rows:
            found.setdefault(kind, []).append(at)
        self._lead, self._done = lead, found

    def of(self, lead: int) -> Done:
        while self._lead is not None and self._lead > lead:
            self._step()
        return self._done if self._lead == lead else NOTHING_DONE


def _said(fields: Sequence[str], told: Sequence[Any]) -> dict[str, Any]:
    """The fields by their names, those that an import kept beside included."""
    plain = [name for name in fields if not name.startswith(EXTRA)]
    said = dict(zip(plain, told, strict=False))
    if len(plain) == len(fields):
        return said
    beside = named_attributes({}, told[-1])
    return said | {name: beside.get(name, "") for name in fields if name.startswith(EXTRA)}


def _fields(texts: Iterable[_Text], sieve: str) -> list[str]:
    asked = {name for text in texts for name in getattr(text, sieve).fields}
    return [*(name for name in FIELDS if name in asked), *sorted(asked - FIELDS.keys())]


def _qualified(text: _Text, values: dict[str, Any], done: Done, moments: list[int]) -> frozenset[str]:
    """The stages whose rule it met at some moment, and the rungs ("mql.70")."""
    tests = iter(text.definitions.sift([values[name] for name in text.definitions.fields]).tests)
    names = [*text.rules, *(f"{stage}.{points}" for stage, rungs in text.rungs.items() for points in rungs)]
    return frozenset(name for name in names if first_second(next(tests), done, moments) is not None)


def _window(text: _Text, word: str, values: dict[str, Any], done: Done, at: int) -> str:
    tests = text.windows.sift([values[name] for name in text.windows.fields]).tests
    for window, test in zip(text.terms.windows, tests, strict=True):
        if test if isinstance(test, bool) else test(done, at):
            return f"{word}.{window.key}"
    return word


def _counted(rows: Iterator[Found]) -> Counts:
    together: Counter[tuple[tuple[str, ...], bool]] = Counter()
    for row in rows:
        together[row.names, row.won] += 1
    counts = Counts()
    for (names, won), number in together.items():
        for name in names:
            counts.all[name] += number
            if won:
                counts.won[name] += number
    return counts


def listed_under(rows: Iterable[Found], name: str, *, won: bool, most: int) -> tuple[list[int], int]:
    """The ids of the first `most` rows of a list, and how many it has; `won`: only customers."""
    ids: list[int] = []
    total = 0
    for row in rows:
        if name in row.names and (row.won or not won):
            total += 1
            if total <= most:
                ids.append(row.pk)
    return ids, total


# --- What is tried on what -------------------------------------------------------------------


def trial_of(version: Version, terms: AgreementTerms, now: dt.datetime) -> Trial:
    """The terms of a version on the leads of its agreement in the last full quarter of its zone; where there
    were none, in the last 90 days. Of an agreement that never had a version in force, on all leads that its
    scope takes."""
    agreement = version.agreement
    in_force = agreement.version_at(now)
    base = in_force.terms() if in_force is not None and in_force != version else None
    leads: QuerySet[Lead] = Lead.objects.of(agreement)
    if not agreement.versions_signed().exists() and not leads.exists():
        leads = Lead.objects.none() if terms.by_name_only else leads_passing(terms.scope, terms, as_of=now)
    handoffs: QuerySet[Handoff] = Handoff.objects.filter(lead__in=leads.order_by())
    if agreement.versions_signed().exists():
        handoffs = Handoff.objects.of(agreement)
    return Trial(terms, base, leads, handoffs, span_of(leads, handoffs, terms.tz, now), now)


def span_of(leads: QuerySet[Lead], handoffs: QuerySet[Handoff], tz: str, now: dt.datetime) -> Span:
    """The last full calendar quarter, if a lead came to be or was handed over in it, else 90 days."""
    quarter = period_of("quarter", now, tz).previous()
    created = leads.filter(created_at__gte=quarter.start, created_at__lt=quarter.end)
    if created.exists() or handoffs.within(quarter.start, quarter.end).exists():  # type: ignore[attr-defined]
        return Span(quarter.start, quarter.end, "last quarter", quarter.label)
    return Span(now - NINETY_DAYS, now + SECOND, "in the last 90 days")
