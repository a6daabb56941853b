"""Sheets that look like the one about to be created, so that nobody enters a solution twice."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.text import slugify

from catalogue.models import Listing, Vendor

MOST = 5
_PREFIX = 3
_LOOKED_AT = 2000


@dataclass(frozen=True)
class Similar:
    """A sheet that looks alike: whose it is, and whether it is one's own, to be edited instead."""

    listing: Listing
    own: bool

    @property
    def name(self) -> str:
        """Its name: a draft's for one's own, the public one's for another company's."""
        page = self.listing.page
        return page.draft_title if self.own else page.title


def similar_sheets(*, vendor: Vendor, name: str, website: str = "") -> list[Similar]:
    """Return public sheets, and the company's own, of the same normalised name or website.

    A name counts as the same when one begins with the other, word by word: « Orvalis » and
    « Orvalis Pro ». Drafts of other companies are never told.
    """
    words, site = slugify(name), _site(website)
    alike = Q(pk=None)
    if len(words) >= _PREFIX:
        # Addresses come from names: their first letters are enough to leave most sheets aside.
        alike |= Q(page__slug__startswith=words[:_PREFIX].partition("-")[0])
        alike |= Q(page__slug__startswith=f"{words[0]}-")
    else:
        words = ""
    if site:
        alike |= Q(page__website__icontains=site)
    seen = Q(page__live=True, archived_at__isnull=True) | Q(vendor=vendor)
    rows = Listing.objects.filter(alike, seen).select_related("page", "vendor")
    found = [
        row
        for row in (
            Similar(listing, own=listing.vendor_id == vendor.pk)
            for listing in rows.order_by("page__title", "pk")[:_LOOKED_AT]
        )
        if _same_name(words, slugify(row.name))
        or (site and _site(row.listing.page.website) == site)
    ]
    return sorted(found, key=lambda row: not row.own)[:MOST]


def _same_name(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    joined = short.replace("-", "") == long.replace("-", "")
    return bool(short) and (joined or f"{long}-".startswith(f"{short}-"))


def _site(address: str) -> str:
    """Host and path of an address, without what changes nothing."""
    text = address.strip().lower()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return ""
    host = parts.netloc.removeprefix("www.")
    return f"{host}{parts.path}".rstrip("/") if "." in host else ""
