"""What no revision of a sheet holds, changed in the admin."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from catalogue import enforcement
from catalogue.choices import Source
from catalogue.models import Listing, SolutionPage, Submission, Vendor
from catalogue.services import create_listing
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import sheet_of, staff
from tests.catalogue.decisions import WHY, reason
from tests.catalogue.vendor_space import sheets

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


def test_a_sheet_does_not_go_to_the_company_that_one_acts_for(client, page):
    judge, other = staff(MODERATORS), Vendor.objects.create(slug="brume", name="Brume SAS")
    other.memberships.create(user=judge, role="editor")
    sign_in_staff(client, judge)
    answer = change(client, page, vendor=other.pk)
    assert "une autre personne en décide" in answer.content.decode()
    assert Listing.objects.get().vendor != other
    with pytest.raises(PermissionDenied):
        enforcement.change(listing=Listing.objects.get(), by=judge, vendor=other)


def test_archiving_here_ends_the_review(moderator, site):
    vendor = sheets.attached_vendor()
    listing = sheets.draft(vendor, owner := sheets.member(vendor))
    submission = sheets.submit(listing, owner)
    change(moderator, listing.page, archived="on")
    submission.refresh_from_db()
    assert submission.outcome == Submission.Outcome.RETURNED
    workflow = SolutionPage.objects.get(pk=listing.page_id).current_workflow_state
    assert workflow.status == workflow.STATUS_NEEDS_CHANGES


def test_a_sheet_hidden_with_its_vendor_is_put_back_at_the_next_one(moderator, page, vendor):
    judge, other = staff(MODERATORS), Vendor.objects.create(slug="brume", name="Brume SAS")
    row = enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=judge)
    takedown = row.takedowns.get()
    change(moderator, page, vendor=other.pk)
    takedown.refresh_from_db()
    assert takedown.suspension is None
    enforcement.put_back(takedown=takedown, by=judge)
    assert SolutionPage.objects.get(pk=page.pk).live


def test_what_changed_meanwhile_is_not_undone(moderator, page, monkeypatch):
    """Somebody archives the sheet between the reading of the form and its saving."""
    lock = enforcement.lock_sheet

    def late(listing, by):
        Listing.objects.filter(pk=listing.pk).update(archived_at=timezone.now(), sill_id="12")
        return lock(listing, by)

    monkeypatch.setattr(enforcement, "lock_sheet", late)
    change(moderator, page, comptoir_id="34")
    listing = Listing.objects.get()
    assert (listing.sill_id, listing.comptoir_id, bool(listing.archived_at)) == ("12", "34", True)
    answer = change(moderator, page, sill_id="12")
    assert answer.status_code == 302  # brought back by who saw it archived
    Listing.objects.update(archived_at=None)
    answer = change(moderator, page, archived="on")
    assert "déjà archivée" in answer.content.decode()


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
