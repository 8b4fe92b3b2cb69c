"""Addresses of agreements."""

from django.urls import path

from slas.views import campaigns, drafting, editing, listing, reading, signing, starting

urlpatterns = [
    path("", listing.agreement_list, name="agreement_list"),
    path("new/", starting.new, name="agreement_new"),
    path("new/address/", starting.address, name="agreement_address"),
    path("<slug:slug>/", reading.agreement, name="agreement"),
    path("<slug:slug>/start/", starting.start, name="agreement_start"),
    path("<slug:slug>/move/", starting.reorder, name="agreement_move"),
    path("<slug:slug>/campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("<slug:slug>/campaigns/new/", campaigns.campaign_add, name="campaign_add"),
    path("<slug:slug>/campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("<slug:slug>/campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(
        "<slug:slug>/campaigns/<int:pk>/acknowledge/",
        campaigns.campaign_acknowledge,
        name="campaign_acknowledge",
    ),
    path("<slug:slug>/campaigns/<int:pk>/off/", campaigns.campaign_call_off, name="campaign_call_off"),
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
