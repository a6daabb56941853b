"""From the catalogue's rows to what the index knows of a sheet: read in batches, never per sheet."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue import pricing
from catalogue.choices import Consent, Distribution, IntegrationState, OfferKind, Source, Stage
from catalogue.cloud import CloudAssessment, CloudLevel, CloudSynthesis, Trust
from catalogue.licences import Openness, assess_licence
from catalogue.models import (
    BuyerCategory,
    Claim,
    Listing,
    Offer,
    PriceBand,
    Reference,
    SolutionIntegration,
    SolutionPage,
    Vendor,
)
from catalogue.models.listing import ListingQuerySet
from catalogue.presentation import (
    Configurations,
    assess_offer,
    claim_trust,
    is_stale,
    offer_price,
    reference_configurations,
    sheet_openness,
    shown_distribution,
)
from catalogue.trust import PROOF_FACET
from search.analysis import fold
from search.contract import Document, Need, OfferDocument, OfferPrice, PriceKind

BATCH = 500
EPOCH = dt.date(1970, 1, 1)
STAGE_RANK = {Stage.LISTED: 0, Stage.ASSESSED: 1, Stage.LABELLED: 2}
UNDER_LIMIT_FACET = "moins-de-100k"
NOTICES = {
    Source.VENDOR: _(
        "Fiche déposée par l'éditeur (auto-référencée) ; ni vérifiée ni recommandée par l'État, "
        "sauf mention « vérifié »."
    ),
    Source.SILL: _(
        "Logiciel communautaire repris du SILL (Licence Ouverte 2.0) ; licence gratuite, "
        "prestations non chiffrées."
    ),
}


@dataclass(frozen=True)
class Frame:
    """What is the same for all the documents of one run: the day, the seed, the dated values."""

    on: dt.date
    seed: str
    configurations: Configurations
    bands: tuple[pricing.PriceBand, ...]
    local_buyers: frozenset[str]


def build(listings: ListingQuerySet, *, seed: str, on: dt.date | None = None) -> Iterator[Document]:
    """Documents of those of `listings` that visitors see, in batches of a bounded number of queries.

    `seed` is that of the neutral order; `on` the day that levels, prices and claims are read at.
    """
    frame = _frame(seed, on or timezone.localdate())
    keys = listings.public().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)
    while batch := list(islice(keys, BATCH)):
        for listing in _with_everything(Listing.objects.filter(pk__in=batch)).order_by("pk"):
            yield document(listing, frame)


def crossed_by_a_date(since: dt.date, until: dt.date) -> QuerySet[Listing, UUID]:
    """Public ids of the sheets of which a date ended in [since, until[: price, claim, contract.

    A date is the last day on which something holds, so it is crossed on the day after.
    """
    passed = (since, until - dt.timedelta(days=1))
    return (
        Listing.objects.public()
        .filter(
            Q(page__offers__price_valid_until__range=passed)
            | Q(page__offers__hds_until__range=passed)
            | Q(page__offers__iso27001_until__range=passed)
            | Q(page__offers__vehicles__ends_on__range=passed)
            | Q(claims__expires_on__range=passed)
            | Q(claims__evidence__expires_on__range=passed)
            | Q(confirmed_on__range=tuple(day - dt.timedelta(days=365) for day in passed))
        )
        .order_by()
        .values_list("uid", flat=True)
        .distinct()
    )


def neutral_order(uid: str, seed: str) -> int:
    """Place of a sheet in the neutral order: a hash that nobody can influence, below 2**53."""
    digest = hashlib.blake2b(f"{seed}:{uid}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 11


def _frame(seed: str, on: dt.date) -> Frame:
    return Frame(
        on=on,
        seed=seed,
        configurations=reference_configurations(on),
        bands=PriceBand.objects.rules(on),
        local_buyers=frozenset(
            BuyerCategory.objects.filter(is_local=True).values_list("slug", flat=True)
        ),
    )


def _with_everything(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    return listings.select_related("vendor", "page").prefetch_related(
        "page__categories__parent",
        "page__tags",  # type: ignore[misc]  # the plugin does not know taggit
        "page__buyer_categories",
        Prefetch(
            "page__integrations",
            SolutionIntegration.objects.select_related("integration"),
        ),
        Prefetch("page__references", Reference.objects.select_related("buyer_category")),
        "page__offers__tiers",
        "page__offers__vehicles__body",
        "page__logo__renditions",
        "claims__evidence",
    )


def document(listing: Listing, frame: Frame) -> Document:
    page, vendor = listing.page, listing.vendor
    free = sheet_openness(page, listing)
    stage = Stage.LISTED
    updated = (page.last_published_at or listing.created_at).date()
    return Document(
        id=str(listing.uid),
        text=_text(page, vendor),
        facets=_sheet_facets(listing, stage, free, frame),
        offers=tuple(_offers(listing, frame)),
        neutral=neutral_order(str(listing.uid), frame.seed),
        name_key=fold(page.title),
        updated=(updated - EPOCH).days,
        label_rank=STAGE_RANK[stage],
        card={
            "uid": str(listing.uid),
            "slug": page.slug,
            "url": f"/solutions/{page.slug}/",
            "name": page.title,
            "summary": page.summary,
            "vendor": vendor.name if vendor else "",
            "vendor_slug": vendor.slug if vendor else "",
            "size": vendor.size if vendor else "",
            "origin": vendor.origin if vendor else "",
            "region": vendor.region if vendor else "",
            "distribution": shown_distribution(page, free),
            "openness": free.verdict.value,
            "licence": page.licence,
            "stage": stage.value,
            "source": listing.source,
            "categories": [category.name for category in page.categories.all()],
            "logo": _logo(page),
            "rgaa": page.rgaa,
            "uses_ai": page.uses_ai,
            "updated": updated.isoformat(),
            "stale": is_stale(listing.confirmed_on, page.last_published_at, frame.on),
            "fictitious": bool(vendor and vendor.is_fictitious),
            "notice": str(NOTICES[Source(listing.source)]),
        },
    )


def _text(page: SolutionPage, vendor: Vendor | None) -> dict[str, str]:
    categories = list(page.categories.all())
    mothers = {category.parent.name for category in categories if category.parent}
    integrated = [
        row.integration.name
        for row in page.integrations.all()
        if row.state == IntegrationState.DONE
    ]
    words = [tag.name for tag in page.tags.all()] + integrated
    if page.distribution == Distribution.FREE:
        words.append(str(Distribution.FREE.label))
    return {
        "name": page.title,
        "vendor": f"{vendor.name} {vendor.legal_name}".strip() if vendor else "",
        "categories": ". ".join([*(category.name for category in categories), *sorted(mothers)]),
        "words": ", ".join(words),
        "summary": page.summary,
        "features": "\n".join([*page.features, *page.benefits]),
        "description": page.description,
    }


def _logo(page: SolutionPage) -> dict[str, Any] | None:
    if page.logo is None:
        return None
    rendition = page.logo.get_rendition("max-96x96")
    return {"url": rendition.url, "width": rendition.width, "height": rendition.height}


def _sheet_facets(
    listing: Listing, stage: Stage, free: Openness, frame: Frame
) -> dict[str, tuple[str, ...]]:
    page, vendor = listing.page, listing.vendor
    references = [row for row in page.references.all() if row.consent != Consent.NONE]
    confirmed = {
        claim.subject
        for claim in listing.claims.all()
        if claim.kind == Claim.Kind.REFERENCE and claim_trust(claim, frame.on) is Trust.VERIFIED
    }
    return {
        "categorie": _unique(
            slug for category in page.categories.all() for slug in category.with_ancestors()
        ),
        "taille": _sizes(vendor),
        "distribution": (shown_distribution(page, free),),
        "etape": (stage.value,),
        "population": tuple(page.populations),
        "origine": (vendor.origin,) if vendor else (),
        "region": (vendor.region,) if vendor and vendor.region else (),
        "ess": _flag(vendor and vendor.ess),
        "licence": assess_licence(page.licence).licences if page.licence else (),
        "integration": _unique(
            row.integration.slug
            for row in page.integrations.all()
            if row.state == IntegrationState.DONE
        ),
        "reference": _unique(row.buyer_category.slug for row in references),
        "reference-confirmee": _unique(
            row.buyer_category.slug for row in references if row.uid in confirmed
        ),
        "rgaa": (page.rgaa,),
        "rgesn": _flag(page.rgesn_score is not None),
        "delai": (page.delay,) if page.delay else (),
        "langue": tuple(page.languages),
        "ia": _flag(page.uses_ai),
        "innovant": _flag(page.innovation_claimed),
        "source": (listing.source,),
        "tag": _unique(tag.slug for tag in page.tags.all()),
    }


def _offers(listing: Listing, frame: Frame) -> Iterator[OfferDocument]:
    publics = _unique(row.slug for row in listing.page.buyer_categories.all())
    claims = list(listing.claims.all())
    offers = list(listing.page.offers.all())
    for offer in offers:
        assessment, trust = assess_offer(offer, listing.vendor, claims, frame.on)
        yield _offer(offer, assessment, PROOF_FACET[trust].value, publics, frame)
    if not offers:
        yield _no_offer(listing, publics)


def _offer(
    offer: Offer, cloud: CloudAssessment, proof: str, publics: tuple[str, ...], frame: Frame
) -> OfferDocument:
    level = cloud.level
    if level is CloudLevel.C3:  # the State's own cloud is not open to local bodies
        publics = tuple(slug for slug in publics if slug not in frame.local_buyers)
    vehicles = [vehicle for vehicle in offer.vehicles.all() if not vehicle.is_over(frame.on)]
    quotes = {need: offer_price(offer, need.value, frame.configurations, frame.on) for need in Need}
    return OfferDocument(
        uid=str(offer.uid),
        trial=offer.kind == OfferKind.TRIAL,
        facets={
            "cloud": (cloud.synthesis.value,),
            "niveau": (level.value,),
            "preuve": (proof,),
            "public": publics,
            "deploiement": (offer.deployment,),
            "hebergement": tuple(offer.hosting_countries),
            "hds": _flag(offer.hds and not (offer.hds_until and offer.hds_until < frame.on)),
            "secnumcloud-en-cours": _flag(offer.secnumcloud == "in-progress"),
            "pilote": _flag(offer.kind == OfferKind.TRIAL),
            "vehicule": _unique(vehicle.body.slug for vehicle in vehicles),
        },
        needs={need: _offer_price(quote, frame) for need, quote in quotes.items()},
        card={
            "uid": str(offer.uid),
            "name": offer.name,
            "kind": offer.kind,
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
        },
    )


def _offer_price(quote: Any, frame: Frame) -> OfferPrice:
    band = pricing.price_band(quote.total, frame.bands, kind=quote.kind)
    return OfferPrice(
        kind=PriceKind(quote.kind.value),
        total=None if quote.total is None else int(quote.total * 100),
        facets={
            "prix": (band,),
            UNDER_LIMIT_FACET: _flag(pricing.is_under_limit(quote.total)),
        },
    )


def _no_offer(listing: Listing, publics: tuple[str, ...]) -> OfferDocument:
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
            "public": publics,
        },
        needs=dict.fromkeys(Need, nothing),
        card={
            "uid": "",
            "name": "",
            "kind": "",
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


def _sizes(vendor: Vendor | None) -> tuple[str, ...]:
    """Size codes of a vendor; a TPE, PE or ME is a PME too. Community software has none."""
    if vendor is None:
        return ()
    return _unique((vendor.size, "pme") if vendor.size in ("tpe", "pe", "me") else (vendor.size,))


def _flag(value: object) -> tuple[str, ...]:
    return ("1",) if value else ()


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
