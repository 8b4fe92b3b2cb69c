"""The scoreboard: how both sides stand on their promises in a period."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.content.answer import answer
from reports.content.breaches import worst_breaches
from reports.content.cells import Cell
from reports.content.pace_chart import open_days, pace_chart
from reports.content.promises import ON_COURSE
from reports.content.strip import strip
from reports.content.wins import reasons, won
from reports.metrics import BadQuestion
from reports.metrics.addresses import figure_address
from reports.metrics.periods import named_period, period_at
from reports.services.board import Board, board
from reports.services.hand import Hand, needs_a_hand
from slas.models import Agreement, Version
from slas.rules.periods import Period
from slas.rules.words import weekday_date
from smarketing.accounts.permissions import may_assign, may_draft, may_import
from smarketing.now import this_second

KINDS = ("week", "month", "quarter")


@require_safe
def scoreboard(request: HttpRequest) -> HttpResponse:
    """This month of the first agreement in force, or what `agreement` and `period` in the address say."""
    now = this_second()
    signed = _signed()
    agreements = list(signed)
    agreement = _chosen(signed, request.GET.get("agreement", ""), now)
    if agreement is None:
        return render(request, "reports/scoreboard_empty.html", {"may_draft": may_draft(request.user)})
    versions = signed[agreement]
    try:
        period = _period(request.GET.get("period", ""), agreement, versions, now)
    except BadQuestion as error:
        raise Http404(str(error)) from None
    context = _frame(agreement, agreements, versions, period, now)
    outside = _outside(agreement, versions, period, now)
    if outside:
        return render(request, "reports/scoreboard_outside.html", context | {"outside": outside})
    shown = board(agreement, versions, period, now)
    context |= _context(shown, versions) | _lists(shown, versions) | _may(request)
    return render(request, "reports/scoreboard.html", context)


def _signed() -> dict[Agreement, list[Version]]:
    """Each agreement with a signed version, in the stated order, and those versions, newest first."""
    versions = Version.objects.signed().select_related("agreement", "frozen")
    signed: dict[Agreement, list[Version]] = {}
    for version in versions.order_by(
        "agreement__position", "agreement__name", "agreement_id", "-in_force_at"
    ):
        signed.setdefault(version.agreement, []).append(version)
    return signed


def _chosen(signed: dict[Agreement, list[Version]], slug: str, now: dt.datetime) -> Agreement | None:
    """The agreement of this slug; without one the first in force, else the first. None where there is none
    at all. Http404."""
    if not slug:
        in_force = (each for each, versions in signed.items() if any(v.is_in_force(now) for v in versions))
        return next(in_force, next(iter(signed), None))
    for agreement in signed:
        if agreement.slug == slug:
            return agreement
    raise Http404(f"There is no signed agreement “{slug}”.")


def _period(key: str, agreement: Agreement, versions: list[Version], now: dt.datetime) -> Period:
    return named_period(agreement, key, versions) if key else period_at(agreement, "month", now, versions)


def _outside(agreement: Agreement, versions: list[Version], period: Period, now: dt.datetime) -> str:
    """Why the period has no figures: no version was in force in it, or it has not begun; else blank."""
    first = versions[-1]
    if first.in_force_at is not None and first.in_force_at >= period.end:
        day = weekday_date(first.starts_on)
        return f"{agreement} is in force from {day} {first.starts_on.year} on; before, nothing was promised."
    if period.start > now:
        return f"{period.label} has not begun."
    if first.in_force_at is not None and first.in_force_at > now:
        day = weekday_date(first.starts_on)
        return f"{agreement} is signed and comes into force on {day}. From then on its promises count."
    ends = [version.ended_at for version in versions]
    if all(end is not None and end <= period.start for end in ends):
        return f"{agreement} had ended before {period.label}, so nothing was promised."
    return ""


def _frame(
    agreement: Agreement,
    agreements: list[Agreement],
    versions: list[Version],
    period: Period,
    now: dt.datetime,
) -> dict[str, Any]:
    """The head of the page: which agreement, which period, and the ways to others."""
    at = max(period.start, min(now, period.end - dt.timedelta(seconds=1)))
    return {
        "agreement": agreement,
        "agreements": agreements,
        "version": versions[0],
        "period": period,
        "kinds": [(kind, period_at(agreement, kind, at, versions)) for kind in KINDS],
        "next": period.next() if period.next().start <= now else None,
        "over": now >= period.end,
    }


def _context(shown: Board, versions: list[Version]) -> dict[str, Any]:
    hand = None if shown.is_over else _hand(shown, versions)
    return {
        "board": shown,
        "version": shown.version,
        "answer": answer(shown.standings, hand),
        "hand": hand,
        "passed": f"{int(100 * shown.passed[shown.period.kind])}%",
        "final": all(each.period_over for each in shown.standings),
        "day": _day(shown),
        "marketing_on_course": _on_course([marketing for marketing, _ in shown.pairs]),
        "sales_on_course": _on_course([sales for _, sales in shown.pairs]),
        "has_trend": bool(shown.trends.past),
        "has_no_leads": not any(figure.number or figure.n for figure in (*shown.figures.values(),))
        and not any(standing.figure.number or standing.figure.n for standing in shown.standings),
    }


def _hand(shown: Board, versions: list[Version]) -> Hand:
    terms = {version.pk: version.terms() for version in versions}
    return needs_a_hand(shown.agreement, terms, shown.calendar, shown.closures, shown.now)


def _day(shown: Board) -> str:
    """ "day 15 of 21": which of the period's working days this is; blank once it is over."""
    if shown.is_over:
        return ""
    period, calendar = shown.period, shown.calendar
    days = open_days(period.first_day, period.last_day, calendar)
    today = shown.now.astimezone(calendar.zone).date()
    number = sum(day <= today for day in days)
    return f"day {number} of {len(days)}" if number else ""


def _on_course(cells: list[Cell | None]) -> str:
    """ "3 of 4 on course", of those of which it can be said."""
    judged = [each for each in cells if each and each.tone != "quiet"]
    if not judged:
        return ""
    good = sum(each.standing.assessment.state in ON_COURSE for each in judged)
    over = all(each.standing.period_over for each in judged)
    return f"{good} of {len(judged)} {'kept' if over else 'on course'}"


def _lists(shown: Board, versions: list[Version]) -> dict[str, Any]:
    agreement, period = shown.agreement, shown.period
    rejected, customers = shown.figures["rejected_share"], shown.figures["customers"]
    has_customers, has_rejected = bool(customers.value), bool(rejected.k)
    chart = pace_chart(shown.nightly, shown.trends.nights, shown.calendar) if shown.nightly else None
    return {
        "steps": strip(agreement, period, shown.figures),
        **_breaches(shown),
        "won": won(agreement, period, shown.now) if has_customers else [],
        "won_count": customers.value,
        "won_address": figure_address(agreement, "customers", period),
        "reasons": reasons(agreement, period, shown.now) if has_rejected else [],
        "rejected": rejected,
        "rejected_address": figure_address(agreement, "rejected_share", period),
        "chart": chart,
    }


def _breaches(shown: Board) -> dict[str, Any]:
    """Of a period that is over: the worst breaches. While it runs, what needs a hand stands there."""
    if not shown.is_over:
        return {}
    found = worst_breaches(shown.agreement, shown.period, shown.now)
    return {
        "breaches": found.rows,
        "breached_count": found.count,
        "breached_address": figure_address(shown.agreement, "clocks_breached", shown.period),
    }


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_assign": may_assign(request.user), "may_import": may_import(request.user)}
