"""The weekly reports: the list, and each as it was sent. Everybody with a login reads them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from reports.models import Report, Result
from slas.rules.periods import parse_period

PAGE = 50


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """All reports, newest first."""
    reports = Report.objects.select_related("agreement").defer("content", "body_html", "body_text")
    page = Paginator(reports, PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/report_list.html", {"page": page})


@require_safe
def report(request: HttpRequest, token: str) -> HttpResponse:
    """One report as it was sent, under the link that its mails carry."""
    found = get_object_or_404(Report.objects.select_related("agreement", "version__frozen"), token=token)
    period = parse_period(found.period, found.version.terms().tz)
    corrections = Result.objects.corrections_since(found.created_at).filter(
        agreement=found.agreement, night=period.last_day
    )
    context = {"report": found, "letter": found.content, "period": period, "corrections": corrections}
    return render(request, "reports/report.html", context)
