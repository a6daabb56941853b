"""Addresses of reminders that one refuses, below `/espace-editeur/`."""

from django.urls import URLPattern

reminders_urls: list[URLPattern] = []
