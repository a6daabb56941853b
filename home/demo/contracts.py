"""Contracts of real central purchasing bodies that do not exist: numbered DEMO, held by nobody."""

import datetime as dt
import tomllib
from functools import cache
from importlib import resources

from home.demo.archetypes import words
from home.demo.records import ContractRecord


@cache
def purchasing_bodies() -> tuple[str, ...]:
    """Return the codes of the central bodies that the catalogue knows."""
    source = resources.files("catalogue").joinpath("data", "purchasing_bodies.toml")
    rows = tomllib.loads(source.read_text(encoding="utf-8"))["purchasing_body"]
    return tuple(row["slug"] for row in rows)


def contracts(today: dt.date) -> tuple[ContractRecord, ...]:
    """Return two fictitious contracts a body: one that runs, one that ends, or has for half of them."""
    return tuple(
        _contract(place, body, rank, today)
        for place, body in enumerate(purchasing_bodies())
        for rank in range(2)
    )


def _contract(place: int, body: str, rank: int, today: dt.date) -> ContractRecord:
    lists = words("offers")["contracts"]
    ended = rank == 1 and place % 2 == 1
    last_day = today - dt.timedelta(days=40 + place)
    return ContractRecord(
        body=body,
        number=f"DEMO-{today.year - 1 - rank}-{place * 2 + rank + 1:03d}",
        lot=("1", "", "2")[(place + rank) % 3],
        title=lists["titles"][(place * 2 + rank) % len(lists["titles"])],
        holder=lists["holders"][(place + rank) % len(lists["holders"])],
        starts_on=dt.date(today.year - 1 - rank, 3, 1),
        ends_on=last_day if ended else dt.date(today.year + 2 - rank, 12, 31),
    )
