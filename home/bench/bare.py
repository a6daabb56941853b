"""The yardstick on the embedded engine: a search done bare, with the same client on the same index.

It asks tantivy the same question, ANDs and counts the same bits with numpy for every facet, reads
the rows of one page and marks the words in them with a regular expression. It leaves out all that
makes an answer keep the contract: typing errors, sheets called by name, neutral order, choice of
the matching offer, prices set apart, stems in the highlighting, values of the contract's types.

It looks inside the engine: bench code, which nothing else may do, and no part of the engine.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from home.bench.timing import Call
from search.analysis import parse, plan
from search.contract import PAGE_SIZE, Query, Scope

_MARKED = ("name", "summary", "features", "description")


class BareEmbedded:
    """Searches barely in what an engine holds now."""

    label = "la même sans rien autour (voir la doc)"

    def __init__(self, engine: Any) -> None:
        self._search = _bare_search(engine)

    def searching(self, query: Query) -> Call:
        """A search, done bare."""
        return partial(self._search, query)

    def completing(self, prefix: str) -> Call | None:
        """Nothing: a completion has nothing to leave out."""
        return None

    def requests(self, query: Query) -> int:
        """One: nothing is asked of a server."""
        return 1


def _bare_search(engine: Any) -> Callable[[Query], Mapping[str, Any]]:
    reader = engine._reader()
    view = reader.view()
    columns = view.columns

    def search(query: Query) -> Mapping[str, Any]:
        wanted = plan(parse(query.text), engine._vocabulary())
        ords, _ = view.text.find(wanted)
        sheets = {}
        offers = {}
        for facet in columns.facets:
            if values := query.filters.get(facet.name):
                chosen = columns.table(facet, query.need).union(values)
                if facet.scope == Scope.SHEET:
                    sheets[facet.name] = chosen[0]
                else:
                    offers[facet.name] = chosen
        held = np.zeros(columns.words * 64, np.bool_)
        held[ords] = True
        found = np.packbits(held, bitorder="little").view(np.uint64) & columns.alive

        def matched(without: str) -> Any:
            bits = np.tile(found, (columns.planes, 1))
            for name, own in (*sheets.items(), *offers.items()):
                if name != without:
                    bits = bits & own
            return bits

        everything = matched("")
        counts = {}
        for facet in columns.facets:
            chosen = matched(facet.name) if facet.name in query.filters else everything
            bits = columns.table(facet, query.need).bits
            if facet.scope == Scope.SHEET:
                rows = bits[0] & np.bitwise_or.reduce(chosen, axis=0)
            else:
                rows = np.bitwise_or.reduce(bits & chosen[:, None, :], axis=0)
            counts[facet.name] = np.bitwise_count(rows).sum(axis=1)
        sheets_left = np.bitwise_or.reduce(everything, axis=0)
        held = np.unpackbits(sheets_left.view(np.uint8), bitorder="little").view(np.bool_)
        page = [int(ord_) for ord_ in ords[held[ords]][:PAGE_SIZE]]
        words = "|".join(re.escape(word.surface) for word in wanted.words)
        mark = re.compile(rf"\b({words})\w*", re.IGNORECASE)
        stored = reader.store.stored(page)
        marked = [
            mark.sub(r"<mark>\g<0></mark>", stored[ord_].text[name])
            for ord_ in page
            for name in _MARKED
        ]
        return {"total": int(held.sum()), "counts": counts, "hits": stored, "marked": marked}

    return search
