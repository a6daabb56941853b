"""What a plain multi_match query would find: the measure that the engines have to beat.

BM25 as Lucene computes it over the same fields with the same weights, and the best field counts;
any word suffices. No French analysis, no synonyms, no correction of typing errors: words are cut as
the standard analyser of OpenSearch does and put in lower case. Pure Python, small catalogues only.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from search.contract import TEXT_FIELDS, Document

K1 = 1.2
B = 0.75

# An apostrophe or a point between letters does not cut: « l'archivage » is one word.
_WORD = re.compile(r"\w+(?:['’.]\w+)*")


class Baseline:
    """Documents ready to be searched."""

    def __init__(self, documents: Iterable[Document]) -> None:
        found = list(documents)
        self._neutral = {document.id: document.neutral for document in found}
        self._fields = [
            (field.boost, _Field({one.id: one.text.get(field.name, "") for one in found}))
            for field in TEXT_FIELDS
        ]

    def search(self, text: str, limit: int) -> list[str]:
        """Ids of the best documents, best first; ties in neutral order."""
        best: dict[str, float] = defaultdict(float)
        for boost, field in self._fields:
            for id_, score in field.scores(_words(text)).items():
                best[id_] = max(best[id_], boost * score)
        return sorted(best, key=lambda id_: (-best[id_], self._neutral[id_]))[:limit]


class _Field:
    """One field of all documents."""

    def __init__(self, texts: dict[str, str]) -> None:
        counts = {id_: Counter(words) for id_, text in texts.items() if (words := _words(text))}
        self._lengths = {id_: words.total() for id_, words in counts.items()}
        self._mean = sum(self._lengths.values()) / max(len(counts), 1)
        self._postings: dict[str, dict[str, int]] = defaultdict(dict)
        for id_, words in counts.items():
            for word, count in words.items():
                self._postings[word][id_] = count

    def scores(self, words: Iterable[str]) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for word in words:
            holders = self._postings.get(word, {})
            rarity = math.log(1 + (len(self._lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
            for id_, count in holders.items():
                length = 1 - B + B * self._lengths[id_] / self._mean
                scores[id_] += rarity * count / (count + K1 * length)
        return scores


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
