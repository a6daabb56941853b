"""What a comparison is made of: groups of rows, their cells, and the lines of a cell. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.cloud import Trust


@dataclass(frozen=True)
class Entry:
    """A line of a cell: for which offer (empty: all of them), what, who says so.

    Without `trust`, `source` tells from where we have it; empty when the catalogue itself says it.
    """

    text: str
    offer: str = ""
    trust: Trust | None = None
    source: str = ""


@dataclass(frozen=True)
class Row:
    """A criterion and its cells, one a solution; a cell without entries is « non renseigné »."""

    label: str
    cells: Sequence[Sequence[Entry]]

    @property
    def differs(self) -> bool:
        """Whether two solutions say different things, whoever says so."""
        said = {frozenset(entry.text for entry in cell) for cell in self.cells}
        return len(said) > 1

    @property
    def known(self) -> bool:
        """Whether at least one solution says something."""
        return any(self.cells)


@dataclass(frozen=True)
class Group:
    """Rows of a kind, under a heading."""

    label: str
    rows: Sequence[Row]
