"""Addresses of sheets handed over, statistics, below `/espace-editeur/`."""

from django.urls import URLPattern

transfers_urls: list[URLPattern] = []
