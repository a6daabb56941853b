"""The server's own `multi_match`, beside which the engine is measured."""

import pytest

from search.contract import Vocabulary
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch.client import Address, Client
from tests.search.documents import FACETS, sheet

SHEETS = [
    sheet("Aube", summary="Gestion du courrier", neutral=2),
    sheet("Brise", summary="Gestion des courriers", neutral=1),
    sheet("Courrier", neutral=3),
]


@pytest.fixture
def engine(opensearch_3: str, opensearch_index: str) -> OpenSearchEngine:
    client = Client(Address((opensearch_3,)))
    return OpenSearchEngine(client, FACETS, Vocabulary, alias=opensearch_index)


def test_finds_by_its_own_analysis_and_the_same_weights(engine: OpenSearchEngine):
    with engine.plain_search(SHEETS) as search:
        assert search("courrier", 10) == ["courrier", "aube"]  # no plural
        assert search("gestion", 10) == ["brise", "aube"]  # alike: neutral order
        assert search("courrier", 1) == ["courrier"]
        assert search("l'\"\ud800", 10) == []


def test_leaves_no_index_behind(engine: OpenSearchEngine):
    with engine.plain_search(SHEETS):
        assert engine.client.named(f"{engine.alias}-plain-*")
    assert not engine.client.named(f"{engine.alias}-plain-*")
