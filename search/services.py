"""Searching, and keeping the index true: every change waits in a row until the engine has it."""

import datetime as dt
import logging
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import transaction
from django.db.models import F, Model, Prefetch, QuerySet
from django.utils import timezone

from catalogue.countries import country_choices
from catalogue.licences import known_licences
from catalogue.models import (
    BuyerCategory,
    Category,
    Integration,
    Listing,
    PriceBand,
    PurchasingBody,
    SolutionTag,
)
from search import dates, documents
from search.contract import (
    Bucket,
    Completion,
    Document,
    Engine,
    EngineUnavailable,
    Health,
    Hit,
    Query,
    Results,
    Vocabulary,
)
from search.engines import build_engine
from search.facets import FACETS, FACETS_BY_NAME, STAFF_FACETS
from search.locks import one_at_a_time
from search.models import (
    IndexTarget,
    PendingDocument,
    ReplacedProduct,
    SearchState,
    SynonymGroup,
    new_seed,
)

logger = logging.getLogger(__name__)

WORDS = Path(__file__).parent / "data" / "words.toml"
BATCH = 500
"""Documents written at once by the drainer."""
DRAINER_WAITS = 5.0
"""Seconds that the drainer waits for another writer before it leaves the index to it."""
RETRY_AFTER = dt.timedelta(minutes=5)
"""When a sheet that could not be indexed is tried again."""
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


def queue(uids: Iterable[UUID] | None) -> None:
    """Remember that sheets changed, for every index, in the caller's transaction.

    `uids` None means all of them: one row, from which the drainer finds them. A sheet that waits
    already gets another row: the first may have been read before this change was made.
    """
    changed = [None] if uids is None else dict.fromkeys(uids)
    targets = IndexTarget.objects.values_list("name", flat=True)
    # Without any, nothing was ever built: `rebuild_index` will read everything.
    PendingDocument.objects.bulk_create(
        [PendingDocument(target=target, document=uid) for target in targets for uid in changed],
        batch_size=BATCH,
    )


def drain(target: str | None = None) -> int:
    """Bring one index up to date; returns how many sheets were refreshed.

    Exactly the rows that were read are deleted, after the engine has written: a change made
    meanwhile keeps its row, an engine that fails keeps them all (`EngineUnavailable`). A sheet that
    cannot be indexed is logged and keeps its row for later, the others go on. Nothing is done
    while another process writes this index.
    """
    target = target or settings.SEARCH["ENGINE"]
    if not _due(target).exists():
        return 0
    with one_at_a_time(target, wait=DRAINER_WAITS) as alone:
        return _drain(target) if alone else 0


def _due(target: str) -> QuerySet[PendingDocument]:
    return PendingDocument.objects.filter(target=target, not_before__lte=timezone.now())


def _drain(target: str) -> int:
    done, last = 0, 0
    while rows := dict(
        _due(target).filter(id__gt=last).order_by("id").values_list("id", "document")[:BATCH]
    ):
        last = max(rows)
        uids = {uid for uid in rows.values() if uid}
        if None in rows.values():
            uids.update(Listing.objects.public().values_list("uid", flat=True))
        failed = _refresh(get_engine(target), sorted(uids))
        _try_later(target, failed)
        kept = [row for row, uid in rows.items() if uid in failed]
        PendingDocument.objects.filter(id__in=rows.keys() - set(kept)).delete()
        done += len(uids - failed)
    return done


def _try_later(target: str, uids: set[UUID]) -> None:
    """Have sheets wait, each by the rows that it has or else by a new one."""
    if not uids:
        return
    rows = PendingDocument.objects.filter(target=target, document__in=uids)
    later = timezone.now() + RETRY_AFTER
    rows.update(attempts=F("attempts") + 1, not_before=later)
    waiting = set(rows.values_list("document", flat=True))
    PendingDocument.objects.bulk_create(
        PendingDocument(target=target, document=uid, attempts=1, not_before=later)
        for uid in uids - waiting
    )


def _refresh(engine: Engine, uids: Sequence[UUID]) -> set[UUID]:
    """Write sheets, or take out those that visitors no longer see; returns those that failed."""
    failed: set[UUID] = set()
    seed = neutral_seed()
    for start in range(0, len(uids), BATCH):
        some = uids[start : start + BATCH]
        listings = Listing.objects.filter(uid__in=some)
        found = list(documents.build(listings, seed=seed, failed=failed))
        gone = set(some) - failed - {UUID(document.id) for document in found}
        failed |= _write(engine, found)
        if gone:
            engine.delete(sorted(map(str, gone)))
    return failed


def _write(engine: Engine, found: Sequence[Document]) -> set[UUID]:
    """Write documents, one by one when the engine chokes on some; returns the sheets it refuses."""
    try:
        engine.upsert(found)
    except EngineUnavailable:
        raise
    except Exception:
        if len(found) > 1:
            return set().union(*(_write(engine, [document]) for document in found))
        logger.exception("The engine refuses sheet %s", found[0].id)
        return {UUID(found[0].id)}
    return set()


def rebuild(target: str | None = None, *, progress: Any = None) -> int:
    """Build a new generation of an index and swap it in; returns how many sheets it holds.

    The target is registered first: what changes while we read is queued, and drained afterwards.
    The neutral order is drawn anew. `progress` wraps the iterator of documents. To be called
    outside transactions: it waits for whoever writes the index, and may take minutes.
    """
    target = target or settings.SEARCH["ENGINE"]
    IndexTarget.objects.get_or_create(name=target)
    with one_at_a_time(target):
        waiting = PendingDocument.objects.filter(target=target)
        covered = list(waiting.values_list("id", flat=True))
        failed: set[UUID] = set()
        stream: Iterator[Document] = documents.build(
            Listing.objects.all(), seed=draw_seed(), failed=failed
        )
        count = get_engine(target).rebuild(progress(stream) if progress else stream)
        # These very changes were seen before we began to read: the new generation has them.
        for start in range(0, len(covered), BATCH):
            waiting.filter(id__in=covered[start : start + BATCH]).delete()
        _try_later(target, failed)
        _drain(target)
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


def queue_what_dates_changed(today: dt.date | None = None) -> int:
    """Queue the sheets on which a date passed since this was last done; returns how many.

    Idempotent, and safe to miss days: it looks at the whole time since the last run. Nothing is
    written, nor locked, when it was done today.
    """
    today = today or timezone.localdate()
    if _dates_checked(state(), today) >= today:
        return 0
    with transaction.atomic():
        row = SearchState.objects.select_for_update().get()
        since = _dates_checked(row, today)
        if dates.dated_values_changed(since, today):
            queue(None)
            changed = Listing.objects.public().count()
        else:
            uids = list(dates.crossed_by_a_date(since, today))
            queue(uids)
            changed = len(uids)
        row.dates_checked_on = max(since, today)
        row.save(update_fields=["dates_checked_on"])
    return changed


def _dates_checked(row: SearchState, today: dt.date) -> dt.date:
    return row.dates_checked_on or today - dt.timedelta(days=1)


def pending(target: str | None = None) -> int:
    """How many changes an index has not yet."""
    return PendingDocument.objects.filter(target=target or settings.SEARCH["ENGINE"]).count()
