"""What an index is like: analysis, fields, and the mark by which a change of them is noticed.

Texts arrive analysed by `search.analysis`, which both engines share (stems, a space between them):
the server's own French analysis would stem, fold and cut otherwise, and find other sheets. The
mapping is strict: a field that is not declared here is an error, not a guess.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from search.analysis import ANALYSER_VERSION
from search.contract import OPEN_FACET_BUCKETS, TEXT_FIELDS, Facet, Need, Scope

RESULT_WINDOW = 1_000_000
"""How deep pages may go."""

_LONGEST_PATTERN = 10_000
"""Characters of the pattern that looks up how proposed words are written (1,000 by default)."""

KEYWORD = {"type": "keyword"}
_LOOKED_UP = {"type": "keyword", "doc_values": False}
_KEPT = {"type": "keyword", "index": False, "doc_values": False}
_LONG = {"type": "long"}
_STEMS = {"type": "text", "analyzer": "stems"}
# Found by, never given back: documents are always made anew from the database.
_UNSTORED = [
    "text", "stems", "words", "lexicon", "starts", "any", "any_needs",
    "together", "together_needs", "offers.together", "offers.together_needs",
]  # fmt: skip


def index_body(facets: Sequence[Facet], rebuilt_at: str) -> dict[str, Any]:
    """Settings and mapping of a new index, for filling: it gets its replicas when published."""
    return {
        "settings": {
            "index": {
                # One shard: exact counts and comparable scores up to millions of sheets.
                "number_of_shards": 1,
                "number_of_replicas": 0,
                "refresh_interval": "-1",
                "max_result_window": RESULT_WINDOW,
                "max_regex_length": _LONGEST_PATTERN,
            },
            "analysis": {"analyzer": {"stems": {"type": "custom", "tokenizer": "whitespace"}}},
        },
        "mappings": {
            **_mapping(facets),
            "_meta": {"schema": schema(facets), "rebuilt_at": rebuilt_at},
        },
    }


def schema(facets: Sequence[Facet]) -> str:
    """A mark of the fields and of the analysis: an index that bears another is to be rebuilt."""
    described = json.dumps([ANALYSER_VERSION, _mapping(facets)], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def alone(facets: Sequence[Facet]) -> frozenset[str]:
    """The facets that are not counted in one go with the others: their values are without number."""
    return frozenset(
        facet.name
        for facet in facets
        if facet.choices is None and facet.limit <= OPEN_FACET_BUCKETS
    )


def _mapping(facets: Sequence[Facet]) -> dict[str, Any]:
    of_sheet = [facet for facet in facets if facet.scope == Scope.SHEET]
    of_offer = [facet for facet in facets if facet.scope == Scope.OFFER and not facet.per_need]
    per_need = [facet for facet in facets if facet.per_need]
    return {
        "dynamic": "strict",
        "_source": {"excludes": _UNSTORED},
        "properties": {
            "id": KEYWORD,
            "neutral": _LONG,
            "updated": _LONG,
            "label_rank": _LONG,
            "name_key": KEYWORD,
            "name_folded": _LOOKED_UP,
            "starts": _LOOKED_UP,
            "text": _object({field.name: _STEMS for field in TEXT_FIELDS}),
            "stems": _LOOKED_UP,
            "words": KEYWORD,
            "lexicon": KEYWORD,
            "facets": _object(_keywords(of_sheet)),
            # All facets in one field, `taille=pe`: counted in one go, thrice as quickly and more.
            "together": KEYWORD,
            "together_needs": _object(_of_needs(KEYWORD)),
            # Values of any of the offers: enough as long as one facet of offers is asked for.
            "any": _object(_keywords(of_offer)),
            "any_needs": _object(_of_needs(_object({"kind": KEYWORD, **_keywords(per_need)}))),
            "offers": {
                "type": "nested",
                "dynamic": "strict",
                "properties": {
                    "uid": _KEPT,
                    "trial": {"type": "boolean", "index": False, "doc_values": False},
                    "card": _KEPT,
                    "together": KEYWORD,
                    "together_needs": _object(_of_needs(KEYWORD)),
                    "facets": _object(_keywords(of_offer)),
                    "needs": _object(_of_needs(_price(per_need))),
                },
            },
            "card": _KEPT,
            "shown": {"type": "object", "enabled": False},
        },
    }


def _price(facets: Sequence[Facet]) -> dict[str, Any]:
    return _object({"kind": KEYWORD, "total": _LONG, "facets": _object(_keywords(facets))})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"dynamic": "strict", "properties": dict(properties)}


def _of_needs(field: Mapping[str, Any]) -> dict[str, Any]:
    return {need.value: field for need in Need}


def _keywords(facets: Sequence[Facet]) -> dict[str, Any]:
    return {facet.name: KEYWORD for facet in facets}
