"""Which fields differ between two published versions of a sheet: names alone, never what they say.

Pure: each version is the JSON that Wagtail makes of a page with its children. A name is a field
(`summary`), a field of a child (`offers.host`), or how many children came or went (`references+2`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Content = Mapping[str, Any]

FIELDS = (
    "title", "slug", "summary", "description", "features", "benefits", "categories", "logo",
    "version", "version_date", "distribution", "licence", "repository_url", "website",
    "documentation_url", "buyer_categories", "populations", "languages", "support_hours", "uses_ai",
    "ai_note", "innovation_claimed", "innovation_grounds", "delay", "rgaa", "rgaa_url",
    "rgesn_score", "reversibility",
)  # fmt: skip
"""What a sheet says itself; a test holds them against the model."""
TAGS = "tagged_items"
_ROW = frozenset({"pk", "page", "offer", "sort_order", "uid", "content_object"})
"""Columns that say where a child is kept, and nothing of the product."""


@dataclass(frozen=True)
class Children:
    """A kind of children: what tells one from another, and which of them the public sees."""

    key: str
    hidden: Mapping[str, Any] = field(default_factory=dict)

    def of(self, content: Content, name: str) -> dict[Any, dict[str, Any]]:
        """Public children by key, with what they say."""
        return {
            row[self.key]: _said(row)
            for row in content.get(name, ())
            if not any(row.get(column) == value for column, value in self.hidden.items())
        }


CHILDREN: Mapping[str, Children] = {
    "offers": Children("uid"),
    "references": Children("uid", {"consent": "none"}),
    "screenshots": Children("image"),
    "integrations": Children("integration"),
}


def changed(before: Content, after: Content) -> list[str]:
    """Return the names of what differs, sorted."""
    names = [name for name in FIELDS if _plain(before.get(name)) != _plain(after.get(name))]
    if _words(before) != _words(after):
        names.append("tags")
    for name, children in CHILDREN.items():
        names += _changed_children(name, children.of(before, name), children.of(after, name))
    return sorted(names)


def _changed_children(
    name: str, before: Mapping[Any, Content], after: Mapping[Any, Content]
) -> Iterable[str]:
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    if added:
        yield f"{name}+{len(added)}"
    if removed:
        yield f"{name}-{len(removed)}"
    kept = before.keys() & after.keys()
    differing = {
        column
        for key in kept
        for column in before[key].keys() | after[key].keys()
        if before[key].get(column) != after[key].get(column)
    }
    yield from (f"{name}.{column}" for column in differing)


def _said(row: Content) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name not in _ROW}


def _plain(value: Any) -> Any:
    """A value that compares: words chosen in any order, tiers without where they are kept."""
    if not isinstance(value, list):
        return "" if value is None else value
    if value and isinstance(value[0], Mapping):
        return [_said(row) for row in value]
    return sorted(value) if all(isinstance(one, int) for one in value) else value


def _words(content: Content) -> set[Any]:
    return {row["tag"] for row in content.get(TAGS, ())}
