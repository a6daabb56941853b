"""Public pages of the catalogue that are not Wagtail pages."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.choices import SizeSource
from catalogue.countries import country_names
from catalogue.evidence import evidence_response
from catalogue.models import Evidence, Listing, Vendor
from catalogue.official import Lists, lists_on
from catalogue.presentation import sheet_openness, shown_distribution

SHEETS_PER_PAGE = 20


@require_safe
def vendor_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A vendor: what is known of it, each fact with its source, and its sheets."""
    vendor = get_object_or_404(Vendor.objects.with_live_sheets(), slug=slug)
    listings = (
        Listing.objects.public()
        .filter(vendor=vendor)
        .select_related("page")
        .prefetch_related("page__categories")
        .order_by("page__title", "pk")
    )
    paginator = Paginator(listings, SHEETS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    lists = lists_on(timezone.localdate())
    return render(
        request,
        "catalogue/vendor_page.html",
        {
            "vendor": vendor,
            "country": country_names().get(vendor.country, vendor.country),
            "size_source": _size_source(vendor),
            "cards": [_card(listing, lists) for listing in page],
            "page": page,
            "count": paginator.count,
            "organization": _organization(vendor, request),
        },
    )


@require_safe
def evidence(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """The file of a public piece of evidence about a sheet that the public sees, as a download.

    Raises 404 for any other.
    """
    pieces = Evidence.objects.filter(
        is_public=True, is_draft=False, claim__listing__in=Listing.objects.public()
    )
    return evidence_response(get_object_or_404(pieces, uid=uid))


def _size_source(vendor: Vendor) -> str:
    """Who says how large the vendor is."""
    year = f" {vendor.size_year}" if vendor.size_year else ""
    return {
        SizeSource.SIRENE: _("selon SIRENE (Insee)") + year,
        SizeSource.DECLARED: _("déclarée par l'offreur") + year,
        SizeSource.JUSTIFIED: _("justifiée par une pièce") + year,
    }.get(SizeSource(vendor.size_source), "")


def _card(listing: Listing, lists: Lists) -> dict[str, Any]:
    page, updated = listing.page, listing.page.last_published_at
    openness = sheet_openness(page, listing, lists)
    return {
        "url": f"/solutions/{page.slug}/",
        "name": page.title,
        "summary": page.summary,
        "categories": [category.name for category in page.categories.all()],
        "distribution": shown_distribution(page, openness),
        "openness": openness.verdict.value,
        "updated": updated and timezone.localdate(updated).isoformat(),
    }


def _organization(vendor: Vendor, request: HttpRequest) -> dict[str, Any]:
    """The vendor as schema.org describes an organisation."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": vendor.name,
        "url": vendor.website or request.build_absolute_uri(vendor.get_absolute_url()),
        "address": {"@type": "PostalAddress", "addressCountry": vendor.country},
    }
    optional = {
        "legalName": vendor.legal_name,
        "description": vendor.description,
        "identifier": vendor.siren or vendor.national_id,
    }
    return data | {key: value for key, value in optional.items() if value}
