"""Addresses of the outbox, under /mail/."""

from django.urls import path

from smarketing.outbox import views

urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:pk>/", views.mail, name="mail"),
    path("<int:pk>/html/", views.mail_html, name="mail_html"),
    path("<int:pk>/again/", views.mail_again, name="mail_again"),
    path("<int:pk>/cancel/", views.mail_cancel, name="mail_cancel"),
]
