"""The text of one generation of the embedded index: which ordinals a text finds, and how well.

The only file that knows tantivy. Texts arrive analysed (stems, a space between them).
"""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from search.analysis import MOST_SPOKEN, Clause, TextPlan, analyse
from search.contract import CATEGORY_FACET, TEXT_FIELDS, Reason, TextField
from search.engines.embedded.columns import Integers
from search.engines.embedded.writing import TextChange

Scores = NDArray[np.float64]

CATEGORY_SCORE = 25.0
"""What standing in a replaced product's category is worth: more than a passing mention of it."""

_ORD = "ord"
_TIE_BREAKER = 0.4
"""Share of the other fields' scores that adds to the best field's."""

_SPOKEN_BOOST = 0.2
_ADJACENT_BOOST = 0.5
_ADJACENT_FIELDS = ("name", "categories", "words", "summary")
_FILL_HEAP = 60_000_000
_CHANGE_HEAP = 15_000_000


class TextIndexError(Exception):
    """The text index cannot be read or written."""


@contextmanager
def _reported() -> Iterator[None]:
    """Whatever goes wrong in the client is one error: its panics do not even derive Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, TextIndexError):
        raise
    except BaseException as error:
        raise TextIndexError(f"text index: {error}") from error


@contextmanager
def _without_collections() -> Iterator[None]:
    """Hits come as thousands of small objects at once, none in a cycle: looking for cycles among
    them again and again would take three times as long as making them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class TextIndex:
    """The text index in a folder."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        # By hand: the default starts a thread that watches the folder.
        index.config_reader("manual")

    @classmethod
    def create(cls, path: Path) -> "TextIndex":
        """Make an empty index in a new folder."""
        with _reported():
            path.mkdir()
            return cls(tantivy.Index(_schema(), path=str(path), reuse=False))

    @classmethod
    def open(cls, path: Path) -> "TextIndex":
        """Open the index of a folder."""
        with _reported():
            return cls(tantivy.Index.open(str(path)))

    def fill(self, changes: Iterable[TextChange]) -> None:
        """Write the texts of a new index; errors of `changes` itself come through."""
        with _reported():
            writer = self._index.writer(_FILL_HEAP, 1)
        try:
            for change in changes:
                with _reported():
                    writer.add_document(_document(change))
            with _reported():
                writer.commit()
        finally:
            # Its threads would go on writing in a folder that is being removed.
            with _reported():
                writer.wait_merging_threads()

    def apply(self, changes: Sequence[TextChange]) -> None:
        """Replace or remove texts; done on disk when this returns."""
        with _reported():
            # Opened for each batch: kept open, it would lock all other processes out.
            writer = self._index.writer(_CHANGE_HEAP, 1)
            try:
                for change in changes:
                    writer.delete_documents_by_term(_ORD, change.ord)
                    if change.stems is not None:
                        writer.add_document(_document(change))
                writer.commit()
            finally:
                writer.wait_merging_threads()

    def searcher(self) -> "TextSearcher":
        """The index as it is on disk now."""
        with _reported():
            self._index.reload()
            return TextSearcher(self._index.schema, self._index.searcher())


class _Part(NamedTuple):
    """A query, those that it is made of, and how to say it: as Lucene does, for one reader."""

    text: str
    query: Query
    parts: tuple["_Part", ...] = ()


class TextSearcher:
    """The index at one moment; any thread may use it."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def find(self, plan: TextPlan) -> tuple[Integers, Scores]:
        """Ordinals that satisfy a plan, best first, and their scores; names are not looked at."""
        with _reported():
            return self._find(self._query(plan))

    def resembling(self, stems: Sequence[str], limit: int) -> tuple[Integers, Scores]:
        """The `limit` ordinals that share most of these stems, best first, and their scores."""
        with _reported():
            shared = [(Occur.Should, self._anywhere((stem,), 1.0).query) for stem in stems]
            return self._find(Query.boolean_query(shared), limit)

    def explain(self, plan: TextPlan, ords: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
        """What each part of a plan is worth in those of these ordinals that satisfy it.

        The sum is the score.
        """
        with _reported():
            among = Query.term_set_query(self._schema, _ORD, list(ords))
            found = Query.boolean_query(
                [
                    (Occur.Must, self._query(plan)),
                    (Occur.Must, Query.const_score_query(among, 0.0)),
                ]
            )
            hits = self._searcher.search(found, limit=max(len(ords), 1), count=False).hits
            addresses = [address for _, address in hits]
            scored = [
                *map(self._clause, plan.clauses),
                *self._adjacent(plan.clauses),
                *(self._anywhere(phrase, 1.0) for phrase in plan.phrases),
            ]
            return {
                ord_: self._reasons(scored, address)
                for ord_, address in zip(self._ordinals(addresses).tolist(), addresses, strict=True)
            }

    def _reasons(self, parts: Sequence[_Part], at: tantivy.DocAddress) -> tuple[Reason, ...]:
        """What queries are worth in a document; those that do not find it are left out."""
        reasons = []
        for part in parts:
            try:
                explained = json.loads(part.query.explain(self._searcher, at).to_json())
            except ValueError as error:  # the client has one error for everything
                if "does not match" not in str(error):
                    raise
            else:
                inside = self._reasons(part.parts, at)
                reasons.append(Reason(explained["value"], part.text, inside))
        return tuple(reasons)

    def _find(self, query: Query, limit: int | None = None) -> tuple[Integers, Scores]:
        most = limit or max(self._searcher.num_docs, 1)
        with _without_collections():
            hits = self._searcher.search(query, limit=most, count=False).hits
            scores = np.array([score for score, _ in hits], np.float64)
            return self._ordinals([address for _, address in hits]), scores

    def _ordinals(self, addresses: list[tantivy.DocAddress]) -> Integers:
        return np.array(self._searcher.fast_field_values(_ORD, addresses), np.int64)

    def _query(self, plan: TextPlan) -> Query:
        parts: list[tuple[Occur, Query]] = []
        if plan.clauses:
            wanted = [self._clause(clause).query for clause in plan.clauses if clause.needed]
            needed = Query.boolean_query(
                [(Occur.Should, query) for query in wanted],
                minimum_number_should_match=plan.required,
            )
            parts.append((Occur.Must, needed))
            parts += [
                (Occur.Should, self._clause(clause).query)
                for clause in plan.clauses
                if not clause.needed
            ]
            parts += [(Occur.Should, part.query) for part in self._adjacent(plan.clauses)]
        parts += [(Occur.Must, self._anywhere(phrase, 1.0).query) for phrase in plan.phrases]
        if not parts:
            parts.append((Occur.Must, Query.const_score_query(Query.all_query(), 0.0)))
        parts += [(Occur.MustNot, self._anywhere(stems, 1.0).query) for stems in plan.excluded]
        return Query.boolean_query(parts)

    def _clause(self, clause: Clause) -> _Part:
        leaves = [
            # A phrase scores the sum of its words, where an expression stands for one word.
            self._in_field(
                field, expression.stems, field.boost * expression.weight / len(expression.stems)
            )
            for expression in clause.expressions
            for field in TEXT_FIELDS
        ]
        text = _best(clause.word.folded, leaves, _TIE_BREAKER)
        if not clause.categories:
            return text
        standing = Query.term_set_query(self._schema, CATEGORY_FACET, list(clause.categories))
        stands = _Part(
            " ".join(f"{CATEGORY_FACET}:{code}" for code in clause.categories),
            Query.const_score_query(standing, CATEGORY_SCORE),
        )
        # Of the sheets that stand there, those that speak of it most.
        stems = [stem for code in clause.categories for stem in analyse(code.replace("-", " "))]
        spoken = [self._anywhere((stem,), _SPOKEN_BOOST) for stem in stems[:MOST_SPOKEN]]
        either = [(Occur.Should, part.query) for part in (text, stands)]
        query = Query.boolean_query(
            [
                (Occur.Must, Query.boolean_query(either)),
                *((Occur.Should, part.query) for part in spoken),
            ]
        )
        return _Part(f"{clause.word.folded}, sum of", query, (text, stands, *spoken))

    def _adjacent(self, clauses: Sequence[Clause]) -> Iterator[_Part]:
        """Words typed one after the other say more where they stand so."""
        for clause, following in pairwise(clauses):
            pair = (clause.word.stem, following.word.stem)
            leaves = [
                self._in_field(field, pair, field.boost * _ADJACENT_BOOST)
                for field in TEXT_FIELDS
                if field.name in _ADJACENT_FIELDS
            ]
            yield _best(" ".join(pair), leaves, 0.0)

    def _anywhere(self, stems: Sequence[str], weight: float) -> _Part:
        leaves = [self._in_field(field, stems, field.boost * weight) for field in TEXT_FIELDS]
        return _best(" ".join(stems), leaves, _TIE_BREAKER)

    def _in_field(self, field: TextField, stems: Sequence[str], boost: float) -> _Part:
        if len(stems) == 1:
            text = f"{field.name}:{stems[0]}"
            query = Query.term_query(self._schema, field.name, stems[0], "position")
        else:
            text = f'{field.name}:"{" ".join(stems)}"'
            query = Query.phrase_query(self._schema, field.name, list(stems))
        return _Part(text, Query.boost_query(query, boost))


def _best(words: str, leaves: Sequence[_Part], others: float) -> _Part:
    """What scores as the best of its parts, and a share of the others."""
    query = Query.disjunction_max_query([leaf.query for leaf in leaves], others)
    return _Part(f"{words}, max plus {others:g} times others of", query, tuple(leaves))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in TEXT_FIELDS:
        builder.add_text_field(field.name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(CATEGORY_FACET, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(_ORD, indexed=True, fast=True)
    return builder.build()


def _document(change: TextChange) -> tantivy.Document:
    document = tantivy.Document()
    for name, stems in (change.stems or {}).items():
        document.add_text(name, stems)
    for category in change.categories:
        document.add_text(CATEGORY_FACET, category)
    document.add_integer(_ORD, change.ord)
    return document
