"""Versioned indices behind an alias: one answers, another may be in the making."""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from search.contract import Document, DocumentsRefused, EngineUnavailable, Facet
from search.engines.opensearch.client import Client
from search.engines.opensearch.mapping import alone, index_body
from search.engines.opensearch.preparing import key, source

ABANDONED_SECONDS = 24 * 3600
"""Age at which an index that answers nothing was left by a rebuild that died."""

COPIES_SECONDS = 60
"""How long a new index waits for its copies before it answers without."""

_STAMP = "%Y%m%d-%H%M%S"


def write(
    client: Client,
    index: str,
    documents: Iterable[Document],
    facets: Sequence[Facet],
    *,
    is_alias: bool = False,
) -> DocumentsRefused | None:
    """Write documents; gives what cannot be written or the servers refused, None when all was."""
    apart = alone(facets)
    ids: dict[str, str] = {}
    reasons: dict[str, str] = {}

    def actions() -> Iterator[Mapping[str, Any]]:
        for document in documents:
            ids[key(document.id)] = document.id
            try:
                body = source(document, apart)
            except (TypeError, ValueError) as error:
                reasons[document.id] = str(error)
            else:
                yield {"_op_type": "index", "_id": key(document.id), **body}

    refused = client.bulk(index, actions(), is_alias=is_alias)
    reasons.update({ids[one]: why for one, why in refused.items()})
    return DocumentsRefused(reasons, taken=len(ids) - len(reasons)) if reasons else None


def erase(client: Client, index: str, ids: Sequence[str], *, is_alias: bool = False) -> None:
    """Remove documents; unknown ids are ignored."""
    actions = ({"_op_type": "delete", "_id": key(one)} for one in dict.fromkeys(ids))
    client.bulk(index, actions, is_alias=is_alias)


class OpenSearchGeneration:
    """An index beside the one that answers; see `search.contract.Generation`."""

    def __init__(self, client: Client, alias: str, replicas: str, facets: Sequence[Facet]) -> None:
        self._client = client
        self._alias = alias
        self._replicas = replicas
        self._facets = tuple(facets)
        now = datetime.now(UTC)
        self.name = f"{now:{_STAMP}}-{secrets.token_hex(3)}"
        self._index = f"{alias}-{self.name}"
        self._sweep()
        client.create(self._index, index_body(facets, now.isoformat(timespec="seconds")))

    def fill(self, documents: Iterable[Document]) -> int:
        """Take all documents; of equal ids the first counts. Raises `DocumentsRefused`."""
        seen: set[str] = set()

        def distinct() -> Iterator[Document]:
            for document in documents:
                if document.id not in seen:
                    seen.add(document.id)
                    yield document

        if refused := write(self._client, self._index, distinct(), self._facets):
            raise refused
        return len(seen)

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents that changed since they were read for `fill`."""
        if refused := write(self._client, self._index, latest(documents), self._facets):
            raise refused

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        if ids:
            erase(self._client, self._index, ids)

    def publish(self) -> None:
        """Point the alias at this index once it has its copies, then remove the one before."""
        replicas = {"auto_expand_replicas": self._replicas, "refresh_interval": None}
        self._client.put_settings(self._index, {"index": replicas})
        self._client.refresh(self._index)
        self._client.wait_for_copies(self._index, COPIES_SECONDS)
        before = self._client.behind(self._alias)
        self._client.point(self._alias, self._index)
        with suppress(EngineUnavailable):  # a later rebuild sweeps what could not be removed
            for index in before:
                self._client.remove(index)

    def discard(self) -> None:
        """Remove the index, unless it is the one that answers."""
        if self._index not in self._client.behind(self._alias):
            self._client.remove(self._index)

    def _sweep(self) -> None:
        """Remove what rebuilds that died have left."""
        kept = set(self._client.behind(self._alias))
        oldest = time.strftime(_STAMP, time.gmtime(time.time() - ABANDONED_SECONDS))
        for index in self._client.named(f"{self._alias}-*"):
            stamp = index.removeprefix(f"{self._alias}-")
            if index not in kept and stamp[:8].isdecimal() and stamp < oldest:
                self._client.remove(index)


def latest(documents: Sequence[Document]) -> list[Document]:
    """Of documents with the same id, the last."""
    return list({document.id: document for document in documents}.values())
