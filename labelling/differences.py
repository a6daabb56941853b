"""What changes from one version of a referential to another. Pure."""

from dataclasses import dataclass, fields

from labelling.definition import Criterion, Definition


@dataclass(frozen=True)
class Difference:
    """Criteria that come, those that go, and for those that stay what is not the same."""

    added: tuple[Criterion, ...]
    removed: tuple[Criterion, ...]
    changed: tuple[tuple[Criterion, tuple[str, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def difference(old: Definition, new: Definition) -> Difference:
    """Compare two versions, criterion by criterion; the order of criteria is no change.

    Each criterion that changed comes as it is now, with the names of the fields that differ.
    """
    changed = []
    for criterion in new.criteria:
        before = old.by_id.get(criterion.id)
        if before is not None and before != criterion:
            names = (field.name for field in fields(criterion))
            changed.append(
                (
                    criterion,
                    tuple(n for n in names if getattr(before, n) != getattr(criterion, n)),
                )
            )
    return Difference(
        added=tuple(one for one in new.criteria if one.id not in old.by_id),
        removed=tuple(one for one in old.criteria if one.id not in new.by_id),
        changed=tuple(changed),
    )
