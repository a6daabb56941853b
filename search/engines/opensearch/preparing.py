"""What the index holds of a document, and a document's stored part read back."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from search.analysis import analysed, fold, name_starts, storable
from search.contract import TEXT_FIELDS, Document, Need, OfferDocument, PriceKind
from search.hits import OfferRow, Stored

SEPARATOR = " "
"""Between the stem, the word and how it is written, in an entry of the lexicon."""

EQUALS = "="
"""Between a facet and its value, where all facets are in one field."""

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


def source(document: Document, alone: Collection[str] = ()) -> dict[str, Any]:
    """The indexed form of a document; facets in `alone` are not counted together with the others.

    Raises `TypeError` or `ValueError` when its cards are made of what JSON does not know.
    """
    text = {field.name: storable(document.text.get(field.name, "")) for field in TEXT_FIELDS}
    stems, words = analysed(text)
    offers = document.offers or (OfferDocument(uid="", facets={}, needs={}),)
    facets = _values(document.facets)
    any_offer = _united(offer.facets for offer in offers)
    prices = {need.value: _united(_priced(one, need)[2] for one in offers) for need in Need}
    kinds = {need.value: sorted({_priced(one, need)[0] for one in offers}) for need in Need}
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
        "facets": facets,
        "together": _together(facets | any_offer, alone),
        "together_needs": {need: _together(held, alone) for need, held in prices.items()},
        "any": any_offer,
        "any_needs": {need: {"kind": kinds[need], **held} for need, held in prices.items()},
        "offers": [_offer(offer, alone) for offer in offers],
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


def _offer(offer: OfferDocument, alone: Collection[str]) -> dict[str, Any]:
    facets = _values(offer.facets)
    needs, together = {}, {}
    for need in Need:
        kind, total, priced = _priced(offer, need)
        held = _values(priced)
        needs[need.value] = {"kind": kind, "total": total, "facets": held}
        together[need.value] = _together(held, alone)
    return {
        "uid": storable(offer.uid),
        "trial": offer.trial,
        "card": _json(offer.card),
        "together": _together(facets, alone),
        "together_needs": together,
        "facets": facets,
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


def _united(several: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, list[str]]:
    united: dict[str, dict[str, None]] = {}
    for facets in several:
        for name, values in facets.items():
            united.setdefault(name, {}).update(dict.fromkeys(map(value, values)))
    return {name: list(values) for name, values in united.items()}


def _together(facets: Mapping[str, Iterable[str]], alone: Collection[str]) -> list[str]:
    return [
        f"{name}{EQUALS}{one}"
        for name, values in facets.items()
        if name not in alone
        for one in values
    ]


def _values(facets: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {name: [value(one) for one in values] for name, values in facets.items()}


def _json(content: Any) -> str:
    # ASCII, because cards are given back untouched even when they hold lone surrogates.
    return json.dumps(content, separators=(",", ":"), default=dict)
