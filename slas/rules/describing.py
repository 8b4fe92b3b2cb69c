"""What was agreed, in plain sentences generated from the same values that are evaluated."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from slas.rules.business_time import Calendar
from slas.rules.grammar import Group, Persona
from slas.rules.opening_hours import WEEKDAY_NAMES
from slas.rules.promising import describe_commitment
from slas.rules.rule_words import describe_persona, describe_rule, describe_scoring
from slas.rules.terms import AgreementTerms, Definition
from slas.rules.windows import Depth, OnBreach, Terms, Window
from slas.rules.words import (
    STAGE_NAMES,
    clock_time,
    counted,
    describe_hours,
    describe_week,
    exact_duration,
    listed,
    long_date,
    percent,
    place,
    plain,
    weekday_date,
)


def describe(agreement: AgreementTerms) -> list[str]:
    """Every value of the terms in plain sentences: term, hours, windows, promises, definitions."""
    names = {commitment.key: commitment for commitment in agreement.commitments}
    return [
        *describe_scope(agreement),
        *describe_term(agreement),
        *describe_calendar(agreement.calendar, agreement.day_names),
        *describe_windows(agreement),
        *(
            describe_commitment(commitment, agreement, names.get(commitment.mirrors or ""))
            for commitment in agreement.commitments
        ),
        *(describe_definition(definition, agreement.personas) for definition in agreement.definitions),
        *(describe_persona(persona, agreement.personas) for persona in agreement.personas),
        *describe_scoring(agreement.scoring, agreement.personas),
        *describe_report(agreement),
    ]


class Scoped(Protocol):
    """What says which leads it takes: the terms, or a version's row."""

    @property
    def by_name_only(self) -> bool: ...
    @property
    def scope(self) -> Group | None: ...
    @property
    def personas(self) -> Sequence[Persona]: ...


def describe_scope(agreement: Scoped) -> list[str]:
    """Which leads the agreement is for."""
    if agreement.by_name_only:
        unused = " Its conditions have no use while that is so:" if agreement.scope else ""
        sentences = [f"It takes only leads that are given to it by name.{unused}"]
    else:
        sentences = []
    if agreement.scope is not None:
        sentences.append(f"It is for every lead that {describe_rule(agreement.scope, agreement.personas)}.")
    return sentences or ["It is for every lead that no agreement before it takes."]


def describe_term(agreement: AgreementTerms) -> list[str]:
    """From when to when it holds, when it is reviewed, and when a lead passes to Sales."""
    term = f"{agreement.name}, version {agreement.version}, holds from {long_date(agreement.starts_on)} "
    term += (
        f"to {long_date(agreement.ends_on)}." if agreement.ends_on else "until another version replaces it."
    )
    stage = STAGE_NAMES[agreement.handoff_stage]
    handoff = f"Marketing hands a lead over to Sales when it becomes an {stage}."
    if agreement.hand_over_by_itself:
        handoff += f" One that becomes an {stage} by itself is handed over at once."
    if agreement.review_on is None:
        return [term, handoff]
    return [term, f"Both sides review it on {long_date(agreement.review_on)}.", handoff]


def describe_calendar(calendar: Calendar, names: Mapping[str, str] | None = None) -> list[str]:
    """Business hours, holidays and special hours, each date named; `names`: why, by ISO date."""
    names = names or {}
    sentences = [f"Business hours are {describe_week(calendar)} time ({calendar.tz})."]
    if calendar.holidays:
        days = [f"{long_date(day)}{_why(day, names)}" for day in sorted(calendar.holidays)]
        sentences.append(f"Closed on {counted(len(days), 'holiday')}: {listed(days)}.")
    else:
        sentences.append("No holidays are left out.")
    for day, hours in sorted(calendar.special.items()):
        told = f"open {describe_hours(hours)}" if hours else "closed"
        beaten = ", but it is a holiday: closed" if hours and day in calendar.holidays else ""
        why = "" if day in calendar.holidays else _why(day, names)
        sentences.append(f"{weekday_date(day)} {day.year}{why} is {told}{beaten}.")
    return sentences


def _why(day: date, names: Mapping[str, str]) -> str:
    """ " (Christmas Eve)"."""
    name = names.get(day.isoformat())
    return f" ({name})" if name else ""


def describe_windows(agreement: AgreementTerms) -> list[str]:
    """All windows in their stated order, and that the first one that takes a lead holds."""
    windows = agreement.windows
    first = [] if len(windows) < 2 else ["The first of these windows that takes a lead holds for it."]
    return first + [
        sentence
        for window in windows
        for sentence in describe_window(window, agreement.calendar, agreement.personas)
    ]


def describe_window(
    window: Window, calendar: Calendar | None = None, personas: Sequence[Persona] = ()
) -> list[str]:
    """ "Demo requests, for a lead that comes from demo: Sales follows up within 4 business hours ..."."""
    first, *others = describe_terms(window.terms, calendar)
    sentences = [
        f"{window.name}{_taken(window, personas)}: {first}",
        *others,
        describe_breach(window.on_breach),
    ]
    if window.rejection_reasons:
        reasons = listed([plain(reason) for reason in window.rejection_reasons], "or")
        return [*sentences, f"Sales may reject a lead for one of these reasons: {reasons}."]
    return [*sentences, "Sales may not reject a lead: no reason is listed."]


