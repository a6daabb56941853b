"""Which award somebody means by the address of a product: its sheet here, its site, its code.

A program asks with whatever address it knows; what it is answered is about one product, or nothing.
"""

import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet

from catalogue.models import Listing
from labelling.models import Award
from labelling.registry import with_everything

LONGEST = 2000
"""Characters of an address that is looked up."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SHEET = re.compile(r"/solutions/(?P<slug>[-\w]{1,255})(?:/.*)?", re.ASCII)
_AWARD = re.compile(r"/label/(?P<number>[-\w]{1,20})(?:/.*)?", re.ASCII)
_PORTS = (None, 80, 443)


Found = list[tuple[Listing, Award | None]]
"""Products with their award, or None for one that never had any."""


def find(address: str, on: dt.date, *, hosts: Sequence[str] = ()) -> Found:
    """What an address is about: one line when that is clear, several when it is not.

    The address of a sheet or of an award here; else that of a product's site or code; else that of
    its company's site, which is about all its products.

    :param hosts: other names that this site answers to.
    """
    place = _place(address)
    path = _path_here(address, place, (settings.SITE_URL, *hosts))
    if path is None:
        return [line for one in _elsewhere(place) for line in _told(one, on)]
    if award := _AWARD.fullmatch(path):
        rows = with_everything(Award.objects.filter(number=award["number"]))
        return [(one.listing, one) for one in rows]
    if sheet := _SHEET.fullmatch(path):
        listings = _listings().filter(page__slug=sheet["slug"])
        return [line for one in listings for line in _told(one, on)]
    return []


def _listings() -> QuerySet[Listing]:
    """Sheets that anybody may know of: those the public sees, and those that ever had a label."""
    known = Q(page__live=True, archived_at__isnull=True) | Q(pk__in=Award.objects.values("listing"))
    return Listing.objects.filter(known).select_related("page", "vendor").order_by("pk")


def _elsewhere(place: str) -> list[Listing]:
    host = re.split(r"[:/]", place)[0]
    if "." not in host:
        return []
    products = Q(page__website__icontains=host) | Q(page__repository_url__icontains=host)
    matching = [
        one
        for one in _listings().filter(products)
        if place in (_place(one.page.website), _place(one.page.repository_url))
    ]
    companies = _listings().filter(vendor__website__icontains=host)
    return matching or [
        one for one in companies if one.vendor and place == _place(one.vendor.website)
    ]


def _told(listing: Listing, on: dt.date) -> Found:
    """Its awards in force, of which there may be several; else the last that changed; else None."""
    rows = list(with_everything(Award.objects.filter(listing=listing)))
    in_force = [one for one in rows if one.is_in_force(on)]
    latest = max(rows, key=lambda one: (one.state_since, one.pk), default=None)
    return [(listing, one) for one in in_force] or [(listing, latest)]


def _place(address: str) -> str:
    """An address without what changes nothing: scheme, `www.`, usual port, query, last slash."""
    written = address.strip()
    try:
        parts = urlsplit(written if _SCHEME.match(written) else f"//{written}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = host.rstrip(".").removeprefix("www.")
    path = unquote(parts.path).rstrip("/").removesuffix(".git")
    return f"{host}{'' if port in _PORTS else f':{port}'}{path}" if host else ""


def _path_here(address: str, place: str, sites: Sequence[str]) -> str | None:
    """The path on this site that an address leads to; None when it leads elsewhere."""
    written = address.strip()
    if written.startswith("/"):
        return re.split(r"[?#]", written)[0]
    for site in map(_place, sites):
        if site and f"{place}/".startswith(f"{site}/"):
            return place.removeprefix(site)
    return None
