"""What no revision of a sheet holds, changed in the admin."""

import datetime as dt

import pytest
from django.urls import reverse

from catalogue.choices import Source
from catalogue.models import Listing, SolutionPage, Vendor
from catalogue.services import create_listing
from home.services import EDITORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import sheet_of, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(site, vendor):
    return sheet_of(vendor, site)


def address(page):
    return reverse("listing", args=[page.pk])


def change(client, page, **fields):
    stored = {"vendor": page.listing.vendor_id or "", **fields}
    return client.post(address(page), stored)


def test_a_sheet_is_confirmed_and_its_repository_dated(moderator, page):
    change(
        moderator, page, confirmed_on="02/03/2026", repository_reachable_on="03/03/2026",
        sill_id="12", comptoir_id="34",
    )  # fmt: skip
    listing = Listing.objects.get()
    assert listing.confirmed_on == dt.date(2026, 3, 2)
    assert listing.repository_reachable_on == dt.date(2026, 3, 3)
    assert (listing.sill_id, listing.comptoir_id) == ("12", "34")


def test_a_sheet_goes_to_another_vendor_and_its_history_says_so(moderator, page):
    other = Vendor.objects.create(slug="brume", name="Brume SAS")
    change(moderator, page, vendor=other.pk)
    assert Listing.objects.get().vendor == other
    history = moderator.get(reverse("wagtailadmin_pages:history", args=[page.pk]))
    assert "Inscription au catalogue modifiée" in history.content.decode()


def test_a_sheet_is_archived_then_brought_back(moderator, client, page):
    change(moderator, page, archived="on")
    archived = Listing.objects.get().archived_at
    assert archived is not None
    assert client.get(page.url).status_code == 410
    change(moderator, page, archived="on")  # saved again: the date stays
    assert Listing.objects.get().archived_at == archived
    change(moderator, page)
    assert Listing.objects.get().archived_at is None


def test_nothing_changed_writes_nothing(moderator, page):
    change(moderator, page)
    history = moderator.get(reverse("wagtailadmin_pages:history", args=[page.pk]))
    assert "Inscription au catalogue modifiée" not in history.content.decode()


@pytest.mark.parametrize("source", [Source.VENDOR, Source.SILL])
def test_a_vendor_is_asked_of_a_vendors_sheet_only(moderator, site, vendor, page, source):
    if source == Source.SILL:
        page = site.add_child(instance=SolutionPage(title="Logiciel libre"))
        create_listing(
            page=page, source=source, external_id="1", source_licence="etalab-2.0",
            source_url="https://exemple.fr/1",
        )  # fmt: skip
    wrong = "" if source == Source.VENDOR else vendor.pk
    response = change(moderator, page, vendor=wrong)
    assert "Une fiche d&#x27;offreur a un offreur" in response.content.decode()


def test_the_editor_and_the_list_lead_there(moderator, page):
    for view in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("fiches:index"),
    ):
        assert address(page) in moderator.get(view).content.decode()


def test_whoever_keeps_the_sites_pages_is_refused(client, page):
    sign_in_staff(client, staff(EDITORS))
    assert client.get(address(page)).status_code == 302
    assert change(client, page, archived="on").status_code == 302
    assert Listing.objects.get().archived_at is None
