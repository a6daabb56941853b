"""Addresses of reported anomalies, below `/espace-editeur/`."""

from django.urls import URLPattern

reports_urls: list[URLPattern] = []
