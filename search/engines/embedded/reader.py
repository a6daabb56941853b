"""One generation opened for reading, and what it holds at one moment.

A `View` never changes: searches keep the one they began with. When a write went by, the next
search makes another view, from the rows that changed and a fresh look at the text index.
"""

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from search.analysis import ANALYSER_VERSION, Entry, Lexicon
from search.contract import EngineUnavailable, Facet
from search.engines.embedded import snapshot
from search.engines.embedded.columns import NEVER, Columns, Integers, empty
from search.engines.embedded.generations import REBUILD, Generation
from search.engines.embedded.store import Store
from search.engines.embedded.text_index import TextIndex, TextSearcher


def all_columns(store: Store, facets: Sequence[Facet]) -> Columns:
    """The columns of a store, made from every row."""
    return empty(facets).patched(store.changes(-1))


class View:
    """The sheets at one moment: their columns and their text."""

    def __init__(self, seq: int, columns: Columns, text: TextSearcher, store: Store) -> None:
        self.seq = seq
        self.columns = columns
        self.text = text
        self._store = store

    @cached_property
    def in_neutral_order(self) -> Integers:
        """All ordinals, in the order that favours nobody."""
        return np.argsort(self.columns.neutral, kind="stable")

    @cached_property
    def name_rank(self) -> Integers:
        """Place of each sheet when sorted by name; one added since comes last."""
        places = np.full(self.columns.words * 64, NEVER, np.int64)
        ords = np.array(self._store.in_name_order(), np.int64)
        ords = ords[ords < len(places)]
        places[ords] = np.arange(len(ords))
        return places


class Reader:
    """An open generation. Thread-safe; another process needs its own."""

    def __init__(self, generation: Generation, facets: Sequence[Facet]) -> None:
        self.generation = generation
        self.store = Store(generation.documents)
        self.meta = self.store.meta()
        if self.meta.get("analyser") != ANALYSER_VERSION:
            self.store.close()
            raise EngineUnavailable(f"the index was built by another version: {REBUILD}")
        self._text = TextIndex.open(generation.text)
        self._refreshing = threading.Lock()
        self._words: dict[str, Entry] = {}
        self._lexicon: tuple[int, tuple[Entry, ...], Lexicon] | None = None
        self._view = self._first_view(tuple(facets))

    def _first_view(self, facets: tuple[Facet, ...]) -> View:
        # The sequence is read before the text, and the text is committed before the sequence: what
        # the columns say to exist, the text index knows.
        saved = snapshot.load(facets, self.generation.columns)
        seq = self.store.seq()
        if saved is None:
            columns = all_columns(self.store, facets)
        else:
            columns = saved.patched(self.store.changes(0))
        return View(seq, columns, self._text.searcher(), self.store)

    def view(self) -> View:
        """What the generation holds now."""
        view, seq = self._view, self.store.seq()
        if seq <= view.seq:
            return view
        with self._refreshing:
            view = self._view
            if seq > view.seq:
                columns = view.columns.patched(self.store.changes(view.seq))
                self._view = view = View(seq, columns, self._text.searcher(), self.store)
        return view

    def lexicon(self, extra: tuple[Entry, ...]) -> Lexicon:
        """The words of all sheets, and `extra` ones."""
        with self._refreshing:
            seq = self.store.seq()
            if self._lexicon is None or self._lexicon[:2] != (seq, extra):
                since = -1 if self._lexicon is None else self._lexicon[0]
                self._words.update((word.folded, word) for word in self.store.words(since))
                words = {word.folded: word for word in extra}
                words.update(
                    (folded, word) for folded, word in self._words.items() if word.frequency > 0
                )
                self._lexicon = seq, extra, Lexicon(words.values())
            return self._lexicon[2]

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()
