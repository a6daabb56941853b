"""What ProConnect publishes of itself: its discovery document."""

from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache

NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class ProviderUnavailable(Exception):
    """The identity provider does not answer, or not as it should; worth trying later."""


def issuer() -> str:
    """The one issuer whose tokens are believed; empty when ProConnect is not set up."""
    return str(settings.PROCONNECT["ISSUER"])


def metadata() -> dict[str, Any]:
    """The provider's discovery document, kept for an hour.

    Raises `ProviderUnavailable` when it cannot be read, names another issuer or lacks an endpoint.
    """
    address = f"{issuer()}/.well-known/openid-configuration"
    key = f"proconnect:{address}"
    document = cache.get(key)
    if document is None:
        document = _read(address)
        if document.get("issuer") != issuer():
            raise ProviderUnavailable("the discovery document names another issuer")
        missing = [name for name in NEEDED if not isinstance(document.get(name), str)]
        if missing:
            raise ProviderUnavailable(f"the discovery document lacks {', '.join(missing)}")
        cache.set(key, document, settings.PROCONNECT["DISCOVERY_SECONDS"])
    return dict(document)


def _read(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=settings.OIDC_TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        document = answer.json()
    except requests.RequestException as error:
        raise ProviderUnavailable(f"{address}: {error}") from error
    if answer.status_code != requests.codes.ok or not isinstance(document, dict):
        raise ProviderUnavailable(f"{address}: not a discovery document")
    return document
