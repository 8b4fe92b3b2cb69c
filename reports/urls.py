"""Addresses of figures and reports."""

from django.urls import path

from reports.views import figures, reports, scoreboard

urlpatterns = [
    path("", scoreboard.scoreboard, name="scoreboard"),
    path("figures/<slug:slug>/<slug:metric>/", figures.opened_figure, name="figure"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<str:token>/", reports.report, name="report"),
]
