"""What a query's filters select, and how many sheets each other choice would: exact, on bits."""

from collections.abc import Collection, Mapping
from functools import cached_property, reduce

import numpy as np

from search.contract import (
    APART_QUOTE,
    APART_UNPRICED,
    Bucket,
    Facet,
    PriceKind,
    Query,
    Scope,
)
from search.engines.embedded.columns import (
    KINDS,
    NEVER,
    OFFERS,
    ONLY,
    Bits,
    Columns,
    Integers,
    Planes,
    totals,
)


class Selection:
    """The sheets that satisfy a query; `found` are those that its text finds, None for all."""

    def __init__(self, columns: Columns, query: Query, found: Bits | None) -> None:
        self._columns = columns
        self._query = query
        self._base = columns.alive if found is None else columns.alive & found
        self._sheets: dict[str, Bits] = {}
        self._offers: dict[str, Planes] = {}
        for facet in columns.facets:
            if values := query.filters.get(facet.name):
                chosen = columns.table(facet, query.need).union(values)
                if facet.scope == Scope.SHEET:
                    self._sheets[facet.name] = chosen[0]
                else:
                    self._offers[facet.name] = chosen
        self._existing = columns.tables[OFFERS, None].union((ONLY,))

    @cached_property
    def matched(self) -> Bits:
        """The sheets that satisfy everything."""
        return self._matching(())

    @cached_property
    def total(self) -> int:
        """How many they are."""
        return int(np.bitwise_count(self.matched).sum())

    def among(self, ords: Integers) -> Integers:
        """Those of some ordinals that matched, in the order given."""
        return ords[_unpacked(self.matched)[ords]]

    def totals(self) -> Integers:
        """By sheet: total in cents of its best offer within the filters, `NEVER` if none."""
        best = np.full(self._columns.words * 64, NEVER, np.int64)
        for plane, keys in zip(
            self._offers_without(()), self._columns.preference[self._query.need], strict=True
        ):
            np.minimum(best, np.where(_unpacked(plane), keys, NEVER), out=best)
        return np.where(best == NEVER, NEVER, totals(best))

    def facets(self) -> Mapping[str, tuple[Bucket, ...]]:
        """Buckets of every facet."""
        return {facet.name: self._buckets(facet) for facet in self._columns.facets}

    def apart(self) -> Mapping[str, int]:
        """Sheets that only a missing price leaves out, when a price is asked for."""
        priced = {
            facet.name
            for facet in self._columns.facets
            if facet.price and self._query.filters.get(facet.name)
        }
        if not priced:
            return {APART_QUOTE: 0, APART_UNPRICED: 0}
        left_out = self._sheets_without(priced) & ~self.matched
        offers = self._offers_without(priced)
        kinds = self._columns.tables[KINDS, self._query.need]
        quote = left_out & _any(offers & kinds.union((PriceKind.QUOTE.value,)))
        unpriced = left_out & ~quote & _any(offers & kinds.union((PriceKind.UNPRICED.value,)))
        return {
            APART_QUOTE: int(np.bitwise_count(quote).sum()),
            APART_UNPRICED: int(np.bitwise_count(unpriced).sum()),
        }

    def _sheets_without(self, names: Collection[str]) -> Bits:
        """Conditions on sheets, save those of some facets."""
        kept = (bits for name, bits in self._sheets.items() if name not in names)
        return reduce(np.bitwise_and, kept, self._base)

    def _offers_without(self, names: Collection[str]) -> Planes:
        """Conditions on offers, save those of some facets."""
        kept = (planes for name, planes in self._offers.items() if name not in names)
        return reduce(np.bitwise_and, kept, self._existing)

    def _matching(self, names: Collection[str]) -> Bits:
        return self._sheets_without(names) & _any(self._offers_without(names))

    def _buckets(self, facet: Facet) -> tuple[Bucket, ...]:
        table = self._columns.table(facet, self._query.need)
        counts = self._counts(facet, table.bits).tolist()
        selected = self._query.filters.get(facet.name, ())

        def bucket(value: str) -> Bucket:
            at = table.values.get(value)
            return Bucket(value, counts[at] if at is not None else 0)

        if facet.choices is not None:
            return tuple(bucket(choice.value) for choice in facet.choices)
        held = sorted(
            ((-count, value) for value, count in zip(table.values, counts, strict=True) if count)
        )
        listed = dict.fromkeys(value for _, value in held[: facet.limit])
        listed.update(dict.fromkeys(selected))
        return tuple(sorted(map(bucket, listed), key=lambda one: (-one.count, one.value)))

    def _counts(self, facet: Facet, bits: Planes) -> Integers:
        """Distinct sheets for each value of a facet, whatever is chosen in that facet."""
        name = facet.name
        if facet.scope == Scope.SHEET:
            sheets = self._matching((name,)) if name in self._sheets else self.matched
            rows = bits[0] & sheets
        elif name in self._offers:
            sheets = self._sheets_without(())
            rows = _any(bits & self._offers_without((name,))[:, None, :]) & sheets
        else:
            rows = _any(bits & self._satisfying[:, None, :])
        counts: Integers = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
        return counts

    @cached_property
    def _satisfying(self) -> Planes:
        """Offers that satisfy everything, of sheets that do."""
        return self._offers_without(()) & self._sheets_without(())


def _any(planes: Planes) -> Bits:
    """Sheets that have a bit in any plane."""
    united: Bits = np.bitwise_or.reduce(planes, axis=0)
    return united


def _unpacked(bits: Bits) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_)


def ordinals(bits: Bits) -> Integers:
    """Ordinals of the bits set, ascending."""
    return np.flatnonzero(_unpacked(bits))


def packed(ords: Integers, words: int) -> Bits:
    """A row of bits with these ordinals set; those that do not fit are left out."""
    held = np.zeros(words * 64, np.bool_)
    held[ords[ords < words * 64]] = True
    return np.packbits(held, bitorder="little").view(np.uint64)
