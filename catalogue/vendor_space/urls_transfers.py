"""Addresses of sheets handed over, statistics, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_statistics, views_transfers

transfers_urls: list[URLPattern] = [
    path("fiches/<uuid:uid>/ceder/", views_transfers.propose, name="sheet_transfer"),
    path("cessions/<uuid:uid>/", views_transfers.answer, name="transfer"),
    path("cessions/<uuid:uid>/apercu/", views_transfers.preview, name="transfer_preview"),
    path("<slug:slug>/statistiques/", views_statistics.statistics, name="company_statistics"),
]
