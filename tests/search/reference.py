"""What the contract says of queries without text, computed the slow and obvious way."""

from collections.abc import Collection, Iterable, Sequence

from search.contract import (
    APART_QUOTE,
    APART_UNPRICED,
    Bucket,
    Document,
    Facet,
    OfferDocument,
    PriceKind,
    Query,
    Scope,
    Sort,
)


class Reference:
    """Answers by looking at every offer of every document."""

    def __init__(self, documents: Iterable[Document], facets: Sequence[Facet]) -> None:
        self._documents = list(documents)
        self._facets = {facet.name: facet for facet in facets}

    def ids(self, query: Query) -> list[str]:
        """Ids of all sheets that match, in order, whatever the page."""
        found = [one for one in self._documents if self._offers(one, query)]
        return [one.id for one in sorted(found, key=lambda one: self._place(one, query))]

    def offer(self, document: Document, query: Query) -> OfferDocument:
        """The offer that a hit shows."""
        offers = self._offers(document, query)
        return min(offers, key=lambda one: self._preference(document, one, query))

    def buckets(self, query: Query, facet: Facet) -> tuple[Bucket, ...]:
        """Buckets of a facet."""
        selected = query.filters.get(facet.name, ())
        held = [self._values_to_count(one, query, facet) for one in self._documents]

        def bucket(value: str) -> Bucket:
            return Bucket(value, sum(value in values for values in held))

        if facet.choices is not None:
            return tuple(bucket(choice.value) for choice in facet.choices)
        every = sorted(
            map(bucket, set().union(*held, selected)), key=lambda one: (-one.count, one.value)
        )
        return tuple(
            one
            for place, one in enumerate(every)
            if one.value in selected or (one.count and place < facet.limit)
        )

    def apart(self, query: Query) -> dict[str, int]:
        """Sheets that only a missing price leaves out."""
        counts = {APART_QUOTE: 0, APART_UNPRICED: 0}
        prices = {name for name, facet in self._facets.items() if facet.price}
        if not any(query.filters.get(name) for name in prices):
            return counts
        for document in self._documents:
            if not self._offers(document, query):
                offers = self._offers(document, query, without=prices)
                kinds = {offer.needs[query.need].kind for offer in offers}
                if PriceKind.QUOTE in kinds:
                    counts[APART_QUOTE] += 1
                elif PriceKind.UNPRICED in kinds:
                    counts[APART_UNPRICED] += 1
        return counts

    def _offers(
        self, document: Document, query: Query, without: Collection[str] = ()
    ) -> list[OfferDocument]:
        """The offers that satisfy a query, none when the sheet itself does not."""
        kept = {
            name: set(values)
            for name, values in query.filters.items()
            if values and name not in without
        }
        for name, values in kept.items():
            of_sheet = self._facets[name].scope == Scope.SHEET
            if of_sheet and not values & set(document.facets.get(name, ())):
                return []
        return [
            offer
            for offer in document.offers
            if all(
                values & self._of_offer(offer, self._facets[name], query)
                for name, values in kept.items()
                if self._facets[name].scope == Scope.OFFER
            )
        ]

    def _values_to_count(self, document: Document, query: Query, facet: Facet) -> set[str]:
        offers = self._offers(document, query, without=(facet.name,))
        if facet.scope == Scope.SHEET:
            return set(document.facets.get(facet.name, ())) if offers else set()
        return set().union(*(self._of_offer(offer, facet, query) for offer in offers))

    @staticmethod
    def _of_offer(offer: OfferDocument, facet: Facet, query: Query) -> set[str]:
        source = offer.needs[query.need].facets if facet.per_need else offer.facets
        return set(source.get(facet.name, ()))

    @staticmethod
    def _preference(document: Document, offer: OfferDocument, query: Query) -> tuple[object, ...]:
        price = offer.needs[query.need]
        kind = {PriceKind.QUOTE: 1, PriceKind.UNPRICED: 2}.get(price.kind, 0)
        return offer.trial, kind, price.total or 0, document.offers.index(offer)

    def _place(self, document: Document, query: Query) -> tuple[object, ...]:
        match query.sort:
            case Sort.NAME:
                return document.name_key, document.neutral
            case Sort.RECENT:
                return -document.updated, document.neutral
            case Sort.LABEL:
                return -document.label_rank, document.neutral
            case Sort.PRICE:
                total = self.offer(document, query).needs[query.need].total
                return total is None, total or 0, document.neutral
            case _:
                return (document.neutral,)
