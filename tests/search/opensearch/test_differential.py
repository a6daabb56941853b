"""Random documents and queries: both engines find, count and show the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from search.contract import Document, Engine, Query, Results, Sort
from search.engines.embedded import EmbeddedEngine
from search.engines.opensearch import OpenSearchEngine
from tests.search.contract.base import VISIO
from tests.search.contract.differential import QUERIES, catalogues
from tests.search.documents import FACETS
from tests.search.opensearch.servers import engine_on

WORDS = (
    "courrier",
    "courriers",
    "signature électronique",
    "parapheur",
    "gestion",
    "l'archivage",
    "visio",
    "zoom",
    "paie",
    "Aube",
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
TYPED = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(['"signature électronique"', "-paie", "de la", "Brise"]),
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
EXAMPLES = settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs two rebuilds
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def written(draw: st.DrawFn) -> list[Document]:
    """A catalogue whose sheets say something."""
    return [
        replace(
            document,
            text={**document.text, **{name: draw(TEXTS) for name in ("words", "description")}},
        )
        for document in draw(catalogues())
    ]


@pytest.fixture(params=["opensearch_3", "opensearch_2"])
def pair(
    request: pytest.FixtureRequest,
    opensearch_3: str,
    opensearch_2: str,
    opensearch_index: str,
    tmp_path: Path,
) -> Iterator[tuple[EmbeddedEngine, OpenSearchEngine]]:
    remote = engine_on(request.getfixturevalue(request.param), alias=opensearch_index)
    remote._vocabulary = lambda: VISIO
    yield EmbeddedEngine(tmp_path / "index", FACETS, lambda: VISIO), remote
    remote.close()


def hits(results: Results) -> list[tuple]:
    return [(hit.id, hit.offer_uid, hit.price_kind, hit.total, hit.card) for hit in results.hits]


def counted(results: Results) -> tuple:
    return results.total, results.facets, results.apart


def whole_and_part(engine: Engine, query: Query) -> tuple[Results, Results, list[str]]:
    """A query answered whole, by its hits alone, and one hit after the other."""
    few = engine.search(replace(query, hits_only=True))
    return engine.search(query), few, [hit.id for hit in engine.scan(query)]


@given(documents=catalogues(), queries=st.lists(QUERIES, min_size=5, max_size=12))
@EXAMPLES
def test_filters_alone_give_the_same_in_the_same_order(pair, documents, queries):
    for engine in pair:
        engine.rebuild(documents)
    for query in queries:
        (mine, few, scanned), (theirs, *others) = (whole_and_part(one, query) for one in pair)
        assert counted(mine) == counted(theirs)
        assert hits(mine) == hits(theirs)
        assert scanned == others[1] == [hit.id for hit in mine.hits]
        assert hits(few) == hits(others[0]) == hits(mine)
        assert few.total == others[0].total == mine.total


@given(
    documents=written(),
    queries=st.lists(QUERIES, min_size=4, max_size=8),
    texts=st.lists(TYPED, min_size=4, max_size=8),
)
@EXAMPLES
def test_texts_find_the_same_sheets_with_the_same_counts(pair, documents, queries, texts):
    for engine in pair:
        engine.rebuild(documents)
    for query, text in zip(queries, texts, strict=False):
        typed = replace(query, text=text)
        (mine, few, scanned), (theirs, *others) = (whole_and_part(one, typed) for one in pair)
        assert counted(mine) == counted(theirs)
        assert sorted(map(str, hits(mine))) == sorted(map(str, hits(theirs)))
        assert mine.suggestion == theirs.suggestion
        assert set(scanned) == set(others[1]) == {hit.id for hit in mine.hits}
        assert few.total == others[0].total == mine.total
        if typed.sort != Sort.RELEVANCE:  # scores differ a little, and so may the order of a few
            assert hits(mine) == hits(theirs)
        highlights = [{hit.id: hit.highlights for hit in one.hits} for one in (mine, theirs)]
        assert highlights[0] == highlights[1]
