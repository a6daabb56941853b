"""What search engines are told of: pages, sheets and vendors, ten thousand addresses a file."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse

from catalogue.models import SolutionPage, Vendor
from home.models import ContentPage
from labelling.models import Award


class StaticSitemap(Sitemap):
    """Addresses that are views, and the editorial pages."""

    def items(self) -> list[str]:
        slugs = ContentPage.objects.live().order_by("path").values_list("slug", flat=True)
        names = ("ranking", "register", "referentials", "recommendation", "contact", "site_map")
        return ["/", "/solutions/", *map(reverse, names), *(f"/{slug}/" for slug in slugs)]

    def location(self, item: str) -> str:
        return item


class SolutionSitemap(Sitemap):
    """The sheets that the public sees. Addresses only are read: a page object costs too much."""

    limit = 10_000

    def items(self) -> QuerySet:
        public = SolutionPage.objects.live().filter(listing__archived_at__isnull=True)
        return public.order_by("pk").values_list("slug", "last_published_at")

    def location(self, item: tuple[str, Any]) -> str:
        return f"/solutions/{item[0]}/"

    def lastmod(self, item: tuple[str, Any]) -> Any:
        return item[1]

    def get_latest_lastmod(self) -> Any:
        return SolutionPage.objects.live().aggregate(last=Max("last_published_at"))["last"]


class VendorSitemap(Sitemap):
    """Vendors with a sheet that the public sees."""

    limit = 10_000

    def items(self) -> QuerySet:
        return Vendor.objects.with_live_sheets().order_by("pk").values_list("slug", flat=True)

    def location(self, item: str) -> str:
        return reverse("vendor", args=[item])


class AwardSitemap(Sitemap):
    """Awards of the register, whatever became of them."""

    limit = 10_000

    def items(self) -> QuerySet:
        return Award.objects.order_by("pk").values_list("number", flat=True)

    def location(self, item: str) -> str:
        return reverse("award", args=[item])


SITEMAPS = {
    "pages": StaticSitemap,
    "solutions": SolutionSitemap,
    "editeurs": VendorSitemap,
    "labels": AwardSitemap,
}
