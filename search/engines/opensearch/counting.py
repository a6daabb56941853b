"""Filters, and counts of each facet that ignore its own choices: pure builders, and the reader.

Conditions on offers hold on one and the same offer: nested queries, whose counts come back to
sheets. As long as no two facets of offers are asked for, the values of any offer, which each sheet
carries flat, say the same and cost far less. Facets whose values are few are counted in one field
that holds them all: visiting a sheet once for thirty facets is what makes counts quick.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from search.contract import (
    APART_QUOTE,
    APART_UNPRICED,
    Bucket,
    Facet,
    PriceKind,
    Query,
    Scope,
)
from search.engines.opensearch.mapping import alone
from search.engines.opensearch.preparing import EQUALS, value
from search.engines.opensearch.texts import MATCH_ALL, Body

_CLOSED_VALUES = 1_000
_SELECTED = " selected"
_TOGETHER, _TOGETHER_NEEDS = " together", " together needs"
_MOST_VALUES = 10_000
_SHEETS: Body = {"sheets": {"reverse_nested": {}}}


class Counting:
    """The filters of one query over the facets of the contract."""

    def __init__(self, facets: Sequence[Facet], query: Query) -> None:
        self._facets = facets
        self._alone = alone(facets)
        self._need = query.need
        self._chosen = {
            facet.name: [value(one) for one in query.filters[facet.name]]
            for facet in facets
            if query.filters.get(facet.name)
        }

    @property
    def is_filtered(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self._chosen)

    def conditions(self, without: Collection[str] = ()) -> list[Body]:
        """Conditions on sheets, facets in `without` apart; those on offers hold on one offer."""
        return [*self._on_sheets(without), *self._on_any_offer(self._wanted(without))]

    def on_offers(self) -> list[Body]:
        """Conditions inside an offer."""
        return [self._inside(facet) for facet in self._wanted(())]

    def chosen_fields(self) -> list[str]:
        """Fields by which one knows which offers satisfy the conditions inside an offer."""
        return [self._inside_field(facet) for facet in self._wanted(())]

    def aggregations(self) -> Body:
        """What to count: each facet under the choices of all the others."""
        others = [facet for facet in self._facets if facet.name not in self._chosen]
        counts = {"matched": self._counted(others, ())}
        for facet in self._facets:
            if facet.name in self._chosen:
                counts[f"without {facet.name}"] = self._counted([facet], (facet.name,))
        return {**counts, **self._apart()}

    def buckets(self, found: Mapping[str, Any]) -> dict[str, tuple[Bucket, ...]]:
        """The buckets of all facets, read from what `aggregations` brought back."""
        on_sheets, on_offers = {}, {}
        for name, part in found.items():
            on_sheets[name] = _tables(part)
            if "offers" in part:
                on_offers[name] = _tables(part["offers"]["same"])
        buckets = {}
        for facet in self._facets:
            part = f"without {facet.name}" if facet.name in self._chosen else "matched"
            in_offers = facet.scope == Scope.OFFER and part in on_offers
            tables = on_offers[part] if in_offers else on_sheets[part]
            selected = tables.get(facet.name + _SELECTED, {})
            buckets[facet.name] = self._buckets(facet, tables.get(facet.name, {}), selected)
        return buckets

    def apart(self, found: Mapping[str, Any]) -> dict[str, int]:
        """The sheets that only a missing price leaves out."""
        return {
            name: int(found[name]["doc_count"]) if name in found else 0
            for name in (APART_QUOTE, APART_UNPRICED)
        }

    def _counted(self, facets: Sequence[Facet], without: Collection[str]) -> Body:
        """Count facets among the sheets that satisfy everything, some facets apart."""
        wanted = self._wanted(without)
        nested = [facet for facet in facets if facet.scope == Scope.OFFER and wanted]
        counts = self._each([facet for facet in facets if facet not in nested], inside=False)
        if nested:
            offers = [self._inside(facet) for facet in wanted]
            inside = self._each(nested, inside=True)
            counts["offers"] = {
                "nested": {"path": "offers"},
                "aggs": {"same": {"filter": _all(offers), "aggs": inside}},
            }
        body: Body = {"filter": _all(self.conditions(without))}
        if counts:
            body["aggs"] = counts
        return body

    def _each(self, facets: Sequence[Facet], *, inside: bool) -> Body:
        """Count facets, those of few values in one go; `inside` offers, or in sheets."""
        several = [facet for facet in facets if facet.name not in self._alone]
        if len(several) < 2:
            several = []
        counts: Body = {}
        for facet in facets:
            if facet not in several:
                counts.update(self._terms(facet, nested=inside))
        path = "offers." if inside else ""
        if any(not facet.per_need for facet in several):
            counts[_TOGETHER] = _all_values(f"{path}together", nested=inside)
        if any(facet.per_need for facet in several):
            field = f"{path}together_needs.{self._need.value}"
            counts[_TOGETHER_NEEDS] = _all_values(field, nested=inside)
        return counts

    def _terms(self, facet: Facet, *, nested: bool) -> Body:
        field = self._inside_field(facet) if nested else self._field(facet)
        size = _CLOSED_VALUES if facet.choices is not None else facet.limit
        # Inside offers the order is that of offers: the sheets are put in order when read.
        terms: Body = {"field": field, "size": max(size, _CLOSED_VALUES) if nested else size}
        counts = {facet.name: {"terms": terms}}
        selected = self._chosen.get(facet.name)
        if selected and facet.choices is None:
            own = {"field": field, "include": selected, "size": len(selected)}
            counts[facet.name + _SELECTED] = {"terms": own}
        if nested:
            return {name: {**count, "aggs": _SHEETS} for name, count in counts.items()}
        return counts

    def _apart(self) -> Body:
        priced = {facet.name for facet in self._facets if facet.price}
        if not priced & self._chosen.keys():
            return {}
        rest = self._wanted(priced)
        left_out = {"must_not": self._on_any_offer(self._wanted(()))}
        quote = self._of_kind(rest, PriceKind.QUOTE)
        unpriced = self._of_kind(rest, PriceKind.UNPRICED)
        sheets = self._on_sheets(())
        return {
            APART_QUOTE: {"filter": {"bool": {"filter": [*sheets, quote], **left_out}}},
            APART_UNPRICED: {
                "filter": {
                    "bool": {
                        "filter": [*sheets, unpriced],
                        "must_not": [*left_out["must_not"], quote],
                    }
                }
            },
        }

    def _of_kind(self, facets: Sequence[Facet], kind: PriceKind) -> Body:
        if not facets:
            return {"term": {f"any_needs.{self._need.value}.kind": kind.value}}
        own = {"term": {f"offers.needs.{self._need.value}.kind": kind.value}}
        return _nested([*map(self._inside, facets), own])

    def _wanted(self, without: Collection[str]) -> list[Facet]:
        """The facets of offers that are asked for."""
        return [
            facet
            for facet in self._facets
            if facet.scope == Scope.OFFER
            and facet.name in self._chosen
            and facet.name not in without
        ]

    def _on_sheets(self, without: Collection[str]) -> list[Body]:
        return [
            {"terms": {self._field(facet): self._chosen[facet.name]}}
            for facet in self._facets
            if facet.scope == Scope.SHEET
            and facet.name in self._chosen
            and facet.name not in without
        ]

    def _on_any_offer(self, facets: Sequence[Facet]) -> list[Body]:
        if len(facets) > 1:
            return [_nested([self._inside(facet) for facet in facets])]
        return [{"terms": {self._field(facet): self._chosen[facet.name]}} for facet in facets]

    def _inside(self, facet: Facet) -> Body:
        return {"terms": {self._inside_field(facet): self._chosen[facet.name]}}

    def _field(self, facet: Facet) -> str:
        if facet.scope == Scope.SHEET:
            return f"facets.{facet.name}"
        return (
            f"any_needs.{self._need.value}.{facet.name}" if facet.per_need else f"any.{facet.name}"
        )

    def _inside_field(self, facet: Facet) -> str:
        own = f"needs.{self._need.value}.facets" if facet.per_need else "facets"
        return f"offers.{own}.{facet.name}"

    def _buckets(
        self, facet: Facet, counts: Mapping[str, int], selected: Mapping[str, int]
    ) -> tuple[Bucket, ...]:
        if facet.choices is not None:
            return tuple(
                Bucket(choice.value, counts.get(choice.value, 0)) for choice in facet.choices
            )
        ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        listed = dict(ranked[: facet.limit])
        for one in self._chosen.get(facet.name, ()):
            listed[one] = selected.get(one, 0)
        return tuple(
            Bucket(*one) for one in sorted(listed.items(), key=lambda one: (-one[1], one[0]))
        )


def _tables(part: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Sheets by value of each facet that was counted in a part of the answer."""
    tables: dict[str, dict[str, int]] = {}
    for name, found in part.items():
        if name in (_TOGETHER, _TOGETHER_NEEDS):
            for held, count in _counts(found).items():
                facet, _, one = held.partition(EQUALS)
                tables.setdefault(facet, {})[one] = count
        elif isinstance(found, Mapping) and "buckets" in found:
            tables[name] = _counts(found)
    return tables


def _all_values(field: str, *, nested: bool) -> Body:
    counts: Body = {"terms": {"field": field, "size": _MOST_VALUES}}
    return {**counts, "aggs": _SHEETS} if nested else counts


def _counts(terms: Mapping[str, Any]) -> dict[str, int]:
    return {
        bucket["key"]: bucket["sheets"]["doc_count"] if "sheets" in bucket else bucket["doc_count"]
        for bucket in terms["buckets"]
    }


def _nested(conditions: Sequence[Body]) -> Body:
    return {"nested": {"path": "offers", "query": _all(conditions)}}


def _all(conditions: Iterable[Body]) -> Body:
    wanted = list(conditions)
    return {"bool": {"filter": wanted}} if wanted else MATCH_ALL
