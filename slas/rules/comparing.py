"""What changes from one text to the next: for each thing agreed on, what it was and what it will be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from slas.rules.describing import agreed_time, describe_breach, describe_scope, ended
from slas.rules.grammar import Persona
from slas.rules.opening_hours import WEEKDAY_NAMES
from slas.rules.promising import amount, quantity, title
from slas.rules.rule_words import describe_rule, describe_scoring
from slas.rules.scoring import BehaviourRule, FitRule
from slas.rules.terms import LONGEST_TERM_YEARS, AgreementTerms, Definition, Window
from slas.rules.words import (
    STAGE_NAMES,
    clock_time,
    counted,
    describe_hours,
    exact_duration,
    listed,
    long_date,
    percent,
    plain,
    weekday_date,
)

NOTHING = "nothing"
DATES_NAMED = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, and whose it is: `side` is marketing, sales or shared."""

    side: str
    what: str
    old: str
    new: str

    @property
    def sentence(self) -> str:
        """ "Demo requests, first follow-up: within 2 business hours instead of within 4 business hours."."""
        if self.old == NOTHING:
            return ended(f"{self.what}, new: {self.new}")
        if self.new == NOTHING:
            return ended(f"{self.what}: no longer {self.old}")
        return ended(f"{self.what}: {self.new} instead of {self.old}")


@dataclass(frozen=True, slots=True)
class _Fact:
    """One thing that a text says: whose, under which name, in which words."""

    side: str
    what: str
    said: str


_Key = tuple[str, ...]
# How much of a key names the whole: a promise with its side, metric and scope, a window.
_WHOLE = {"promise": 5, "window": 2}


def compare(old: AgreementTerms, new: AgreementTerms) -> list[Change]:
    """All that `new` says otherwise than `old`, in the order of the text; empty where both say the same.

    Windows and promises are known by their keys, definitions by their stage. Left out: the name and number,
    the start (each version has its own) and the releases of the data that dates were made with. Public
    holidays are compared for the time that both terms cover.
    """
    was, becomes = _parts(old), _parts(new)
    changes: list[Change] = []
    for part in dict.fromkeys([*becomes, *was]):
        if part in was and part in becomes:
            changes += _within(was[part], becomes[part])
        else:
            changes.append(_whole(part, was.get(part), becomes.get(part)))
    return changes + _holidays(old, new)


def _parts(terms: AgreementTerms) -> dict[_Key, dict[_Key, _Fact]]:
    """Facts by what they are about: a window and a promise come and go as a whole."""
    parts: dict[_Key, dict[_Key, _Fact]] = {}
    for key, fact in _facts(terms):
        part = key[: _WHOLE[key[0]]] if key[0] in _WHOLE else key
        parts.setdefault(part, {})[key] = fact
    return parts


def _within(was: dict[_Key, _Fact], becomes: dict[_Key, _Fact]) -> Iterator[Change]:
    for key in dict.fromkeys([*becomes, *was]):
        before, after = was.get(key), becomes.get(key)
        named = after or before
        if named and before != after and (not before or not after or before.said != after.said):
            old, new = (fact.said if fact else NOTHING for fact in (before, after))
            yield Change(named.side, named.what, old, new)


def _whole(part: _Key, was: dict[_Key, _Fact] | None, becomes: dict[_Key, _Fact] | None) -> Change:
    """Everything that comes, or goes, with one window, promise, definition or day, in one line."""
    head, *others = (becomes or was or {}).values()
    said = "; ".join([head.said, *(f"{one.what.split(', ', 1)[-1]}: {one.said}" for one in others)])
    what = f"Window {head.said}" if part[0] == "window" else head.what
    return Change(head.side, what, said if was else NOTHING, said if becomes else NOTHING)


