"""The weekly reports: the list, and each as it was sent. Everybody with a login reads them."""

import datetime as dt
from itertools import zip_longest
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from reports.content.answer import marked
from reports.models import Report, Result
from slas.rules.periods import Period, parse_period
from slas.rules.words import plain

PAGE = 50
_SHORT = ("no", "bad")  # looks of a promise line that is behind or missed


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """All reports, newest first; behind each the disc of both sides, and what was corrected since."""
    reports = Report.objects.select_related("agreement").defer("body_html", "body_text")
    page = Paginator(reports, PAGE).get_page(request.GET.get("page"))
    rows = [_row(report) for report in page]
    corrected = _corrections(rows)
    for row in rows:
        row["corrections"] = corrected.get(row["report"].pk, 0)
    return render(request, "reports/report_list.html", {"page": page, "rows": rows})


def _row(report: Report) -> dict[str, Any]:
    content = report.content
    period = parse_period(report.period, "UTC")
    return {
        "report": report,
        "period": period,
        "verdict": report.subject.partition(": ")[2] or report.subject,
        "says": content["sentences"][1] if len(content["sentences"]) > 2 else "",
        "is_short": {side: _any_short(lines) for side, lines in content["sides"]},
    }


def _any_short(lines: list[dict[str, Any]]) -> bool:
    return any(line["look"] in _SHORT for line in lines)


def _corrections(rows: list[dict[str, Any]]) -> dict[int, int]:
    """How many promises were corrected since each report was sent, for its last night; one query."""
    nights = {row["period"].last_day for row in rows}
    agreements = {row["report"].agreement_id for row in rows}
    found = Result.objects.filter(revision__gt=1, night__in=nights, agreement__in=agreements)
    later: dict[tuple[int, dt.date], list[tuple[str, dt.datetime]]] = {}
    for agreement, night, promise, at in found.values_list("agreement", "night", "commitment", "recorded_at"):
        later.setdefault((agreement, night), []).append((promise, at))
    counts = {}
    for row in rows:
        report = row["report"]
        since = later.get((report.agreement_id, row["period"].last_day), [])
        counts[report.pk] = len({promise for promise, at in since if at > report.created_at})
    return counts


@require_safe
def report(request: HttpRequest, token: str) -> HttpResponse:
    """One report as it was sent, under the link that its mails carry."""
    found = get_object_or_404(Report.objects.select_related("agreement", "version__frozen"), token=token)
    period = parse_period(found.period, found.version.terms().tz)
    corrections = Result.objects.corrections_since(found.created_at).filter(
        agreement=found.agreement, night=period.last_day
    )
    sides = {side: [_line(line) for line in lines] for side, lines in found.content["sides"]}
    context = {
        "report": found,
        "letter": found.content,
        "answer": format_html_join(" ", "{}", ((marked(text),) for text in found.content["sentences"])),
        "period": period,
        "pairs": list(zip_longest(sides.get("marketing", []), sides.get("sales", []))),
        "shared": sides.get("shared", []),
        "corrections": [(plain(each.commitment), each.reason) for each in corrections],
        **_neighbours(found, period),
    }
    return render(request, "reports/report.html", context)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    """A stored line as the board's partial takes it."""
    word = str(line["word"])
    return line | {"is_short": line["look"] in _SHORT, "word": word[:1].upper() + word[1:]}


def _neighbours(report: Report, period: Period) -> dict[str, Report | None]:
    """The reports of the week before and after, where they exist; one query."""
    keys = {"before": period.previous().key, "after": period.next().key}
    same = Report.objects.filter(agreement=report.agreement, kind=report.kind, period__in=keys.values())
    found = {each.period: each for each in same.only("period", "token")}
    return {name: found.get(key) for name, key in keys.items()}
