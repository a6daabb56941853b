"""Addresses of the vendor space, below `/espace-editeur/`."""

from django.urls import path

from catalogue.vendor_space import (
    views_company,
    views_members,
    views_proofs,
    views_registration,
    views_requests,
)
from catalogue.vendor_space.urls_claims import claims_urls
from catalogue.vendor_space.urls_evidence import evidence_urls
from catalogue.vendor_space.urls_exchanges import exchanges_urls
from catalogue.vendor_space.urls_reminders import reminders_urls
from catalogue.vendor_space.urls_reports import reports_urls
from catalogue.vendor_space.urls_sheets import sheets_urls
from catalogue.vendor_space.urls_transfers import transfers_urls

# Each part has its own list, and its own matrix of rights in the tests.
parts = [
    *sheets_urls,
    *claims_urls,
    *exchanges_urls,
    *reminders_urls,
    *reports_urls,
    *transfers_urls,
    *evidence_urls,
]

# What has a fixed first part comes first: `registration.RESERVED_SLUGS` keeps companies off it.
urlpatterns = [
    path("", views_company.home, name="vendor_space"),
    path("inscription/", views_registration.start, name="company_register"),
    path("inscription/verifier/", views_registration.check, name="company_check"),
    path("inscription/etranger/", views_registration.abroad, name="company_abroad"),
    path("invitation/<str:token>/", views_members.invitation, name="company_invitation"),
    path("demandes/<uuid:uid>/abandonner/", views_requests.withdraw, name="company_withdraw"),
    *parts,
    path("<slug:slug>/", views_company.presentation, name="company"),
    path("<slug:slug>/repertoire/", views_company.compare, name="company_compare"),
    path("<slug:slug>/rejoindre/", views_requests.ask, name="company_ask"),
    path("<slug:slug>/rejoindre/proconnect/", views_requests.claim, name="company_claim"),
    path("<slug:slug>/demandes/", views_requests.received, name="company_requests"),
    path("<slug:slug>/demandes/<uuid:uid>/", views_requests.decide, name="company_decide"),
    path("<slug:slug>/membres/", views_members.members, name="company_members"),
    path("<slug:slug>/membres/quitter/", views_members.leave, name="company_leave"),
    path("<slug:slug>/membres/<int:pk>/role/", views_members.change_role, name="company_role"),
    path("<slug:slug>/membres/<int:pk>/retirer/", views_members.remove, name="company_remove"),
    path(
        "<slug:slug>/invitations/<int:pk>/annuler/", views_members.cancel, name="company_uninvite"
    ),
    path("<slug:slug>/rattachement/", views_proofs.proofs, name="company_proofs"),
    path(
        "<slug:slug>/rattachement/proconnect/", views_proofs.proconnect, name="company_proconnect"
    ),
    path("<slug:slug>/rattachement/adresse/", views_proofs.address, name="company_address"),
    path("<slug:slug>/rattachement/mandat/", views_proofs.mandate, name="company_mandate"),
    path("<slug:slug>/rattachement/modele.txt", views_proofs.model_text, name="company_model"),
    path("<slug:slug>/rattachement/<uuid:uid>/code/", views_proofs.code, name="company_code"),
    path("<slug:slug>/rattachement/<uuid:uid>/renvoyer/", views_proofs.again, name="company_again"),
]
