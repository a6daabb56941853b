"""What every page's frame shows."""

import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from catalogue.choices import Source
from catalogue.models import Listing, Vendor

FLAG_SECONDS = 300


@lru_cache(maxsize=1)
def _holds_fictitious(_period: int) -> bool:
    return Vendor.objects.filter(is_fictitious=True).exists()


@lru_cache(maxsize=1)
def _holds_community(_period: int) -> bool:
    return Listing.objects.public().filter(source=Source.SILL).exists()


def demonstration() -> bool:
    """Whether the catalogue holds fictitious companies: one query a process every five minutes.

    Kept in the process, not in the shared cache, which may itself be a table.
    """
    return _holds_fictitious(int(time.monotonic() // FLAG_SECONDS))


def community() -> bool:
    """Whether the catalogue also holds real software, that of the SILL; kept likewise."""
    return _holds_community(int(time.monotonic() // FLAG_SECONDS))


def site(request: HttpRequest) -> dict[str, object]:
    """Site-wide values for base.html; templates call the functions only where they show them."""
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.SITE_URL,
        "demonstration": demonstration,
        "community": community,
    }
