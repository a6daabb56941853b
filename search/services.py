"""Searching, and the words that staff relate; what keeps the index true is in `search.indexing`."""

import datetime as dt
import logging
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import transaction
from django.db.models import Model, Prefetch
from django.utils import timezone

from catalogue.countries import country_choices
from catalogue.licences import known_licences
from catalogue.models import (
    BuyerCategory,
    Category,
    Integration,
    PriceBand,
    PurchasingBody,
    SolutionTag,
)
from search.contract import (
    Bucket,
    Completion,
    Engine,
    Health,
    Hit,
    Query,
    Results,
    Vocabulary,
)
from search.engines import build_engine
from search.facets import FACETS, FACETS_BY_NAME, STAFF_FACETS
from search.models import (
    ReplacedProduct,
    SynonymGroup,
    new_seed,
)

logger = logging.getLogger(__name__)

WORDS = Path(__file__).parent / "data" / "words.toml"
VOCABULARY_SECONDS = 30
"""How long a process may go on with words changed by one that does not share its cache."""
_EDITION = "search.words"


def get_engine(name: str | None = None) -> Engine:
    """The engine called `name`, or the one of the settings; one instance a process."""
    return _engine(name or settings.SEARCH["ENGINE"])


@cache
def _engine(name: str) -> Engine:
    return build_engine(name, settings.SEARCH, FACETS, vocabulary)


def forget_engines() -> None:
    """Let go of the engines: the next search reads the settings anew."""
    _engine.cache_clear()


def search(query: Query) -> Results:
    """Answer a query, with a bucket for every word that staff keep, found or not.

    Raises `EngineUnavailable` when the engine cannot.
    """
    results = get_engine().search(query)
    labels = facet_labels()
    return replace(
        results,
        facets={
            name: _with_zeros(buckets, labels[name]) if name in STAFF_FACETS else buckets
            for name, buckets in results.facets.items()
        },
    )


def scan(query: Query) -> Iterator[Hit]:
    """All hits of a query, whatever its page. Raises `EngineUnavailable`, between hits too."""
    return get_engine().scan(query)


def _with_zeros(buckets: Iterable[Bucket], vocabulary: Iterable[str]) -> tuple[Bucket, ...]:
    """Buckets in the order that staff gave their words, zeros kept; words gone since at the end."""
    counts = {bucket.value: bucket.count for bucket in buckets}
    return tuple(
        Bucket(value, counts.get(value, 0)) for value in dict.fromkeys([*vocabulary, *counts])
    )


def autocomplete(text: str, limit: int = 8) -> tuple[Completion, ...]:
    """Names of sheets whose words begin with `text`. Raises `EngineUnavailable`."""
    return get_engine().autocomplete(text, limit)


def similar(uid: UUID | str, limit: int = 4) -> tuple[Hit, ...]:
    """Sheets most like one. Raises `EngineUnavailable`."""
    return get_engine().similar(str(uid), limit)


def health() -> Health:
    """State of the engine in use; never raises."""
    return get_engine().health()


def vocabulary() -> Vocabulary:
    """Synonyms and replaced products, as staff keep them."""
    return _vocabulary(*_edition())


def facet_labels() -> dict[str, dict[str, str]]:
    """Facet whose words are in the database → known value → French label, in the order to show.

    Categories come each before its sub-categories.
    """
    return _facet_labels(*_edition(), timezone.localdate())


def _edition() -> tuple[str, int]:
    """Which words are in force. Each process keeps those of the last edition that it read.

    Asked before the words are read, so that a change made meanwhile makes yet another edition.
    """
    edition = shared_cache.get_or_set(_EDITION, new_seed, None)
    return str(edition), int(time.monotonic() // VOCABULARY_SECONDS)


def forget_vocabulary() -> None:
    """Make every process read the words anew, once the caller's transaction is committed."""
    transaction.on_commit(lambda: shared_cache.set(_EDITION, new_seed(), None))


@lru_cache(maxsize=1)
def _vocabulary(edition: str, period: int) -> Vocabulary:
    return Vocabulary(
        synonyms=tuple(tuple(group.expressions) for group in SynonymGroup.objects.order_by("pk")),
        replaced={
            product.name: tuple(category.slug for category in product.categories.all())
            for product in ReplacedProduct.objects.order_by("pk").prefetch_related("categories")
        },
    )


@lru_cache(maxsize=1)
def _facet_labels(edition: str, period: int, on: dt.date) -> dict[str, dict[str, str]]:
    def names(model: type[Model]) -> dict[str, str]:
        rows = model._default_manager.order_by("position", "name")
        return dict(rows.values_list("slug", "name"))

    roots = Category.objects.roots().prefetch_related(
        Prefetch("children", Category.objects.order_by("position", "name"))
    )
    families = [[root, *root.children.all()] for root in roots]
    buyers = names(BuyerCategory)
    bands = {band.code: band.label for band in PriceBand.objects.rules(on)}
    return {
        "categorie": {category.slug: category.name for family in families for category in family},
        "public": buyers,
        "reference": buyers,
        "reference-confirmee": buyers,
        "integration": names(Integration),
        "vehicule": names(PurchasingBody),
        "hebergement": dict(country_choices()),
        "licence": {licence: licence for licence in sorted(known_licences())},
        "tag": dict(SolutionTag.objects.order_by("name").values_list("slug", "name")),
        "prix": {
            choice.value: bands.get(choice.value, str(choice.label))
            for choice in FACETS_BY_NAME["prix"].choices or ()
        },
    }


@transaction.atomic
def load_words() -> None:
    """Enter the first synonyms and replaced products; nothing once staff have theirs."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    if not SynonymGroup.objects.exists():
        SynonymGroup.objects.bulk_create(
            SynonymGroup(expressions=group) for group in words["synonyms"]
        )
    if not ReplacedProduct.objects.exists():
        categories = {category.slug: category for category in Category.objects.all()}
        for name, slugs in words["replaced"].items():
            product = ReplacedProduct.objects.create(name=name)
            product.categories.set(categories[slug] for slug in slugs)
    forget_vocabulary()
