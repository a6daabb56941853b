"""System checks of the search."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Warning, register

from search.deadline import within
from search.engines import ENGINES
from search.services import get_engine

HEALTH_SECONDS = 2.0
"""How long a command waits to know whether the servers hold an index of its fields."""


@register()
def engine_exists(app_configs: Any, **kwargs: Any) -> list[Error]:
    """SEARCH_ENGINE names an engine that we have."""
    name = settings.SEARCH["ENGINE"]
    if name in ENGINES:
        return []
    return [
        Error(
            f"SEARCH_ENGINE={name}: no such engine.",
            hint=f"Choose one of: {', '.join(sorted(ENGINES))}.",
            id="search.E001",
        )
    ]


@register()
def index_is_current(app_configs: Any, **kwargs: Any) -> list[Error | Warning]:
    """OpenSearch has an address, and its index the fields and the analysis of this code.

    Servers that do not answer are no mistake of the settings: `/readyz` tells of them.
    """
    if settings.SEARCH["ENGINE"] != "opensearch":
        return []
    if not any(settings.SEARCH["OPENSEARCH_URL"]):
        return [
            Error(
                "SEARCH_ENGINE=opensearch, but OPENSEARCH_URL names no server.",
                hint="Give the nodes, separated by commas: https://node1:9200,https://node2:9200.",
                id="search.E002",
            )
        ]
    with within(HEALTH_SECONDS):
        outdated = get_engine().health().outdated
    if not outdated:
        return []
    return [
        Warning(
            "The index was built for other fields or another analysis than those of this code.",
            hint="Run `manage.py rebuild_index`: until it ends, changes wait and new facets are empty.",
            id="search.W001",
        )
    ]
