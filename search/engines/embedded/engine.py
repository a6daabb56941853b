"""The embedded engine seen from outside: what the contract promises, step by step."""

import os
import sqlite3
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis import ANALYSER_VERSION, TextPlan, completions, fold, parse, plan
from search.contract import (
    Completion,
    Document,
    EngineUnavailable,
    Facet,
    Health,
    Hit,
    Query,
    Results,
    Sort,
    Vocabulary,
)
from search.engines.embedded import snapshot
from search.engines.embedded.columns import Integers
from search.engines.embedded.generations import REBUILD, Generation, Generations, Pointer
from search.engines.embedded.hits import hit
from search.engines.embedded.matching import Matcher, TextMatch, similar
from search.engines.embedded.preparing import prepare
from search.engines.embedded.reader import Reader, View, all_columns
from search.engines.embedded.selection import Selection
from search.engines.embedded.store import Store
from search.engines.embedded.text_index import TextIndex, TextIndexError
from search.engines.embedded.writing import Changes, Filling, TextChange

LOCK_SECONDS = 10.0
"""How long a writer waits for another before it gives up."""

_REMEMBERED = 8
# Readers of a parent process: closing their files here would disturb the parent's locks.
_inherited: list[Reader] = []


class EmbeddedEngine:
    """A search engine in a directory; see `search.contract.Engine` for what each method promises.

    `facets` are all that may be filtered; `vocabulary` is called for each text, and should be
    quick. One instance serves all threads of a process and survives a fork.
    """

    def __init__(
        self,
        directory: Path,
        facets: Sequence[Facet],
        vocabulary: Callable[[], Vocabulary],
        *,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self._generations = Generations(Path(directory))
        self._facets = tuple(facets)
        self._names = frozenset(facet.name for facet in facets)
        self._vocabulary = vocabulary
        self._lock_seconds = lock_seconds
        self._opening = threading.Lock()
        self._open: tuple[Pointer, Reader] | None = None
        self._remembered: OrderedDict[tuple[Generation, int, str, TextPlan], TextMatch] = (
            OrderedDict()
        )
        _forget_after_fork(self)

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build a new generation from `documents`, swap it in, return how many it holds.

        An error from `documents` comes through and leaves the index as it was. Of documents with
        the same id the first counts.
        """
        with self._writing():
            previous = self._previous()
            generation = self._generations.new()
            try:
                count = self._fill(generation, documents)
                self._generations.publish(generation)
            except BaseException:
                self._generations.discard(generation)
                raise
            self._generations.sweep(keep=previous)
        return count

    def _previous(self) -> Generation | None:
        try:
            return self._generations.current()
        except EngineUnavailable:
            return None

    def _fill(self, generation: Generation, documents: Iterable[Document]) -> int:
        text = TextIndex.create(generation.text)
        filling = Filling(generation.documents)
        try:
            text.fill(filling.add(map(prepare, documents)))
            filling.finish({"analyser": ANALYSER_VERSION, "rebuilt_at": _now()})
        finally:
            filling.close()
        store = Store(generation.documents)
        try:
            snapshot.save(all_columns(store, self._facets), generation.columns)
        finally:
            store.close()
        return filling.count

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents; visible to the next search of any process.

        Done again after a crash, it repairs what the crash left half written. Of documents with
        the same id the last counts.
        """
        prepared = [prepare(one) for one in {one.id: one for one in documents}.values()]
        if prepared:
            self._change(lambda changes: [changes.put(one) for one in prepared])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        if ids:
            self._change(
                lambda changes: [
                    change for id_ in dict.fromkeys(ids) if (change := changes.delete(id_))
                ]
            )

    def _change(self, apply: Callable[[Changes], list[TextChange]]) -> None:
        with self._writing():
            reader = self._reader()
            with reader.store.connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                changes = Changes(connection)
                if texts := apply(changes):
                    changes.finish()
                    # The text first: what the documents say to exist, it must know. A crash in
                    # between leaves ordinals that no document claims, or a newer text of one.
                    TextIndex.open(reader.generation.text).apply(texts)
                connection.execute("COMMIT")
            self._generations.sweep_later()

    def search(self, query: Query) -> Results:
        """Answer a query: exact total, disjunctive counts, one page of hits."""
        started = time.perf_counter()
        if unknown := query.filters.keys() - self._names:
            raise ValueError(f"unknown facets: {', '.join(sorted(unknown))}")
        with self._reading() as (reader, view):
            found = self._match(reader, view, query.text)
            columns = view.columns
            selection = Selection(columns, query, found.bits(columns.words) if found else None)
            ords = _page(_ordered(view, selection, query, found), query)
            stored = reader.store.stored(ords)
            whole = not query.hits_only
            marker = found.marker if found and whole else None
            return Results(
                hits=tuple(
                    hit(stored[ord_], query, self._facets, marker)
                    for ord_ in ords
                    if ord_ in stored
                ),
                total=selection.total,
                facets=selection.facets() if whole else {},
                apart=selection.apart() if whole else {},
                suggestion=found.suggestion if found and whole else None,
                took_ms=(time.perf_counter() - started) * 1000,
            )

    def _match(self, reader: Reader, view: View, text: str) -> TextMatch | None:
        """What a text finds, None when it asks for nothing; remembered for the next page."""
        parsed = parse(text)
        vocabulary = self._vocabulary()
        wanted = plan(parsed, vocabulary)
        if wanted.is_empty:
            return None
        key = (reader.generation, view.seq, parsed.clean, wanted)
        found = self._remembered.get(key)
        if found is None:
            found = Matcher(reader, view, vocabulary).match(parsed, wanted)
            with self._opening:
                self._remembered[key] = found
                while len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
        return found

    def autocomplete(self, text: str, limit: int = 8) -> tuple[Completion, ...]:
        """Names whose words begin with `text`, then expressions of the vocabulary that do."""
        prefix = fold(parse(text).clean)
        if not prefix or limit < 1:
            return ()
        with self._reading() as (reader, _):
            ords = reader.store.completed(prefix, limit)
            stored = reader.store.stored(ords)
        names = [
            Completion(stored[one].text["name"], stored[one].id, stored[one].card.get("slug"))
            for one in ords
            if one in stored
        ]
        words = [Completion(text) for text in completions(self._vocabulary(), prefix)]
        return tuple((*names, *words)[:limit])

    def similar(self, id: str, limit: int = 4) -> tuple[Hit, ...]:
        """Sheets most like this one, itself excluded; empty when unknown."""
        with self._reading() as (reader, view):
            ord_ = reader.store.ordinal(id)
            if ord_ is None or limit < 1:
                return ()
            ords = similar(reader, view, ord_, limit)
            stored = reader.store.stored(ords)
            return tuple(
                hit(stored[one], Query(), self._facets, None) for one in ords if one in stored
            )

    def health(self) -> Health:
        """State of the engine; never raises."""
        try:
            with self._reading() as (reader, view):
                return Health(
                    ok=True,
                    documents=view.columns.count,
                    rebuilt_at=reader.meta.get("rebuilt_at"),
                )
        except Exception as error:  # noqa: BLE001  (a probe says what is wrong, whatever it is)
            return Health(ok=False, detail=str(error))

    def close(self) -> None:
        """Let go of all files; the next call opens them again."""
        with self._opening:
            if self._open:
                self._open[1].close()
            self._open = None
            self._remembered.clear()

    @contextmanager
    def _reading(self) -> Iterator[tuple[Reader, View]]:
        with _unavailable_when_broken():
            reader = self._reader()
            yield reader, reader.view()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _unavailable_when_broken(), self._generations.writing(self._lock_seconds):
            yield

    def _reader(self) -> Reader:
        """The current generation, opened; another one as soon as the pointer was swapped."""
        pointer = self._generations.pointer()
        opened = self._open
        if opened is not None and opened[0] == pointer:
            return opened[1]
        with self._opening:
            if self._open is None or self._open[0] != pointer:
                previous = self._open
                self._open = (pointer, Reader(self._generations.current(), self._facets))
                if previous:
                    previous[1].close()
                self._remembered.clear()
            return self._open[1]

    def _forget(self) -> None:
        """Start afresh in a child process: locks and connections belong to the parent."""
        self._opening = threading.Lock()
        if self._open:
            _inherited.append(self._open[1])
        self._open = None
        self._remembered = OrderedDict()


def _forget_after_fork(engine: EmbeddedEngine) -> None:
    reference = weakref.ref(engine)

    def forget() -> None:
        found = reference()
        if found is not None:
            found._forget()

    os.register_at_fork(after_in_child=forget)


@contextmanager
def _unavailable_when_broken() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, TextIndexError) as error:
        raise EngineUnavailable(f"the index cannot be used ({error}): {REBUILD}") from error


def _ordered(view: View, selection: Selection, query: Query, found: TextMatch | None) -> Integers:
    """Ordinals of the sheets matched in the order asked for, ties in neutral order."""
    ords = selection.among(view.in_neutral_order)
    columns = view.columns
    if query.sort == Sort.NAME:
        return _by(view.name_rank, ords)
    if query.sort == Sort.RECENT:
        return _by(-columns.updated, ords)
    if query.sort == Sort.LABEL:
        return _by(-columns.label_rank, ords)
    if query.sort == Sort.PRICE:
        return _by(selection.totals(), ords)
    return _by(found.ranks(columns.words), ords) if found else ords


def _by(keys: NDArray[np.int64] | NDArray[np.float64], ords: Integers) -> Integers:
    return ords[np.argsort(keys[ords], kind="stable")]


def _page(ords: Integers, query: Query) -> list[int]:
    start = (query.page - 1) * query.page_size
    return [int(one) for one in ords[start : start + query.page_size]]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
