"""The life of an index: every change waits in a row until each index has it; rebuilds lose none."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from catalogue.models import Listing
from search import dates, documents
from search.contract import Document, DocumentsRefused, Engine, EngineUnavailable, Generation
from search.locks import one_at_a_time
from search.models import IndexTarget, PendingDocument, SearchState, new_seed
from search.services import get_engine

logger = logging.getLogger(__name__)

BATCH = 500
"""Documents written at once by the drainer."""
DRAINER_WAITS = 5.0
"""Seconds that the drainer waits for another writer before it leaves the index to it."""
RETRY_AFTER = dt.timedelta(minutes=5)
"""When a sheet that could not be indexed is tried again."""


class RebuildFailed(Exception):
    """Most sheets could not be indexed: a mistake of ours; the index stays as it was."""


Writer = Engine | Generation
Progress = Callable[[Iterable[Document]], Iterable[Document]]


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
        return _drain(target, get_engine(target), neutral_seed()) if alone else 0


def _due(target: str) -> QuerySet[PendingDocument]:
    return PendingDocument.objects.filter(target=target, not_before__lte=timezone.now())


def _drain(target: str, writer: Writer, seed: str) -> int:
    done, last = 0, 0
    while rows := dict(
        _due(target).filter(id__gt=last).order_by("id").values_list("id", "document")[:BATCH]
    ):
        last = max(rows)
        uids = {uid for uid in rows.values() if uid}
        if None in rows.values():
            uids.update(Listing.objects.public().values_list("uid", flat=True))
        failed = _refresh(writer, sorted(uids), seed)
        _try_later(target, failed)
        _forward(target, uids)
        kept = [row for row, uid in rows.items() if uid in failed]
        PendingDocument.objects.filter(id__in=rows.keys() - set(kept)).delete()
        done += len(uids - failed)
    return done


def _forward(target: str, uids: Iterable[UUID]) -> None:
    """Have the generations in the making hear of changes too, whatever their rows say.

    A change begun before a generation was registered, and committed after the rebuild had read the
    sheet, has a row for the old index only.
    """
    generations = IndexTarget.objects.filter(name__startswith=f"{target}/")
    PendingDocument.objects.bulk_create(
        [
            PendingDocument(target=name, document=uid)
            for name in generations.values_list("name", flat=True)
            for uid in uids
        ],
        batch_size=BATCH,
    )


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


def _refresh(writer: Writer, uids: Sequence[UUID], seed: str) -> set[UUID]:
    """Write sheets, or take out those that visitors no longer see; returns those that failed."""
    failed: set[UUID] = set()
    for start in range(0, len(uids), BATCH):
        some = uids[start : start + BATCH]
        listings = Listing.objects.filter(uid__in=some)
        found = list(documents.build(listings, seed=seed, failed=failed))
        gone = set(some) - failed - {UUID(document.id) for document in found}
        failed |= _write(writer, found)
        if gone:
            writer.delete(sorted(map(str, gone)))
    return failed


def _write(writer: Writer, found: Sequence[Document]) -> set[UUID]:
    """Write documents, one by one when the engine chokes on some; returns the sheets it refuses."""
    try:
        writer.upsert(found)
    except EngineUnavailable:
        raise
    except DocumentsRefused as refused:
        return _told(refused)
    except Exception:
        if len(found) > 1:
            return set().union(*(_write(writer, [document]) for document in found))
        logger.exception("The engine refuses sheet %s", found[0].id)
        return {UUID(found[0].id)}
    return set()


def _told(refused: DocumentsRefused) -> set[UUID]:
    for id_, reason in refused.reasons.items():
        logger.error("The engine refuses sheet %s: %s", id_, reason)
    return {UUID(id_) for id_ in refused.reasons}


def rebuild(target: str | None = None, *, progress: Progress | None = None) -> int:
    """Build a new generation of an index and swap it in; returns how many sheets it holds.

    The index that answers goes on answering and being refreshed. The new generation is registered
    first, as an index that wants to hear of changes: those made while sheets are read wait for it,
    and are replayed into it before the swap. `progress` wraps the iterator of documents. To be
    called outside transactions: it may take minutes, and waits for another rebuild to end.
    Raises `RebuildFailed`, `EngineUnavailable`: the index is as before.
    """
    target = target or settings.SEARCH["ENGINE"]
    with one_at_a_time(f"{target}.rebuild"):
        _forget_generations(target)  # left by a rebuild that died
        generation = get_engine(target).generation()
        IndexTarget.objects.get_or_create(name=target)
        name = f"{target}/{generation.name}"
        IndexTarget.objects.create(name=name)
        try:
            waiting = PendingDocument.objects.filter(target=target)
            covered = list(waiting.values_list("id", flat=True))
            count, failed = _build(target, name, generation, progress)
            # What could not be replayed is still to be learnt, now by the index that answers.
            PendingDocument.objects.filter(target=name).update(target=target)
        except BaseException:
            generation.discard()
            raise
        finally:
            _forget_generations(target)
        # These very changes were seen before we began to read: the new generation has them.
        for start in range(0, len(covered), BATCH):
            waiting.filter(id__in=covered[start : start + BATCH]).delete()
        _try_later(target, failed)
        drain(target)
    return count


def _build(
    target: str, name: str, generation: Generation, progress: Progress | None
) -> tuple[int, set[UUID]]:
    """Fill a generation and publish it; how many sheets it holds, and which it refused."""
    seed = _seed_of_the_day()
    failed: set[UUID] = set()
    stream: Iterable[Document] = documents.build(Listing.objects.all(), seed=seed, failed=failed)
    try:
        count = generation.fill(progress(stream) if progress else stream)
    except DocumentsRefused as refused:
        count, failed = refused.taken, failed | _told(refused)
    if len(failed) > count:
        raise RebuildFailed(f"{len(failed)} sheets could not be indexed and {count} could")
    _drain(name, generation, seed)  # most of what changed meanwhile, while others may still write
    with one_at_a_time(target):
        _drain(name, generation, seed)
        generation.publish()
        _keep_seed(seed)
    return count, failed


def _forget_generations(target: str) -> None:
    """Let go of the generations in the making, and of what they still had to hear."""
    for model, field in ((IndexTarget, "name"), (PendingDocument, "target")):
        model._default_manager.filter(**{f"{field}__startswith": f"{target}/"}).delete()


def state() -> SearchState:
    """The row that both engines share, made on first use."""
    return SearchState.objects.get_or_create(pk=1)[0]


def neutral_seed() -> str:
    """Seed of the neutral order of the day."""
    return state().seed


def _seed_of_the_day() -> str:
    """The seed for an index built today: a new one, unless another index was built with it today."""
    row = state()
    return row.seed if timezone.localdate(row.drawn_at) == timezone.localdate() else new_seed()


def _keep_seed(seed: str) -> None:
    row = state()
    if row.seed != seed:
        row.seed = seed
        row.save()


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
