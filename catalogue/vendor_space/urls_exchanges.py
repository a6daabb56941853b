"""Addresses of exchanges with buyers, below `/espace-editeur/`."""

from django.urls import URLPattern

exchanges_urls: list[URLPattern] = []