def _taken(window: Window, personas: Sequence[Persona]) -> str:
    """Which leads it is for; a name such as "All leads" says that itself."""
    if window.match is not None:
        return f", for a lead that {describe_rule(window.match, personas)}"
    return "" if window.name.lower().startswith("all") else ", for all leads"


def describe_breach(on_breach: OnBreach) -> str:
    """Who is told of a breach, and who gets the lead then."""
    told = listed(
        name
        for name, is_told in (
            ("whoever holds the lead", on_breach.tell_holder),
            ("the managers of Sales", on_breach.tell_managers),
        )
        if is_told
    )
    sentence = f"A breach is told to {told}" if told else "Nobody is told of a breach"
    if not on_breach.reassign:
        unused = "" if on_breach.most_hops == 2 else f" (the limit of {on_breach.most_hops} has no use)"
        return f"{sentence}; the lead stays with whoever holds it{unused}."
    times = counted(on_breach.most_hops, "time")
    return f"{sentence}; the lead goes to somebody of Sales who has not had it, at most {times}."


def describe_terms(terms: Terms, calendar: Calendar | None = None) -> list[str]:
    """The promises of one window; business or elapsed is always said, business hours with their week."""
    kind = terms.hours
    hours = ", nights and weekends included"
    if kind == "business":
        hours = f" ({describe_week(calendar)})" if calendar else ""
    counts = "Any attempt counts." if terms.counts == "attempt" else "Only a two-way connection counts."
    window = (
        f"Sales follows up within {agreed_time(terms.window_seconds, kind)} of the handoff{hours}. {counts}"
    )
    warned = (
        f"The clock is at risk after {percent(terms.warn_share)} of that, "
        f"{agreed_time(terms.warn_seconds, kind)}."
    )
    grace = terms.late_entry_grace_seconds
    late = (
        f"A follow-up made in time may be entered up to {exact_duration(grace)} of elapsed time "
        "after the deadline."
        if grace
        else "A follow-up made in time counts only if it is entered by the deadline."
    )
    return [window, warned, late, _pausing(terms), _accepting(terms), _depth(terms.depth)]


def agreed_time(seconds: int, hours: str) -> str:
    """ "4 business hours", "90 elapsed minutes", "2 h 30 min of business time"."""
    for unit, name, most in ((3600, "hour", None), (60, "minute", 7200), (1, "second", 60)):
        if seconds % unit == 0 and (most is None or seconds < most):
            return counted(seconds // unit, f"{hours} {name}")
    return f"{exact_duration(seconds)} of {hours} time"


def _pausing(terms: Terms) -> str:
    if not terms.pause_reasons:
        unused = terms.pause_cap_seconds
        cap = "" if unused is None else f" (the cap of {agreed_time(unused, terms.hours)} has no use)"
        return f"The clock can't be paused{cap}."
    reasons = listed([plain(reason) for reason in terms.pause_reasons], "or")
    if terms.pause_cap_seconds is None:
        return f"The clock may be paused for {reasons}, without a cap."
    cap = agreed_time(terms.pause_cap_seconds, terms.hours)
    return f"The clock may be paused for {reasons}, for {cap} in all."


def _accepting(terms: Terms) -> str:
    if terms.acceptance_seconds is None:
        return "Accepting or rejecting has no deadline."
    within = agreed_time(terms.acceptance_seconds, terms.hours)
    return f"Sales accepts or rejects within {within}; silence accepts."


def _depth(depth: Depth | None) -> str:
    if depth is None:
        return "No number of attempts is promised."
    within = counted(depth.within_business_days, "business day")
    return (
        f"Sales makes at least {counted(depth.attempts, 'attempt')} on at least "
        f"{counted(depth.days, 'different day')} within {within}, "
        "unless the lead is connected, moves on or is rejected earlier."
    )


def describe_definition(definition: Definition, personas: Sequence[Persona] = ()) -> str:
    """The signed sentence of a stage, its conditions, and what each side does in it."""
    name = STAGE_NAMES[definition.stage]
    article = "An" if name[0] in "aeioMS" else "A"  # an MQL, an SQL, an opportunity
    text = f"{article} {name}: {ended(definition.sentence)}"
    if definition.rule is not None:
        text += f" It is a lead that {describe_rule(definition.rule, personas)}."
    if definition.by_itself:
        text += " A lead that meets this becomes one by itself."
    if definition.marketing_does:
        text += f" Marketing: {ended(definition.marketing_does)}"
    if definition.sales_does:
        text += f" Sales: {ended(definition.sales_does)}"
    return text


def ended(sentence: str) -> str:
    """The sentence with its full stop."""
    sentence = sentence.strip()
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def describe_report(agreement: AgreementTerms) -> list[str]:
    """When the report goes out, the currency, and the data that dates were made with."""
    day, hour = WEEKDAY_NAMES[agreement.report_weekday], clock_time(agreement.report_hour * 60)
    sentences = [
        f"The report goes to both teams every {day} at {hour}:00, {place(agreement.tz)} time.",
        f"Money is in {agreement.currency}.",
    ]
    if agreement.meeting_weekday is not None and agreement.meeting_hour is not None:
        when = f"{WEEKDAY_NAMES[agreement.meeting_weekday]} at {clock_time(agreement.meeting_hour * 60)}:00"
        sentences.insert(1, f"Both teams meet every {when}.")
    if agreement.made_with:
        parts = [f"{name} {version}" for name, version in sorted(agreement.made_with.items())]
        sentences.append(f"Its dates were made with {listed(parts)}.")
    return sentences
