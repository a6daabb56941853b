"""Addresses of the catalogue that Wagtail does not serve itself."""

from django.urls import include, path

from catalogue import (
    views,
    views_claims,
    views_exchanges,
    views_history,
    views_reports,
    views_uses,
)

urlpatterns = [
    path("espace-editeur/", include("catalogue.vendor_space.urls")),
    path("editeurs/<slug:slug>/", views.vendor_page, name="vendor"),
    path("solutions/<slug:slug>/historique/", views_history.history, name="sheet_history"),
    path(
        "solutions/<slug:slug>/preuves/<uuid:uid>/",
        views_claims.claim_history,
        name="claim_history",
    ),
    path("pieces/<uuid:uid>/", views.evidence, name="evidence"),
    path("signaler/", views_reports.report, name="report"),
    path("signaler/<uuid:uid>/", views_reports.follow, name="report_follow"),
    # Wagtail serves the sheets themselves; what is below one is served here, first.
    path("solutions/<slug:slug>/contact/", views_exchanges.contact, name="contact_vendor"),
    path("solutions/<slug:slug>/utilisation/", views_uses.use, name="body_use"),
    path("utilisations/<uuid:uid>/retirer/", views_uses.withdraw, name="body_use_withdraw"),
    path("mon-organisme/", views_uses.agent_home, name="agent_home"),
    path("messages/", views_exchanges.written, name="buyer_exchanges"),
    path("messages/<uuid:uid>/", views_exchanges.exchange, name="buyer_exchange"),
    path("messages/<uuid:uid>/clore/", views_exchanges.close, name="buyer_exchange_close"),
]
