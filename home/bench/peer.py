"""The peer: the same search by Wagtail's own backend for OpenSearch, facet by facet.

Its model is made for it, with one value a facet: the most that Wagtail can both filter by and
count. It counts under all filters, lists ten values a facet, knows no offers and marks no words.
Its table lives in the temporary database, its index beside ours.
"""

from collections.abc import Iterable
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, models
from wagtail.search import index
from wagtail.search.backends.opensearch3 import SearchBackend
from wagtail.search.query import MATCH_ALL

from home.bench.timing import Call
from search.contract import TEXT_FIELDS, Document, Need, Query
from search.facets import FACETS

MOST_DOCUMENTS = 100_000
"""More rows than this take too long to write."""

_BATCH = 500
_COLUMNS = {facet.name: f"facet_{facet.name.replace('-', '_')}" for facet in FACETS}


class _Meta:
    # No app of this name is installed: the model has no migrations, nor a table elsewhere.
    app_label = "bench"


PeerSheet: Any = type(
    "PeerSheet",
    (index.Indexed, models.Model),
    {
        "__module__": __name__,
        "Meta": _Meta,
        **{field.name: models.TextField() for field in TEXT_FIELDS},
        **{column: models.CharField(max_length=255) for column in _COLUMNS.values()},
        "search_fields": [
            *(index.SearchField(field.name, boost=field.boost) for field in TEXT_FIELDS),
            *(index.FilterField(column) for column in _COLUMNS.values()),
        ],
    },
)


class WagtailPeer:
    """Wagtail's search of one index. `fill` it first, `remove` its table at the end."""

    def __init__(self) -> None:
        site = settings.SEARCH
        options: dict[str, Any] = {"http_compress": True}
        if site["OPENSEARCH_USER"]:
            options["http_auth"] = (site["OPENSEARCH_USER"], site["OPENSEARCH_PASSWORD"])
        if site["OPENSEARCH_CA"]:
            options["ca_certs"] = site["OPENSEARCH_CA"]
        self._backend = SearchBackend(
            {
                "URLS": list(site["OPENSEARCH_URL"]),
                # The temporary alias begins the name: whoever removes ours removes this as well.
                "INDEX_PREFIX": f"{site['OPENSEARCH_INDEX']}-peer-",
                "INDEX_SETTINGS": {"settings": {"index": {"number_of_replicas": 0}}},
                "OPTIONS": options,
            }
        )

    def fill(self, documents: Iterable[Document]) -> None:
        """Write rows and index them."""
        with connection.schema_editor() as editor:
            editor.create_model(PeerSheet)
        target = self._backend.get_index_for_model(PeerSheet)
        target.put()
        target.add_model(PeerSheet)
        waiting = iter(documents)
        while rows := [_row(document) for document in islice(waiting, _BATCH)]:
            target.add_items(PeerSheet, PeerSheet.objects.bulk_create(rows))
        target.refresh()

    def remove(self) -> None:
        """Remove the table."""
        if PeerSheet._meta.db_table in connection.introspection.table_names():
            with connection.schema_editor() as editor:
                editor.delete_model(PeerSheet)
        self._backend.es.close()

    def searching(self, query: Query) -> Call:
        """A page of hits, the total and the counts of every facet, each asked for in turn."""
        return partial(self._search, query)

    def _search(self, query: Query) -> tuple[list[Any], int, list[Any]]:
        chosen = {f"{_COLUMNS[name]}__in": values for name, values in query.filters.items()}
        found = self._backend.search(query.text or MATCH_ALL, PeerSheet.objects.filter(**chosen))
        start = (query.page - 1) * query.page_size
        hits = list(found[start : start + query.page_size])
        return hits, found.count(), [found.facet(column) for column in _COLUMNS.values()]


def _row(document: Document) -> Any:
    offer = document.offers[0]
    price = offer.needs.get(Need.MEDIUM)
    values = {**document.facets, **offer.facets, **(price.facets if price else {})}
    return PeerSheet(
        **{field.name: document.text.get(field.name, "") for field in TEXT_FIELDS},
        **{column: next(iter(values.get(name, ())), "") for name, column in _COLUMNS.items()},
    )
