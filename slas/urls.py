"""Addresses of agreements."""

from django.urls import path

from slas.views import drafting, editing, reading, signing

urlpatterns = [
    path("", reading.agreement_list, name="agreement_list"),
    path("<slug:slug>/", reading.agreement, name="agreement"),
    path("<slug:slug>/draft/", drafting.draft, name="version_draft"),
    path("<slug:slug>/<int:number>/", reading.version, name="version"),
    path("<slug:slug>/<int:number>/edit/", editing.edit, name="version_edit"),
    path("<slug:slug>/<int:number>/edit/others/", editing.others, name="version_edit_others"),
    path("<slug:slug>/<int:number>/edit/<slug:section>/", editing.section, name="version_edit_section"),
    path("<slug:slug>/<int:number>/propose/", drafting.propose, name="version_propose"),
    path("<slug:slug>/<int:number>/withdraw/", drafting.withdraw, name="version_withdraw"),
    path("<slug:slug>/<int:number>/sign/", signing.sign, name="version_sign"),
    path("<slug:slug>/<int:number>/decline/", signing.decline, name="version_decline"),
    path("<slug:slug>/<int:number>/terms.json", reading.frozen_terms, name="version_terms"),
]
