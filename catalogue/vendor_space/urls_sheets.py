"""Addresses of the sheets' half of the vendor space."""

from django.urls import URLPattern, path

from catalogue.vendor_space import (
    views_children,
    views_publiccode,
    views_sheets,
    views_steps,
    views_submission,
)

SHEET = "fiches/<uuid:uid>/"

sheets_urls: list[URLPattern] = [
    path("fiches/nouvelle/<slug:slug>/", views_sheets.create, name="sheet_create"),
    path("fiches/nouvelle/<slug:slug>/proches/", views_sheets.similar, name="sheet_similar"),
    path(SHEET, views_sheets.sheet, name="sheet"),
    path(f"{SHEET}apercu/", views_sheets.preview, name="sheet_preview"),
    path(f"{SHEET}retirer/", views_submission.withdraw, name="sheet_withdraw"),
    path(f"{SHEET}archiver/", views_submission.archive, name="sheet_archive"),
    path(f"{SHEET}restaurer/", views_submission.restore, name="sheet_restore"),
    path(f"{SHEET}confirmer/", views_submission.confirm, name="sheet_confirm"),
    path(f"{SHEET}publiccode/", views_publiccode.publiccode, name="sheet_publiccode"),
    path(f"{SHEET}etape/offres/", views_children.offers, name="sheet_offers"),
    path(f"{SHEET}etape/offres/ajouter/", views_children.edit_offer, name="sheet_offer_add"),
    path(f"{SHEET}etape/offres/<uuid:child>/", views_children.edit_offer, name="sheet_offer"),
    path(
        f"{SHEET}etape/offres/<uuid:child>/retirer/",
        views_children.remove_offer,
        name="sheet_offer_remove",
    ),
    path(f"{SHEET}etape/references/", views_children.references, name="sheet_references"),
    path(
        f"{SHEET}etape/references/ajouter/",
        views_children.edit_reference,
        name="sheet_reference_add",
    ),
    path(
        f"{SHEET}etape/references/<uuid:child>/",
        views_children.edit_reference,
        name="sheet_reference",
    ),
    path(
        f"{SHEET}etape/references/<uuid:child>/retirer/",
        views_children.remove_reference,
        name="sheet_reference_remove",
    ),
    path(f"{SHEET}etape/envoi/", views_submission.submit, name="sheet_submit"),
    path(f"{SHEET}etape/<slug:step>/", views_steps.step, name="sheet_step"),
]
