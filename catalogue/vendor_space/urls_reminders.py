"""Addresses of reminders that one refuses, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_reminders

reminders_urls: list[URLPattern] = [
    path("rappels/", views_reminders.settings, name="reminders"),
    path("rappels/arret/<str:token>/", views_reminders.stop, name="reminders_stop"),
]
