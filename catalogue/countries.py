"""French names of the countries of `data/countries.toml`, for choices and screens."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def country_names() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code → French name."""
    data = tomllib.loads((Path(__file__).parent / "data" / "countries.toml").read_text())
    return dict(data["names"])


def country_choices() -> list[tuple[str, str]]:
    """(code, name) pairs: France first, then by name."""
    return sorted(country_names().items(), key=lambda pair: (pair[0] != "FR", pair[1]))
