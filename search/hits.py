"""A sheet found, as the results page shows it: which of its offers, and why it matches.

Pure Python, the same for every engine.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from search.analysis import Marker
from search.contract import TEXT_FIELDS, Facet, Hit, Need, PriceKind, Query, Scope

_WHOLE = frozenset({"name", "summary"})
"""Fields shown in full; of the others, a fragment."""

TOTAL_BITS = 50
"""Bits of a preference key that hold the total in cents; eight below them hold the position."""

_MOST_POSITIONS = 255


class OfferRow(NamedTuple):
    """What the index keeps of an offer: `needs` gives price kind, total and values by need."""

    uid: str
    trial: bool
    facets: Mapping[str, Sequence[str]]
    needs: Mapping[str, tuple[str, int | None, Mapping[str, Sequence[str]]]]


class Stored(NamedTuple):
    """What an engine gives back of a sheet: facet values, offers, cards and the original text."""

    id: str
    facets: Mapping[str, Sequence[str]]
    offers: Sequence[OfferRow]
    card: Mapping[str, Any]
    offer_cards: Sequence[Mapping[str, Any]]
    text: Mapping[str, str]


def hit(stored: Stored, query: Query, facets: Sequence[Facet], marker: Marker | None) -> Hit:
    """The hit for a sheet: the offer is the best of those that satisfy the filters on offers."""
    at = _best_offer(stored.offers, query, facets)
    offer = stored.offers[at]
    kind, total = price(offer, query.need)
    return Hit(
        id=stored.id,
        card=stored.card,
        offer=stored.offer_cards[at],
        offer_uid=offer.uid,
        price_kind=kind,
        total=total,
        highlights=_highlights(stored.text, marker) if marker else {},
    )


def _best_offer(offers: Sequence[OfferRow], query: Query, facets: Sequence[Facet]) -> int:
    conditions = [
        (facet, frozenset(values))
        for facet in facets
        if facet.scope == Scope.OFFER and (values := query.filters.get(facet.name))
    ]

    def rank(at: int) -> tuple[bool, int]:
        satisfies = all(
            not values.isdisjoint(offer_values(offers[at], facet, query.need))
            for facet, values in conditions
        )
        return not satisfies, preference_key(offers[at], query.need, at)

    # None satisfies when the sheet changed since it was found: the best of all, then.
    return min(range(len(offers)), key=rank)


def preference_key(offer: OfferRow, need: Need, position: int) -> int:
    """Order among a sheet's offers: production, priced lowest, on quote, unpriced, position."""
    kind, total = price(offer, need)
    rank = 3 * int(offer.trial)
    if kind == PriceKind.QUOTE:
        rank, total = rank + 1, 0
    elif kind == PriceKind.UNPRICED:
        rank, total = rank + 2, 0
    cents = min(max(total or 0, 0), (1 << TOTAL_BITS) - 1)
    return (((rank << TOTAL_BITS) | cents) << 8) | min(position, _MOST_POSITIONS)


def price(offer: OfferRow, need: Need) -> tuple[PriceKind, int | None]:
    """Kind and total in cents of an offer for a need; unpriced when nothing was said of it."""
    kind, total, _ = offer.needs.get(need, (PriceKind.UNPRICED, None, {}))
    return PriceKind(kind), total


def offer_values(offer: OfferRow, facet: Facet, need: Need | None) -> Sequence[str]:
    """The values that an offer has in a facet of offers."""
    if not facet.per_need or need is None:
        return offer.facets.get(facet.name, ())
    priced = offer.needs.get(need)
    return priced[2].get(facet.name, ()) if priced else ()


def _highlights(text: Mapping[str, str], marker: Marker) -> dict[str, str]:
    highlights: dict[str, str] = {}
    for field in TEXT_FIELDS:
        if field.highlight and (value := text.get(field.name)):
            mark = marker.whole if field.name in _WHOLE else marker.fragment
            if marked := mark(value):
                highlights[field.name] = marked
    return highlights
