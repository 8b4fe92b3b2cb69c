"""Addresses of agreements."""

from django.urls import path

from slas.views import reading as views

urlpatterns = [
    path("", views.agreement_list, name="agreement_list"),
    path("<slug:slug>/", views.agreement, name="agreement"),
    path("<slug:slug>/<int:number>/", views.version, name="version"),
    path("<slug:slug>/<int:number>/terms.json", views.frozen_terms, name="version_terms"),
]
