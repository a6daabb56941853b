"""Addresses of contested claims, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_claims

claims_urls: list[URLPattern] = [
    path("<slug:slug>/contestations/", views_claims.contests, name="company_contests"),
    path("<slug:slug>/contestations/<uuid:uid>/", views_claims.one, name="company_contest"),
]
