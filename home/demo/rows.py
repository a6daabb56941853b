"""From records to model instances, saved by the loader or handed to the search documents as is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from catalogue.models import (
    BuyerCategory,
    Category,
    Claim,
    Contest,
    Evidence,
    Integration,
    Listing,
    Offer,
    PriceTier,
    PurchaseVehicle,
    Reference,
    SolutionIntegration,
    SolutionPage,
    SolutionTag,
    Vendor,
    Verification,
)
from home.demo.records import (
    ClaimRecord,
    ContractRecord,
    OfferRecord,
    ReferenceRecord,
    SheetRecord,
    VendorRecord,
)

_OFFER_LISTS = ("hosting_countries", "support_countries")


@dataclass
class Terms:
    """The words of the catalogue that sheets point at, by code."""

    categories: Mapping[str, Category]
    buyers: Mapping[str, BuyerCategory]
    integrations: Mapping[str, Integration]
    contracts: Mapping[str, PurchaseVehicle]
    tags: dict[str, SolutionTag] = field(default_factory=dict)


def vendor_row(record: VendorRecord) -> Vendor:
    """Return an unsaved fictitious vendor."""
    return Vendor(**_columns(record), is_fictitious=True)


def page_row(sheet: SheetRecord, **known: Any) -> SolutionPage:
    """Return an unsaved sheet; its place in the tree is `known` to the caller.

    Wagtail asks the database for the type of a page that has neither an id nor a content type.
    """
    page = SolutionPage(
        **known,
        translation_key=sheet.uid,
        title=sheet.name,
        draft_title=sheet.name,
        slug=sheet.slug,
        live=sheet.state == "live",
        has_unpublished_changes=sheet.state == "draft",
        summary=sheet.summary,
        description=sheet.description,
        features=list(sheet.features),
        benefits=list(sheet.benefits),
        version=sheet.version,
        version_date=sheet.version_date,
        distribution=sheet.distribution,
        licence=sheet.licence,
        repository_url=sheet.repository_url,
        website=sheet.website,
        documentation_url=sheet.documentation_url,
        populations=list(sheet.populations),
        languages=list(sheet.languages),
        support_hours=sheet.support_hours,
        uses_ai=sheet.uses_ai,
        ai_note=sheet.ai_note,
        innovation_claimed=sheet.innovation_claimed,
        innovation_grounds=sheet.innovation_grounds,
        delay=sheet.delay,
        rgaa=sheet.rgaa,
        rgaa_url=sheet.rgaa_url,
        rgesn_score=sheet.rgesn_score,
        reversibility=sheet.reversibility,
    )
    if sheet.state != "draft":
        page.first_published_at = at_noon(sheet.created_on)
        page.last_published_at = at_noon(sheet.updated_on)
    return page


def listing_row(sheet: SheetRecord, page: SolutionPage, vendor: Vendor) -> Listing:
    """Return the unsaved row beside a sheet."""
    return Listing(
        uid=sheet.uid,
        page=page,
        vendor=vendor,
        repository_reachable_on=sheet.repository_reachable_on,
        confirmed_on=sheet.confirmed_on,
        archived_at=sheet.archived_on and at_noon(sheet.archived_on),
    )


def offer_row(record: OfferRecord, page: SolutionPage, rank: int) -> Offer:
    """Return an unsaved offer, without its tiers and contracts."""
    columns = _columns(record, but=("tiers", "contracts"))
    columns.update({name: list(columns[name]) for name in _OFFER_LISTS})
    return Offer(page=page, sort_order=rank, **columns)


def tier_rows(record: OfferRecord, offer: Offer) -> list[PriceTier]:
    """Return the unsaved tiers of an offer."""
    return [
        PriceTier(offer=offer, from_quantity=quantity, unit_price=price, sort_order=rank)
        for rank, (quantity, price) in enumerate(record.tiers)
    ]


def reference_row(
    record: ReferenceRecord, page: SolutionPage, rank: int, terms: Terms
) -> Reference:
    """Return an unsaved reference."""
    columns = _columns(record, but=("buyer_category",))
    return Reference(
        page=page, sort_order=rank, buyer_category=terms.buyers[record.buyer_category], **columns
    )


def integration_rows(
    sheet: SheetRecord, page: SolutionPage, terms: Terms
) -> list[SolutionIntegration]:
    """Return the unsaved connections of a sheet to services of the State."""
    return [
        SolutionIntegration(
            page=page,
            integration=terms.integrations[code],
            state=state,
            since=since,
            sort_order=rank,
        )
        for rank, (code, state, since) in enumerate(sheet.integrations)
    ]


def claim_row(record: ClaimRecord, listing: Listing) -> Claim:
    """Return an unsaved claim, without its evidence."""
    return Claim(listing=listing, **_columns(record, but=("evidence",)))


def evidence_rows(record: ClaimRecord, claim: Claim) -> list[Evidence]:
    """Return the unsaved proofs of a claim: addresses that lead nowhere, contracts reserved."""
    rows = []
    for title, url in record.evidence:
        piece = Evidence(claim=claim, title=title, url=url, added_on=record.declared_on)
        if title.startswith("Contrat"):
            piece.is_public, piece.restriction_reason = False, "prix et clauses négociés"
        rows.append(piece)
    return rows


def verification_row(claim: Claim, said: str, today: dt.date) -> Verification:
    """Return the unsaved check that made a claim verified, ended if its day has passed."""
    over = claim.expires_on < today
    return Verification(
        claim=claim,
        ground=Verification.Ground.PEOPLE,
        state=Verification.State.ENDED if over else Verification.State.CONFIRMED,
        said=said,
        finding="Pièce fictive lue pour la démonstration.",
        expires_on=claim.expires_on,
        decided_at=_noon(claim.verified_on),
        ended_on=claim.expires_on + dt.timedelta(days=1) if over else None,
        end_reason="Échéance de la vérification." if over else "",
    )


def contest_row(claim: Claim, said: str) -> Contest:
    """Return the unsaved contest of a claim, upheld the day that it became public."""
    return Contest(
        claim=claim,
        state=Contest.State.UPHELD,
        reason=claim.contest_reason,
        said=said,
        public_from=claim.contested_on,
        announced_on=claim.contested_on,
        decision="Contestation fictive, maintenue pour la démonstration.",
        decided_at=_noon(claim.contested_on),
    )


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def tag_row(word: str) -> SolutionTag:
    """Return an unsaved tag."""
    return SolutionTag(name=word, slug=tag_slug(word))


@cache
def tag_slug(word: str) -> str:
    """Return the code of a tag: words that differ by accents alone are the same tag."""
    return slugify(word)


def contract_columns(record: ContractRecord) -> dict[str, object]:
    """Return the columns of a contract, its purchasing body left out."""
    return _columns(record, but=("body",))


def at_noon(day: dt.date) -> dt.datetime:
    """Return the middle of a day, so that no time zone makes it another day."""
    return dt.datetime.combine(day, dt.time(12), ZoneInfo(settings.TIME_ZONE))


def _columns(record: object, but: tuple[str, ...] = ()) -> dict[str, object]:
    names = (name for name in record.__slots__ if name not in but)  # type: ignore[attr-defined]
    return {name: getattr(record, name) for name in names}
