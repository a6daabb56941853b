"""A claim of a published sheet, to verify or to contest."""

import datetime as dt

from django.utils import timezone

from catalogue import contesting, verifying
from catalogue.models import Claim, Contest, Verification
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
from tests.catalogue.people import moderator

SOURCE = "https://cyber.gouv.example/qualifies"
SOON = dt.timedelta(days=30)
HOSTED = {"host": "Nuage fictif", "secnumcloud": "service", "hosting_countries": ["FR"]}


def cloud_claim(vendor=None, **offer) -> Claim:
    """The claim on where the one offer of a live sheet runs."""
    vendor = vendor or VendorFactory(name="Fictilog", slug="fictilog")
    page = make_sheet("GED sobre", vendor=vendor, slug="ged-sobre")
    made = make_offer(page, **{**HOSTED, **offer})
    return Claim.objects.create(listing=page.listing, subject=made.uid, kind=Claim.Kind.CLOUD)


def officially(claim: Claim, by=None, **values) -> Verification:
    """Verify it on a source for a month, unless told otherwise."""
    defaults = {
        "source_url": SOURCE,
        "finding": "Le service figure sur la liste.",
        "expires_on": timezone.localdate() + SOON,
    }
    by = by or moderator()
    return verifying.verify_officially(claim=claim, by=by, **{**defaults, **values})


def proposed(claim: Claim, by=None, **values) -> Verification:
    """Propose to verify it for a month, unless told otherwise."""
    defaults = {"finding": "Le contrat le dit.", "expires_on": timezone.localdate() + SOON}
    by = by or moderator()
    return verifying.propose(claim=claim, by=by, **{**defaults, **values})


def contested(
    claim: Claim, by=None, reason: str = "Le certificat est celui d'un autre."
) -> Contest:
    """Contest it, today."""
    return contesting.open_contest(claim=claim, by=by or moderator(), reason=reason)


def read(row):
    """A row as it is stored now."""
    return type(row).objects.get(pk=row.pk)


def events(claim):
    """What the public log says of the sheet of a claim, in order."""
    return list(claim.listing.events.order_by("pk").values_list("kind", flat=True))
