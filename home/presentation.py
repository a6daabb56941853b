"""What the home page and the ranking page show, read once a minute."""

from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from catalogue.models import Category, Vendor
from search.contract import CATEGORY_FACET, EngineUnavailable, Query, Results, Sort
from search.deadline import within
from search.services import search

ENGINE_SECONDS = 0.5
"""The home page does without its figures rather than wait longer for them."""
FRONT_SECONDS = 60
RECENT = 3
PME = "pme"

CATEGORY_ICONS = {
    "relation-usagers": "chat-3-line",
    "communication": "megaphone-line",
    "collaboration": "video-chat-line",
    "documents": "archive-line",
    "finances-achats": "bank-card-line",
    "rh-formation": "team-line",
    "donnees-ia": "bar-chart-box-line",
    "securite-identite": "shield-line",
    "exploitation": "settings-5-line",
    "territoire": "road-map-line",
    "metiers": "government-line",
    "conformite": "scales-3-line",
}


@dataclass(frozen=True)
class CategoryTile:
    """One of the twelve needs; `count` is None when the engine cannot count."""

    slug: str
    name: str
    icon: str
    count: int | None


@dataclass(frozen=True)
class FrontPage:
    """Figures, categories and the sheets updated last."""

    categories: list[CategoryTile]
    vendors: int
    solutions: int | None = None
    from_vendors: int | None = None
    community: int | None = None
    pme_share: int | None = None
    free: int | None = None
    recent: list[dict[str, Any]] = field(default_factory=list)


def front_page() -> FrontPage:
    """What the home page shows, at most a minute old. Without the engine, names without counts."""
    known: FrontPage | None = cache.get("home.front")
    if known is None:
        known = _read_front_page()
        if known.solutions is not None:
            cache.set("home.front", known, FRONT_SECONDS)
    return known


def _read_front_page() -> FrontPage:
    roots = list(Category.objects.roots().values_list("slug", "name"))
    vendors = Vendor.objects.with_live_sheets().count()
    # The community's sheets are imported all at once: they would hide what vendors do.
    newest = Query(filters={"source": ("vendeur",)}, sort=Sort.RECENT, page_size=RECENT)
    try:
        with within(ENGINE_SECONDS):
            results = search(Query(page_size=1))
            recent = search(newest)
    except EngineUnavailable:
        return FrontPage(categories=_tiles(roots, {}), vendors=vendors)
    counts = {name: {b.value: b.count for b in buckets} for name, buckets in results.facets.items()}
    from_vendors = counts["source"].get("vendeur", 0)
    pme = counts["taille"].get(PME, 0)
    return FrontPage(
        categories=_tiles(roots, counts[CATEGORY_FACET]),
        vendors=vendors,
        solutions=results.total,
        from_vendors=from_vendors,
        community=results.total - from_vendors,
        pme_share=round(100 * pme / from_vendors) if from_vendors else None,
        free=counts["distribution"].get("libre", 0),
        recent=_cards(recent),
    )


def _tiles(roots: list[tuple[str, str]], counts: dict[str, int]) -> list[CategoryTile]:
    return [
        CategoryTile(slug, name, CATEGORY_ICONS.get(slug, "list-unordered"), counts.get(slug))
        for slug, name in roots
    ]


def _cards(results: Results) -> list[dict[str, Any]]:
    return [dict(hit.card) for hit in results.hits]
