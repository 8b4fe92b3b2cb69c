"""The weekly report: both sides' promises, pace and forecast, speed and depth, breaches, wins, sources,
rejections, trend."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from reports.content import facts
from reports.content.facts import Span
from reports.content.letter import Letter, Line, Section, and_more, breach_line, filled, link
from reports.content.numbers import NOTHING, of_count, percent
from reports.content.promises import columns, promise_line
from reports.content.sentences import happened, opening, verdict, what_is_short
from reports.content.summary import small_print, won_line
from reports.metrics import NO_GROUP, Figure, figures, grouped
from reports.metrics.wording import value_text
from reports.services.nights import Night, begins
from reports.services.promises import Standing
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.metrics import METRICS
from slas.rules.periods import Period
from slas.rules.words import long_date, plain

MOST = 10  # lines a section shows
TREND = 6  # weeks
BAR = "▇"
BAR_LENGTH = 12

SPEED = (
    "speed_met_share",
    "worked_share",
    "depth_met_share",
    "first_follow_up_business_seconds_median",
    "first_follow_up_business_seconds_p90",
    "acceptance_seconds_median",
)


def report_letter(night: Night, standings: Sequence[Standing], url: str) -> Letter:
    """The report of the week that ends with `night`; `url` is the page where it is kept. Zone: the
    agreement's."""
    week = night.period("week")
    span = Span(night.agreement, week.start, week.end)
    breaches, breach_count = facts.some(facts.breached(span), MOST)
    wins, win_count = facts.some(facts.won(span), MOST)
    sentences = [
        opening(standings),
        what_is_short(standings),
        happened("In the week", facts.handed_over(span), facts.met(span), breach_count, win_count),
    ]
    mirrors = {c.key: c.mirrors for c in night.terms.commitments if c.mirrors}
    sections = [
        _forecasts(standings),
        _speed(night, week),
        Section(
            "Worst breaches",
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
        _sources(night, week),
        _rejections(span),
        _trend(night, week),
    ]
    return Letter(
        subject=f"{night.agreement}, {_week_name(week)}: {verdict(standings)}",
        about=f"{night.agreement}, {_week_name(week)}, {_days(week)}",
        sentences=[sentence for sentence in sentences if sentence],
        preview=sentences[-1],
        sides=columns([promise_line(each) for each in standings], mirrors),
        sections=filled(sections),
        small=small_print(night, span),
        button="Open the report",
        url=url,
    )


def _week_name(week: Period) -> str:
    return f"week {week.first_day.isocalendar().week}"


def _days(week: Period) -> str:
    """ "9 to 15 November 2026", with both months and years where they differ."""
    first, last = long_date(week.first_day), long_date(week.last_day)
    shared = [word for word in last.split()[1:] if word in first.split()[1:]]
    start = [word for word in first.split() if word not in shared] if shared else first.split()
    if last.split()[-1] not in shared:
        start = first.split()
    return f"{' '.join(start)} to {last}"


def _forecasts(standings: Sequence[Standing]) -> Section:
    """Where what adds up is heading, for the periods that still run."""
    lines = []
    for each in standings:
        line = promise_line(each)
        if line.forecast and METRICS[each.commitment.metric].adds_up:
            detail = f"{line.period}: {line.figure} {line.detail}"
            lines.append(Line(line.label, detail, line.forecast, line.look if line.look != "mut" else ""))
    return Section("Pace and forecast", lines)


def _speed(night: Night, week: Period) -> Section:
    found = figures(SPEED, night.agreement, week.start, week.end, until=week.end)
    lines = []
    for figure in found.values():
        if figure.n:
            lines.append(Line(METRICS[figure.metric].label, _count(figure), _value(figure, night)))
    return Section("Speed and depth", lines, note="" if lines else "No clock of this week has ended yet.")


def _count(figure: Figure) -> str:
    if figure.about.has_count and (figure.n or 0) < TOO_FEW_BELOW:
        return ""
    undecided = f", {figure.undecided:,} undecided" if figure.undecided else ""
    return f"{of_count(figure.k or 0, figure.n or 0)}{undecided}"


def _value(figure: Figure, night: Night) -> str:
    """As on every page; it reads as what is promised of this metric only if it equals that."""
    promised = (c.value for c in night.terms.commitments if c.metric == figure.metric and not c.scope)
    return value_text(figure, next(promised, None))


def _sources(night: Night, week: Period) -> Section:
    """MQLs of the week by source, beside the share of each source's MQLs of the last 12 months that
    bought."""
    of_week = grouped(["mqls"], night.agreement, week.start, week.end, by="source", until=week.end)
    year = week.end - dt.timedelta(days=365)
    rates = grouped(["mql_to_customer"], night.agreement, year, week.end, by="source", until=week.end)
    rows = []
    for source, made in of_week.items():
        mqls = int(made["mqls"].value or 0)
        if mqls:
            rate = rates[source]["mql_to_customer"] if source in rates else None
            name = "no source" if source == NO_GROUP else source
            rows.append((mqls, [name, f"{mqls:,}", *_closed(rate)]))
    rows.sort(key=lambda row: -row[0])
    if not rows:
        return Section("Where the MQLs came from")
    return Section(
        "Where the MQLs came from",
        columns=["Source", "MQLs", "Close rate", "Won"],
        rows=[row for _, row in rows],
        note="Close rate: of each source's MQLs of the last 12 months, those that became customers.",
    )


def _closed(rate: Figure | None) -> tuple[str, str]:
    """The close rate and its count; below 5 cases the count alone."""
    if rate is None or not rate.n:
        return NOTHING, ""
    count = of_count(rate.k or 0, rate.n)
    return ("", count) if rate.n < TOO_FEW_BELOW else (percent(Fraction(rate.k or 0, rate.n)), count)


def _rejections(span: Span) -> Section:
    reasons = facts.rejections(span).most_common()
    return Section(
        "Rejected by Sales", [Line(plain(reason).capitalize(), end=f"{n:,}") for reason, n in reasons]
    )


def _trend(night: Night, week: Period) -> Section:
    """The last six weeks: MQLs, the share followed up in time with the promise beside it, customers won."""
    weeks = [week]
    while len(weeks) < TREND:
        weeks.insert(0, weeks[0].previous())
    begun = min(begins(version) for version in night.agreement.versions_signed())
    found = [(each, _week_figures(night, each)) for each in weeks if each.end > begun]
    most = max((int(made["mqls"].value or 0) for _, made in found), default=0)
    rows = []
    for each, made in found:
        mqls = int(made["mqls"].value or 0)
        bar = BAR * round(BAR_LENGTH * mqls / most) if most else ""
        in_time, won = _in_time(made["speed_met_share"], night), f"{made['customers'].value or 0:,}"
        rows.append([str(each.first_day.isocalendar().week), f"{mqls:,}", bar, in_time, won])
    columns = ["Week", "MQLs", "", "In time", "Won"]
    return Section("Week by week", columns=columns, rows=rows) if len(rows) > 1 else Section("Week by week")


def _in_time(speed: Figure, night: Night) -> str:
    return _value(speed, night)


def _week_figures(night: Night, week: Period) -> dict[str, Figure]:
    metrics = ("mqls", "speed_met_share", "customers")
    return figures(metrics, night.agreement, week.start, week.end, until=week.end)
