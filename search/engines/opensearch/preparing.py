"""What the index holds of a document, and a document's stored part read back."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from search.analysis import analysed, fold, name_starts, storable
from search.contract import TEXT_FIELDS, Document, Need, OfferDocument, PriceKind
from search.hits import OfferRow, Stored

SEPARATOR = " "
"""Between the stem, the word and how it is written, in an entry of the lexicon."""

_LONGEST_ID = 256
# Lucene refuses terms above 32,766 bytes; nobody filters nor sorts by so long a text.
_LONGEST_VALUE = 4_000


def key(id: str) -> str:
    """The server's id of a document: ours, unless it could not be one."""
    safe = storable(id)
    if safe == id and 0 < len(safe.encode()) <= _LONGEST_ID:
        return id
    return "hash-" + hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()


def value(text: str) -> str:
    """A facet value, a name or a word as the index can hold it."""
    return storable(text)[:_LONGEST_VALUE]


def source(document: Document) -> dict[str, Any]:
    """The indexed form of a document.

    Raises `TypeError` or `ValueError` when its cards are made of what JSON does not know.
    """
    text = {field.name: storable(document.text.get(field.name, "")) for field in TEXT_FIELDS}
    stems, words = analysed(text)
    offers = document.offers or (OfferDocument(uid="", facets={}, needs={}),)
    return {
        "id": value(document.id),
        "neutral": document.neutral,
        "updated": document.updated,
        "label_rank": document.label_rank,
        "name_key": value(document.name_key),
        "name_folded": value(fold(text["name"])),
        "starts": [value(start) for start in name_starts(text["name"])],
        "text": stems,
        "stems": sorted({stem for stem, _ in words.values()}),
        "words": list(words),
        "lexicon": [SEPARATOR.join((stem, word, shown)) for word, (stem, shown) in words.items()],
        "facets": _values(document.facets),
        "any": _together(offer.facets for offer in offers),
        "any_needs": {need.value: _any_price(offers, need) for need in Need},
        "offers": [_offer(offer) for offer in offers],
        "card": _json([document.id, document.card]),
        "shown": text,
    }


def stored(found: Mapping[str, Any]) -> Stored:
    """A sheet read back from what the server kept of it."""
    id_, card = json.loads(found["card"])
    return Stored(
        id=id_,
        facets=found.get("facets", {}),
        offers=[_row(offer) for offer in found["offers"]],
        card=card,
        offer_cards=[json.loads(offer["card"]) for offer in found["offers"]],
        text=found.get("shown", {}),
    )


def _offer(offer: OfferDocument) -> dict[str, Any]:
    needs = {}
    for need in Need:
        kind, total, facets = _priced(offer, need)
        needs[need.value] = {"kind": kind, "total": total, "facets": _values(facets)}
    return {
        "uid": storable(offer.uid),
        "trial": offer.trial,
        "card": _json(offer.card),
        "facets": _values(offer.facets),
        "needs": needs,
    }


def _priced(
    offer: OfferDocument, need: Need
) -> tuple[str, int | None, Mapping[str, Iterable[str]]]:
    """Kind, total in cents and facet values of an offer; unpriced when nothing was said of it."""
    price = offer.needs.get(need)
    if price is None:
        return PriceKind.UNPRICED.value, None, {}
    return price.kind.value, price.total, price.facets


def _row(offer: Mapping[str, Any]) -> OfferRow:
    needs = {
        need: (price["kind"], price.get("total"), price.get("facets", {}))
        for need, price in offer["needs"].items()
    }
    return OfferRow(offer["uid"], offer["trial"], offer.get("facets", {}), needs)


def _any_price(offers: Iterable[OfferDocument], need: Need) -> dict[str, list[str]]:
    prices = [_priced(offer, need) for offer in offers]
    united = _together(facets for _, _, facets in prices)
    return {"kind": sorted({kind for kind, _, _ in prices}), **united}


def _together(several: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, list[str]]:
    united: dict[str, dict[str, None]] = {}
    for facets in several:
        for name, values in facets.items():
            united.setdefault(name, {}).update(dict.fromkeys(map(value, values)))
    return {name: list(values) for name, values in united.items()}


def _values(facets: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {name: [value(one) for one in values] for name, values in facets.items()}


def _json(content: Any) -> str:
    # ASCII, because cards are given back untouched even when they hold lone surrogates.
    return json.dumps(content, separators=(",", ":"), default=dict)
