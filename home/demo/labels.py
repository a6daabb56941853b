"""What sheets are, in the words of judged queries: their archetype, their vendor, their source."""

from collections.abc import Iterable, Mapping

from home.demo.sheets import DEFAULT_SEED, generate_sheets
from search.contract import Document


def archetypes_by_uid(count: int, seed: int = DEFAULT_SEED) -> dict[str, str]:
    """Uid → archetype of the first `count` demo sheets of a seed."""
    return {str(sheet.uid): sheet.archetype for sheet in generate_sheets(count, seed)}


def labels(
    documents: Iterable[Document], archetypes: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Id → labels of each document, as `search/data/judged_queries.toml` names them."""
    return {document.id: frozenset(_labels(document, archetypes)) for document in documents}


def _labels(document: Document, archetypes: Mapping[str, str]) -> Iterable[str]:
    card = document.card
    yield f"{card['source']}/{card['slug']}"
    yield f"distribution/{card['distribution']}"
    if card["vendor_slug"]:
        yield f"vendor/{card['vendor_slug']}"
    if document.id in archetypes:
        yield f"demo/{archetypes[document.id]}"
