"""What several people do to companies at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.services import Refused
from catalogue import membership
from catalogue.models import Membership, Vendor
from catalogue.registration import AlreadyRegistered, register_company
from tests.catalogue.company_api import SARL
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, person

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def together(acts: list[Callable[[], object]]) -> list[object]:
    """Do all at once, each in its own thread and connection; what each returned or refused with."""

    def run(act):
        try:
            return act()
        except (AlreadyRegistered, Refused) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_siren_typed_by_many_is_one_company_with_one_owner(site, company_api):
    people = [person() for _one in range(AT_ONCE)]
    results = together(
        [
            lambda by=by: register_company(by=by, siren=SARL, values={"name": "Fictilog"})
            for by in people
        ]
    )
    vendor = Vendor.objects.get()
    assert vendor.memberships.count() == 1
    refusals = [result for result in results if isinstance(result, AlreadyRegistered)]
    assert len(refusals) == AT_ONCE - 1
    assert {refusal.vendor for refusal in refusals} == {vendor}


def test_companies_of_one_name_have_an_address_each(site):
    people = [person() for _one in range(AT_ONCE)]
    together(
        [
            lambda by=by, number=number: register_company(
                by=by, country="BE", national_id=f"BE{number}", values={"name": "Exemple"}
            )
            for number, by in enumerate(people)
        ]
    )
    assert Vendor.objects.count() == AT_ONCE
    assert Membership.objects.count() == AT_ONCE
    assert len(set(Vendor.objects.values_list("slug", flat=True))) == AT_ONCE


def test_two_owners_who_leave_at_once_do_not_both_leave(site):
    vendor = VendorFactory()
    make_sheet(vendor=vendor)
    owners = [member(vendor), member(vendor)]
    results = together(
        [lambda user=user: membership.leave(vendor=vendor, user=user) for user in owners]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert vendor.memberships.owners().count() == 1
