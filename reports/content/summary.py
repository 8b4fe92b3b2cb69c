"""The nightly summary: how the promises stand, what moved, what breached, what was won, what today needs."""

import datetime as dt
from collections.abc import Sequence

from leads.models import Clock, Lead
from leads.models.clock import ClockQuerySet
from reports.content import facts
from reports.content.facts import Span
from reports.content.letter import (
    NOBODY,
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
from reports.content.numbers import money, short_day
from reports.content.promises import SIDES, columns, label_of, promise_line
from reports.content.sentences import happened, opening, verdict, what_is_short
from reports.models import Result
from reports.services.nights import DAY, Night, calendar_at
from reports.services.promises import Standing
from slas.models import Closure
from slas.rules.periods import start_of_day
from slas.rules.words import counted, place, weekday_date
from slas.rules.zones import zone_of

MOST = 5  # lines a section shows
MOST_WAITING = 3

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
                    [won_line(lead, night.tz) for lead in wins],
                    more=and_more(win_count, len(wins), "customer"),
                    more_url=link("lead_list"),
                ),
                *_needs_a_decision(night, span, now),
            ]
        ),
        small=small_print(night, span),
        button="Open the scoreboard",
        url=link("scoreboard"),
    )


def won_line(lead: Lead, tz: str) -> Line:
    amount = "" if lead.amount is None else money(lead.amount, lead.currency)
    return Line(lead_line(lead), won_detail(lead, tz), amount or "won", "ok", lead_link(lead))


def won_detail(lead: Lead, tz: str) -> str:
    """ "won by Rita Sørensen, Webinar of 8 October"."""
    came = f"{lead.source or 'here'} {'of' if lead.source else 'since'} {short_day(lead.created_at, tz)}"
    owner = owner_of(lead)
    return came if owner == NOBODY else f"won by {owner}, {came}"


def small_print(night: Night, span: Span) -> str:
    """Up to when the figures count, and what counts apart."""
    last = weekday_date(span.end.astimezone(night.terms.calendar.zone).date() - DAY)
    late = facts.entered_late(span)
    apart = f" {counted(late, 'follow-up')} {'was' if late == 1 else 'were'} entered late." if late else ""
    return f"Figures up to {last}, 24:00, {place(night.tz)} time.{apart}"


def _moved(night: Night, standings: Sequence[Standing]) -> Section:
    """Promises whose state is another than the night before."""
    before = Result.objects.filter(agreement=night.agreement, night=night.day - DAY).last_revisions()
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


def _needs_a_decision(night: Night, span: Span, now: dt.datetime) -> list[Section]:
    """What can still be done before the next open day ends: what nobody holds, what runs out, what silence
    accepts, and what is late and waits."""
    day = _next_open_day(night, now)
    until, name = start_of_day(day + DAY, night.tz), weekday_date(day)
    agreement = night.agreement
    late, late_count = facts.some(facts.overdue(agreement, now, but=span), MOST_WAITING)
    return [
        _waiting("Nobody holds these yet", facts.unassigned(agreement, now), "deadline_at", night),
        _waiting(f"To follow up on {name}", facts.due(agreement, now, until), "deadline_at", night, day),
        _waiting(
            f"To accept or reject on {name}",
            facts.undecided(agreement, now, until),
            "acceptance_deadline_at",
            night,
            day,
        ),
        Section(
            "Late from earlier, and nobody has followed up",
            [breach_line(clock, facts.late_seconds(clock, now), worked=False) for clock in late],
            more=and_more(late_count, len(late), "lead"),
            more_url=link("queue"),
        ),
    ]


def _waiting(
    title: str, clocks: ClockQuerySet, by: str, night: Night, today: dt.date | None = None
) -> Section:
    shown, count = facts.some(clocks, MOST_WAITING)
    lines = [_waiting_line(clock, getattr(clock, by), night.tz, today) for clock in shown]
    return Section(title, lines, more=and_more(count, len(lines), "lead"), more_url=link("queue"))


def _waiting_line(clock: Clock, deadline: dt.datetime, tz: str, today: dt.date | None) -> Line:
    """ "by 12:24" on the day of the heading, else "by 24 Nov, 16:50"."""
    lead = clock.handoff.lead
    local = deadline.astimezone(zone_of(tz))
    at = f"{local:%H:%M}" if local.date() == today else f"{short_day(deadline, tz)}, {local:%H:%M}"
    owner = owner_of(lead)
    detail = ", ".join(part for part in (lead.source, "" if owner == NOBODY else f"held by {owner}") if part)
    return Line(lead_line(lead), detail, f"by {at}", "", lead_link(lead))


def _next_open_day(night: Night, now: dt.datetime) -> dt.date:
    """The first open day after the night."""
    closed = Closure.objects.filter(agreement=night.agreement, retracted_at=None)
    calendar = calendar_at(night.terms.calendar, list(closed.values_list("date", "recorded_at")), now)
    day = night.day + DAY
    while not calendar.is_open_day(day):
        day += DAY
    return day
