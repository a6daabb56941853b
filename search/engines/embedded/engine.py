"""The embedded engine seen from outside: what the contract promises, step by step."""

import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis import TextPlan, completions, fold, parse, plan
from search.contract import (
    Completion,
    Document,
    Engine,
    Facet,
    Health,
    Hit,
    Query,
    Reason,
    Results,
    Sort,
    Vocabulary,
)
from search.engines.embedded.building import (
    Building,
    Change,
    apply,
    putting,
    removing,
    unavailable_when_broken,
)
from search.engines.embedded.columns import Integers
from search.engines.embedded.generations import Generation, Generations, Pointer
from search.engines.embedded.matching import Matcher, TextMatch, reasons, similar
from search.engines.embedded.reader import Reader, View
from search.engines.embedded.selection import Selection
from search.hits import hit

LOCK_SECONDS = 10.0
"""How long a writer waits for another before it gives up."""

_REMEMBERED = 8
_SCANNED = 500
# Readers of a parent process: closing their files here would disturb the parent's locks.
_inherited: list[Reader] = []


class EmbeddedEngine(Engine):
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

    def generation(self) -> Building:
        """Begin a new generation; searches and changes go on in the current one."""
        return Building(self._generations, self._facets, self._lock_seconds)

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents; visible to the next search of any process.

        Done again after a crash, it repairs what the crash left half written. Of documents with
        the same id the last counts.
        """
        if documents:
            change, refused = putting(documents)
            self._change(change)
            if refused:
                raise refused

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        if ids:
            self._change(removing(ids))

    def _change(self, change: Change) -> None:
        with unavailable_when_broken(), self._generations.writing(self._lock_seconds):
            reader = self._reader()
            apply(change, reader.generation, reader.store)
            self._generations.sweep_later()

    def search(self, query: Query) -> Results:
        """Answer a query: exact total, disjunctive counts, one page of hits."""
        started = time.perf_counter()
        with self._reading() as (reader, view):
            found, selection = self._select(reader, view, query)
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

    def scan(self, query: Query) -> Iterator[Hit]:
        """All hits of a query in its order, without highlights, as they were when this began.

        A generation swapped out meanwhile is read to its end.
        """
        with unavailable_when_broken():
            reader = self._reader()
            with reader.store.frozen() as stored_then:
                view = reader.view()
                found, selection = self._select(reader, view, query)
                ords = _ordered(view, selection, query, found)
                for start in range(0, len(ords), _SCANNED):
                    batch = ords[start : start + _SCANNED].tolist()
                    stored = stored_then(batch)
                    for ord_ in batch:
                        if ord_ in stored:
                            yield hit(stored[ord_], query, self._facets, None)

    def explain(self, query: Query, ids: Sequence[str]) -> Mapping[str, Reason]:
        """What a query's text is worth in each of these sheets; those not found are left out."""
        with self._reading() as (reader, view):
            ords = reader.store.ordinals(ids)
            found = self._match(reader, view, query.text)
            if found is None:
                return dict.fromkeys(ords, Reason(0.0, "neutral order"))
            worth = reasons(view, found, ords.values())
            return {id_: worth[ord_] for id_, ord_ in ords.items() if ord_ in worth}

    def _select(
        self, reader: Reader, view: View, query: Query
    ) -> tuple[TextMatch | None, Selection]:
        """What the text finds, None when it asks for nothing, and what filters leave of it."""
        if unknown := query.filters.keys() - self._names:
            raise ValueError(f"unknown facets: {', '.join(sorted(unknown))}")
        found = self._match(reader, view, query.text)
        bits = found.bits(view.columns.words) if found else None
        return found, Selection(view.columns, query, bits)

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
            ord_ = reader.store.ordinals([id]).get(id)
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
        with unavailable_when_broken():
            reader = self._reader()
            yield reader, reader.view()

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
