"""Addresses of figures and reports."""

from django.urls import path

from reports.views import reports

urlpatterns = [
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<str:token>/", reports.report, name="report"),
]
