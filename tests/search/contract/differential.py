"""Random documents and queries without text: the engine agrees with the obvious computation."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.contract import Document, Engine, Need, OfferDocument, Query, Scope, Sort
from tests.search.contract.base import ContractBase, MakeEngine
from tests.search.documents import FACETS, LIMIT, offer, sheet
from tests.search.reference import Reference

OPEN_VALUES = ("ambre", "bleu=clair", "cyan", "doré")


def values_of(name: str) -> tuple[str, ...]:
    facet = next(facet for facet in FACETS if facet.name == name)
    return tuple(choice.value for choice in facet.choices) if facet.choices else OPEN_VALUES


def some(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values_of(name)), max_size=3, unique=True).map(tuple)


SHEET_FACETS = [facet.name for facet in FACETS if facet.scope == Scope.SHEET]
OFFER_FACETS = [facet.name for facet in FACETS if facet.scope == Scope.OFFER and not facet.per_need]
TOTALS = st.one_of(st.none(), st.just(0), st.integers(1, 3 * LIMIT))


@st.composite
def offers(draw: st.DrawFn) -> list[OfferDocument]:
    trials = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    return [
        offer(
            f"offre-{place}",
            total=None if trial else {need: draw(TOTALS) for need in Need},
            quote=draw(st.integers(0, 4)) == 0,
            trial=trial,
            **{name: draw(some(name)) for name in OFFER_FACETS},
        )
        for place, trial in enumerate(trials)
    ]


@st.composite
def catalogues(draw: st.DrawFn) -> list[Document]:
    return [
        sheet(
            draw(st.sampled_from(["Aube", "Brise", "Étoile", "cime"])),
            id=f"sheet-{place}",
            neutral=neutral,
            updated=draw(st.integers(0, 3)),
            label=draw(st.integers(0, 3)),
            facets={name: draw(some(name)) for name in SHEET_FACETS},
            offers=draw(offers()),
        )
        for place, neutral in enumerate(draw(st.permutations(range(draw(st.integers(0, 12))))))
    ]


QUERIES = st.builds(
    Query,
    filters=st.dictionaries(
        st.sampled_from([facet.name for facet in FACETS]), st.none(), max_size=4
    ).flatmap(lambda names: st.fixed_dictionaries({name: some(name) for name in names})),
    need=st.sampled_from(Need),
    sort=st.sampled_from(Sort),
    page_size=st.just(100),
)


class DifferentialContract(ContractBase):
    @pytest.fixture
    def engine(self, make_engine: MakeEngine) -> Engine:
        return make_engine()

    @given(
        documents=catalogues(),
        queries=st.lists(QUERIES, min_size=5, max_size=12),
        changes=catalogues(),
    )
    @settings(
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    def test_filters_counts_offers_and_order_are_exact(
        self,
        engine: Engine,
        documents: list[Document],
        queries: list[Query],
        changes: list[Document],
    ):
        engine.rebuild(documents)
        self.compare(engine, documents, queries)

        kept, removed = changes[2:], [document.id for document in changes[:2]]
        engine.upsert(kept)
        engine.delete(removed)
        now = {document.id: document for document in (*documents, *kept)}
        left = [document for id, document in now.items() if id not in removed]
        self.compare(engine, left, queries)

    @staticmethod
    def compare(engine: Engine, documents: list[Document], queries: list[Query]) -> None:
        # Neutral places are distinct in a catalogue, not between two: ties would be arbitrary.
        places = {document.neutral for document in documents}
        reference = Reference(documents, FACETS)
        for query in queries:
            results, expected = engine.search(query), reference.ids(query)
            ids = [hit.id for hit in results.hits]
            assert results.total == len(expected)
            assert sorted(ids) == sorted(expected)
            assert len(places) < len(documents) or ids == expected
            assert results.apart == reference.apart(query)
            for facet in FACETS:
                assert results.facets[facet.name] == reference.buckets(query, facet)
            by_id = {document.id: document for document in documents}
            for hit in results.hits:
                shown = reference.offer(by_id[hit.id], query)
                price = shown.needs[query.need]
                assert (hit.offer_uid, hit.price_kind) == (shown.uid, price.kind)
                assert hit.total == price.total
