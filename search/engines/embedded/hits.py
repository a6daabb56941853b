"""A sheet found, as the results page shows it."""

from collections.abc import Mapping, Sequence

from search.analysis import Marker
from search.contract import TEXT_FIELDS, Facet, Hit, Query, Scope
from search.engines.embedded.columns import OfferRow, offer_values, preference_key, price
from search.engines.embedded.store import Stored

_WHOLE = frozenset({"name", "summary"})
"""Fields shown in full; of the others, a fragment."""


def hit(stored: Stored, query: Query, facets: Sequence[Facet], marker: Marker | None) -> Hit:
    """The hit for a sheet: the offer is the best of those that satisfy the filters on offers."""
    at = _best_offer(stored.row.offers, query, facets)
    offer = stored.row.offers[at]
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


def _highlights(text: Mapping[str, str], marker: Marker) -> dict[str, str]:
    highlights: dict[str, str] = {}
    for field in TEXT_FIELDS:
        if field.highlight and (value := text.get(field.name)):
            mark = marker.whole if field.name in _WHOLE else marker.fragment
            if marked := mark(value):
                highlights[field.name] = marked
    return highlights
