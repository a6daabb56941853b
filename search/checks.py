"""System checks of the search."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from search.engines import ENGINES


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
