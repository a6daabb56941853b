"""Addresses of reported anomalies, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_reports

reports_urls: list[URLPattern] = [
    path("<slug:slug>/signalements/", views_reports.reports, name="company_reports"),
    path("<slug:slug>/signalements/<uuid:uid>/", views_reports.one, name="company_report"),
]
