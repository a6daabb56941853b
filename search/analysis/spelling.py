"""Guess the word that was meant, among the unstemmed words that sheets use."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis.queries import (
    Clause,
    Expression,
    ParsedText,
    TextPlan,
    bounded,
    parse,
    plan,
)
from search.analysis.vocabulary import Entry
from search.analysis.words import Word
from search.contract import Vocabulary

MOST_CANDIDATES = 8
"""Words tried in place of one that nobody wrote."""

# What finding a guess is worth beside the word typed, by edits; a longer word counts as one edit.
_WEIGHTS = (0.6, 0.5, 0.3)
_SHORTEST_PREFIX = 4
_MOST_EXPANDED = 3


@dataclass(frozen=True)
class Candidate:
    """A guess: the word and how far it is, in edits (one and a half when it merely begins so)."""

    entry: Entry
    distance: float

    @property
    def expression(self) -> Expression:
        """What to look for."""
        return Expression((self.entry.stem,), _WEIGHTS[min(int(self.distance), 2)])


class Lexicon:
    """All words of the sheets, ready to be compared; built once, then only read."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        kept = sorted(entry for entry in entries if entry.frequency > 0 and entry.stem)
        # The most frequent word of each stem stands for it.
        by_stem = {entry.stem: entry for entry in sorted(kept, key=lambda one: one.frequency)}
        self._entries = kept
        self._folded = [entry.folded for entry in kept]
        self._by_length = _by_length(zip(self._folded, kept, strict=True))
        self._stems_by_length = _by_length(by_stem.items())

    def guesses(self, word: Word) -> list[Candidate]:
        """The words nearest to `word`, best first, itself excluded; none for numbers.

        Compared unstemmed (a doubled letter changes the stem) and stemmed (a phonetic ending is
        three edits away unstemmed): each finds words that the other misses.
        """
        if not word.folded.isalpha():
            return []
        found = [
            *_nearest(word.folded, self._by_length),
            *self._beginning_with(word.folded),
            *_nearest(word.stem, self._stems_by_length),
        ]
        best: dict[str, Candidate] = {}
        for candidate in found:
            kept = best.get(candidate.entry.folded)
            if candidate.entry.folded != word.folded and (
                kept is None or candidate.distance < kept.distance
            ):
                best[candidate.entry.folded] = candidate
        ranked = sorted(
            best.values(), key=lambda one: (one.distance, -one.entry.frequency, one.entry.folded)
        )
        return ranked[:MOST_CANDIDATES]

    def _beginning_with(self, typed: str) -> list[Candidate]:
        """Words typed in part."""
        if len(typed) < _SHORTEST_PREFIX:
            return []
        start = bisect_left(self._folded, typed)
        end = bisect_left(self._folded, typed + "\U0010ffff")
        return [Candidate(entry, 1.5) for entry in self._entries[start:end]]


_Buckets = dict[int, tuple[list[str], list[Entry]]]


def _by_length(words: Iterable[tuple[str, Entry]]) -> _Buckets:
    buckets: _Buckets = {}
    for word, entry in words:
        forms, entries = buckets.setdefault(len(word), ([], []))
        forms.append(word)
        entries.append(entry)
    return buckets


def _nearest(typed: str, buckets: _Buckets) -> list[Candidate]:
    """Those at the smallest distance within what the length allows, the word itself apart."""
    allowed = edits(typed)
    found: list[Candidate] = []
    for length in range(len(typed) - allowed, len(typed) + allowed + 1) if allowed else ():
        forms, entries = buckets.get(length, ([], []))
        if forms:
            distances = process.cdist(
                [typed], forms, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8
            )[0]
            close = np.flatnonzero((distances > 0) & (distances <= allowed))
            found += (Candidate(entries[at], float(distances[at])) for at in close)
    nearest = min((candidate.distance for candidate in found), default=0.0)
    return [candidate for candidate in found if candidate.distance == nearest]


def edits(word: str) -> int:
    """Typing errors forgiven in a word: none below 4 letters, one from 4, two from 8."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def corrected(parsed: ParsedText, shown: dict[Word, str]) -> str | None:
    """The query with some words replaced, the rest as typed; None when that changes nothing."""
    text = parsed.clean
    for word in sorted(shown, key=lambda word: word.start, reverse=True):
        text = text[: word.start] + shown[word] + text[word.end :]
    return text if text != parsed.clean else None


def guessed(
    wanted: TextPlan, guesses: Mapping[Word, Sequence[Candidate]], vocabulary: Vocabulary
) -> TextPlan:
    """The plan in which words that no sheet uses also mean those they resemble."""
    clauses = [
        _with_guesses(clause, guesses[clause.word], vocabulary)
        if clause.word in guesses
        else clause
        for clause in wanted.clauses
    ]
    return replace(wanted, clauses=bounded(clauses))


def _with_guesses(clause: Clause, guesses: Sequence[Candidate], vocabulary: Vocabulary) -> Clause:
    """The clause also satisfied by what each guess means, synonyms and replacement included."""
    weights: dict[tuple[str, ...], float] = {}
    categories: dict[str, None] = {}
    for guess in guesses:
        stems, weight = guess.expression.stems, guess.expression.weight
        weights[stems] = max(weight, weights.get(stems, 0.0))
    for guess in guesses[:_MOST_EXPANDED]:
        for meant in plan(parse(guess.entry.shown), vocabulary).clauses:
            categories.update(dict.fromkeys(meant.categories))
            for expression in meant.expressions:
                weight = expression.weight * guess.expression.weight
                weights.setdefault(expression.stems, weight)
    expressions = (Expression(stems, weight) for stems, weight in weights.items())
    return replace(
        clause,
        expressions=(*clause.expressions, *expressions),
        categories=tuple(categories),
    )
