"""Addresses of official sources. Whose site it is nobody can know: whose it is not, we can."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _


def host_of(address: str) -> str:
    """The name of a site, in lower case; the address itself when it has none."""
    try:
        return (urlsplit(address).hostname or address).rstrip(".")
    except ValueError:
        return address


def fault_of(address: str, website: str) -> str:
    """Why an address is no official source, in French, or nothing.

    :param website: of the vendor, who vouches for nothing that it says; may be empty.
    """
    if not address.lower().startswith("https://"):
        return _("Donnez une adresse qui commence par https://.")
    host = host_of(address)
    for own in filter(None, (website, settings.SITE_URL)):
        site = host_of(own).removeprefix("www.")
        if host == site or host.endswith(f".{site}"):
            return _(
                "Cette adresse est celle de l'offreur ou de ce catalogue : donnez celle de "
                "l'organisme officiel qui publie l'information."
            )
    return ""
