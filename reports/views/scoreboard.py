"""The scoreboard: how both sides stand on their promises in a period."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.content.sentences import opening, what_is_short
from reports.metrics import BadQuestion
from reports.metrics.periods import named_period, period_at, signed_versions
from reports.services.board import Board, board, close_to_deadline
from slas.models import Agreement, Version
from slas.rules.periods import Period
from slas.rules.words import percent
from smarketing.accounts.permissions import may_draft
from smarketing.now import this_second

KINDS = ("week", "month", "quarter")
CLOCKS_SHOWN = 5


@require_safe
def scoreboard(request: HttpRequest) -> HttpResponse:
    """This month of the first agreement in force, or what `agreement` and `period` in the address say."""
    now = this_second()
    agreements = list(Agreement.objects.filter(versions__status=Version.Status.SIGNED).distinct())
    agreement = _chosen(agreements, request.GET.get("agreement", ""))
    if agreement is None:
        return render(request, "reports/scoreboard_empty.html", {"may_draft": may_draft(request.user)})
    try:
        versions = signed_versions(agreement)
        period = _period(request.GET.get("period", ""), agreement, versions, now)
    except BadQuestion as error:
        raise Http404(str(error)) from None
    shown = board(agreement, versions, period, now)
    return render(request, "reports/scoreboard.html", _context(shown, agreements, versions, now))


def _chosen(agreements: list[Agreement], slug: str) -> Agreement | None:
    """The agreement of this slug, the first without one; None where there is none at all. Http404."""
    if not slug:
        return next(iter(agreements), None)
    for agreement in agreements:
        if agreement.slug == slug:
            return agreement
    raise Http404(f"There is no signed agreement “{slug}”.")


def _period(key: str, agreement: Agreement, versions: list[Version], now: dt.datetime) -> Period:
    return named_period(agreement, key, versions) if key else period_at(agreement, "month", now, versions)


def _context(
    shown: Board, agreements: list[Agreement], versions: list[Version], now: dt.datetime
) -> dict[str, Any]:
    period, clocks = shown.period, close_to_deadline(shown.agreement, now)
    at = max(period.start, min(now, period.end - dt.timedelta(seconds=1)))
    rows = list(clocks.select_related("handoff__lead__owner")[: CLOCKS_SHOWN + 1])
    return {
        "board": shown,
        "period": period,
        "kinds": [(kind, period_at(shown.agreement, kind, at, versions)) for kind in KINDS],
        "next": period.next() if period.next().start <= now else None,
        "agreements": agreements,
        "answer": " ".join(filter(None, [opening(shown.standings), what_is_short(shown.standings)])),
        "passed": percent(round(shown.passed, 2)),
        "over": now >= period.end,
        "clocks": rows[:CLOCKS_SHOWN],
        "more_clocks": len(rows) > CLOCKS_SHOWN,
        "today": timezone.localdate(now),
    }
