"""The embedded engine: the contract in a local folder, without a server.

Several processes read while one writes. A generation is a folder with a text index, which says
what a text finds (`text_index`), and a file of documents (`store`), which says all the rest; each
reading process keeps facet values in memory as bits (`columns`) and counts on them (`selection`).
`engine` is the whole seen from outside, `generations` the folders and locks, `building` how one is
made and changed, `reader` what a process has open, `matching` what is made of a text, `preparing`
and `writing` the changes.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from search.contract import Engine, Facet, Vocabulary
from search.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine", "from_settings"]


def from_settings(
    settings: Mapping[str, Any], facets: Sequence[Facet], vocabulary: Callable[[], Vocabulary]
) -> Engine:
    """The engine whose folder is INDEX_DIR of the search settings."""
    return EmbeddedEngine(Path(settings["INDEX_DIR"]), facets, vocabulary)
