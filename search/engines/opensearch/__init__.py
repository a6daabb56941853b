"""The OpenSearch engine: the contract on a server or a cluster, versions 2.19 and 3.

`engine` is the whole seen from outside, `mapping` what an index is like and `preparing` what it
holds of a document, `queries`, `texts` and `counting` the pure builders of what is asked (the last
also reads what comes back), `spelling` the guesses at words that no sheet uses,
`generations` the versioned indices behind the alias, `client` the only one who calls the server.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from search.contract import Engine, Facet, Vocabulary
from search.engines.opensearch.client import Address, Client
from search.engines.opensearch.engine import OpenSearchEngine

__all__ = ["OpenSearchEngine", "from_settings"]


def from_settings(
    settings: Mapping[str, Any], facets: Sequence[Facet], vocabulary: Callable[[], Vocabulary]
) -> Engine:
    """The engine on the servers of OPENSEARCH_URL."""
    address = Address(
        urls=tuple(settings["OPENSEARCH_URL"]),
        user=settings["OPENSEARCH_USER"],
        password=settings["OPENSEARCH_PASSWORD"],
        ca=settings["OPENSEARCH_CA"],
    )
    return OpenSearchEngine(
        Client(address),
        facets,
        vocabulary,
        alias=settings["OPENSEARCH_INDEX"],
        replicas=settings["OPENSEARCH_REPLICAS"],
    )
