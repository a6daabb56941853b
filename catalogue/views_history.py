"""The public log of a sheet: a page, and the same as a feed."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue import public_log
from catalogue.models import Listing, SheetEvent

LINES_PER_PAGE = 20
FEED_LINES = 50


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened to a sheet that the public sees, and when; raises 404 for any other."""
    rows = Listing.objects.public().select_related("page")
    listing = get_object_or_404(rows, page__slug=slug)
    events = public_log.events_of(listing)
    if request.GET.get("format") == "atom":
        return _feed(request, listing, [public_log.line(event) for event in events[:FEED_LINES]])
    paginator = Paginator(events, LINES_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    complete = events.filter(kind=SheetEvent.Kind.PUBLISHED).exists()
    context = {
        "listing": listing,
        "sheet": listing.page,
        "parents": [
            (_("Solutions"), "/solutions/"),
            (listing.page.title, f"/solutions/{listing.page.slug}/"),
        ],
        "lines": [public_log.line(event) for event in page],
        "page": page,
        "kept_since": None if complete else public_log.kept_since(),
    }
    return render(request, "catalogue/sheet_history.html", context)


def _feed(request: HttpRequest, listing: Listing, lines: list[public_log.Line]) -> HttpResponse:
    there = f"{settings.SITE_URL}{request.path}"
    feed = Atom1Feed(
        title=_("Historique de %(name)s") % {"name": listing.page.title},
        link=there,
        description="",
        language=settings.LANGUAGE_CODE,
        author_name=settings.WAGTAIL_SITE_NAME,
        feed_url=f"{there}?format=atom",
        feed_guid=there,
    )
    for line in lines:
        what = [part for part in (line.detail, ", ".join(line.changes)) if part]
        feed.add_item(
            title=line.label,
            link=there,
            description=" ".join(what),
            unique_id=f"urn:uuid:{listing.uid}:{line.pk}",
            updateddate=line.at,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
