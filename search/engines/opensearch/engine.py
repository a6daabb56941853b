"""The OpenSearch engine seen from outside: what the contract promises, step by step."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple

from search.analysis import (
    Candidate,
    Marker,
    ParsedText,
    TextPlan,
    Word,
    completions,
    corrected,
    fold,
    guessed,
    parse,
    plan,
    related,
)
from search.contract import (
    Completion,
    Document,
    Engine,
    Facet,
    Health,
    Hit,
    Query,
    Reason,
    Results,
    Vocabulary,
)
from search.deadline import within
from search.engines.opensearch import queries
from search.engines.opensearch.client import Client
from search.engines.opensearch.counting import Counting
from search.engines.opensearch.generations import OpenSearchGeneration, erase, latest, write
from search.engines.opensearch.mapping import schema
from search.engines.opensearch.plain import PlainSearch, plain_search
from search.engines.opensearch.preparing import key, stored, value
from search.engines.opensearch.spelling import Proposals, proposals_body
from search.engines.opensearch.texts import found_query, named_query, text_query
from search.hits import hit

HEALTH_SECONDS = 2.0
SCAN_BATCH = 500
SCAN_KEPT = "2m"
"""How long the servers keep a point in time between two batches."""

# A word that some sheet uses is taken for a typing error only beside one this many times commoner.
_COMMONER = 5

Answer = Mapping[str, Any]


class Asked(NamedTuple):
    """What was looked for in the end, with what was answered, and the query meant perhaps."""

    plan: TextPlan
    answer: Answer
    suggestion: str | None = None


class OpenSearchEngine(Engine):
    """A search engine on OpenSearch; see `search.contract.Engine` for what each method promises.

    `facets` are all that may be filtered; `vocabulary` is called for each text, and should be
    quick. `alias` names the index, `replicas` how many copies (`auto_expand_replicas`).
    """

    def __init__(
        self,
        client: Client,
        facets: Sequence[Facet],
        vocabulary: Callable[[], Vocabulary],
        *,
        alias: str,
        replicas: str = "0-1",
    ) -> None:
        self.client = client
        self._facets = tuple(facets)
        self._names = frozenset(facet.name for facet in facets)
        self._vocabulary = vocabulary
        self.alias = alias
        self._replicas = replicas

    def generation(self) -> OpenSearchGeneration:
        """A new index beside the one that answers."""
        return OpenSearchGeneration(self.client, self.alias, self._replicas, self._facets)

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents; visible to the next search of any process."""
        if documents:
            new = latest(documents)
            refused = write(self.client, self.alias, new, self._facets, is_alias=True)
            self.client.refresh(self.alias)
            if refused:
                raise refused

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        if ids:
            erase(self.client, self.alias, ids, is_alias=True)
            self.client.refresh(self.alias)

    def search(self, query: Query) -> Results:
        """Answer a query: exact total, disjunctive counts, one page of hits."""
        started = time.perf_counter()
        counting = self._counting(query)
        asked = self._ask(query, lambda wanted: queries.page_body(counting, query, wanted))
        found = asked.answer
        marker = None if query.hits_only or asked.plan.is_empty else Marker(asked.plan.marks)
        counts = found.get("aggregations", {})
        whole = not query.hits_only
        return Results(
            hits=tuple(
                hit(stored(one["_source"]), query, self._facets, marker)
                for one in found["hits"]["hits"]
            ),
            total=found["hits"]["total"]["value"],
            facets=counting.buckets(counts) if whole else {},
            apart=counting.apart(counts) if whole else {},
            suggestion=asked.suggestion if whole else None,
            took_ms=(time.perf_counter() - started) * 1000,
        )

    def scan(self, query: Query) -> Iterator[Hit]:
        """All hits in order, as they were when this began."""
        counting = self._counting(query)
        with self.client.point_in_time(self.alias, SCAN_KEPT) as pit:
            wanted = self._plan(query)
            body = queries.scan_body(counting, query, wanted, SCAN_BATCH)
            body["pit"] = {"id": pit, "keep_alive": SCAN_KEPT}
            while hits := self.client.search(self.alias, body)["hits"]["hits"]:
                for one in hits:
                    yield hit(stored(one["_source"]), query, self._facets, None)
                body["search_after"] = hits[-1]["sort"]

    def explain(self, query: Query, ids: Sequence[str]) -> Mapping[str, Reason]:
        """What a query's text is worth in each of these sheets; those not found are left out."""
        if not ids:
            return {}
        body = queries.explain_body(self._plan(query), [key(one) for one in ids])
        hits = self.client.search(self.alias, body)["hits"]["hits"]
        return {stored_id(one): _reason(one["_explanation"]) for one in hits}

    def autocomplete(self, text: str, limit: int = 8) -> tuple[Completion, ...]:
        """Names whose words begin with `text`, then expressions of the vocabulary that do."""
        prefix = value(fold(parse(text).clean))
        if not prefix or limit < 1:
            return ()
        answer = self.client.search(self.alias, queries.completion_body(prefix, limit))
        sheets = [stored(one["_source"] | {"offers": []}) for one in answer["hits"]["hits"]]
        names = [Completion(one.text["name"], one.id, one.card.get("slug")) for one in sheets]
        words = [Completion(text) for text in completions(self._vocabulary(), prefix)]
        return tuple((*names, *words)[:limit])

    def similar(self, id: str, limit: int = 4) -> tuple[Hit, ...]:
        """Sheets most like this one, itself excluded; empty when unknown."""
        if limit < 1:
            return ()
        own = {"query": {"ids": {"values": [key(id)]}}, "size": 1}
        found = self.client.search(self.alias, own)["hits"]["hits"]
        if not found:
            return ()
        body = queries.similar_body(found[0]["_index"], stored(found[0]["_source"]), limit)
        answer = self.client.search(self.alias, body)
        return tuple(
            hit(stored(one["_source"]), Query(), self._facets, None)
            for one in answer["hits"]["hits"]
        )

    def health(self) -> Health:
        """State of the engine; never raises."""
        try:
            with within(HEALTH_SECONDS):
                _, mapping = self.client.mapping(self.alias)
                meta = mapping.get("_meta", {})
                return Health(
                    ok=True,
                    documents=self.client.count(self.alias),
                    rebuilt_at=meta.get("rebuilt_at"),
                    outdated=meta.get("schema") != schema(self._facets),
                )
        except Exception as error:  # noqa: BLE001  (a probe says what is wrong, whatever it is)
            return Health(ok=False, detail=str(error))

    def plain_search(self, documents: Iterable[Document]) -> AbstractContextManager[PlainSearch]:
        """The server's own `multi_match` over documents, beside which the engine is measured."""
        return plain_search(self.client, self.alias, documents)

    def close(self) -> None:
        """Let go of all connections; the next call opens them again."""
        self.client.close()

    def _counting(self, query: Query) -> Counting:
        if unknown := query.filters.keys() - self._names:
            raise ValueError(f"unknown facets: {', '.join(sorted(unknown))}")
        return Counting(self._facets, query)

    def _plan(self, query: Query) -> TextPlan:
        """What `search` would look for, typing errors put right."""
        few = replace(query, filters={}, page=1, page_size=1, hits_only=True)
        counting = self._counting(few)
        return self._ask(few, lambda wanted: queries.page_body(counting, few, wanted)).plan

    def _ask(self, query: Query, body: Callable[[TextPlan], dict[str, Any]]) -> Asked:
        """Ask for a page; again, when words that no sheet uses leave something to guess.

        One request unless a word may be unknown: none of the hits of this page says it.
        """
        parsed = parse(query.text)
        vocabulary = self._vocabulary()
        wanted = plan(parsed, vocabulary)

        def ask(what: TextPlan) -> Answer:
            return self.client.search(self.alias, body(what), **queries.copy_of(parsed.clean))

        answer = ask(wanted)
        if wanted.is_empty:
            return Asked(wanted, answer)
        unsaid = _unsaid(wanted, answer)
        nothing = not _found(answer)
        if not unsaid and not nothing:
            return Asked(wanted, answer)
        guesser = _Guesser(self.client, self.alias, vocabulary, wanted)
        guesses = guesser.guesses(unsaid)
        asked = wanted
        if guesses:
            asked = guessed(wanted, guesses, vocabulary)
            answer = ask(asked)
        if not _found(answer) and asked.required > 1:
            asked = self._relaxed(asked)
            answer = ask(asked)
        suggestion = None
        if guesses and not guesser.names_some:
            shown = {word: found[0].entry.shown for word, found in guesses.items()}
            suggestion = corrected(parsed, shown)
        elif nothing and not guesses:
            suggestion = self._commoner(parsed, wanted, guesser, vocabulary)
        return Asked(asked, answer, suggestion)

    def _relaxed(self, asked: TextPlan) -> TextPlan:
        """The plan with as many words required as some sheet has."""
        fewer = {str(least): found_query(asked, least) for least in range(1, asked.required)}
        counts = self.client.search(self.alias, queries.alternatives_body(fewer))["aggregations"]
        most = max((int(least) for least in fewer if counts[least]["doc_count"]), default=1)
        return replace(asked, required=most)

    def _commoner(
        self, parsed: ParsedText, wanted: TextPlan, guesser: "_Guesser", vocabulary: Vocabulary
    ) -> str | None:
        """The query with much commoner words, if that would find something."""
        shown = guesser.commoner(wanted.words)
        text = corrected(parsed, shown)
        if text is None:
            return None
        better = {"better": text_query(plan(parse(text), vocabulary))}
        found = self.client.search(self.alias, queries.alternatives_body(better))
        return text if found["aggregations"]["better"]["doc_count"] else None


