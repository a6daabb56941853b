"""What members read of the decisions of mission LABEL about their company and sheets."""

from collections.abc import Iterable
from typing import Any

from django import template

from catalogue.models import Listing, Membership, Suspension, Vendor

register = template.Library()


@register.inclusion_tag("catalogue/vendor_space/_suspensions.html")
def vendor_suspension(vendor: Any) -> dict[str, Any]:
    """The banner of a suspended company; nothing on pages that are about none."""
    return {"suspensions": _open([vendor.pk] if isinstance(vendor, Vendor) and vendor.pk else [])}


@register.inclusion_tag("catalogue/vendor_space/_suspensions.html")
def member_suspensions(memberships: Iterable[Membership] | None) -> dict[str, Any]:
    """The banners of all the companies that somebody acts for: one query."""
    return {"suspensions": _open([row.vendor_id for row in memberships or ()])}


@register.inclusion_tag("catalogue/vendor_space/_takedown.html")
def sheet_takedown(listing: Listing) -> dict[str, Any]:
    """Why a sheet was taken down on its own grounds, or which one it was merged into."""
    takedown = None
    if listing.taken_down_at:
        rows = listing.takedowns.open().filter(suspension=None)
        takedown = rows.select_related("reason").first()
    return {"takedown": takedown, "kept": listing.merged_into and listing.survivor()}


def _open(vendors: list[int]) -> list[Suspension]:
    if not vendors:
        return []
    rows = Suspension.objects.open().filter(vendor__in=vendors)
    return list(rows.select_related("vendor", "reason"))
