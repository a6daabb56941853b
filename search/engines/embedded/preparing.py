"""What the embedded index stores of a document, worked out before any file is touched."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from search.analysis import fold, forms, normalise, surfaces
from search.contract import CATEGORY_FACET, TEXT_FIELDS, Document, OfferDocument, PriceKind
from search.engines.embedded.columns import Row
from search.hits import OfferRow

_MOST_NAME_WORDS = 12


class Prepared(NamedTuple):
    """A document in stored form: columns, card and text as JSON, and what its text is found by.

    `stems` are the analysed texts by field, `words` the unstemmed words with their stem and how
    they were written, `names` the name and what follows each of its words.
    """

    id: str
    neutral: int
    name_key: str
    columns: str
    card: str
    text: str
    stems: Mapping[str, str]
    words: Mapping[str, tuple[str, str]]
    names: Sequence[str]
    categories: Sequence[str]


def prepare(document: Document) -> Prepared:
    """The stored form of a document. Its cards must be made of what JSON knows."""
    text = {name: _storable(document.text.get(name, "")) for name in _FIELDS}
    stems, words = analysed(text)
    offers = document.offers or (OfferDocument(uid="", facets={}, needs={}),)
    return Prepared(
        id=document.id,
        neutral=document.neutral,
        name_key=_storable(document.name_key),
        columns=_json(
            [
                document.neutral,
                document.updated,
                document.label_rank,
                document.facets,
                [_offer(offer) for offer in offers],
            ]
        ),
        card=_json([document.card, [offer.card for offer in offers]]),
        text=_json(text),
        stems=stems,
        words=words,
        names=_name_starts(text["name"]),
        categories=tuple(map(_storable, document.facets.get(CATEGORY_FACET, ()))),
    )


_FIELDS = tuple(field.name for field in TEXT_FIELDS)


def analysed(text: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The analysed text of every field, and the unstemmed words: word → stem, as written."""
    stems: dict[str, str] = {}
    words: dict[str, tuple[str, str]] = {}
    for name, value in text.items():
        found: list[str] = []
        for surface in surfaces(normalise(value)):
            folded, root = forms(surface)
            if root:
                found.append(root)
                if folded not in words:
                    words[folded] = (root, surface.lower())
        stems[name] = " ".join(found)
    return stems, words


def row(ord_: int, alive: int, columns: str) -> Row:
    """The columns of a sheet read back from their stored form."""
    neutral, updated, label_rank, facets, offers = json.loads(columns)
    return Row(
        ord=ord_,
        alive=bool(alive),
        neutral=neutral,
        updated=updated,
        label_rank=label_rank,
        facets=facets,
        offers=[OfferRow(uid, trial, own, needs) for uid, trial, own, needs in offers],
    )


def _offer(offer: OfferDocument) -> list[Any]:
    needs = {
        need.value: [PriceKind(price.kind).value, price.total, price.facets]
        for need, price in offer.needs.items()
    }
    return [offer.uid, offer.trial, offer.facets, needs]


def _name_starts(name: str) -> tuple[str, ...]:
    words = fold(name).split()
    return tuple(" ".join(words[at:]) for at in range(min(len(words), _MOST_NAME_WORDS)))


def _storable(text: str) -> str:
    """Text that any file can hold: lone surrogates, which no encoding takes, are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _json(value: Any) -> str:
    # ASCII, because cards are given back untouched even when they hold lone surrogates.
    return json.dumps(value, separators=(",", ":"), default=dict)
