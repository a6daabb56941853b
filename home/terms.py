"""The terms of use, an editorial page, as the catalogue asks for them."""

from catalogue.terms import Terms
from home.models import ContentPage

SLUG = "cgu"


def terms_in_force() -> Terms | None:
    """Return the published terms; None while the page is not, or says no version or date."""
    page = ContentPage.objects.live().filter(slug=SLUG).first()
    if page is None or not page.version or page.effective_on is None:
        return None
    return Terms(page.version, page.effective_on, f"/{SLUG}/")
