"""A sheet as schema.org `SoftwareApplication`: what search engines read."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue import pricing
from catalogue.offer_sheet import OfferSheet
from catalogue.sheet import Sheet


def software_application(sheet: Sheet, *, site_url: str) -> dict[str, Any]:
    """Return the JSON-LD of a sheet; what is not known is left out.

    :param site_url: address of the site, without a slash at the end.
    """
    page = sheet.page
    data = {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "name": page.title,
        "description": page.summary,
        "url": f"{site_url}/solutions/{page.slug}/",
        "applicationCategory": ", ".join(sheet.categories),
        "softwareVersion": page.version,
        "featureList": list(page.features or []),
        "inLanguage": list(page.languages or []),
        "provider": _provider(sheet, site_url),
        "license": page.licence and f"https://spdx.org/licenses/{page.licence}.html"
        if " " not in page.licence
        else page.licence,
        # Free of charge; a free licence says nothing of it.
        "isAccessibleForFree": any(
            shown.quote.kind is pricing.PriceKind.FREE for shown in sheet.offers
        )
        or None,
        "dateModified": page.last_published_at
        and timezone.localdate(page.last_published_at).isoformat(),
        "softwareHelp": page.documentation_url,
        "sameAs": page.website,
        "offers": [_offer(shown) for shown in sheet.offers if shown.quote.total is not None],
        "disambiguatingDescription": sheet.notice[0],
    }
    return {key: value for key, value in data.items() if value not in ("", None, [], ())}


def _provider(sheet: Sheet, site_url: str) -> dict[str, str] | None:
    if sheet.vendor is None:
        return None
    return {
        "@type": "Organization",
        "name": sheet.vendor.name,
        "url": f"{site_url}{sheet.vendor.get_absolute_url()}",
    }


def _offer(shown: OfferSheet) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "name": shown.offer.name,
        "price": str(shown.quote.total),
        "priceCurrency": "EUR",
        "description": _("Coût total hors taxes %(need)s") % {"need": shown.quote.label}
        if shown.quote.kind is pricing.PriceKind.PRICED
        else "",
        "priceValidUntil": shown.offer.price_valid_until
        and shown.offer.price_valid_until.isoformat(),
    }
    return {key: value for key, value in offer.items() if value}