def _facts(terms: AgreementTerms) -> Iterator[tuple[_Key, _Fact]]:
    yield from _term(terms)
    yield from _promises(terms)
    for window in terms.windows:
        yield from _window(window, terms.personas)
    if len(terms.windows) > 1:
        yield ("order",), _Fact("sales", "Order of the windows", listed(one.name for one in terms.windows))
    for definition in terms.definitions:
        yield from _definition(definition, terms.personas)
    for persona in terms.personas:
        said = f"{persona.name}: {describe_rule(persona.rule, terms.personas)}"
        yield ("persona", persona.key), _Fact("shared", f"Persona {persona.name}", said)
    yield from _scoring(terms)
    yield from _working_time(terms)
    report = f"every {WEEKDAY_NAMES[terms.report_weekday]} at {clock_time(terms.report_hour * 60)}:00"
    yield ("report",), _Fact("shared", "Report", report)
    yield ("currency",), _Fact("shared", "Currency", terms.currency)
    meeting = "none agreed"
    if terms.meeting_weekday is not None and terms.meeting_hour is not None:
        meeting = f"every {WEEKDAY_NAMES[terms.meeting_weekday]} at {clock_time(terms.meeting_hour * 60)}:00"
    yield ("meeting",), _Fact("shared", "Meeting", meeting)


def _term(terms: AgreementTerms) -> Iterator[tuple[_Key, _Fact]]:
    ends = long_date(terms.ends_on) if terms.ends_on else "none, until another version replaces it"
    review = long_date(terms.review_on) if terms.review_on else "none"
    yield ("ends",), _Fact("shared", "End", ends)
    yield ("review",), _Fact("shared", "Review", review)
    yield ("handoff",), _Fact("shared", "Handed over when it becomes an", STAGE_NAMES[terms.handoff_stage])
    by_itself = "at once" if terms.hand_over_by_itself else "by hand"
    yield ("by itself",), _Fact("marketing", "What qualifies by itself is handed over", by_itself)
    yield ("scope",), _Fact("shared", "It is for", " ".join(describe_scope(terms)).rstrip("."))


def _promises(terms: AgreementTerms) -> Iterator[tuple[_Key, _Fact]]:
    names = {one.key: one for one in terms.commitments}
    for one in terms.commitments:
        what, key = title(one), ("promise", one.key)
        # a promise that now says something else altogether is another promise
        kind = (one.side, one.metric, str(one.scope))
        said = f"{quantity(one, terms.currency)} a {one.period}"
        yield (*key, *kind), _Fact(one.side, what, said)
        if one.achievable:
            yield (
                (*key, *kind, "achievable"),
                _Fact(one.side, f"{what}, why it can be reached", one.achievable),
            )
        if one.relevant:
            yield (*key, *kind, "relevant"), _Fact(one.side, f"{what}, why it matters", one.relevant)
        if one.mirrors:
            beside = names[one.mirrors]
            said = f"{title(beside)} ({amount(beside, terms.currency)})" if _twice(terms, one.mirrors) else ""
            yield (*key, *kind, "beside"), _Fact(one.side, f"{what}, beside", said or title(beside))


def _twice(terms: AgreementTerms, key: str) -> bool:
    """Whether another promise is called the same, so that only the value tells them apart."""
    titles = [title(one) for one in terms.commitments]
    return titles.count(next(title(one) for one in terms.commitments if one.key == key)) > 1


def _scoring(terms: AgreementTerms) -> Iterator[tuple[_Key, _Fact]]:
    rules: list[FitRule | BehaviourRule] = [*terms.scoring.fit, *terms.scoring.behaviour]
    for rule, said in zip(rules, describe_scoring(terms.scoring, terms.personas), strict=True):
        yield ("points", rule.key), _Fact("marketing", "What gives points", said.rstrip("."))


