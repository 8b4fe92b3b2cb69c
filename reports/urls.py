"""Addresses of figures and reports."""

from django.urls import path

from reports.views import drafts, figures, reports, scoreboard

urlpatterns = [
    path("", scoreboard.scoreboard, name="scoreboard"),
    path("figures/<slug:slug>/<slug:metric>/", figures.opened_figure, name="figure"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/drafts/<slug:slug>/<int:number>/", drafts.draft_trial, name="draft_trial"),
    path("reports/drafts/<slug:slug>/<int:number>/leads/", drafts.draft_leads, name="draft_leads"),
    path("reports/drafts/<slug:slug>/<int:number>/<slug:section>/", drafts.draft_panel, name="draft_panel"),
    path("reports/<str:token>/", reports.report, name="report"),
]
