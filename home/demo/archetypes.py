"""Hand-written texts that sheets are varied from: one TOML file a category."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Archetype:
    """A kind of product with its need, words, prices and users."""

    id: str
    category: str
    subcategory: str
    also: tuple[str, ...]
    names: tuple[str, ...]
    summaries: tuple[str, ...]
    problems: tuple[str, ...]
    approaches: tuple[str, ...]
    usages: tuple[str, ...]
    details: tuple[str, ...]
    closings: tuple[str, ...]
    features: tuple[str, ...]
    benefits: tuple[str, ...]
    users: tuple[str, ...]
    words: tuple[str, ...]
    metric: str
    unit_price: tuple[float, float]
    setup_price: tuple[float, float]
    deployments: tuple[str, ...]
    libre_share: float
    buyers: tuple[str, ...]
    integrations: tuple[str, ...]
    ai_share: float
    health_data: bool
    delay: str
    publiccode: tuple[str, ...]


@cache
def archetypes() -> tuple[Archetype, ...]:
    """Return every archetype, in the order of the files' names."""
    folder = resources.files("home.demo").joinpath("archetypes")
    files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
    return tuple(
        _archetype(file.name.removesuffix(".toml"), row)
        for file in files
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["archetype"]
    )


@cache
def words(name: str) -> dict[str, Any]:
    """Return the lists of `words/<name>.toml`: parts of names, and sentences of all fields."""
    file = resources.files("home.demo").joinpath("words", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _archetype(category: str, row: dict[str, Any]) -> Archetype:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Archetype(
        category=category,
        **{f.name: values[f.name] for f in fields(Archetype) if f.name != "category"},
    )
