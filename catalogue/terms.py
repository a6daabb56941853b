"""The terms of use in force, which a vendor accepts each time a sheet is handed in.

They are an editorial page of a higher app, which registers here how to read them.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """A dated version of the terms of use and where it is read."""

    version: str
    effective_on: dt.date
    url: str


Provider = Callable[[], Terms | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Say how the terms in force are read; the last one registered counts."""
    _providers.append(provider)


def current() -> Terms | None:
    """Return the terms in force, None when the site has none published."""
    return _providers[-1]() if _providers else None
