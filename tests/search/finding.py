"""What the engine in use finds, by name."""

from search import services
from search.contract import Query


def names(text: str = "", **filters: tuple[str, ...]) -> list[str]:
    """Names found by a search."""
    return [hit.card["name"] for hit in services.search(Query(text, filters)).hits]
