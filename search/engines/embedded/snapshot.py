"""Columns kept in a file, so that a process which starts reads them instead of making them.

Mapped in memory: processes share the pages, and only those looked at are read.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.contract import Facet, Need
from search.engines.embedded.columns import Columns, Table, TableKey

_HEADER = "header.json"
_ARRAYS = "arrays.bin"


def save(columns: Columns, folder: Path) -> None:
    """Write columns in a new folder."""
    folder.mkdir()
    arrays = list(_arrays(columns))
    with open(folder / _ARRAYS, "wb") as file:
        for array in arrays:
            file.write(np.ascontiguousarray(array).tobytes())
    header = {
        "facets": _signature(columns.facets),
        "shapes": [[array.dtype.str, *array.shape] for array in arrays],
        "tables": [
            [name, need, list(columns.tables[name, need].values)] for name, need in _keys(columns)
        ],
    }
    (folder / _HEADER).write_text(json.dumps(header), encoding="utf-8")


def load(facets: Sequence[Facet], folder: Path) -> Columns | None:
    """Columns of a folder; None when they were made for other facets, or cannot be read."""
    try:
        header = json.loads((folder / _HEADER).read_text(encoding="utf-8"))
        if header["facets"] != _signature(facets):
            return None
        return _columns(tuple(facets), header, folder / _ARRAYS)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _signature(facets: Sequence[Facet]) -> list[list[Any]]:
    return [
        [facet.name, facet.scope.value, facet.per_need, [one.value for one in facet.choices or ()]]
        for facet in facets
    ]


def _keys(columns: Columns) -> list[TableKey]:
    return list(columns.tables)


def _arrays(columns: Columns) -> Iterator[NDArray[Any]]:
    yield from (columns.alive, columns.neutral, columns.updated, columns.label_rank)
    yield from (columns.preference[need] for need in Need)
    yield from (columns.tables[key].bits for key in _keys(columns))


def _columns(facets: tuple[Facet, ...], header: dict[str, Any], path: Path) -> Columns:
    # `asarray`: the subclass would cost time in every operation on what is cut from it.
    content = np.asarray(np.memmap(path, np.uint8, "r"))
    arrays: list[NDArray[Any]] = []
    at = 0
    for kind, *shape in header["shapes"]:
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        arrays.append(content[at : at + size].view(kind).reshape(shape))
        at += size
    alive, neutral, updated, label_rank, *others = arrays
    needs, tables = others[: len(Need)], others[len(Need) :]
    return Columns(
        facets=facets,
        tables={
            (name, need and Need(need)): Table({value: at for at, value in enumerate(values)}, bits)
            for (name, need, values), bits in zip(header["tables"], tables, strict=True)
        },
        alive=alive,
        neutral=neutral,
        updated=updated,
        label_rank=label_rank,
        preference=dict(zip(Need, needs, strict=True)),
    )
