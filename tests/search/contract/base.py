"""What the parts of the contract share: making an engine, and reading its answers."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from search.contract import Engine, Query, Results, Vocabulary

MakeEngine = Callable[..., Engine]
"""`make_engine(sheet("A"), sheet("B"), vocabulary=…)`: an engine that holds these sheets."""


class ContractBase:
    """Subclassed by each engine: `make_engine`, and `another` to look from elsewhere."""

    @pytest.fixture
    def make_engine(self) -> MakeEngine:
        """Override: a function from documents and a vocabulary to an engine that holds them."""
        raise NotImplementedError

    def another(self, engine: Engine) -> Engine:
        """Override: a second instance on the same index, as another process has."""
        raise NotImplementedError


def search(engine: Engine, text: str = "", **parameters: Any) -> Results:
    """Search a text; parameters are those of the query, filters by facet in `filters`."""
    filters = parameters.pop("filters", {})
    return engine.search(
        Query(
            text=text, filters={name: one(value) for name, value in filters.items()}, **parameters
        )
    )


def one(value: str | Iterable[str]) -> tuple[str, ...]:
    """The values of a filter: a single one may be given bare."""
    return (value,) if isinstance(value, str) else tuple(value)


def found(engine: Engine, text: str = "", **parameters: Any) -> list[str]:
    """Names of the sheets of the first page, in order."""
    return [hit.card["name"] for hit in search(engine, text, **parameters).hits]


def counts(results: Results, facet: str) -> dict[str, int]:
    """Count by value of a facet."""
    return {bucket.value: bucket.count for bucket in results.facets[facet]}


def held(counted: dict[str, int]) -> dict[str, int]:
    """Counts that are not zero."""
    return {value: count for value, count in counted.items() if count}


VISIO = Vocabulary(
    synonyms=(
        ("visio", "visioconférence"),
        ("GED", "gestion électronique de documents"),
        ("parapheur", "signature électronique"),
    ),
    replaced={"zoom": ("visioconference",), "Google Drive": ("documents", "messagerie")},
)
