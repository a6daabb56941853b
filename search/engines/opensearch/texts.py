"""What a text asks of the server, as a query: pure, from the plan that all engines share."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from search.analysis import MOST_SPOKEN, Clause, TextPlan, analyse
from search.contract import CATEGORY_FACET, TEXT_FIELDS, TextField

Body = dict[str, Any]

EXACT_NAME, NAME_START = 2_000_000.0, 1_000_000.0
"""Far above any score: a sheet of that name comes before whatever the text finds, ties neutral."""

CATEGORY_SCORE = 25.0
"""What standing in a replaced product's category is worth: more than a passing mention of it."""

_TIE_BREAKER = 0.4
_SPOKEN_BOOST = 0.2
_ADJACENT_BOOST = 0.5
_ADJACENT_FIELDS = ("name", "categories", "words", "summary")
# Lucene's BM25 leaves out a constant factor (k1 + 1) of the usual formula: fixed scores do as well.
_BM25_FACTOR = 2.2

MATCH_ALL: Body = {"match_all": {}}
MATCH_NONE: Body = {"match_none": {}}


def text_query(plan: TextPlan) -> Body:
    """The query of a plan: what the text finds, and above all the sheets that it names.

    Clauses whose word may be a typing error bear its place as their name, `word-0` for the first.
    """
    named = named_query(plan)
    if not (plan.clauses or plan.phrases or plan.excluded):
        return named  # nothing but stop words: they may still be a name
    found = found_query(plan)
    if plan.phrases or plan.excluded:
        named = {"bool": {"must": [named], **_operators(plan)}}
    return {"dis_max": {"queries": [found, named], "tie_breaker": 0.0}}


def _operators(plan: TextPlan) -> Body:
    """Phrases and exclusions, which hold for sheets that are named too."""
    return {
        "filter": [anywhere(phrase, 1.0) for phrase in plan.phrases],
        "must_not": [anywhere(stems, 1.0) for stems in plan.excluded],
    }


def named_query(plan: TextPlan) -> Body:
    """The sheets that have one of the plan's names, and those whose name goes on after it."""
    if not plan.names:
        return MATCH_NONE
    exact = {"terms": {"name_folded": list(plan.names)}}
    longer = [{"prefix": {"name_folded": f"{name} "}} for name in plan.names]
    return {
        "dis_max": {
            "queries": [
                _constant(exact, EXACT_NAME),
                _constant({"bool": {"should": longer}}, NAME_START),
            ]
        }
    }


def found_query(plan: TextPlan, required: int | None = None) -> Body:
    """What the text finds, names apart, with at least `required` of its words (the plan's)."""
    must: list[Body] = []
    should: list[Body] = []
    if plan.clauses:
        needed = [
            _clause(clause, f"word-{at}" if clause.correctable else None)
            for at, clause in enumerate(plan.clauses)
            if clause.needed
        ]
        least = plan.required if required is None else required
        must.append({"bool": {"should": needed, "minimum_should_match": least}})
        should += [
            _clause(clause, f"word-{at}" if clause.correctable else None)
            for at, clause in enumerate(plan.clauses)
            if not clause.needed
        ]
        should += _adjacent(plan.clauses)
    must += [anywhere(phrase, 1.0) for phrase in plan.phrases]
    body: Body = {"must": must} if must else {"must": [_constant(MATCH_ALL, 0.0)]}
    if should:
        body["should"] = should
    if plan.excluded:
        body["must_not"] = [anywhere(stems, 1.0) for stems in plan.excluded]
    return {"bool": body}


def anywhere(stems: Sequence[str], weight: float) -> Body:
    """The sheets that say these stems one after the other in any field."""
    queries = [_in_field(field, stems, field.boost * weight) for field in TEXT_FIELDS]
    return {"dis_max": {"queries": queries, "tie_breaker": _TIE_BREAKER}}


def _clause(clause: Clause, name: str | None) -> Body:
    queries = [
        # A phrase scores the sum of its words, where an expression stands for one word.
        _in_field(field, expression.stems, field.boost * expression.weight / len(expression.stems))
        for expression in clause.expressions
        for field in TEXT_FIELDS
    ]
    text: Body = {"dis_max": {"queries": queries, "tie_breaker": _TIE_BREAKER}}
    if name:
        text["dis_max"]["_name"] = name
    if not clause.categories:
        return text
    standing = {"terms": {f"facets.{CATEGORY_FACET}": list(clause.categories)}}
    either = {"bool": {"should": [text, _constant(standing, CATEGORY_SCORE / _BM25_FACTOR)]}}
    # Of the sheets that stand there, those that speak of it most.
    spoken = [stem for code in clause.categories for stem in analyse(code.replace("-", " "))]
    return {
        "bool": {
            "must": [either],
            "should": [anywhere((stem,), _SPOKEN_BOOST) for stem in spoken[:MOST_SPOKEN]],
        }
    }


def _adjacent(clauses: Sequence[Clause]) -> Iterator[Body]:
    """Words typed one after the other say more where they stand so."""
    for clause, following in pairwise(clauses):
        pair = (clause.word.stem, following.word.stem)
        yield {
            "dis_max": {
                "queries": [
                    _in_field(field, pair, field.boost * _ADJACENT_BOOST)
                    for field in TEXT_FIELDS
                    if field.name in _ADJACENT_FIELDS
                ]
            }
        }


def _in_field(field: TextField, stems: Sequence[str], boost: float) -> Body:
    path = f"text.{field.name}"
    if len(stems) == 1:
        return {"term": {path: {"value": stems[0], "boost": boost}}}
    return {"match_phrase": {path: {"query": " ".join(stems), "boost": boost}}}


def _constant(query: Body, score: float) -> Body:
    return {"constant_score": {"filter": query, "boost": score}}
