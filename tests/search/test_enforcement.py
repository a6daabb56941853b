"""What mission LABEL hides or merges is nowhere to be found, until it is put back."""

import pytest

from catalogue import enforcement, merging
from search import indexing
from tests.catalogue.decisions import WHY, reason
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import moderator
from tests.search.finding import names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine", "built_index")]
PLACES = ("/solutions/?format=json", "/solutions/?format=atom", "/sitemap-solutions.xml")


def found(client):
    """Whether the sheet is in the search, its feed, and the site's map."""
    indexing.drain()
    pages = [client.get(place).content.decode() for place in PLACES]
    return [bool(names()), *("/solutions/orvalis/" in page for page in pages)]


def test_a_sheet_taken_down_leaves_search_feed_and_map_and_comes_back(client):
    page = make_sheet("Orvalis")
    assert found(client) == [True] * 4
    row = enforcement.take_down(listing=page.listing, reason=reason(), comment=WHY, by=moderator())
    assert found(client) == [False] * 4
    enforcement.put_back(takedown=row, by=moderator())
    assert found(client) == [True] * 4


def test_the_sheets_of_a_suspended_vendor_too(client):
    vendor = VendorFactory()
    make_sheet("Orvalis", vendor=vendor)
    assert found(client) == [True] * 4
    row = enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=moderator())
    assert found(client) == [False] * 4
    enforcement.lift_suspension(suspension=row, by=moderator())
    assert found(client) == [True] * 4


def test_of_two_merged_sheets_the_search_finds_one(client):
    kept, other = make_sheet("Orvalis"), make_sheet("Orvalis bis")
    merging.merge(duplicate=other.listing, kept=kept.listing, by=moderator())
    indexing.drain()
    assert names() == ["Orvalis"]
