"""Values that a source outside proposes for a form: a person takes them one by one, or not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

UNSET: tuple[Any, ...] = (None, "", [], (), "non-renseignee")


@dataclass(frozen=True)
class Proposal:
    """One value for one field, where it comes from, and what stands there now.

    `source` is an address, or the French name of a register; `note` tells in French what to know
    before taking it. One that is not `acceptable` is shown beside the value that stays.
    """

    field: str
    value: Any
    current: Any
    source: str
    note: str = ""
    acceptable: bool = True

    @property
    def differs(self) -> bool:
        """Whether another value stands there, not merely none."""
        return self.current not in UNSET and self.current != self.value

    @property
    def is_new(self) -> bool:
        """Whether taking it would change something."""
        return bool(self.current != self.value)


def accepted(proposals: Iterable[Proposal], fields: Collection[str]) -> dict[str, Any]:
    """Return the values that a person took, by field; those not acceptable never come out."""
    return {p.field: p.value for p in proposals if p.field in fields and p.acceptable}
