"""The yardstick on OpenSearch: the very requests that the engine sends, by opensearch-py alone.

The same connections, compression and JSON on both sides. What the engine adds: the plan of the
text, the body, a thread that keeps the deadline, and typed hits with their offers and highlights.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from home.bench.timing import Call
from search.contract import Query


class RawOpenSearch:
    """Plays back what an engine asks of the servers."""

    label = "_search brut, opensearch-py"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._searches: dict[str, list[Call]] = {}

    def searching(self, query: Query) -> Call:
        """The requests of a search, alone."""
        return partial(_all, self._search(query))

    def completing(self, prefix: str) -> Call:
        """The requests of a completion, alone."""
        return partial(_all, self._sent(self._engine.autocomplete, prefix))

    def requests(self, query: Query) -> int:
        """How many requests a search makes: one, unless a word may be a typing error."""
        return len(self._search(query))

    def _search(self, query: Query) -> list[Call]:
        if repr(query) not in self._searches:
            self._searches[repr(query)] = self._sent(self._engine.search, query)
        return self._searches[repr(query)]

    def _sent(self, ask: Callable[[Any], Any], question: Any) -> list[Call]:
        client = self._engine.client
        search, sent = client.search, []

        def remembered(index: str, body: Any, **parameters: Any) -> Any:
            asked = {"allow_partial_search_results": "false", **parameters}
            sent.append(partial(client.raw, "search", index=index, body=body, params=asked))
            return search(index, body, **parameters)

        client.search = remembered
        try:
            ask(question)
        finally:
            del client.search
        return sent


def _all(calls: Sequence[Call]) -> None:
    for call in calls:
        call()
