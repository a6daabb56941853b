"""What a text finds in a view: ordinals with scores, and what was made of typing errors."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from search.analysis import (
    Candidate,
    Marker,
    ParsedText,
    TextPlan,
    Word,
    analyse,
    corrected,
    guessed,
    parse,
    plan,
    related,
)
from search.contract import CATEGORY_FACET, TAG_FACET, Reason, Vocabulary
from search.engines.embedded.columns import Bits, Integers, Table
from search.engines.embedded.reader import Reader, View
from search.engines.embedded.selection import ordinals, packed
from search.engines.embedded.text_index import Scores

_EXACT_NAME, _NAME_START, _TEXT = 0, 1, 2
_TIERS: Mapping[float, str] = {_EXACT_NAME: "exact name", _NAME_START: "name start"}
# Far above any score: a named sheet comes before whatever the text finds.
_TIER = 1e6
# A word that some sheet uses is taken for a typing error only beside one this many times commoner.
_COMMONER = 5
_SIMILAR_STEMS = 12
_SIMILAR_FOUND = 200
_NO_TABLE = Table({}, np.zeros((1, 0, 0), np.uint64))
_TELLING_FIELDS = ("categories", "words", "summary", "features", "description")


@dataclass(frozen=True)
class TextMatch:
    """The sheets that a text finds: `rank` by ordinal, the lower the better; what was asked."""

    ords: Integers
    rank: Scores
    asked: TextPlan
    marker: Marker
    suggestion: str | None

    def bits(self, words: int) -> Bits:
        """The sheets found as a row of bits."""
        return packed(self.ords, words)

    def ranks(self, words: int) -> Scores:
        """The rank of every ordinal; meaningless where nothing was found."""
        ranks = np.zeros(words * 64)
        known = self.ords < len(ranks)
        ranks[self.ords[known]] = self.rank[known]
        return ranks


class Matcher:
    """Answers one text in one view of a generation."""

    def __init__(self, reader: Reader, view: View, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._view = view
        self._vocabulary = vocabulary

    def match(self, parsed: ParsedText, wanted: TextPlan) -> TextMatch:
        """What a plan finds; words that no sheet uses are looked for as those they resemble.

        When no sheet has as many of the words as required, those that have most are found.
        """
        guesses = self._guesses(wanted)
        asked = guessed(wanted, guesses, self._vocabulary)
        ords, rank = self._ranked(asked)
        nothing = not len(ords)
        while not len(ords) and asked.required > 1:
            asked = replace(asked, required=asked.required - 1)
            ords, rank = self._ranked(asked)
        suggestion = None
        called = bool((rank < _TIER).any())  # a sheet of that very name: nothing to put right
        if guesses and not called:
            shown = {word: found[0].entry.shown for word, found in guesses.items()}
            suggestion = corrected(parsed, shown)
        elif nothing:
            suggestion = self._commoner(parsed, wanted)
        return TextMatch(ords, rank, asked, Marker(asked.marks), suggestion)

    def _ranked(self, asked: TextPlan) -> tuple[Integers, Scores]:
        """What a plan finds, with the sheets it names."""
        if asked.clauses or asked.phrases or asked.excluded:
            ords, scores = self._view.text.find(asked)
        else:  # nothing but stop words: they may still be a name
            ords, scores = np.zeros(0, np.int64), np.zeros(0)
        # Rounded so that sheets alike tie, and neutral order decides instead of a hair's breadth.
        rank = _TEXT * _TIER - np.round(scores, 2)
        named = self._named(asked)
        if asked.excluded or asked.phrases:
            named = {ord_: tier for ord_, tier in named.items() if ord_ in set(ords.tolist())}
        if not named:
            return ords, rank
        tiers = np.array([tier * _TIER for tier in named.values()])
        at = np.array(list(named), np.int64)
        others = ~np.isin(ords, at)
        return np.concatenate([at, ords[others]]), np.concatenate([tiers, rank[others]])

    def _named(self, asked: TextPlan) -> dict[int, int]:
        tiers: dict[int, int] = {}
        for name in asked.names:
            exact, longer = self._reader.store.named(name)
            for tier, ords in ((_EXACT_NAME, exact), (_NAME_START, longer)):
                for ord_ in ords:
                    tiers[ord_] = min(tier, tiers.get(ord_, tier))
        return tiers

    def _guesses(self, wanted: TextPlan) -> dict[Word, list[Candidate]]:
        """Guesses for the words that neither sheets nor staff know."""
        store = self._reader.store
        unknown = [
            clause.word
            for clause in wanted.clauses
            if clause.correctable and not store.knows(clause.word.folded, clause.word.stem)
        ]
        if not unknown:
            return {}
        lexicon = self._reader.lexicon(related(self._vocabulary).words)
        guesses = {word: lexicon.guesses(word) for word in unknown}
        return {word: found for word, found in guesses.items() if found}

    def _commoner(self, parsed: ParsedText, wanted: TextPlan) -> str | None:
        """The query with much commoner words, if that would find something."""
        lexicon = self._reader.lexicon(related(self._vocabulary).words)
        shown: dict[Word, str] = {}
        for word in wanted.words:
            used = self._reader.store.frequency(word.folded)
            for guess in lexicon.guesses(word)[:1]:
                if guess.entry.frequency > used * _COMMONER:
                    shown[word] = guess.entry.shown
        text = corrected(parsed, shown)
        if text is None:
            return None
        ords, _ = self._ranked(plan(parse(text), self._vocabulary))
        return text if len(ords) else None


def reasons(view: View, found: TextMatch, ords: Iterable[int]) -> dict[int, Reason]:
    """What a text is worth in some sheets: more than any score for those that it names."""
    wanted = np.isin(found.ords, list(ords))
    ranks = dict(zip(found.ords[wanted].tolist(), found.rank[wanted].tolist(), strict=True))
    parts = view.text.explain(found.asked, list(ranks))
    return {
        ord_: Reason(
            _TEXT * _TIER - rank, _TIERS.get(rank / _TIER, "text, sum of"), parts.get(ord_, ())
        )
        for ord_, rank in ranks.items()
    }


def similar(reader: Reader, view: View, ord_: int, limit: int) -> list[int]:
    """Ordinals of the sheets most like one: by sub-category, then by tags and text together."""
    stored = reader.store.stored([ord_]).get(ord_)
    if stored is None:
        return []
    by_category = _shared(view, CATEGORY_FACET, stored.facets.get(CATEGORY_FACET, ()))
    by_tag = _shared(view, TAG_FACET, stored.facets.get(TAG_FACET, ()))
    rest = by_tag / max(by_tag.max(initial=0.0), 1.0)
    stems = _telling_stems(reader, stored.text)
    if stems:
        ords, scores = view.text.resembling(stems, _SIMILAR_FOUND)
        known = ords < len(rest)
        rest[ords[known]] += scores[known] / max(scores.max(initial=0.0), 1e-9)
    alive = ordinals(view.columns.alive)
    alive = alive[(alive != ord_) & (by_category[alive] + rest[alive] > 0)]
    order = np.lexsort(
        (
            view.columns.neutral[alive],
            -np.round(rest[alive], 3),
            -np.round(by_category[alive], 6),
        )
    )
    return [int(one) for one in alive[order[:limit]]]


def _shared(view: View, facet: str, values: Sequence[str]) -> Scores:
    """By ordinal, how telling the values shared are: rare ones (sub-categories) tell more."""
    scores = np.zeros(view.columns.words * 64)
    table = view.columns.tables.get((facet, None), _NO_TABLE)
    sheets = view.columns.count
    for value in values:
        holders = ordinals(table.union((value,))[0] & view.columns.alive)
        if len(holders):
            scores[holders] += math.log1p(sheets / len(holders))
    return scores


def _telling_stems(reader: Reader, text: Mapping[str, str]) -> list[str]:
    """The stems that tell most of what a sheet is about: said often here, seldom elsewhere."""
    said = Counter(stem for name in _TELLING_FIELDS for stem in analyse(text.get(name, "")))
    used = reader.store.stem_frequencies(said)
    shared = {
        stem: count / math.log1p(used[stem]) for stem, count in said.items() if used[stem] > 1
    }
    return sorted(shared, key=lambda stem: (-shared[stem], stem))[:_SIMILAR_STEMS]
