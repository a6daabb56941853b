"""Addresses of exchanges with buyers, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_exchanges

EXCHANGE = "<slug:slug>/messages/<uuid:uid>/"

exchanges_urls: list[URLPattern] = [
    path("<slug:slug>/messages/", views_exchanges.inbox, name="vendor_exchanges"),
    path(EXCHANGE, views_exchanges.exchange, name="vendor_exchange"),
    path(f"{EXCHANGE}clore/", views_exchanges.close, name="vendor_exchange_close"),
    path(f"{EXCHANGE}rouvrir/", views_exchanges.reopen, name="vendor_exchange_reopen"),
]
