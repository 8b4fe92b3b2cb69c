"""Addresses of leads."""

from django.urls import path

from leads.views.importing import lead_import, lead_import_rejects, lead_import_upload
from leads.views.lead import lead
from leads.views.listing import lead_add, lead_edit, lead_export, lead_list
from leads.views.queue import queue

urlpatterns = [
    path("", lead_list, name="lead_list"),
    path("export/", lead_export, name="lead_export"),
    path("queue/", queue, name="queue"),
    path("import/", lead_import, name="lead_import"),
    path("import/<int:pk>/", lead_import_upload, name="lead_import_upload"),
    path("import/<int:pk>/rejects/", lead_import_rejects, name="lead_import_rejects"),
    path("new/", lead_add, name="lead_add"),
    path("<int:pk>/", lead, name="lead"),
    path("<int:pk>/edit/", lead_edit, name="lead_edit"),
]
