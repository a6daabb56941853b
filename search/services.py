"""Searching, and keeping the index true: every change waits in a row until the engine has it."""

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import transaction
from django.db.models import F, Model, Prefetch
from django.utils import timezone

from catalogue.countries import country_choices
from catalogue.licences import known_licences
from catalogue.models import (
    BuyerCategory,
    Category,
    Integration,
    Listing,
    PurchasingBody,
    SolutionTag,
)
from search import documents
from search.contract import (
    Bucket,
    Completion,
    Document,
    Engine,
    Health,
    Hit,
    Query,
    Results,
    Vocabulary,
)
from search.engines import build_engine
from search.facets import FACETS, STAFF_FACETS
from search.models import (
    IndexTarget,
    PendingDocument,
    ReplacedProduct,
    SearchState,
    SynonymGroup,
    new_seed,
)

WORDS = Path(__file__).parent / "data" / "words.toml"
BATCH = 500
"""Documents written at once by the drainer."""
VOCABULARY_SECONDS = 30
"""How long a process may go on with the words it knows after staff changed them."""


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
    """Synonyms and replaced products, as staff keep them; a few seconds old at most."""
    known: Vocabulary | None = shared_cache.get("search.vocabulary")
    if known is None:
        known = _read_vocabulary()
        shared_cache.set("search.vocabulary", known, VOCABULARY_SECONDS)
    return known


def _read_vocabulary() -> Vocabulary:
    return Vocabulary(
        synonyms=tuple(tuple(group.expressions) for group in SynonymGroup.objects.order_by("pk")),
        replaced={
            product.name: tuple(category.slug for category in product.categories.all())
            for product in ReplacedProduct.objects.order_by("pk").prefetch_related("categories")
        },
    )


def facet_labels() -> dict[str, dict[str, str]]:
    """Open facet → known value → French label, in the order to show; a few seconds old at most.

    Categories come each before its sub-categories.
    """
    known: dict[str, dict[str, str]] | None = shared_cache.get("search.facet_labels")
    if known is None:
        known = _read_facet_labels()
        shared_cache.set("search.facet_labels", known, VOCABULARY_SECONDS)
    return known


def _read_facet_labels() -> dict[str, dict[str, str]]:
    def names(model: type[Model]) -> dict[str, str]:
        rows = model._default_manager.order_by("position", "name")
        return dict(rows.values_list("slug", "name"))

    roots = Category.objects.roots().prefetch_related(
        Prefetch("children", Category.objects.order_by("position", "name"))
    )
    families = [[root, *root.children.all()] for root in roots]
    buyers = names(BuyerCategory)
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
    }


def forget_vocabulary() -> None:
    """Make this process read the words anew at the next search."""
    shared_cache.delete_many(["search.vocabulary", "search.facet_labels"])


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


def queue(uids: Iterable[UUID] | None) -> None:
    """Remember that sheets changed, for every index, in the caller's transaction.

    `uids` None means all of them.
    """
    if uids is None:
        uids = Listing.objects.order_by().values_list("uid", flat=True).iterator()
    targets = list(IndexTarget.objects.values_list("name", flat=True))
    if not targets:
        return  # nothing was ever built: `rebuild_index` will read everything
    rows = (PendingDocument(target=target, document=uid) for uid in uids for target in targets)
    PendingDocument.objects.bulk_create(rows, batch_size=BATCH)


def drain(target: str | None = None) -> int:
    """Bring one index up to date; returns how many sheets were refreshed.

    Exactly the rows that were read are deleted, after the engine has written: a change made
    meanwhile keeps its row, a failure keeps them all. Raises `EngineUnavailable`.
    """
    target = target or settings.SEARCH["ENGINE"]
    done = 0
    waiting = PendingDocument.objects.filter(target=target).order_by("id")
    while batch := list(waiting.values_list("id", "document")[:BATCH]):
        ids = [row_id for row_id, _ in batch]
        uids = {uid for _, uid in batch}
        try:
            _refresh(get_engine(target), uids)
        except Exception:
            PendingDocument.objects.filter(id__in=ids).update(attempts=F("attempts") + 1)
            raise
        PendingDocument.objects.filter(id__in=ids).delete()
        done += len(uids)
    return done


def _refresh(engine: Engine, uids: set[UUID]) -> None:
    found = list(documents.build(Listing.objects.filter(uid__in=uids), seed=neutral_seed()))
    engine.upsert(found)
    gone = {str(uid) for uid in uids} - {document.id for document in found}
    if gone:
        engine.delete(sorted(gone))


def rebuild(target: str | None = None, *, progress: Any = None) -> int:
    """Build a new generation of an index and swap it in; returns how many sheets it holds.

    The target is registered first: what changes while we read is queued, and drained afterwards.
    The neutral order is drawn anew. `progress` wraps the iterator of documents.
    """
    target = target or settings.SEARCH["ENGINE"]
    IndexTarget.objects.get_or_create(name=target)
    waiting = PendingDocument.objects.filter(target=target)
    covered = list(waiting.values_list("id", flat=True))
    seed = draw_seed()
    stream: Iterator[Document] = documents.build(Listing.objects.all(), seed=seed)
    count = get_engine(target).rebuild(progress(stream) if progress else stream)
    # These very changes were seen before we began to read: the new generation has them.
    for start in range(0, len(covered), BATCH):
        waiting.filter(id__in=covered[start : start + BATCH]).delete()
    drain(target)
    return count


def state() -> SearchState:
    """The row that both engines share, made on first use."""
    return SearchState.objects.get_or_create(pk=1)[0]


def neutral_seed() -> str:
    """Seed of the neutral order of the day."""
    return state().seed


def draw_seed() -> str:
    """Draw a new neutral order and return its seed."""
    row = state()
    row.seed = new_seed()
    row.save()
    return row.seed


@transaction.atomic
def queue_what_dates_changed(today: dt.date | None = None) -> int:
    """Queue the sheets on which a date passed since this was last done; returns how many.

    Idempotent, and safe to miss days: it looks at the whole time since the last run.
    """
    today = today or timezone.localdate()
    row = state()
    since = row.dates_checked_on or today - dt.timedelta(days=1)
    if since >= today:
        return 0
    uids: Sequence[UUID] = list(documents.crossed_by_a_date(since, today))
    queue(uids)
    row.dates_checked_on = today
    row.save(update_fields=["dates_checked_on"])
    return len(uids)


def pending(target: str | None = None) -> int:
    """How many changes an index has not yet."""
    return PendingDocument.objects.filter(target=target or settings.SEARCH["ENGINE"]).count()
