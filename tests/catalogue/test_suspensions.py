"""Mission LABEL hides all that a vendor has, and puts back just that."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.services import Refused
from catalogue import drafting, enforcement, services
from catalogue.models import Listing, Submission
from catalogue.states import SheetState
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    vendor = VendorFactory(name="Ardoise Logiciels", slug="ardoise-logiciels")
    attach(vendor)
    return vendor


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def judge(site):
    return moderator()


@pytest.fixture
def sheet(vendor, site):
    return live_sheet(vendor, site)


@pytest.fixture
def hide(judge):
    def of(page):
        return enforcement.take_down(
            listing=read(page).listing, reason=reason(), comment=WHY, by=judge
        )

    return of


@pytest.fixture
def suspend(judge):
    def of(vendor):
        return enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=judge)

    return of


def approve(page, judge):
    read(page).current_workflow_task_state.approve(user=judge)


def state(page):
    return drafting.state_of(read(page).listing)


def test_a_suspension_hides_all_and_its_lifting_puts_back_just_that(
    vendor, owner, site, hide, suspend, judge, django_capture_on_commit_callbacks
):
    first, second = live_sheet(vendor, site, "Une"), live_sheet(vendor, site, "Deux")
    before = live_sheet(vendor, site, "Retirée avant")
    mine = hide(before)
    elsewhere = make_sheet("Ailleurs")
    with django_capture_on_commit_callbacks(execute=True):
        row = suspend(vendor)
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert row.takedowns.count() == 2
    assert not any(read(page).live for page in (first, second, before))
    assert read(elsewhere).live
    assert Client().get(vendor.get_absolute_url()).status_code == 404
    enforcement.lift_suspension(suspension=row, by=judge)
    assert [read(page).live for page in (first, second, before)] == [True, True, False]
    mine.refresh_from_db()
    assert mine.lifted_at is None
    with pytest.raises(Refused, match="déjà levée"):
        enforcement.lift_suspension(suspension=row, by=judge)


def test_members_neither_hand_in_nor_restore_but_still_write(vendor, owner, suspend):
    waiting, archived = sheets.draft(vendor, owner), sheets.draft(vendor, owner, "Autre")
    submission = sheets.submit(waiting, owner)
    drafting.archive(listing=archived, by=owner)
    suspend(vendor)
    submission.refresh_from_db()
    assert submission.outcome == Submission.Outcome.RETURNED
    assert WHY in submission.comment
    sheets.write(sheets.reread(waiting), owner, summary="Toujours modifiable")
    with pytest.raises(ValidationError, match="suspendu"):
        sheets.submit(sheets.reread(waiting), owner)
    with pytest.raises(ValidationError, match="suspendu"):
        drafting.restore(listing=archived, by=owner)


def test_a_review_that_a_suspension_ends_reads_as_sent_back(vendor, owner, suspend, judge):
    listing = sheets.draft(vendor, owner)
    sheets.submit(listing, owner)
    row = suspend(vendor)
    assert state(listing.page) is SheetState.RETURNED
    enforcement.lift_suspension(suspension=row, by=judge)
    again = sheets.submit(sheets.reread(listing), owner)
    assert state(listing.page) is SheetState.REVIEW
    approve(listing.page, judge)
    again.refresh_from_db()
    assert again.outcome == Submission.Outcome.APPROVED


def test_staff_do_not_restore_a_sheet_of_a_suspended_vendor(sheet, vendor, suspend, judge):
    services.change_listing(listing=sheet.listing, by=judge, archived=True)
    suspend(vendor)
    with pytest.raises(ValidationError, match="suspendu"):
        services.change_listing(listing=read(sheet).listing, by=judge, archived=False)


def test_one_sheet_of_a_suspended_vendor_is_not_put_back(sheet, vendor, hide, suspend, judge):
    own = hide(sheet)
    other = live_sheet(vendor, sheet.get_parent(), "Autre")
    tied = suspend(vendor).takedowns.get()
    assert tied.listing == other.listing
    for row in (own, tied):
        with pytest.raises(Refused, match="levez d'abord"):
            enforcement.put_back(takedown=row, by=judge)


def test_what_is_published_meanwhile_stays_hidden_and_comes_back_with_the_rest(
    sheet, vendor, owner, suspend, judge
):
    row = suspend(vendor)
    sheets.write(sheet.listing, owner, summary="Approuvé pendant la suspension")
    read(sheet).get_latest_revision().publish(user=judge)
    assert not read(sheet).live
    enforcement.lift_suspension(suspension=row, by=judge)
    assert read(sheet).live
    assert read(sheet).summary == "Approuvé pendant la suspension"


def test_a_sheet_first_published_meanwhile_comes_with_the_rest(vendor, owner, suspend, judge):
    listing = sheets.draft(vendor, owner)
    row = suspend(vendor)
    read(listing.page).get_latest_revision().publish(user=judge)
    assert not read(listing.page).live
    assert row.takedowns.get().listing == listing
    enforcement.lift_suspension(suspension=row, by=judge)
    assert read(listing.page).live


def test_a_sheet_archived_meanwhile_stays_archived(sheet, vendor, owner, suspend, judge):
    row = suspend(vendor)
    drafting.archive(listing=read(sheet).listing, by=owner)
    enforcement.lift_suspension(suspension=row, by=judge)
    assert not Listing.objects.public().exists()
    assert state(sheet) is SheetState.ARCHIVED
    drafting.restore(listing=read(sheet).listing, by=owner)
    assert Listing.objects.public().get() == sheet.listing


@pytest.mark.parametrize("suspended_too", [False, True])
def test_a_sheet_transferred_meanwhile_follows_its_new_vendor(
    sheet, vendor, suspend, judge, suspended_too
):
    row, buyer = suspend(vendor), VendorFactory()
    takedown = row.takedowns.get()
    theirs = suspend(buyer) if suspended_too else None
    services.change_listing(listing=read(sheet).listing, by=judge, vendor=buyer)
    enforcement.lift_suspension(suspension=row, by=judge)
    assert not read(sheet).live
    takedown.refresh_from_db()
    assert takedown.suspension == theirs
    if theirs:
        with pytest.raises(Refused, match="levez d'abord"):
            enforcement.put_back(takedown=takedown, by=judge)
        enforcement.lift_suspension(suspension=theirs, by=judge)
    else:
        enforcement.put_back(takedown=takedown, by=judge)
    assert read(sheet).live


def test_a_sheet_hidden_on_its_own_grounds_is_not_tied_to_a_suspension(sheet, hide, suspend, judge):
    row, buyer = hide(sheet), VendorFactory()
    theirs = suspend(buyer)
    services.change_listing(listing=read(sheet).listing, by=judge, vendor=buyer)
    enforcement.lift_suspension(suspension=theirs, by=judge)
    row.refresh_from_db()
    assert row.lifted_at is None
    assert not read(sheet).live


def test_a_vendor_is_suspended_once_at_a_time_and_with_words(vendor, suspend, judge):
    with pytest.raises(Refused, match="expliquez"):
        enforcement.suspend(vendor=vendor, reason=reason(), comment="", by=judge)
    suspend(vendor)
    with pytest.raises(Refused, match="déjà suspendu"):
        suspend(vendor)


def test_a_vendor_without_sheets_may_be_suspended(vendor, suspend):
    assert not suspend(vendor).takedowns.exists()
