"""From the catalogue's rows to what the index knows of a sheet: read in batches, never per sheet."""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from catalogue.choices import Consent, Distribution, IntegrationState, Source, Stage
from catalogue.cloud import Trust
from catalogue.licences import Openness, assess_licence
from catalogue.models import (
    BuyerCategory,
    Claim,
    Listing,
    PriceBand,
    Reference,
    SolutionIntegration,
    SolutionPage,
    Vendor,
)
from catalogue.models.listing import ListingQuerySet
from catalogue.official import lists_on
from catalogue.presentation import (
    CARD_NOTICES,
    claim_trust,
    is_stale,
    reference_configurations,
    sheet_openness,
    shown_distribution,
    shown_rgaa,
)
from catalogue.stages import reached_stage
from labelling.models import Award, Result
from labelling.presentation import scores_of
from search.analysis import fold
from search.contract import Document
from search.offer_documents import Frame, clean, flag, offer_documents, unique

logger = logging.getLogger(__name__)

BATCH = 500
EPOCH = dt.date(1970, 1, 1)
STAGE_RANK = {Stage.LISTED: 0, Stage.ASSESSED: 1, Stage.LABELLED: 2}


def build(
    listings: ListingQuerySet,
    *,
    seed: str,
    on: dt.date | None = None,
    failed: set[UUID] | None = None,
) -> Iterator[Document]:
    """Documents of those of `listings` that visitors see, in batches of a bounded number of queries.

    `seed` is that of the neutral order; `on` the day that levels, prices and claims are read at.
    A sheet whose document cannot be built is logged, left out, and its public id put in `failed`.
    """
    frame = _frame(seed, on or timezone.localdate())
    # All at once: on SQLite a cursor left open keeps an old snapshot, and renditions of logos could
    # no longer be written once somebody else wrote.
    keys = list(listings.public().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = Listing.objects.filter(pk__in=keys[start : start + BATCH])
        for listing in _with_everything(batch).order_by("pk"):
            try:
                made = document(listing, frame)
            except DatabaseError:
                raise
            except Exception:
                logger.exception("Sheet %s cannot be indexed", listing.uid)
                if failed is not None:
                    failed.add(listing.uid)
            else:
                yield made
    if frame.uncovered:
        totals = ", ".join(map(str, sorted(frame.uncovered)[:5]))
        logger.error("No price band holds %s: counted as not priced", totals)


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
        lists=lists_on(on),
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
        Prefetch(
            "results",
            Result.objects.select_related("referential").only(
                "listing", "themes", "valid_to", "referential__slug"
            ),
        ),
        Prefetch(
            "awards", Award.objects.only("listing", "state", "before", "granted_on", "valid_to")
        ),
        Prefetch("claims", Claim.objects.of_sheet().prefetch_related("evidence")),
    )


def document(listing: Listing, frame: Frame) -> Document:
    """One sheet as the index knows it; reads the relations that `build` fetched with it."""
    page, vendor = listing.page, listing.vendor
    free = sheet_openness(page, listing, frame.lists)
    results = listing.results.all()
    stage = reached_stage(listing, frame.on)
    updated = timezone.localdate(page.last_published_at or listing.created_at)
    return Document(
        id=str(listing.uid),
        text=_text(page, vendor),
        facets=_sheet_facets(listing, stage, free, frame),
        offers=tuple(offer_documents(listing, frame)),
        neutral=neutral_order(str(listing.uid), frame.seed),
        name_key=fold(page.title),
        # The day somebody imported it says nothing of community software.
        updated=(updated - EPOCH).days if vendor else 0,
        label_rank=STAGE_RANK[stage],
        card=clean(
            {
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
                "scores": scores_of(results, frame.on),
                "source": listing.source,
                "categories": [category.name for category in page.categories.all()],
                "logo": _logo(page),
                "rgaa": shown_rgaa(page, listing, frame.on),
                "uses_ai": page.uses_ai,
                "updated": updated.isoformat(),
                "stale": is_stale(listing.confirmed_on, page.last_published_at, frame.on),
                "fictitious": bool(vendor and vendor.is_fictitious),
                "notice": str(CARD_NOTICES[Source(listing.source)]),
            }
        ),
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
    words += _qualifications(page)
    return clean(
        {
            "name": page.title,
            "vendor": f"{vendor.name} {vendor.legal_name}".strip() if vendor else "",
            "categories": ". ".join(
                [*(category.name for category in categories), *sorted(mothers)]
            ),
            "words": ", ".join(words),
            "summary": page.summary,
            "features": "\n".join([*page.features, *page.benefits]),
            "description": page.description,
        }
    )


def _qualifications(page: SolutionPage) -> list[str]:
    """Words of what the offers declare, which people type before they see the filters."""
    offers = page.offers.all()
    declared = {
        "SecNumCloud": any(offer.secnumcloud in ("hosting", "service") for offer in offers),
        "HDS": any(offer.hds for offer in offers),
        "ISO 27001": any(offer.iso27001_number for offer in offers),
    }
    return [word for word, holds in declared.items() if holds]


def _logo(page: SolutionPage) -> dict[str, Any] | None:
    if page.logo is None:
        return None
    try:
        rendition = page.logo.get_rendition("max-96x96")
    except DatabaseError:
        raise
    except Exception:  # a file that is missing or is no image has many ways of saying so
        logger.exception("Logo %s cannot be read", page.logo.pk)
        return None
    return {"url": rendition.url, "width": rendition.width, "height": rendition.height}


def _sheet_facets(
    listing: Listing, stage: Stage, free: Openness, frame: Frame
) -> dict[str, tuple[str, ...]]:
    page, vendor = listing.page, listing.vendor
    references = [
        row
        for row in page.references.all()
        if row.consent != Consent.NONE and row.buyer_category_id
    ]
    confirmed = {
        claim.subject
        for claim in listing.claims.all()
        if claim.kind == Claim.Kind.REFERENCE and claim_trust(claim, frame.on) is Trust.VERIFIED
    }
    return {
        "categorie": unique(
            slug for category in page.categories.all() for slug in category.with_ancestors()
        ),
        "taille": _sizes(vendor),
        "distribution": (shown_distribution(page, free),),
        "etape": (stage.value,),
        "origine": (vendor.origin,) if vendor else (),
        "region": (vendor.region,) if vendor and vendor.region else (),
        "ess": flag(vendor and vendor.ess),
        "licence": assess_licence(page.licence).licences if page.licence else (),
        "integration": unique(
            row.integration.slug
            for row in page.integrations.all()
            if row.state == IntegrationState.DONE
        ),
        "reference": unique(row.buyer_category.slug for row in references if row.buyer_category),
        "reference-confirmee": unique(
            row.buyer_category.slug
            for row in references
            if row.buyer_category and row.uid in confirmed
        ),
        "rgaa": (shown_rgaa(page, listing, frame.on),),
        "rgesn": flag(page.rgesn_score is not None),
        "delai": (page.delay,) if page.delay else (),
        "langue": tuple(page.languages),
        "ia": flag(page.uses_ai),
        "innovant": flag(page.innovation_claimed),
        "source": (listing.source,),
        "tag": unique(tag.slug for tag in page.tags.all()),
    }


def _sizes(vendor: Vendor | None) -> tuple[str, ...]:
    """Size codes of a vendor; a TPE, PE or ME is a PME too. Community software has none."""
    if vendor is None:
        return ()
    return unique((vendor.size, "pme") if vendor.size in ("tpe", "pe", "me") else (vendor.size,))
