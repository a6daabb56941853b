"""Addresses of pieces of evidence, below `/espace-editeur/`."""

from django.urls import URLPattern, path

from catalogue.vendor_space import views_evidence as views

PROOFS = "fiches/<uuid:uid>/preuves/"
PIECE = f"{PROOFS}<uuid:claim>/<uuid:piece>/"

evidence_urls: list[URLPattern] = [
    path(PROOFS, views.claims, name="sheet_claims"),
    path(f"{PROOFS}piece/<uuid:piece>/", views.file, name="sheet_evidence_file"),
    path(f"{PROOFS}nouvelle/<slug:kind>/", views.first, name="sheet_evidence_first"),
    path(f"{PROOFS}nouvelle/<slug:kind>/<uuid:subject>/", views.first, name="sheet_evidence_offer"),
    path(f"{PROOFS}<uuid:claim>/ajouter/", views.add, name="sheet_evidence_add"),
    path(f"{PIECE}retirer/", views.remove, name="sheet_evidence_remove"),
    path(f"{PIECE}reserver/", views.restrict, name="sheet_evidence_restrict"),
]
