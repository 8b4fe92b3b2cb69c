"""Addresses of the outbox, under /mail/."""

from django.urls import path

from smarketing.outbox import views

urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:pk>/", views.mail, name="mail"),
    path("<int:pk>/html/", views.mail_html, name="mail_html"),
]
