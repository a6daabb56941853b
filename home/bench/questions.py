"""What is asked: judged queries with a few filters, filters alone, texts with a typing error."""

import random
from collections.abc import Iterator, Sequence

from search.contract import Query
from search.evaluation import read_judged_queries

FILTERS = (
    {},
    {"taille": ("pme",)},
    {"distribution": ("libre", "hybride")},
    {"taille": ("pme", "eti"), "moins-de-100k": ("1",)},
    {"cloud": ("conforme", "declare-conforme")},
    {"categorie": ("documents", "relation-usagers"), "deploiement": ("saas",)},
    {"origine": ("fr",), "hebergement": ("FR",)},
)
_SHORTEST_MISTYPED = 6


def judged_texts() -> list[str]:
    """The texts of the judged queries."""
    return [query.text for query in read_judged_queries()]


def mistyped_texts() -> list[str]:
    """The judged texts whose longest word is long, two of its letters exchanged."""
    return [
        text.replace(longest, _mistyped(longest), 1)
        for text in judged_texts()
        if len(longest := max(text.split(), key=len)) >= _SHORTEST_MISTYPED
    ]


def queries(texts: Sequence[str], count: int, seed: int = 1) -> Iterator[Query]:
    """Queries whose text nobody repeats within a few: the engine remembers the last texts."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    order = list(texts)
    chance.shuffle(order)
    for at in range(count):
        yield Query(
            text=order[at % len(order)],
            filters=chance.choice(FILTERS),
            page=chance.choice((1, 1, 1, 2)),
        )


def _mistyped(word: str) -> str:
    at = len(word) // 2
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
