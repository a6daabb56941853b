"""Engines on test servers."""

from collections.abc import Sequence

from search.breaker import CircuitBreaker
from search.contract import Facet, Vocabulary
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch.client import Address, Client
from tests.search.documents import FACETS


def engine_on(
    *urls: str,
    alias: str,
    facets: Sequence[Facet] = FACETS,
    replicas: str = "false",
    pause: float = 0.3,
) -> OpenSearchEngine:
    """An engine on servers, as a process of its own has it; `pause` is its breaker's, in seconds."""
    client = Client(Address(urls), CircuitBreaker(pause=pause))
    return OpenSearchEngine(client, facets, Vocabulary, alias=alias, replicas=replicas)


def indices(engine: OpenSearchEngine) -> list[str]:
    """Names of all indices of an engine, the one that answers and others."""
    return engine.client.named(f"{engine.alias}*")
