"""What staff say of words: which mean the same, which products others replace."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from search.analysis.words import analyse, fold, normalise, tokens
from search.contract import Vocabulary

Stems = tuple[str, ...]

_Key = tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, tuple[str, ...]], ...]]


class Entry(NamedTuple):
    """A word of the lexicon: unstemmed, stemmed, as it is shown, and how many sheets use it."""

    folded: str
    stem: str
    shown: str
    frequency: int


@dataclass(frozen=True)
class Relations:
    """The vocabulary by analysed expression: other expressions of its groups, or categories.

    `words` are its expressions of one word; `starts` what each word of an expression begins;
    `longest` how many words the longest expression has.
    """

    synonyms: Mapping[Stems, tuple[Stems, ...]]
    replaced: Mapping[Stems, tuple[str, ...]]
    words: tuple[Entry, ...]
    starts: tuple[tuple[str, str], ...]
    longest: int


_latest: list[tuple[Vocabulary, Relations]] = []


def related(vocabulary: Vocabulary) -> Relations:
    """The relations of a vocabulary, analysed; remembered, as it seldom changes."""
    for known, relations in _latest:
        if known is vocabulary:  # comparing what it holds takes longer than a search has
            return relations
    found = _relations(
        (
            tuple(tuple(group) for group in vocabulary.synonyms),
            tuple((product, tuple(codes)) for product, codes in vocabulary.replaced.items()),
        )
    )
    _latest[:] = [(vocabulary, found)]
    return found


def completions(vocabulary: Vocabulary, prefix: str) -> tuple[str, ...]:
    """Expressions of the vocabulary in which a word begins with an unstemmed prefix."""
    starts = related(vocabulary).starts
    return tuple(dict.fromkeys(text for start, text in starts if start.startswith(prefix)))


@lru_cache(maxsize=4)
def _relations(key: _Key) -> Relations:
    groups, replaced = key
    synonyms: dict[Stems, dict[Stems, None]] = {}
    for group in groups:
        expressions = dict.fromkeys(stems for text in group if (stems := tuple(analyse(text))))
        for expression in expressions:
            others = {other: None for other in expressions if other != expression}
            synonyms.setdefault(expression, {}).update(others)
    categories: dict[Stems, dict[str, None]] = {}
    for product, codes in replaced:
        if stems := tuple(analyse(product)):
            categories.setdefault(stems, {}).update(dict.fromkeys(codes))
    texts = tuple(dict.fromkeys((*(text for group in groups for text in group), *dict(replaced))))
    return Relations(
        synonyms={stems: tuple(others) for stems, others in synonyms.items()},
        replaced={stems: tuple(codes) for stems, codes in categories.items()},
        words=_single_words(texts),
        starts=tuple(_starts(texts)),
        longest=max(map(len, (*synonyms, *categories)), default=0),
    )


def _single_words(texts: tuple[str, ...]) -> tuple[Entry, ...]:
    """The expressions of one word, as if one sheet used each: they too may be meant."""
    entries: dict[Entry, None] = {}
    for text in map(normalise, texts):
        found = list(tokens(text))
        if len(found) == 1 and found[0].stem:
            start, end, folded, root = found[0]
            entries[Entry(folded, root, text[start:end].lower(), 1)] = None
    return tuple(entries)


def _starts(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    starts = []
    for text in texts:
        words = fold(text).split()
        starts += [(" ".join(words[at:]), text) for at in range(len(words))]
    return sorted(starts)
