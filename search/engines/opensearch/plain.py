"""What the server finds by itself: `multi_match` on its default analysis, to be beaten."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from search.analysis import storable
from search.contract import TEXT_FIELDS, Document
from search.engines.opensearch.client import Client
from search.engines.opensearch.preparing import key

PlainSearch = Callable[[str, int], list[str]]
"""Ids of the best documents for a text, best first, at most so many."""


@contextmanager
def plain_search(
    client: Client, alias: str, documents: Iterable[Document]
) -> Iterator[PlainSearch]:
    """Search documents without any analysis of ours, in an index that ends with the block.

    The same fields with the same weights as the engine's; ties in neutral order.
    """
    index = f"{alias}-plain-{secrets.token_hex(4)}"
    texts = {field.name: {"type": "text"} for field in TEXT_FIELDS}
    properties = {**texts, "neutral": {"type": "long"}}
    client.create(index, {"mappings": {"properties": properties}})
    ids: dict[str, str] = {}
    try:
        client.bulk(index, (_action(document, ids) for document in documents))
        client.refresh(index)

        def search(text: str, limit: int) -> list[str]:
            body = {
                "query": {
                    "multi_match": {
                        "query": storable(text),
                        "fields": [f"{field.name}^{field.boost:g}" for field in TEXT_FIELDS],
                    }
                },
                "size": limit,
                "sort": [{"_score": "desc"}, {"neutral": "asc"}],
                "_source": False,
            }
            return [ids[hit["_id"]] for hit in client.search(index, body)["hits"]["hits"]]

        yield search
    finally:
        client.remove(index)


def _action(document: Document, ids: dict[str, str]) -> dict[str, object]:
    ids[key(document.id)] = document.id
    texts = {field.name: storable(document.text.get(field.name, "")) for field in TEXT_FIELDS}
    return {
        "_op_type": "index",
        "_id": key(document.id),
        "neutral": document.neutral,
        **texts,
    }
