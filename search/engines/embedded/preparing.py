"""What the embedded index stores of a document, worked out before any file is touched."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from search.analysis import analysed, name_starts, storable
from search.contract import CATEGORY_FACET, TEXT_FIELDS, Document, OfferDocument, PriceKind
from search.engines.embedded.columns import Row
from search.hits import OfferRow


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
    """The stored form of a document.

    Raises `TypeError` or `ValueError` when its cards are made of what JSON does not know.
    """
    text = {field.name: storable(document.text.get(field.name, "")) for field in TEXT_FIELDS}
    stems, words = analysed(text)
    offers = document.offers or (OfferDocument(uid="", facets={}, needs={}),)
    return Prepared(
        id=document.id,
        neutral=document.neutral,
        name_key=storable(document.name_key),
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
        names=name_starts(text["name"]),
        categories=tuple(map(storable, document.facets.get(CATEGORY_FACET, ()))),
    )


def prepared(documents: Iterable[Document], refused: dict[str, str]) -> Iterator[Prepared]:
    """The stored forms of documents; of those that cannot be stored, `refused` gets id → why."""
    for document in documents:
        try:
            form = prepare(document)
        except (TypeError, ValueError) as error:
            refused[document.id] = str(error)
        else:
            yield form


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


def _json(value: Any) -> str:
    # ASCII, because cards are given back untouched even when they hold lone surrogates.
    return json.dumps(value, separators=(",", ":"), default=dict)
