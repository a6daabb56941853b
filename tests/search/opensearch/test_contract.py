"""The OpenSearch engine keeps the contract, on both versions."""

import secrets
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from search.contract import Document, Engine, Vocabulary
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch.client import Address, Client
from tests.opensearch.server import call
from tests.search.contract.base import MakeEngine
from tests.search.documents import FACETS
from tests.search.engine_contract import EngineContract


class Emptied:
    """An engine on an index of its own, which `again` empties: ten times as quick as another."""

    def __init__(self, server: str) -> None:
        self.client = Client(Address((server,)))
        self.alias = f"test-{secrets.token_hex(6)}"
        self._erase = f"{server}/{self.alias}/_delete_by_query?refresh=true&conflicts=proceed"
        engine_of(self.client, self.alias).rebuild([])

    def again(self, vocabulary: Vocabulary | None) -> OpenSearchEngine:
        call(self._erase, method="POST", body={"query": {"match_all": {}}})
        return engine_of(self.client, self.alias, vocabulary)

    def remove(self, *aliases: str) -> None:
        for alias in aliases:
            for index in self.client.named(f"{alias}-2*"):
                self.client.remove(index)


@pytest.fixture(scope="session")
def emptied() -> Iterator[Callable[[str], Emptied]]:
    """The engine of a server, the same for all tests of this process."""
    made = cache(Emptied)
    servers: set[str] = set()

    def of(server: str) -> Emptied:
        servers.add(server)
        return made(server)

    yield of
    for server in servers:
        own = made(server)
        own.remove(own.alias)
        own.client.close()


class OnAServer(EngineContract):
    @pytest.fixture
    def server(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def make_engine(self, server: str, emptied: Callable[[str], Emptied]) -> Iterator[MakeEngine]:
        shared = emptied(server)
        others: list[str] = []
        first = True

        def make(*documents: Document, vocabulary: Vocabulary | None = None) -> Engine:
            nonlocal first
            if first:
                first = False
                engine = shared.again(vocabulary)
                engine.upsert(list({one.id: one for one in reversed(documents)}.values()))
                return engine
            others.append(f"{shared.alias}-other{len(others)}")
            engine = engine_of(shared.client, others[-1], vocabulary)
            engine.rebuild(documents)
            return engine

        yield make
        shared.remove(*others)

    def another(self, engine: Engine) -> Engine:
        assert isinstance(engine, OpenSearchEngine)
        return engine_of(Client(engine.client.address), engine.alias)


def engine_of(client: Client, alias: str, vocabulary: Vocabulary | None = None) -> OpenSearchEngine:
    return OpenSearchEngine(
        client, FACETS, lambda: vocabulary or Vocabulary(), alias=alias, replicas="false"
    )


class TestOpenSearch3(OnAServer):
    @pytest.fixture
    def server(self, opensearch_3: str) -> str:
        return opensearch_3


class TestOpenSearch2(OnAServer):
    @pytest.fixture
    def server(self, opensearch_2: str) -> str:
        return opensearch_2
