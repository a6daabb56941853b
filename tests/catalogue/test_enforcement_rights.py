"""Who may hide, put back, suspend, archive, restore, confirm: every service, every role."""

import pytest
from django.core.exceptions import PermissionDenied

from catalogue import enforcement
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

WORDS = ("take_down", "suspend")
"""Services that take a reason and an explanation."""


@pytest.fixture
def sheet(site):
    return live_sheet(VendorFactory(), site)


def people(vendor):
    insider = moderator()
    vendor.memberships.create(user=insider, role="editor")
    return {
        "owner": member(vendor),
        "editor": member(vendor, "editor"),
        "other vendor's owner": member(VendorFactory()),
        "buyer": person(agent=True),
        "reviewer": reviewer(),
        "moderator of the company": insider,
        "moderator": moderator(),
    }


def prepared(what, sheet):
    """What the service is about, with what has to come before it."""
    listing, judge = sheet.listing, moderator()
    words = {"reason": reason(), "comment": WHY}
    if what == "put_back":
        return {"takedown": enforcement.take_down(listing=listing, by=judge, **words)}
    if what == "lift_suspension":
        return {"suspension": enforcement.suspend(vendor=listing.vendor, by=judge, **words)}
    if what == "restore":
        enforcement.archive(listing=listing, by=judge)
    subject = {"vendor": listing.vendor} if what == "suspend" else {"listing": listing}
    return subject | (words if what in WORDS else {})


@pytest.mark.parametrize(
    "what",
    ["take_down", "put_back", "suspend", "lift_suspension", "archive", "restore", "confirm"],
)
def test_only_a_moderator_decides_and_not_in_their_own_cause(what, sheet):
    service, subject = getattr(enforcement, what), prepared(what, sheet)
    everybody = people(sheet.listing.vendor)
    chosen = everybody.pop("moderator")
    for who in everybody.values():
        with pytest.raises(PermissionDenied):
            service(by=who, **subject)
    service(by=chosen, **subject)


def test_a_community_sheet_is_nobodys_cause(sheet, site):
    listing = sheet.listing
    listing.vendor, listing.source = None, "sill"
    listing.external_id, listing.source_licence = "1", "Licence Ouverte 2.0"
    listing.source_url = "https://sill.example/1"
    listing.save()
    enforcement.take_down(listing=listing, reason=reason(), comment=WHY, by=moderator())
    assert not read(sheet).live
