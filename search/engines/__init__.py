"""The engine in use, loaded by setting: nobody imports one by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.module_loading import import_string

from search.contract import Engine, Facet, Vocabulary

ENGINES = {
    "embedded": "search.engines.embedded.from_settings",
    "opensearch": "search.engines.opensearch.from_settings",
}


def build_engine(
    name: str,
    settings: Mapping[str, Any],
    facets: Sequence[Facet],
    vocabulary: Callable[[], Vocabulary],
) -> Engine:
    """The engine called `name`. Raises `KeyError` when there is none (a system check says so)."""
    engine: Engine = import_string(ENGINES[name])(settings, facets, vocabulary)
    return engine
