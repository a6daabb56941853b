"""Engines and a catalogue on a test server, on an index of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.breaker import CircuitBreaker
from search.engines.opensearch import OpenSearchEngine
from search.indexing import rebuild
from search.services import forget_engines, get_engine
from tests.catalogue.factories import make_offer, make_sheet, per_agent
from tests.opensearch.proxy import Proxy
from tests.search.documents import sheet
from tests.search.opensearch.servers import engine_on

SHEETS = (sheet("Aube", words="courrier"), sheet("Brise", words="parapheur"))
PAUSE = 0.3


@pytest.fixture
def engine(opensearch_3: str, opensearch_index: str) -> Iterator[OpenSearchEngine]:
    """An engine on an index of two sheets."""
    built = engine_on(opensearch_3, alias=opensearch_index)
    built.rebuild(SHEETS)
    yield built
    built.close()


@pytest.fixture
def faulty(engine: OpenSearchEngine, faulty_opensearch: Proxy) -> Iterator[OpenSearchEngine]:
    """The same index through the proxy that can be made to fail."""
    behind = engine_on(faulty_opensearch.url, alias=engine.alias, pause=PAUSE)
    yield behind
    behind.close()


@pytest.fixture
def site_on(settings: Any, opensearch_index: str, tmp_path: Path) -> Iterator[Any]:
    """`site_on(url)` has the site search on a server, left alone for a short while when it fails."""
    used: list[OpenSearchEngine] = []

    def use(*urls: str) -> OpenSearchEngine:
        settings.SEARCH = {
            **settings.SEARCH,
            "ENGINE": "opensearch",
            "INDEX_DIR": tmp_path / "index",
            "OPENSEARCH_URL": list(urls),
            "OPENSEARCH_INDEX": opensearch_index,
            "OPENSEARCH_REPLICAS": "false",
        }
        forget_engines()
        engine = get_engine()
        assert isinstance(engine, OpenSearchEngine)
        engine.client.breaker = CircuitBreaker(pause=PAUSE)
        used.append(engine)
        return engine

    yield use
    forget_engines()
    for engine in used:
        engine.close()


@pytest.fixture
def catalogue_on_opensearch(site: Any, site_on: Any, faulty_opensearch: Proxy) -> OpenSearchEngine:
    """A site of two published sheets, whose engine is behind the proxy that can fail."""
    engine: OpenSearchEngine = site_on(faulty_opensearch.url)
    for name in ("Orvalis", "Clépside"):
        make_offer(make_sheet(name), **per_agent("5"))
    rebuild()
    return engine
