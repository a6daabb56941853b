"""Documents to search in, readable at a glance: `sheet("Orvalis", categories=["ged"])`."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from search.analysis import fold
from search.contract import (
    Choice,
    Document,
    Facet,
    Need,
    OfferDocument,
    OfferPrice,
    PriceKind,
    Scope,
)

LIMIT = 100_000_00
"""Cents under which an offer is in `moins-de-100k`."""

PARENTS = {
    "ged": "documents",
    "archivage": "documents",
    "visioconference": "communication",
    "messagerie": "communication",
    "signature": "securite",
}


def choices(*values: str) -> tuple[Choice, ...]:
    """Choices whose label is the code with a capital."""
    return tuple(Choice(value, value.capitalize()) for value in values)


FACETS: tuple[Facet, ...] = (
    Facet(
        "categorie",
        "Catégorie",
        choices=choices(
            "documents",
            "ged",
            "archivage",
            "communication",
            "visioconference",
            "messagerie",
            "securite",
            "signature",
        ),
    ),
    Facet("taille", "Taille", choices=choices("tpe", "pe", "me", "eti", "ge", "pme")),
    Facet("distribution", "Distribution", choices=choices("libre", "hybride", "proprietaire")),
    Facet("licence", "Licence"),
    Facet("tag", "Étiquettes"),
    # Kept by staff, as long as they like: all its values are listed.
    Facet("integration", "Raccordée à", limit=10_000),
    Facet(
        "cloud",
        "Cloud",
        Scope.OFFER,
        choices("conforme", "declare-conforme", "non-conforme", "sans-objet"),
    ),
    Facet("deploiement", "Déploiement", Scope.OFFER, choices("saas", "sur-site", "cloud-etat")),
    Facet("hebergement", "Hébergement", Scope.OFFER),
    Facet("public", "Public visé", Scope.OFFER, limit=10_000),
    Facet(
        "prix",
        "Prix",
        Scope.OFFER,
        choices("gratuit", "moins-de-25k", "25-100k", "100k-et-plus", "sur-devis", "non-renseigne"),
        per_need=True,
        price=True,
    ),
    Facet(
        "moins-de-100k",
        "Moins de 100 k€",
        Scope.OFFER,
        choices("1"),
        per_need=True,
        price=True,
    ),
)


def offer(
    uid: str = "",
    *,
    total: int | Mapping[Need, int] | None = None,
    quote: bool = False,
    trial: bool = False,
    **facets: str | Iterable[str],
) -> OfferDocument:
    """An offer. `total` in cents, for every need or by need; without one it is not priced."""
    by_need = total if isinstance(total, Mapping) else dict.fromkeys(Need, total)
    return OfferDocument(
        uid=uid,
        facets={name: _values(value) for name, value in facets.items()},
        needs={need: _price(by_need.get(need), quote) for need in Need},
        trial=trial,
        card={"name": uid},
    )


def _price(total: int | None, quote: bool) -> OfferPrice:
    if quote:
        return OfferPrice(PriceKind.QUOTE, None, {"prix": ("sur-devis",)})
    if total is None:
        return OfferPrice(PriceKind.UNPRICED, None, {"prix": ("non-renseigne",)})
    if total == 0:
        return OfferPrice(PriceKind.FREE, 0, {"prix": ("gratuit",), "moins-de-100k": ("1",)})
    bands = {25_000_00: "moins-de-25k", LIMIT: "25-100k"}
    band = next((name for limit, name in bands.items() if total < limit), "100k-et-plus")
    under = {"moins-de-100k": ("1",)} if total < LIMIT else {}
    return OfferPrice(PriceKind.PRICED, total, {"prix": (band,), **under})


def sheet(
    name: str = "Sans nom",
    *,
    id: str | None = None,
    categories: Iterable[str] = (),
    category_names: str = "",
    offers: Iterable[OfferDocument] = (),
    neutral: int | None = None,
    updated: int = 0,
    label: int = 0,
    card: Mapping[str, Any] | None = None,
    facets: Mapping[str, Iterable[str]] | None = None,
    **text: str,
) -> Document:
    """A sheet. Its id is its folded name; a sub-category brings its parent along."""
    id = fold(name).replace(" ", "-") if id is None else id
    stands_in = dict.fromkeys(one for code in categories for one in (code, PARENTS.get(code)))
    given = {facet: _values(values) for facet, values in (facets or {}).items()}
    return Document(
        id=id,
        text={"name": name, "categories": category_names, **text},
        facets={"categorie": tuple(code for code in stands_in if code), **given},
        offers=tuple(offers) or (offer("unique"),),
        neutral=neutral_of(id) if neutral is None else neutral,
        name_key=fold(name),
        updated=updated,
        label_rank=label,
        card={"slug": id, "name": name} if card is None else card,
    )


def neutral_of(id: str) -> int:
    """A place in the neutral order that has nothing to do with the name."""
    return int.from_bytes(hashlib.sha256(id.encode("utf-8", "replace")).digest()[:6], "big")


def _values(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
