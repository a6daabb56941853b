"""What a sheet says that others may check, with what proves it: one row a claim."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from catalogue import claim_words
from catalogue.choices import Deployment, Distribution, Rgaa
from catalogue.models import Claim, Evidence, Listing, SolutionPage
from catalogue.presentation import Proof, proof_of, shown_rgaa
from catalogue.vendor_space.access_sheets import Opened

Key = tuple[str, uuid.UUID | None]
"""Kind of a claim, and the offer that it is about."""


@dataclass(frozen=True)
class Row:
    """A claim of a sheet, entered or not yet: its words, what it is worth today, its pieces."""

    claim: Claim
    about: claim_words.About
    proof: Proof
    pieces: Sequence[Evidence]


def read_page(opened: Opened) -> SolutionPage:
    """The sheet as the public reads it, else its draft, with its offers in memory."""
    page = opened.page if opened.page.live else opened.draft
    page.offers = list(page.offers.all())
    return page


def stated_by(page: SolutionPage, listing: Listing, on: dt.date) -> list[Key]:
    """The claims that a sheet makes on a day: on each offer, then on the solution."""
    keys: list[Key] = []
    for offer in page.offers.all():
        if offer.deployment in (Deployment.SAAS, Deployment.STATE_CLOUD):
            keys.append((Claim.Kind.CLOUD, offer.uid))
            if offer.hds:
                keys.append((Claim.Kind.HDS, offer.uid))
        if offer.iso27001_holder:
            keys.append((Claim.Kind.ISO27001, offer.uid))
    if shown_rgaa(page, listing, on) not in ("", Rgaa.UNKNOWN):
        keys.append((Claim.Kind.RGAA, None))
    if page.distribution == Distribution.FREE:
        keys.append((Claim.Kind.FREE, None))
    return keys


def rows_of(opened: Opened, on: dt.date) -> tuple[list[Row], list[Row]]:
    """What a sheet says, and what it says no more though pieces are still there."""
    listing = opened.listing
    listing.page = read_page(opened)
    claims = list(_with_evidence(listing))
    known = {(claim.kind, claim.subject): claim for claim in claims}
    stated = stated_by(listing.page, listing, on)
    rows = [known.get(key) or _blank(listing, key) for key in stated]
    past = [claim for key, claim in known.items() if key not in stated and claim.evidence.all()]
    return (
        [_row(claim, claims, on) for claim in rows],
        [_row(claim, claims, on) for claim in past],
    )


def find_claim(opened: Opened, key: Key) -> Claim | None:
    """The claim that a sheet makes, unsaved when it has no row yet; None when it makes none."""
    listing = opened.listing
    listing.page = read_page(opened)
    if key not in stated_by(listing.page, listing, timezone.localdate()):
        return None
    kind, subject = key
    return listing.claims.filter(kind=kind, subject=subject).first() or _blank(listing, key)


def _with_evidence(listing: Listing) -> QuerySet[Claim]:
    own = listing.claims.of_sheet().exclude(kind=Claim.Kind.REFERENCE)
    return own.prefetch_related("evidence").order_by("pk")


def _blank(listing: Listing, key: Key) -> Claim:
    kind, subject = key
    return Claim(listing=listing, kind=kind, subject=subject)


def _row(claim: Claim, claims: Sequence[Claim], on: dt.date) -> Row:
    pieces = sorted(claim.evidence.all(), key=lambda row: row.pk) if claim.pk else []
    proof = proof_of(claims, claim.kind, claim.subject, on)
    return Row(claim, claim_words.about(claim), proof, pieces)
