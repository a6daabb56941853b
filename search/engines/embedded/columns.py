"""Facet values as bits, one for each sheet, so that exact counts are a few vector operations.

A table holds the values of one facet: `bits[plane, value]` is a row of bits, bit *n* for the sheet
whose ordinal is *n*. Facets of sheets have one plane. Facets of offers have one plane for each
rank of offer: plane *j* speaks of the *j*-th offer of every sheet, so that conditions on the same
offer are an AND inside a plane, and distinct sheets the OR of all planes.

`Columns` never change once made: `patched` gives another, which shares all that stays the same.
Searches therefore read without a lock while a refresh prepares the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.contract import Facet, Need, PriceKind, Scope
from search.hits import TOTAL_BITS, OfferRow, offer_values, preference_key, price

_Number = TypeVar("_Number", np.uint64, np.int64)

Bits = NDArray[np.uint64]
"""A row of bits, 64 sheets a word."""

Planes = NDArray[np.uint64]
"""Rows of bits, one for each rank of offer."""

Integers = NDArray[np.int64]

TableKey = tuple[str, Need | None]
"""Facet, and need for those whose values depend on it."""

KINDS = "price kind"
OFFERS = "offer"
ONLY = "yes"
"""Tables that no facet declares: kinds of price by need, and which sheets have a *j*-th offer."""

NEVER = np.iinfo(np.int64).max
_SPARE_WORDS = 16
_BATCH = 8192


class Row(NamedTuple):
    """What the index keeps of a sheet beside its text; `alive` is False once it is deleted."""

    ord: int
    alive: bool
    neutral: int
    updated: int
    label_rank: int
    facets: Mapping[str, Sequence[str]]
    offers: Sequence[OfferRow]


@dataclass(frozen=True)
class Table:
    """The values of one facet and their bits: planes, values, words."""

    values: Mapping[str, int]
    bits: NDArray[np.uint64]

    def union(self, values: Iterable[str]) -> Planes:
        """Who has any of these values, by plane; nobody has an unknown one."""
        rows = [self.values[value] for value in values if value in self.values]
        united: Planes = np.bitwise_or.reduce(self.bits[:, rows], axis=1)
        return united


@dataclass(frozen=True)
class Columns:
    """All tables at one moment, and what sheets are sorted by."""

    facets: tuple[Facet, ...]
    tables: Mapping[TableKey, Table]
    alive: Bits
    neutral: Integers
    updated: Integers
    label_rank: Integers
    preference: Mapping[Need, NDArray[np.int64]]
    """By need, plane then sheet: the lower, the better the offer (`preference_key`)."""

    @property
    def words(self) -> int:
        """Length of a row of bits, in 64-bit words."""
        return len(self.alive)

    @property
    def planes(self) -> int:
        """The most offers that a sheet has."""
        return int(self.tables[OFFERS, None].bits.shape[0])

    @property
    def count(self) -> int:
        """How many sheets there are."""
        return int(np.bitwise_count(self.alive).sum())

    def table(self, facet: Facet, need: Need) -> Table:
        """The table of a facet for a need."""
        return self.tables[facet.name, need if facet.per_need else None]

    def patched(self, rows: Iterable[Row]) -> "Columns":
        """These columns with some sheets added, replaced or deleted; the last row of each wins."""
        columns = self
        coming = iter(rows)
        while batch := {row.ord: row for row in islice(coming, _BATCH)}:
            columns = _Patch(columns, list(batch.values())).columns()
        return columns


def totals(keys: Integers) -> Integers:
    """The totals in cents that preference keys stand for, `NEVER` where there is none."""
    ranks = keys >> (TOTAL_BITS + 8)
    cents = (keys >> 8) & ((1 << TOTAL_BITS) - 1)
    return np.where(ranks == 0, cents, NEVER)


def empty(facets: Sequence[Facet]) -> Columns:
    """Columns without any sheet; choices of closed facets have their row already."""
    tables: dict[TableKey, Table] = {}
    for facet in facets:
        values = {choice.value: at for at, choice in enumerate(facet.choices or ())}
        for key in _keys(facet):
            tables[key] = Table(values, _zeros(1, len(values), 0))
    for need in Need:
        kinds = {kind.value: at for at, kind in enumerate(PriceKind)}
        tables[KINDS, need] = Table(kinds, _zeros(1, len(kinds), 0))
    tables[OFFERS, None] = Table({ONLY: 0}, _zeros(1, 1, 0))
    none = np.zeros(0, np.int64)
    preference = {need: np.zeros((1, 0), np.int64) for need in Need}
    return Columns(tuple(facets), tables, np.zeros(0, np.uint64), none, none, none, preference)


def _keys(facet: Facet) -> tuple[TableKey, ...]:
    if facet.per_need:
        return tuple((facet.name, need) for need in Need)
    return ((facet.name, None),)


def _zeros(planes: int, values: int, words: int) -> NDArray[np.uint64]:
    return np.zeros((planes, values, words), np.uint64)


class _Patch:
    """Columns in the making: only tables that change are copied."""

    def __init__(self, columns: Columns, rows: Sequence[Row]) -> None:
        self._old = columns
        self._rows = rows
        self._ords = np.fromiter((row.ord for row in rows), np.int64, len(rows))
        self._at = self._ords // 64
        self._bit = np.uint64(1) << (self._ords % 64).astype(np.uint64)
        last = int(self._ords.max())
        self._words = columns.words if last < columns.words * 64 else last // 64 + 1 + _SPARE_WORDS
        self._planes = max(columns.planes, max(len(row.offers) for row in rows))
        self._flat = {facet.name for facet in columns.facets if facet.scope == Scope.SHEET}

    def columns(self) -> Columns:
        """The old columns with the rows in place."""
        sheets = (self._words * 64,)
        alive = resized(self._old.alive, (self._words,))
        np.bitwise_and.at(alive, self._at, ~self._bit)
        living = np.fromiter((row.alive for row in self._rows), bool, len(self._rows))
        np.bitwise_or.at(alive, self._at[living], self._bit[living])
        neutral = resized(self._old.neutral, sheets)
        updated = resized(self._old.updated, sheets)
        label_rank = resized(self._old.label_rank, sheets)
        neutral[self._ords] = [row.neutral for row in self._rows]
        updated[self._ords] = [row.updated for row in self._rows]
        label_rank[self._ords] = [row.label_rank for row in self._rows]
        return Columns(
            facets=self._old.facets,
            tables=self._tables(),
            alive=alive,
            neutral=neutral,
            updated=updated,
            label_rank=label_rank,
            preference=self._preference((self._planes, *sheets)),
        )

    def _preference(self, shape: tuple[int, int]) -> dict[Need, Integers]:
        preference = {}
        for need, old in self._old.preference.items():
            keys = resized(old, shape, fill=NEVER)
            keys[:, self._ords] = NEVER
            for row in self._rows:
                for plane, offer in enumerate(row.offers if row.alive else ()):
                    keys[plane, row.ord] = preference_key(offer, need, plane)
            preference[need] = keys
        return preference

    def _tables(self) -> dict[TableKey, Table]:
        wanted: dict[TableKey, list[tuple[int, str, int]]] = {key: [] for key in self._old.tables}
        for at, row in enumerate(self._rows):
            if row.alive:
                for key, plane, value in _placed(row, self._old.facets):
                    wanted[key].append((plane, value, at))
        return {key: self._table(key, places) for key, places in wanted.items()}

    def _table(self, key: TableKey, wanted: list[tuple[int, str, int]]) -> Table:
        """One table where each row has exactly the wanted (plane, value) bits."""
        table = self._old.tables[key]
        values = _with_new(table.values, (value for _, value, _ in wanted))
        planes = 1 if key[0] in self._flat else self._planes
        shape = (planes, len(values), self._words)
        bits = table.bits if table.bits.shape == shape else resized(table.bits, shape)
        present = np.zeros((planes, len(values), len(self._rows)), bool)
        if wanted:
            plane, value, row = zip(*wanted, strict=True)
            present[list(plane), [values[one] for one in value], list(row)] = True
        flipped = ((bits[:, :, self._at] & self._bit) != 0) ^ present
        if flipped.any():
            bits = bits.copy() if bits is table.bits else bits
            in_plane, of_value, of_row = np.nonzero(flipped)
            np.bitwise_xor.at(bits, (in_plane, of_value, self._at[of_row]), self._bit[of_row])
        return Table(values, bits)


def _with_new(values: Mapping[str, int], needed: Iterable[str]) -> Mapping[str, int]:
    missing = dict.fromkeys(value for value in needed if value not in values)
    if not missing:
        return values
    return {**values, **{value: len(values) + at for at, value in enumerate(missing)}}


def _placed(row: Row, facets: Sequence[Facet]) -> Iterator[tuple[TableKey, int, str]]:
    """Every (table, plane, value) that a living sheet has."""
    for facet in facets:
        if facet.scope == Scope.SHEET:
            for value in row.facets.get(facet.name, ()):
                yield (facet.name, None), 0, value
    for plane, offer in enumerate(row.offers):
        yield (OFFERS, None), plane, ONLY
        for need in Need:
            yield (KINDS, need), plane, price(offer, need)[0].value
        for facet in facets:
            if facet.scope == Scope.OFFER:
                for key in _keys(facet):
                    for value in offer_values(offer, facet, key[1]):
                        yield key, plane, value


def resized(source: NDArray[_Number], shape: tuple[int, ...], fill: int = 0) -> NDArray[_Number]:
    """A copy of an array in a larger shape, the rest filled."""
    grown = np.full(shape, fill, source.dtype)
    grown[tuple(slice(length) for length in source.shape)] = source
    return grown
