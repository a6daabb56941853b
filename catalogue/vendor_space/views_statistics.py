"""How often a company's sheets were read, shown in a search and compared: a page and a table."""

import csv
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Listing, Vendor
from catalogue.spreadsheets import safe_cell
from catalogue.statistics import KEPT_MONTHS, Kind, by_month, months_until, totals
from catalogue.vendor_space.access import READ, company_context, own_vendor, private

SHEETS_PER_PAGE = 25
RECENT = dt.timedelta(days=30)
LABELS = {
    Kind.VIEWS: gettext_lazy("Lectures"),
    Kind.APPEARANCES: gettext_lazy("Apparitions dans une recherche"),
    Kind.COMPARISONS: gettext_lazy("Comparaisons"),
}
_STEP, _HEIGHT = 32, 120
"""Width of a month and height of the highest bar, in the units of the drawing."""


@dataclass(frozen=True)
class Bar:
    """A month of a drawing: where its bar stands, how high, for how many."""

    month: dt.date
    x: int
    y: int
    height: int
    value: int


@private(*READ)
def statistics(request: HttpRequest, slug: str) -> HttpResponse:
    """The last thirty days of each sheet, the last twelve months of one or of all (`fiche`)."""
    vendor = own_vendor(request, slug)
    today = timezone.localdate()
    listings = (
        Listing.objects.filter(vendor=vendor)
        .select_related("page")
        .order_by("page__draft_title", "pk")
    )
    if request.GET.get("format") == "csv":
        return _csv(vendor, listings, today)
    chosen = _chosen(request, listings)
    page = Paginator(listings, SHEETS_PER_PAGE).get_page(request.GET.get("page"))
    recent = totals(page.object_list, since=today - RECENT + dt.timedelta(days=1))
    months = months_until(today)
    counts = _by_month([chosen] if chosen else listings, months)
    context = {
        **company_context(request, vendor, "statistics"),
        "page": page,
        "rows": [(row, _cells(recent.get(row.pk, {}))) for row in page],
        "labels": list(LABELS.values()),
        "chosen": chosen,
        "months": [(month, _cells(counts[month])) for month in reversed(months)],
        "drawings": [
            (label, _bars(months, [counts[month][kind] for month in months]))
            for kind, label in LABELS.items()
        ],
        "width": _STEP * len(months),
        "baseline": _HEIGHT + 20,
        "kept": KEPT_MONTHS,
    }
    return render(request, "catalogue/vendor_space/statistics.html", context)


def _chosen(request: HttpRequest, listings: Any) -> Listing | None:
    """The sheet of the company that the address names; raises 404 for any other."""
    asked = request.GET.get("fiche", "")
    if not asked:
        return None
    try:
        found = listings.filter(uid=uuid.UUID(asked)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _by_month(listings: Iterable[Listing], months: list[dt.date]) -> dict[dt.date, Counter[str]]:
    counts: dict[dt.date, Counter[str]] = {month: Counter() for month in months}
    for (_pk, month), numbers in by_month(listings, since=months[0]).items():
        counts[month].update(numbers)
    return counts


def _cells(counts: Any) -> list[int]:
    return [counts.get(kind.value, 0) for kind in LABELS]


def _bars(months: list[dt.date], values: list[int]) -> list[Bar]:
    top = max(values) or 1
    heights = [-(-value * _HEIGHT // top) for value in values]
    return [
        Bar(month, _STEP * at, 20 + _HEIGHT - height, height, value)
        for at, (month, value, height) in enumerate(zip(months, values, heights, strict=True))
    ]


def _csv(vendor: Vendor, listings: Iterable[Listing], today: dt.date) -> HttpResponse:
    """A line a sheet and month, as a French spreadsheet opens it; months without any count too."""
    months = months_until(today)
    counts = by_month(listings, since=months[0])
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"statistiques-{vendor.slug}-{today:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("Fiche"), _("Mois"), *map(str, LABELS.values())])
    for listing in listings:
        title = safe_cell(listing.page.draft_title or listing.page.title)
        for month in months:
            cells = _cells(counts.get((listing.pk, month), {}))
            writer.writerow([title, date_format(month, "Y-m"), *cells])
    return response
