"""The section of a sheet that the search brings: solutions that look like it."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalogue.models import SolutionPage
from catalogue.sections import SheetSection
from search import services
from search.contract import EngineUnavailable
from search.deadline import within

SECONDS = 0.3
"""A sheet does not wait longer for what only goes beside it."""


def similar_solutions(page: SolutionPage, request: HttpRequest) -> SheetSection | None:
    """Solutions closest to a sheet; nothing for a draft, or when the engine cannot answer."""
    listing = getattr(page, "listing", None)
    if listing is None:
        return None
    try:
        with within(SECONDS):
            hits = services.similar(listing.uid)
    except EngineUnavailable:
        return None
    if not hits:
        return None
    context = {"hits": hits, "slug": page.slug}
    return SheetSection("similaires", _("Solutions proches"), "search/similar.html", context, 800)
