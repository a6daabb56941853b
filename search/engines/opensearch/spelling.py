"""Words that no sheet uses: what they may have meant, and how many words a text can do without.

The server proposes words near the one typed (edits, beginnings); the lexicon that all engines share
then decides among them, so that the same guesses are made everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.analysis import Entry, Lexicon, Word, forms
from search.engines.opensearch.preparing import SEPARATOR
from search.engines.opensearch.texts import Body

_MOST_PROPOSED = 25
_MOST_STEMS = 500  # their pattern stays below the 10,000 characters that an index allows
_SHORTEST_PREFIX = 4
_MOST_BEGINNINGS = 16
_NAMED = "named"
_SAMPLE = 300
"""Sheets in which the writing of a word is looked up."""


def proposals_body(words: Sequence[Word], named: Body) -> Body:
    """Ask, for each word: how many sheets use it, which words are near, which begin so.

    And whether some sheet is `named` by the whole text.
    """
    suggest: Body = {}
    counts: Body = {_NAMED: {"filter": named}}
    for at, word in enumerate(words):
        counts[f"{at} stem"] = {"filter": {"term": {"stems": word.stem}}}
        counts[f"{at} word"] = {"filter": {"term": {"words": word.folded}}}
        for field, text in (("words", word.folded), ("stems", word.stem)):
            suggest[f"{at} {field}"] = {"text": text, "term": _near(field)}
        if len(word.folded) >= _SHORTEST_PREFIX:
            counts[f"{at} begin"] = _sampled(
                {"prefix": {"words": word.folded}},
                {"field": "words", "include": f"{word.folded}.*", "size": _MOST_BEGINNINGS},
            )
    return {"size": 0, "track_total_hits": False, "suggest": suggest, "aggs": counts}


def _near(field: str) -> Body:
    return {
        "field": field,
        "suggest_mode": "always",
        "max_edits": 2,
        "prefix_length": 0,
        "min_word_length": _SHORTEST_PREFIX,
        "max_term_freq": 1_000_000_000,
        "max_inspections": 20,
        "accuracy": 0.1,
        "size": _MOST_PROPOSED,
        "shard_size": 4 * _MOST_PROPOSED,
    }


def _sampled(query: Body, terms: Body) -> Body:
    """Count terms among the first sheets that satisfy a query: enough to tell what is usual."""
    terms = {**terms, "execution_hint": "map"}  # by ordinals, 2.19 fails where no sheet is
    return {
        "filter": query,
        "aggs": {"sample": {"sampler": {"shard_size": _SAMPLE}, "aggs": {"of": {"terms": terms}}}},
    }


class Proposals:
    """What the server proposes for words; `writings_body` then asks how the proposals are written."""

    def __init__(self, words: Sequence[Word], answer: Mapping[str, Any]) -> None:
        self._words = words
        self._counts = {name: found["doc_count"] for name, found in answer["aggregations"].items()}
        self._frequency: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        for at in range(len(words)):
            for field, kept in (("words", self._frequency), ("stems", self._stems)):
                for option in answer["suggest"][f"{at} {field}"][0]["options"]:
                    kept[option["text"]] = option["freq"]
            begin = answer["aggregations"].get(f"{at} begin")
            for bucket in begin["sample"]["of"]["buckets"] if begin else ():
                self._frequency.setdefault(bucket["key"], bucket["doc_count"])

    @property
    def names_some(self) -> bool:
        """Whether some sheet is named by the whole text."""
        return bool(self._counts[_NAMED])

    def knows(self, word: Word) -> bool:
        """Whether some sheet uses a word, as it is or inflected."""
        return bool(self._counts[f"{self._words.index(word)} stem"])

    def frequency(self, word: Word) -> int:
        """How many sheets use a word, exactly as it is."""
        return int(self._counts[f"{self._words.index(word)} word"])

    def __bool__(self) -> bool:
        return bool(self._frequency or self._stems)

    def writings_body(self) -> Body:
        """Ask for the words behind the proposed stems, and how they are written."""
        proposed = {*self._stems, *(forms(word)[1] for word in self._frequency)} - {""}
        stems = sorted(proposed)[:_MOST_STEMS]
        pattern = "|".join(f"{stem}{SEPARATOR}.*" for stem in stems)
        terms = {"field": "lexicon", "include": pattern, "size": 10 * len(stems)}
        return {
            "size": 0,
            "track_total_hits": False,
            "aggs": {"written": _sampled({"terms": {"stems": stems}}, terms)},
        }

    def lexicon(self, answer: Mapping[str, Any], others: Iterable[Entry]) -> Lexicon:
        """The proposals and other words, as a lexicon to guess from."""
        entries: dict[str, Entry] = {}
        written = answer["aggregations"]["written"]["sample"]["of"]["buckets"] if answer else ()
        for bucket in written:
            stem, folded, shown = bucket["key"].split(SEPARATOR, 2)
            # The most frequent writing comes first.
            frequency = self._frequency.get(folded, bucket["doc_count"])
            entries.setdefault(folded, Entry(folded, stem, shown, frequency))
        for folded, frequency in self._frequency.items():
            if folded not in entries and (stem := forms(folded)[1]):
                entries[folded] = Entry(folded, stem, folded, frequency)
        return Lexicon([*entries.values(), *others])
