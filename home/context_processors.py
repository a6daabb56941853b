"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Site-wide values for base.html; no query."""
    return {"site_name": settings.WAGTAIL_SITE_NAME, "site_url": settings.SITE_URL}
