"""What the frame of every page asks about signing in."""

from django.conf import settings
from django.http import HttpRequest


def proconnect(request: HttpRequest) -> dict[str, bool]:
    """Whether ProConnect is set up: without it, its button is absent."""
    return {"proconnect_enabled": bool(settings.PROCONNECT["ISSUER"])}
