"""Pages of a sheet cost little more when it holds much."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import Offer, PriceTier, Reference
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

PAGES = ("sheet", "sheet_preview", "sheet_offers", "sheet_references", "sheet_submit")
A_CHILD = 2
"""A draft is read from its revision, where each reference and each contract is looked up."""


def children(number):
    offers = [Offer(name=f"Offre {rank}", deployment="saas") for rank in range(number)]
    for offer in offers:
        offer.tiers = [PriceTier(from_quantity=10, unit_price=1)]
    references = [
        Reference(client=f"Ville {rank}", year=2024, buyer_category_id=1) for rank in range(number)
    ]
    return {"offers": offers, "references": references}


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_sheet_with_many_children(as_owner, owner, listing, name):
    address = reverse(name, args=[listing.uid])
    as_owner.get(address)  # fills what is kept from one request to the next
    sheets.write(listing, owner, **children(2))
    few = cost(as_owner, address)
    sheets.write(listing, owner, **children(12))
    many = cost(as_owner, address)
    assert few < 60
    assert many - few <= 20 * A_CHILD
