"""What a claim says in words: what is compared, so all that decides what an offer is worth."""

from dataclasses import fields

import pytest

from catalogue.claim_words import about, said
from catalogue.cloud import OfferFacts
from catalogue.presentation import offer_facts
from tests.catalogue.claims import cloud_claim

pytestmark = pytest.mark.django_db

CHANGES = {
    "deployment": {"deployment": "sur-site"},
    "secnumcloud": {"secnumcloud": "hosting"},
    "hosting_countries": {"hosting_countries": ["FR", "US"]},
    "host_outside_eu_control": {"host_outside_eu_control": True},
    "vendor_outside_eu_control": {"origin": "hors-ue"},
    "reversibility_documented": {"reversibility_documented": False},
    "multi_zone": {"multi_zone": True},
    "gdpr_contract": {"gdpr_contract": True},
    "state_cloud": {"state_cloud": "nubo"},
}
"""Fact of an offer → columns that change it."""


@pytest.mark.parametrize("fact", [field.name for field in fields(OfferFacts)])
def test_every_fact_that_decides_of_the_cloud_is_in_the_words_that_are_compared(site, fact):
    claim = cloud_claim()
    offer, vendor = claim.listing.page.offers.get(), claim.listing.vendor
    before, was = offer_facts(offer, vendor), said(claim, offer)
    for name, value in CHANGES[fact].items():
        setattr(vendor if name == "origin" else offer, name, value)
    assert getattr(offer_facts(offer, vendor), fact) != getattr(before, fact)
    assert said(claim, offer) != was


def test_the_words_are_read_by_people(site):
    claim = cloud_claim(
        reversibility_documented=True, multi_zone=False, hosting_countries=["FR", "DE"]
    )
    words = about(claim).said
    assert "DE, FR" in words
    assert "réversibilité documentée : oui" in words
    assert "plusieurs zones géographiques : non" in words
    assert "RGPD" not in words