class _Guesser:
    """Guesses at words of a plan, from what the server proposes.

    `names_some`, known with the first guesses: whether some sheet is named by the whole text.
    """

    names_some = False

    def __init__(
        self, client: Client, alias: str, vocabulary: Vocabulary, wanted: TextPlan
    ) -> None:
        self._client = client
        self._alias = alias
        self._others = related(vocabulary).words
        self._named = named_query(wanted)

    def guesses(self, words: Sequence[Word]) -> dict[Word, list[Candidate]]:
        """Guesses for those of the words that no sheet uses."""
        if not words:
            return {}
        proposals = self._proposals(words)
        unknown = [word for word in words if not proposals.knows(word)]
        return self._among(proposals, unknown)

    def commoner(self, words: Sequence[Word]) -> dict[Word, str]:
        """What may have been meant instead of words that few sheets use: word → as written."""
        if not words:
            return {}
        proposals = self._proposals(words)
        return {
            word: found[0].entry.shown
            for word, found in self._among(proposals, words).items()
            if found[0].entry.frequency > proposals.frequency(word) * _COMMONER
        }

    def _proposals(self, words: Sequence[Word]) -> Proposals:
        distinct = list(dict.fromkeys(words))
        body = proposals_body(distinct, self._named)
        proposals = Proposals(distinct, self._client.search(self._alias, body))
        self.names_some = proposals.names_some
        return proposals

    def _among(self, proposals: Proposals, words: Sequence[Word]) -> dict[Word, list[Candidate]]:
        written = self._client.search(self._alias, proposals.writings_body()) if proposals else {}
        lexicon = proposals.lexicon(written, self._others)
        guesses = {word: lexicon.guesses(word) for word in words}
        return {word: found for word, found in guesses.items() if found}


def _unsaid(wanted: TextPlan, answer: Answer) -> list[Word]:
    """The words that may be typing errors and that none of the hits says."""
    said = {name for one in answer["hits"]["hits"] for name in one.get("matched_queries", ())}
    return [
        clause.word
        for at, clause in enumerate(wanted.clauses)
        if clause.correctable and f"word-{at}" not in said
    ]


def _found(answer: Answer) -> int:
    """How many sheets the text finds, whatever the filters."""
    return int(answer["aggregations"]["text"]["doc_count"])


def stored_id(one: Mapping[str, Any]) -> str:
    """Our id of a hit of which only the card was asked."""
    return stored({**one["_source"], "offers": []}).id


def _reason(explanation: Mapping[str, Any]) -> Reason:
    """Lucene's explanation of a score."""
    return Reason(
        float(explanation["value"]),
        str(explanation["description"]),
        tuple(_reason(part) for part in explanation.get("details", ())),
    )