def _window(window: Window, personas: Sequence[Persona]) -> Iterator[tuple[_Key, _Fact]]:
    terms, key, name = window.terms, ("window", window.key), window.name

    def fact(part: str, what: str, said: str) -> tuple[_Key, _Fact]:
        return (*key, part), _Fact("sales", f"{name}, {what}", said)

    yield fact("name", "name", name)  # first: it names the whole
    who = "all leads"
    if window.match is not None:
        who = f"a lead that {describe_rule(window.match, personas)}"
    yield fact("match", "for", who)
    yield fact("window", "first follow-up", f"within {agreed_time(terms.window_seconds, terms.hours)}")
    yield fact("counts", "counts", "any attempt" if terms.counts == "attempt" else "only a connection")
    yield fact("warn", "at risk after", f"{percent(terms.warn_share)} of the time")
    grace = terms.late_entry_grace_seconds
    yield fact("grace", "entered late, still counts", f"for {exact_duration(grace)}" if grace else "never")
    reasons = [plain(reason) for reason in terms.pause_reasons]
    yield fact("pauses", "may be paused for", listed(reasons, "or") or "no reason")
    cap = terms.pause_cap_seconds
    limit = "without a limit" if cap is None else f"up to {agreed_time(cap, terms.hours)}"
    yield fact("cap", "all pauses of a lead", limit)
    accept = terms.acceptance_seconds
    within = "without a deadline" if accept is None else f"within {agreed_time(accept, terms.hours)}"
    yield fact("accept", "accept or reject", within)
    depth = terms.depth
    tries = "not promised"
    if depth is not None:
        tries = f"{counted(depth.attempts, 'attempt')} on {counted(depth.days, 'day')} within "
        tries += counted(depth.within_business_days, "business day")
    yield fact("depth", "attempts", tries)
    rejections = [plain(reason) for reason in window.rejection_reasons]
    yield fact("rejections", "may be rejected for", listed(rejections, "or") or "no reason")
    yield fact("breach", "on a breach", describe_breach(window.on_breach).rstrip("."))


def _definition(one: Definition, personas: Sequence[Persona]) -> Iterator[tuple[_Key, _Fact]]:
    key, name = ("definition", one.stage), f"Definition of {STAGE_NAMES[one.stage]}"
    yield (*key, "means"), _Fact("shared", name, one.sentence)
    if one.rule is not None:
        said = f"a lead that {describe_rule(one.rule, personas)}"
        yield (*key, "rule"), _Fact("shared", f"{name}, conditions", said)
    if one.by_itself:
        yield (*key, "itself"), _Fact("marketing", f"{name}, comes about", "by itself")
    for side, does in (("marketing", one.marketing_does), ("sales", one.sales_does)):
        if does:
            yield (*key, side), _Fact(side, f"{name}, what {side.capitalize()} does", does)


def _working_time(terms: AgreementTerms) -> Iterator[tuple[_Key, _Fact]]:
    calendar = terms.calendar
    yield ("zone",), _Fact("shared", "Time zone", calendar.tz)
    for name, hours in zip(WEEKDAY_NAMES, calendar.week, strict=True):
        yield ("week", name), _Fact("shared", f"Working hours on {name}", describe_hours(hours))
    for day, hours in sorted(calendar.special.items()):
        what = f"{weekday_date(day)} {day.year}"
        why = terms.day_names.get(day.isoformat(), "")
        yield ("special", what), _Fact("shared", what, describe_hours(hours) + (f" ({why})" if why else ""))


# --- Holidays --------------------------------------------------------------------------------


def _holidays(old: AgreementTerms, new: AgreementTerms) -> list[Change]:
    first = max(old.starts_on, new.starts_on)
    last = min(_last_day(old), _last_day(new))  # beyond it one of them says nothing
    was = {day for day in old.calendar.holidays if first <= day <= last}
    becomes = {day for day in new.calendar.holidays if first <= day <= last}
    return [
        *_dates(becomes - was, "working day as any other", "closed"),
        *_dates(was - becomes, "closed", "working day as any other"),
        *_renamed(was & becomes, old, new),
    ]


def _renamed(days: set[date], old: AgreementTerms, new: AgreementTerms) -> Iterator[Change]:
    for day in sorted(days):
        before, after = (terms.day_names.get(day.isoformat(), "closed") for terms in (old, new))
        if before != after:
            yield Change("shared", long_date(day), before, after)


def _last_day(terms: AgreementTerms) -> date:
    if terms.ends_on:
        return terms.ends_on
    year = min(terms.starts_on.year + LONGEST_TERM_YEARS, date.max.year)
    return date(year, terms.starts_on.month, min(terms.starts_on.day, 28)) - timedelta(days=1)


def _dates(days: set[date], old: str, new: str) -> list[Change]:
    if not days:
        return []
    shown = sorted(days)[:DATES_NAMED]
    what = [long_date(day) for day in shown]
    if len(days) > len(shown):
        what.append(counted(len(days) - len(shown), "later date"))
    return [Change("shared", listed(what), old, new)]
