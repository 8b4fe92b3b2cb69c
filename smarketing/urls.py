"""All addresses. Names that others rely on are in the README."""

from django.contrib import admin
from django.urls import include, path

from leads.views.amending import amendment_confirm
from leads.views.leaving import person_leave
from leads.views.moving import closed_date, running_clocks
from smarketing.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("reports.urls")),
    path("", include("smarketing.accounts.urls")),
    path("people/<int:pk>/leave/", person_leave, name="person_leave"),  # people know no leads
    path("slas/<slug:slug>/<int:number>/clocks/", running_clocks, name="running_clocks"),
    path("slas/<slug:slug>/closed-date/", closed_date, name="closed_date"),  # agreements know no clocks
    path("slas/<slug:slug>/amendments/<int:pk>/confirm/", amendment_confirm, name="amendment_confirm"),
    path("slas/", include("slas.urls")),
    path("leads/", include("leads.urls")),
    path("mail/", include("smarketing.outbox.urls")),
    path("admin/", admin.site.urls),
]
