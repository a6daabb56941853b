"""What engines index of a document's texts, so that all find the same sheets."""

from collections.abc import Mapping

from search.analysis.words import fold, forms, normalise, surfaces

_MOST_NAME_WORDS = 12


def analysed(text: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The analysed text of every field, and the unstemmed words: word → stem, as written."""
    stems: dict[str, str] = {}
    words: dict[str, tuple[str, str]] = {}
    for name, value in text.items():
        found: list[str] = []
        for surface in surfaces(normalise(value)):
            folded, root = forms(surface)
            if root:
                found.append(root)
                if folded not in words:
                    words[folded] = (root, surface.lower())
        stems[name] = " ".join(found)
    return stems, words


def name_starts(name: str) -> tuple[str, ...]:
    """A name, unstemmed, and what follows each of its words: what autocomplete looks through."""
    words = fold(name).split()
    return tuple(" ".join(words[at:]) for at in range(min(len(words), _MOST_NAME_WORDS)))


def storable(text: str) -> str:
    """Text that any file can hold: lone surrogates, which no encoding takes, are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
