"""What every page's frame shows."""

import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from catalogue.models import Vendor

FLAG_SECONDS = 300


@lru_cache(maxsize=1)
def _holds_fictitious(_period: int) -> bool:
    return Vendor.objects.filter(is_fictitious=True).exists()


def demonstration() -> bool:
    """Whether the catalogue holds fictitious companies: one query a process every five minutes.

    Kept in the process, not in the shared cache, which may itself be a table.
    """
    return _holds_fictitious(int(time.monotonic() // FLAG_SECONDS))


def site(request: HttpRequest) -> dict[str, object]:
    """Site-wide values for base.html; templates call `demonstration` only where they show it."""
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.SITE_URL,
        "demonstration": demonstration,
    }
