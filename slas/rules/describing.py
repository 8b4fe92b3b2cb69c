"""What was agreed, in plain sentences generated from the same values that are evaluated."""

from decimal import Decimal
from typing import Any

from slas.rules.business_time import Calendar
from slas.rules.metrics import METRICS
from slas.rules.opening_hours import WEEKDAY_NAMES
from slas.rules.terms import AgreementTerms, Commitment, Definition
from slas.rules.windows import Depth, Terms, Window
from slas.rules.words import (
    STAGE_NAMES,
    clock_time,
    counted,
    describe_hours,
    describe_week,
    exact_duration,
    listed,
    long_date,
    number_text,
    percent,
    place,
    plain,
    weekday_date,
)

_SIDE_NAMES = {"marketing": "Marketing", "sales": "Sales", "shared": "Marketing and Sales together"}


def describe(agreement: AgreementTerms) -> list[str]:
    """Every value of the terms in plain sentences: term, hours, windows, promises, definitions."""
    names = {commitment.key: commitment for commitment in agreement.commitments}
    return [
        *_describe_term(agreement),
        *describe_calendar(agreement.calendar),
        *(
            sentence
            for number, window in enumerate(agreement.windows, start=1)
            for sentence in describe_window(window, number, len(agreement.windows))
        ),
        *(
            describe_commitment(commitment, agreement, names.get(commitment.mirrors or ""))
            for commitment in agreement.commitments
        ),
        *(describe_definition(definition) for definition in agreement.definitions),
        *_describe_report(agreement),
    ]


def _describe_term(agreement: AgreementTerms) -> list[str]:
    term = f"{agreement.name} ({agreement.agreement}), version {agreement.version}, holds from "
    term += f"{long_date(agreement.starts_on)} "
    term += (
        f"to {long_date(agreement.ends_on)}." if agreement.ends_on else "until another version replaces it."
    )
    stage = STAGE_NAMES[agreement.handoff_stage]
    handoff = f"Marketing hands a lead over to Sales when it becomes an {stage}."
    if agreement.review_on is None:
        return [term, handoff]
    return [term, f"Both sides review it on {long_date(agreement.review_on)}.", handoff]


def describe_calendar(calendar: Calendar) -> list[str]:
    """Business hours, holidays and special hours, each date named."""
    sentences = [f"Business hours are {describe_week(calendar)} time ({calendar.tz})."]
    if calendar.holidays:
        days = [long_date(day) for day in sorted(calendar.holidays)]
        sentences.append(f"Closed on {counted(len(days), 'holiday')}: {listed(days)}.")
    else:
        sentences.append("No holidays are left out.")
    for day, hours in sorted(calendar.special.items()):
        told = f"open {describe_hours(hours)}" if hours else "closed"
        beaten = ", but it is a holiday: closed" if hours and day in calendar.holidays else ""
        sentences.append(f"{weekday_date(day)} {day.year} is {told}{beaten}.")
    return sentences


def describe_window(window: Window, number: int = 1, of: int = 1) -> list[str]:
    """The tier, in its place of the stated order, and its terms."""
    order = f"Window {number} of {of}, " if of > 1 else ""
    who = "all leads"
    if window.match is not None:
        who = f"leads whose {plain(window.match['field'])} is {listed(window.match['in'], 'or')}"
    sentences = [f"{order}{window.name} ({window.key}) is for {who}.", *describe_terms(window.terms)]
    if window.rejection_reasons:
        reasons = listed([plain(reason) for reason in window.rejection_reasons], "or")
        return [*sentences, f"Sales may reject a lead as {reasons}."]
    return [*sentences, "Sales may not reject a lead: no reason is listed."]


def describe_terms(terms: Terms) -> list[str]:
    """The promises of one window; business or elapsed is always said."""
    kind = terms.hours
    counts = "any attempt counts" if terms.counts == "attempt" else "only a two-way connection counts"
    window = f"Sales follows up within {agreed_time(terms.window_seconds, kind)}; {counts}."
    if kind == "elapsed":
        window += " Every hour counts, nights and weekends included."
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
    """ "4 business hours", "90 elapsed minutes", "1 h 30 min 5 s of business time"."""
    for unit, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0 and (unit > 1 or seconds < 60):
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


def describe_commitment(
    commitment: Commitment, agreement: AgreementTerms, mirror: Commitment | None = None
) -> str:
    """ "Every month, Marketing promises MQLs delivered: at least 240, source demo." and its mirror."""
    metric = METRICS[commitment.metric]
    bound = "at least" if commitment.at_least else "at most"
    text = f"Every {commitment.period}, {_SIDE_NAMES[commitment.side]} "
    text += "promise " if commitment.side == "shared" else "promises "
    text += f"{_lowered(metric.label)}: {bound} {_amount(commitment, agreement.currency)}"
    for kind, value in (commitment.scope or {}).items():
        text += f", for the {kind} {value}"
    text += f" ({commitment.key})."
    if mirror is not None:
        text += f" It stands beside {_lowered(METRICS[mirror.metric].label)} ({mirror.key})."
    return f"{text} {commitment.note}".strip()


def _lowered(label: str) -> str:
    first = label.split(" ", 1)[0]
    return label if first.isupper() or first[:-1].isupper() else label[0].lower() + label[1:]


def _amount(commitment: Commitment, currency: str) -> str:
    value: Decimal = commitment.value
    if commitment.unit == "share":
        return percent(value)
    if commitment.unit == "seconds":
        return _seconds(commitment.metric, value)
    if commitment.unit == "money":
        return f"{currency} {number_text(value)}"
    if commitment.unit == "days":
        return f"{number_text(value)} {'day' if value == 1 else 'days'}"
    return number_text(value)


def _seconds(metric: str, value: Decimal) -> str:
    whole = int(value)
    said = exact_duration(whole) if whole == value else f"{number_text(value)} s"
    kinds: dict[str, Any] = {"business": " of business time", "elapsed": " of elapsed time"}
    return said + next((words for kind, words in kinds.items() if f"_{kind}_" in metric), "")


def describe_definition(definition: Definition) -> str:
    """The signed sentence of a stage, and what each side does in it."""
    name = STAGE_NAMES[definition.stage]
    article = "An" if name[0] in "aeioMS" else "A"  # an MQL, an SQL, an opportunity
    text = f"{article} {name}: {_ended(definition.sentence)}"
    if definition.marketing_does:
        text += f" Marketing: {_ended(definition.marketing_does)}"
    if definition.sales_does:
        text += f" Sales: {_ended(definition.sales_does)}"
    return text


def _ended(sentence: str) -> str:
    sentence = sentence.strip()
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _describe_report(agreement: AgreementTerms) -> list[str]:
    day, hour = WEEKDAY_NAMES[agreement.report_weekday], clock_time(agreement.report_hour * 60)
    sentences = [
        f"The report goes to both teams every {day} at {hour}:00, {place(agreement.tz)} time.",
        f"Money is in {agreement.currency}.",
    ]
    if agreement.made_with:
        parts = [f"{name} {version}" for name, version in sorted(agreement.made_with.items())]
        sentences.append(f"Its dates were made with {listed(parts)}.")
    return sentences
