"""The whole `_search` of each question: pure, tested as dictionaries."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from search.analysis import TextPlan, analysed
from search.contract import CATEGORY_FACET, TAG_FACET, TEXT_FIELDS, Query, Sort
from search.engines.opensearch.counting import Counting
from search.engines.opensearch.mapping import RESULT_WINDOW
from search.engines.opensearch.preparing import key
from search.engines.opensearch.texts import MATCH_ALL, Body, text_query
from search.hits import Stored

_HIGHLIGHTED = [f"shown.{field.name}" for field in TEXT_FIELDS if field.highlight]

_NEUTRAL = {"neutral": {"order": "asc"}}
_CATEGORY_WEIGHT, _TAG_WEIGHT = 1_000.0, 4.0
_SIMILAR_STEMS = 12
_SIMILAR_FIELDS = ("categories", "words", "summary", "features", "description")


def page_body(counting: Counting, query: Query, plan: TextPlan) -> Body:
    """One page of a search, with all its counts unless it asks for hits only."""
    start = (query.page - 1) * query.page_size
    reachable = start + query.page_size <= RESULT_WINDOW
    # How many sheets a text finds is counted whatever the filters: it decides what is guessed.
    counted = not (query.hits_only and plan.is_empty)
    body = {
        **matching(counting, plan, counted=counted),
        "from": start if reachable else 0,
        "size": query.page_size if reachable else 0,
        "sort": sort(counting, query, plan),
        "track_total_hits": True,
        "_source": _needed(counting, query),
    }
    if not (query.hits_only or plan.is_empty):
        body["_source"] = [*body["_source"], *_HIGHLIGHTED]
    if not query.hits_only:
        body["aggs"] = counting.aggregations()
    if not plan.is_empty:
        body.setdefault("aggs", {})["text"] = {"filter": MATCH_ALL}
    return body


def matching(counting: Counting, plan: TextPlan, *, counted: bool) -> Body:
    """The sheets that satisfy a text and filters; `counted` leaves room for disjunctive counts."""
    text = MATCH_ALL if plan.is_empty else text_query(plan)
    if not counting.is_filtered:
        return {"query": text}
    if counted:
        return {"query": text, "post_filter": {"bool": {"filter": counting.conditions()}}}
    return {"query": {"bool": {"must": [text], "filter": counting.conditions()}}}


def sort(counting: Counting, query: Query, plan: TextPlan) -> list[Body]:
    """The order asked for, ties in neutral order."""
    if query.sort == Sort.PRICE:
        # Trials have no total: the least of the offers that satisfy the filters is the hit's own.
        price: Body = {"order": "asc", "mode": "min", "missing": "_last"}
        price["nested"] = {"path": "offers"}
        if on_offers := counting.on_offers():
            price["nested"]["filter"] = {"bool": {"filter": on_offers}}
        return [{f"offers.needs.{query.need.value}.total": price}, _NEUTRAL]
    first = {
        Sort.NAME: {"name_key": {"order": "asc"}},
        Sort.RECENT: {"updated": {"order": "desc"}},
        Sort.LABEL: {"label_rank": {"order": "desc"}},
    }.get(query.sort)
    if first:
        return [first, _NEUTRAL]
    return [_NEUTRAL] if plan.is_empty else [{"_score": {"order": "desc"}}, _NEUTRAL]


def scan_body(counting: Counting, query: Query, plan: TextPlan, size: int) -> Body:
    """A batch of all hits, to be continued by `search_after` in a point in time."""
    return {
        **matching(counting, plan, counted=False),
        "size": size,
        "sort": [*sort(counting, query, plan), {"id": {"order": "asc"}}],
        "track_total_hits": False,
        "_source": _needed(counting, query),
    }


def _needed(counting: Counting, query: Query) -> list[str]:
    """The parts of a sheet that its hit is made of: half of the whole, and as much less to read."""
    price = f"offers.needs.{query.need.value}"
    return [
        "card",
        "offers.uid",
        "offers.trial",
        "offers.card",
        f"{price}.kind",
        f"{price}.total",
        *counting.chosen_fields(),
    ]


def explain_body(plan: TextPlan, keys: Sequence[str]) -> Body:
    """The scores of some sheets, explained."""
    text = MATCH_ALL if plan.is_empty else text_query(plan)
    return {
        "query": {"bool": {"must": [text], "filter": [{"ids": {"values": list(keys)}}]}},
        "size": len(keys),
        "explain": True,
        "_source": ["card"],
    }


def alternatives_body(plans: Mapping[str, Body]) -> Body:
    """How many sheets each of several queries finds, in one go."""
    return {
        "size": 0,
        "track_total_hits": False,
        "aggs": {name: {"filter": query} for name, query in plans.items()},
    }


def completion_body(prefix: str, limit: int) -> Body:
    """Names in which a word begins with `prefix`: those that begin so first, then neutral."""
    return {
        "query": {
            "bool": {
                "filter": [{"prefix": {"starts": prefix}}],
                "should": [{"constant_score": {"filter": {"prefix": {"name_folded": prefix}}}}],
            }
        },
        "size": limit,
        "sort": [{"_score": {"order": "desc"}}, _NEUTRAL],
        "track_total_hits": False,
        "_source": ["card", "shown.name"],
    }


def similar_body(index: str, sheet: Stored, limit: int) -> Body:
    """Sheets most like one: by sub-category (rare ones tell more), then by tags and text."""
    likes: list[Body] = [
        {"term": {f"facets.{facet}": {"value": one, "boost": weight}}}
        for facet, weight in ((CATEGORY_FACET, _CATEGORY_WEIGHT), (TAG_FACET, _TAG_WEIGHT))
        for one in sheet.facets.get(facet, ())
    ]
    stems, _ = analysed({name: sheet.text.get(name, "") for name in _SIMILAR_FIELDS})
    likes.append(
        {
            "more_like_this": {
                "fields": [f"text.{name}" for name in _SIMILAR_FIELDS],
                "like": [{"_index": index, "doc": {"text": stems}}],
                "max_query_terms": _SIMILAR_STEMS,
                "min_term_freq": 1,
                "min_doc_freq": 2,
                "minimum_should_match": 1,
            }
        }
    )
    return {
        "query": {
            "bool": {
                "should": likes,
                "minimum_should_match": 1,
                "must_not": [{"ids": {"values": [key(sheet.id)]}}],
            }
        },
        "size": limit,
        "sort": [{"_score": {"order": "desc"}}, _NEUTRAL],
        "track_total_hits": False,
        "_source": {"excludes": ["shown"]},
    }


def copy_of(text: str) -> dict[str, Any]:
    """Parameters that send the same text to the same copy: deleted sheets, which still count in
    scores until they are merged away, differ between copies, and pages would overlap.
    """
    return {"preference": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]}
