"""Pages of a sheet cost little more when it holds much."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Inquiry, InquiryMessage, Offer, PriceTier, Reference, Request
from tests.catalogue.agents import agent
from tests.catalogue.people import person
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


def test_the_dashboard_counts_what_waits_without_multiplying_its_rows(as_owner, vendor, listing):
    for _times in range(2):
        Request.objects.create(
            vendor=vendor, user=person(), kind=Request.Kind.JOIN, message="Je suis associée."
        )
    Request.objects.create(
        vendor=vendor, user=person(), kind=Request.Kind.DISPUTE, message="Ce n'est pas eux."
    )
    for _times in range(3):
        exchange = Inquiry.objects.create(listing=listing, vendor=vendor, buyer=agent(), body="X")
        for read_at in (None, None, timezone.now()):
            InquiryMessage.objects.create(
                inquiry=exchange, from_vendor=False, text="Bonjour", read_at=read_at
            )
    InquiryMessage.objects.filter(inquiry=exchange).update(read_at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        (row,) = as_owner.get(reverse("vendor_space")).context["memberships"]
    assert (row.requests_waiting, row.exchanges_unread) == (2, 2)
    assert not any("COUNT(DISTINCT" in query["sql"] for query in queries)
