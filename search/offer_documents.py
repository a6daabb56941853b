"""The offers of a sheet as the index knows them: what they are, and what they cost for each need."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from catalogue import pricing
from catalogue.choices import OfferKind
from catalogue.cloud import CloudAssessment, CloudLevel, CloudSynthesis
from catalogue.models import Listing, Offer
from catalogue.official import Lists
from catalogue.presentation import Configurations, OfferQuote, assess_offer, offer_price
from catalogue.trust import PROOF_FACET
from search.contract import Need, OfferDocument, OfferPrice, PriceKind

UNDER_LIMIT_FACET = "moins-de-100k"
# What no XML may hold (our Atom feed is XML), and C1 controls that nobody sees either.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# A trial is not the need of a reference configuration: its price would pass for that of the product.
NO_TOTAL = OfferQuote(pricing.PriceKind.UNPRICED, None)
TRIAL_PRICE = OfferPrice(PriceKind.UNPRICED, None, {"prix": (), UNDER_LIMIT_FACET: ()})


@dataclass(frozen=True)
class Frame:
    """What is the same for all the documents of one run: the day, the seed, the dated values.

    `uncovered` gathers the totals that no price band holds, to be told once.
    """

    on: dt.date
    seed: str
    configurations: Configurations
    bands: tuple[pricing.PriceBand, ...]
    local_buyers: frozenset[str]
    lists: Lists
    uncovered: set[Decimal] = field(default_factory=set)


@dataclass(frozen=True)
class Audience:
    """Whom an offer is for: kinds of buyers, and populations of the communes among them."""

    publics: tuple[str, ...]
    populations: tuple[str, ...]

    def of_the_state(self, frame: Frame) -> "Audience":
        """The same without local bodies: the State's own cloud is not open to them."""
        return Audience(tuple(slug for slug in self.publics if slug not in frame.local_buyers), ())


def offer_documents(listing: Listing, frame: Frame) -> Iterator[OfferDocument]:
    """The offers of a sheet as the index knows them; one that stands for none when it has none."""
    audience = Audience(
        unique(row.slug for row in listing.page.buyer_categories.all()),
        tuple(listing.page.populations),
    )
    claims = list(listing.claims.all())
    offers = list(listing.page.offers.all())
    for offer in offers:
        assessment, trust = assess_offer(offer, listing.vendor, claims, frame.on, frame.lists)
        yield _offer(offer, assessment, PROOF_FACET[trust].value, audience, frame)
    if not offers:
        yield _no_offer(listing, audience)


def _offer(
    offer: Offer, cloud: CloudAssessment, proof: str, audience: Audience, frame: Frame
) -> OfferDocument:
    level = cloud.level
    if level is CloudLevel.C3:
        audience = audience.of_the_state(frame)
    vehicles = [vehicle for vehicle in offer.vehicles.all() if not vehicle.is_over(frame.on)]
    trial = offer.kind == OfferKind.TRIAL
    quotes = {
        need: NO_TOTAL if trial else offer_price(offer, need.value, frame.configurations, frame.on)
        for need in Need
    }
    return OfferDocument(
        uid=str(offer.uid),
        trial=trial,
        facets={
            "cloud": (cloud.synthesis.value,),
            "niveau": (level.value,),
            "preuve": (proof,),
            "public": audience.publics,
            "population": audience.populations,
            "deploiement": (offer.deployment,),
            "hebergement": tuple(offer.hosting_countries),
            "hds": flag(offer.hds and not (offer.hds_until and offer.hds_until < frame.on)),
            "secnumcloud-en-cours": flag(offer.secnumcloud == "in-progress"),
            "pilote": flag(trial),
            "vehicule": unique(vehicle.body.slug for vehicle in vehicles),
        },
        needs={
            need: TRIAL_PRICE if trial else _offer_price(quote, frame)
            for need, quote in quotes.items()
        },
        card=clean(
            {
                "uid": str(offer.uid),
                "name": offer.name,
                "kind": offer.kind,
                "trial_days": offer.trial_days if trial else None,
                "deployment": offer.deployment,
                "level": level.value,
                "synthesis": cloud.synthesis.value,
                "reason": " ".join(cloud.reasons),
                "proof": proof,
                "hosting": list(offer.hosting_countries),
                "host": offer.host,
                "vehicles": sorted({vehicle.body.name for vehicle in vehicles}),
                "valid_until": offer.price_valid_until and offer.price_valid_until.isoformat(),
                "needs": {
                    need.value: {
                        "total": None if quote.total is None else str(quote.total),
                        "label": quote.label,
                    }
                    for need, quote in quotes.items()
                },
            }
        ),
    )


def _offer_price(quote: Any, frame: Frame) -> OfferPrice:
    try:
        band = pricing.price_band(quote.total, frame.bands, kind=quote.kind)
    except ValueError:
        frame.uncovered.add(quote.total)
        band = pricing.UNPRICED_BAND
    return OfferPrice(
        kind=PriceKind(quote.kind.value),
        total=None if quote.total is None else int(quote.total * 100),
        facets={
            "prix": (band,),
            UNDER_LIMIT_FACET: flag(pricing.is_under_limit(quote.total)),
        },
    )


def _no_offer(listing: Listing, audience: Audience) -> OfferDocument:
    """What stands for the offers of a sheet that has none, so that it is counted everywhere."""
    nothing = OfferPrice(
        PriceKind.UNPRICED, None, {"prix": (pricing.UNPRICED_BAND,), UNDER_LIMIT_FACET: ()}
    )
    return OfferDocument(
        uid=str(listing.uid),
        facets={
            "cloud": (CloudSynthesis.UNDETERMINED.value,),
            "niveau": (CloudLevel.C0.value,),
            "preuve": (),
            "public": audience.publics,
            "population": audience.populations,
        },
        needs=dict.fromkeys(Need, nothing),
        card={
            "uid": "",
            "name": "",
            "kind": "",
            "trial_days": None,
            "deployment": "",
            "level": CloudLevel.C0.value,
            "synthesis": CloudSynthesis.UNDETERMINED.value,
            "reason": "",
            "proof": "declare",
            "hosting": [],
            "host": "",
            "vehicles": [],
            "valid_until": None,
            "needs": {need.value: {"total": None, "label": ""} for need in Need},
        },
    )


def clean(value: Any) -> Any:
    """The same without the characters that feeds refuse, in texts, lists and mappings of texts."""
    if isinstance(value, str):
        return _UNSEEN.sub(" ", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value


def flag(value: object) -> tuple[str, ...]:
    """Value of a yes facet: « 1 », or nothing."""
    return ("1",) if value else ()


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Values once each, in their first order."""
    return tuple(dict.fromkeys(values))
