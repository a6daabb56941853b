"""Two people decide on one transfer at the same time."""

import pytest

from accounts.services import Refused
from catalogue import transfers
from catalogue.models import Listing, SheetEvent, Transfer
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member
from tests.catalogue.test_company_races import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def companies(site):
    pair = (VendorFactory(siren="732829320"), VendorFactory(siren="552100554"))
    for vendor in pair:
        attach(vendor)
    return pair


def test_two_owners_accept_at_once_and_one_of_them_does(companies):
    source, target = companies
    listing, giver = make_sheet(vendor=source).listing, member(source)
    takers = [member(target), member(target)]
    transfer = transfers.propose(listing=listing, by=giver, to=target.siren)
    results = together([lambda by=by: transfers.accept(transfer=transfer, by=by) for by in takers])
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Listing.objects.get().vendor == target
    assert SheetEvent.objects.filter(kind=SheetEvent.Kind.TRANSFERRED).count() == 1


def test_accepted_and_taken_back_at_once_ends_one_way(companies):
    source, target = companies
    listing, giver, taker = make_sheet(vendor=source).listing, member(source), member(target)
    transfer = transfers.propose(listing=listing, by=giver, to=target.siren)
    results = together(
        [
            lambda: transfers.accept(transfer=transfer, by=taker),
            lambda: transfers.cancel(transfer=transfer, by=giver),
        ]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    accepted = Transfer.objects.get().state == Transfer.State.ACCEPTED
    assert Listing.objects.get().vendor == (target if accepted else source)


def test_two_sheets_cross_between_two_companies(companies):
    one, other = companies
    owners = {one: member(one), other: member(other)}
    crossing = [
        (
            transfers.propose(
                listing=make_sheet(vendor=source).listing, by=owners[source], to=target.siren
            ),
            owners[target],
        )
        for source, target in ((one, other), (other, one))
    ]
    results = together(
        [lambda row=row, by=by: transfers.accept(transfer=row, by=by) for row, by in crossing]
    )
    assert not [result for result in results if isinstance(result, Refused)]
    assert Transfer.objects.filter(state=Transfer.State.ACCEPTED).count() == 2
