"""The nightly summary: how the promises stand, what moved, what breached, what was won, what today needs."""

import datetime as dt
from collections.abc import Sequence

from reports.content import facts
from reports.content.facts import Span
from reports.content.letter import (
    Letter,
    Line,
    Section,
    and_more,
    breach_line,
    filled,
    lead_line,
    lead_link,
    link,
    owner_of,
)
from reports.content.numbers import money
from reports.content.promises import SIDES, columns, label_of, promise_line
from reports.content.sentences import happened, opening, verdict, what_is_short
from reports.models import Result
from reports.services.nights import DAY, Night, calendar_at
from reports.services.promises import Standing
from slas.models import Closure
from slas.rules.periods import start_of_day
from slas.rules.words import counted, instant, place, weekday_date

MOST = 5  # lines a section shows

_MOVED = {
    "met": "is kept",
    "missed": "is missed",
    "on_pace": "is back on course",
    "behind": "fell behind",
    "far_ahead": "is far ahead now",
    "within": "is back within its limit",
    "over": "went over its limit",
}


def summary_letter(night: Night, standings: Sequence[Standing], now: dt.datetime) -> Letter:
    """What everybody gets in the morning after `night`. Times are in the agreement's zone."""
    span = Span(night.agreement, night.start, night.end)
    day = weekday_date(night.day)
    breaches, breach_count = facts.some(facts.breached(span), MOST)
    wins, win_count = facts.some(facts.won(span), MOST)
    sentences = [
        opening(standings),
        what_is_short(standings),
        happened(f"On {day.split()[0]}", facts.handed_over(span), facts.met(span), breach_count, win_count),
    ]
    mirrors = {c.key: c.mirrors for c in night.terms.commitments if c.mirrors}
    return Letter(
        subject=f"{night.agreement}, {day}: {verdict(standings)}",
        about=f"{night.agreement}, {day} {night.day.year}",
        sentences=[sentence for sentence in sentences if sentence],
        preview=sentences[-1],
        sides=columns([promise_line(each) for each in standings], mirrors),
        sections=filled(
            [
                _moved(night, standings),
                *_needs_a_decision(night, now),
                Section(
                    "Deadlines missed",
                    [
                        breach_line(c, facts.late_seconds(c, span.end), worked=facts.was_worked(c, span.end))
                        for c in breaches
                    ],
                    more=and_more(breach_count, len(breaches), "lead"),
                    more_url=link("lead_list"),
                ),
                Section(
                    "Won",
                    [won_line(lead) for lead in wins],
                    more=and_more(win_count, len(wins), "customer"),
                    more_url=link("lead_list"),
                ),
            ]
        ),
        small=small_print(night, span),
        button="Open the scoreboard",
        url=link("scoreboard"),
    )


def won_line(lead) -> Line:
    amount = "" if lead.amount is None else money(lead.amount, lead.currency)
    source = f"{lead.source}, " if lead.source else ""
    return Line(lead_line(lead), f"{source}held by {owner_of(lead)}", amount or "won", "ok", lead_link(lead))


def small_print(night: Night, span: Span) -> str:
    """Up to when the figures count, and what counts apart."""
    last = weekday_date(span.end.astimezone(night.terms.calendar.zone).date() - DAY)
    late = facts.entered_late(span)
    apart = f" {counted(late, 'follow-up')} {'was' if late == 1 else 'were'} entered late." if late else ""
    return f"Figures up to {last}, 24:00, {place(night.tz)} time.{apart}"


def _moved(night: Night, standings: Sequence[Standing]) -> Section:
    """Promises whose state is another than the night before."""
    before = Result.objects.filter(agreement=night.agreement, night=night.day - DAY).latest()
    states = {result.commitment: (result.state, result.period) for result in before}
    lines = []
    for each in standings:
        state, key = each.assessment.state, each.commitment.key
        was, period = states.get(key, (state, each.period.key))
        if was != state and period == each.period.key and state in _MOVED:
            line = promise_line(each)
            end = _MOVED[state] if was not in ("too_few", "no_data") else line.word
            side = SIDES[each.commitment.side]
            lines.append(Line(label_of(each), f"{side}: {line.figure}, {line.detail}", end, line.look))
    return Section("What moved", lines)


def _needs_a_decision(night: Night, now: dt.datetime) -> list[Section]:
    """What can still be done before the next open day ends: what nobody holds, what runs out, what silence
    accepts."""
    until, when = _next_open_day(night, now)
    alone, alone_count = facts.some(facts.unassigned(night.agreement, now), MOST)
    due, due_count = facts.some(facts.due(night.agreement, now, until), MOST)
    silent, silent_count = facts.some(facts.undecided(night.agreement, now, until), MOST)
    overdue, overdue_count = facts.some(facts.overdue(night.agreement, now), MOST)
    return [
        _waiting("Nobody holds these yet", alone, alone_count, night, now, "deadline_at"),
        _waiting(f"To follow up by the end of {when}", due, due_count, night, now, "deadline_at"),
        _waiting(
            f"To accept or reject by the end of {when}",
            silent,
            silent_count,
            night,
            now,
            "acceptance_deadline_at",
        ),
        Section(
            "Past their deadline, and nobody has followed up",
            [breach_line(clock, facts.late_seconds(clock, now), worked=False) for clock in overdue],
            more=and_more(overdue_count, len(overdue), "lead"),
            more_url=link("queue"),
        ),
    ]


def _waiting(title: str, clocks: list, count: int, night: Night, now: dt.datetime, by: str) -> Section:
    lines = []
    for clock in clocks:
        lead, deadline = clock.handoff.lead, getattr(clock, by)
        owner = owner_of(lead)
        until = instant(deadline, night.tz, now) if deadline else ""
        detail = ", ".join(part for part in (lead.source, f"held by {owner}") if part)
        lines.append(Line(lead_line(lead), detail, f"by {until}" if until else "paused", "", lead_link(lead)))
    return Section(title, lines, more=and_more(count, len(lines), "lead"), more_url=link("queue"))


def _next_open_day(night: Night, now: dt.datetime) -> tuple[dt.datetime, str]:
    """The end of the first open day after the night, and its name."""
    closed = Closure.objects.filter(agreement=night.agreement, retracted_at=None)
    calendar = calendar_at(night.terms.calendar, list(closed.values_list("date", "recorded_at")), now)
    day = night.day + DAY
    while not calendar.is_open_day(day):
        day += DAY
    return start_of_day(day + DAY, night.tz), weekday_date(day)
