"""What is written in a generation: all documents at once, then one change after another."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from search.analysis import ANALYSER_VERSION
from search.contract import Document, DocumentsRefused, EngineUnavailable, Facet
from search.engines.embedded import snapshot
from search.engines.embedded.generations import REBUILD, Generation, Generations
from search.engines.embedded.preparing import prepared
from search.engines.embedded.reader import all_columns
from search.engines.embedded.store import Store
from search.engines.embedded.text_index import TextIndex, TextIndexError
from search.engines.embedded.writing import Changes, Filling, TextChange

Change = Callable[[Changes], list[TextChange]]


class Building:
    """A generation being built; see `search.contract.Generation` for what each method promises.

    Only its beginning and its publication wait for other writers, `lock_seconds` at most.
    """

    def __init__(
        self, generations: Generations, facets: Sequence[Facet], lock_seconds: float
    ) -> None:
        self._generations = generations
        self._facets = facets
        self._lock_seconds = lock_seconds
        self._generation, self._lock = generations.new(lock_seconds)
        self.name = self._generation.path.name

    def fill(self, documents: Iterable[Document]) -> int:
        """Take all documents, once; return how many there are. Of equal ids the first counts.

        An error from `documents` comes through. Raises `DocumentsRefused` at the end.
        """
        refused: dict[str, str] = {}
        with unavailable_when_broken():
            text = TextIndex.create(self._generation.text)
            with closing(Filling(self._generation.documents)) as filling:
                text.fill(filling.add(prepared(documents, refused)))
                filling.finish({"analyser": ANALYSER_VERSION, "rebuilt_at": _now()})
            with closing(Store(self._generation.documents)) as store:
                snapshot.save(all_columns(store, self._facets), self._generation.columns)
        if refused:
            raise DocumentsRefused(refused, taken=filling.count)
        return filling.count

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents that changed since they were read for `fill`."""
        change, refused = putting(documents)
        self._change(change)
        if refused:
            raise refused

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        self._change(removing(ids))

    def _change(self, change: Change) -> None:
        with unavailable_when_broken(), closing(Store(self._generation.documents)) as store:
            apply(change, self._generation, store)

    def publish(self) -> None:
        """Answer from this generation from now on, in one step; the one before it goes."""
        self._generations.publish(self._generation, self._lock_seconds)
        self._lock.close()

    def discard(self) -> None:
        """Remove a generation that is not to be published."""
        self._generations.discard(self._generation)
        self._lock.close()


def putting(documents: Sequence[Document]) -> tuple[Change, DocumentsRefused | None]:
    """The change that adds or replaces documents, and what to raise once it is made, if anything.

    Of documents with the same id the last counts.
    """
    reasons: dict[str, str] = {}
    ready = list(prepared({one.id: one for one in documents}.values(), reasons))
    refused = DocumentsRefused(reasons, taken=len(ready)) if reasons else None
    return lambda changes: [changes.put(one) for one in ready], refused


def removing(ids: Sequence[str]) -> Change:
    """The change that removes documents; unknown ids are ignored."""
    return lambda changes: [change for id_ in dict.fromkeys(ids) if (change := changes.delete(id_))]


def apply(change: Change, generation: Generation, store: Store) -> None:
    """Write a change in a generation. The caller is the only one to write it."""
    with store.connection() as connection:
        connection.execute("BEGIN IMMEDIATE")
        changes = Changes(connection)
        if texts := change(changes):
            changes.finish()
            # The text first: what the documents say to exist, it must know. A crash in
            # between leaves ordinals that no document claims, or a newer text of one.
            TextIndex.open(generation.text).apply(texts)
        connection.execute("COMMIT")


@contextmanager
def unavailable_when_broken() -> Iterator[None]:
    """Say what to do when the files of an index cannot be used."""
    try:
        yield
    except (sqlite3.Error, TextIndexError) as error:
        raise EngineUnavailable(f"the index cannot be used ({error}): {REBUILD}") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
