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
from slas.rules.ladder import ladder, minimum_score
from slas.rules.periods import period_of
from slas.rules.sifting import MOST_VALUES, Done, Sieve, Sifted, first_second, gave, moments_of
from slas.rules.terms import AgreementTerms
from slas.rules.zones import seconds_of

SECOND = dt.timedelta(seconds=1)
NINETY_DAYS = dt.timedelta(days=90)
STAGES = ("mql", "sql")  # those that a rule may define
NOTHING_DONE: Done = {}
CHUNK = 5_000  # rows read at a time

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
    """What one version's text asks of leads: a sieve for definitions and points, one for windows.

    `chains`: the names of what `definitions` tries, in its order, by stage: the stage itself among its other
    minimum scores, the lowest first. Whoever fails one of a chain fails all after it.
    """

    def __init__(self, terms: AgreementTerms, *, rungs: bool) -> None:
        self.terms = terms
        found = [terms.definition(stage) for stage in STAGES]
        rules = {each.stage: each.rule for each in found if each is not None and each.rule is not None}
        self.rungs = {stage: ladder(rule) if rungs else {} for stage, rule in rules.items()}
        self.chains: list[list[str]] = []
        asked: list[Group] = []
        for stage, rule in rules.items():
            own = minimum_score(rule)
            tried = [(own.points if own else 0, stage, rule)]
            tried += [(points, f"{stage}.{points}", other) for points, other in self.rungs[stage].items()]
            tried.sort(key=lambda one: one[0])
            self.chains.append([name for _, name, _ in tried])
            asked += [one for _, _, one in tried]
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
        return _Text(self.terms, rungs=True)

    @cached_property
    def _now(self) -> _Text | None:
        return _Text(self.base, rungs=False) if self.base else None

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
        fields = self._fields("definitions")
        mine = self._text.definitions.reading(fields)
        theirs = self._now.definitions.reading(fields) if self._now else None
        until = seconds_of(self.span.end) - 1
        kept: dict[tuple[Sifted, Sifted | None], tuple[str, ...]] = {}
        for pk, at, won, values, done in self._stream(rows, "", "created_at", fields):
            sifted = mine.sift(values), theirs.sift(values) if theirs else None
            if done and not _are_certain(*sifted):
                names = self._names(*sifted, done, moments_of(done, at, until))
            elif (names := kept.get(sifted, ())) == ():  # the same at every moment
                names = kept[_room(kept, sifted)] = self._names(*sifted, NOTHING_DONE, [at])
            yield Found(pk, (*names, *self._points(done, at, until)) if done else names, won)

    def _names(self, mine: Sifted, theirs: Sifted | None, done: Done, moments: list[int]) -> tuple[str, ...]:
        found = _passed(self._text.chains, mine, done, moments)
        now = _passed(self._now.chains, theirs, done, moments) if self._now and theirs else []
        names = [ALL, *found, *(f"{stage}.now" for stage in now), *(f"points.{key}" for key in mine.fit)]
        for stage in STAGES:
            if (stage in found) != (stage in now):
                names.append(f"{stage}.{'gone' if stage in now else 'new'}")
            for points in self._text.rungs.get(stage, ()):
                if (stage in found) != (f"{stage}.{points}" in found):
                    names.append(f"{stage}.{points}.other")
        return tuple(names)

    def _points(self, done: Done, at: int, until: int) -> list[str]:
        return [f"points.{rule.key}" for rule in self.terms.scoring.behaviour if gave(rule, done, at, until)]

    # --- Handoffs of the span ----------------------------------------------------------------

    def found_handoffs(self) -> Iterator[Found]:
        """Each handoff of the span: "handed"; "tier.<window>", or "tier" where none takes it; "now.<window>"
        or "now" by the base."""
        rows = self.handoffs.within(self.span.start, self.span.end)  # type: ignore[attr-defined]
        fields = self._fields("windows")
        texts = [("tier", self._text), *([("now", self._now)] if self._now else [])]
        sieves = [(word, text.terms, text.windows.reading(fields)) for word, text in texts]
        for pk, at, won, values, done in self._stream(rows, "lead__", "at", fields):
            names = [_window(word, terms, sieve.sift(values), done, at) for word, terms, sieve in sieves]
            yield Found(pk, (HANDED, *names), won)

    # --- Rows --------------------------------------------------------------------------------

    def _fields(self, sieve: str) -> list[str]:
        """What the sieves of both texts ask, the fields of a lead first, then columns kept beside."""
        asked = {name for text in (self._text, self._now) if text for name in getattr(text, sieve).fields}
        return [*(name for name in FIELDS if name in asked), *sorted(asked - FIELDS.keys())]

    def _stream(
        self, rows: QuerySet[Any], lead: str, event: str, fields: Sequence[str]
    ) -> Iterator[tuple[int, int, bool, Sequence[Any], Done]]:
        """(id, second of the event, customer by now, values of the fields, what the lead did) of each row,
        leads downwards; rows and behaviour as two streams side by side."""
        columns = [f"{lead}{name}" for name in fields if not name.startswith(EXTRA)]
        beside = fields[len(columns) :]
        if beside:
            columns.append(f"{lead}extra")
        owner, order = f"{lead}id" if lead else "pk", [f"-{lead}id" if lead else "-pk", "pk"]
        found = rows.order_by(*order).values_list(
            "pk", owner, _Second(event), _Second(f"{lead}customer_at"), *columns
        )
        done = _Deeds(rows.values(f"{lead}pk" if lead else "pk"), self.span.end)
        latest = seconds_of(self.now)
        for pk, of, at, won_at, *values in found.iterator(chunk_size=CHUNK):
            if beside:
                told = named_attributes({}, values.pop())
                values += [told.get(name, "") for name in beside]
            yield pk, at, won_at is not None and won_at <= latest, values, done.of(of)


class _Second(Epoch):
    """An instant as a number that comes as it is, not converted value by value."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


class _Deeds:
    """What leads did before `end`, read beside a stream of them that runs downwards."""

    def __init__(self, leads: QuerySet[Any], end: dt.datetime) -> None:
        rows = Behaviour.objects.standing().filter(lead__in=leads.order_by(), at__lt=end)
        ordered = rows.order_by("-lead_id", "at").values_list("lead_id", "kind", _Second("at"))
        self._groups = groupby(ordered.iterator(chunk_size=CHUNK), key=lambda row: row[0])
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


def _are_certain(mine: Sifted, theirs: Sifted | None) -> bool:
    return mine.is_certain and (theirs is None or theirs.is_certain)


def _room(kept: dict[Any, Any], key: Any) -> Any:
    """The key, with room made for it."""
    if len(kept) >= MOST_VALUES:
        kept.clear()
    return key


def _passed(chains: list[list[str]], sifted: Sifted, done: Done, moments: list[int]) -> list[str]:
    """Those whose test passes at some of the moments."""
    passed, first = [], 0
    for chain in chains:
        for name, test in zip(chain, sifted.tests[first:], strict=False):
            if first_second(test, done, moments) is None:
                break
            passed.append(name)
        first += len(chain)
    return passed


def _window(word: str, terms: AgreementTerms, sifted: Sifted, done: Done, at: int) -> str:
    for window, test in zip(terms.windows, sifted.tests, strict=True):
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
