"""Mission LABEL hides a sheet at once, says why, and puts back what was there."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.services import Refused
from catalogue import drafting, enforcement, services
from catalogue.models import Offer, SheetEvent, SolutionPage, Submission, Takedown
from catalogue.states import SheetState
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
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


def events(page):
    return list(page.listing.events.order_by("pk").values_list("kind", "side"))


def approve(page, judge):
    read(page).current_workflow_task_state.approve(user=judge)


def state(page):
    return drafting.state_of(read(page).listing)


def hand_in(page, owner, **fields):
    sheets.write(page.listing, owner, description="Suit le courrier.", **fields)
    return sheets.submit(read(page).listing, owner)


def test_a_sheet_is_hidden_at_once_and_its_company_told(
    sheet, hide, owner, django_capture_on_commit_callbacks
):
    live = sheet.live_revision
    with django_capture_on_commit_callbacks(execute=True):
        row = hide(sheet)
    sheet = read(sheet)
    assert not sheet.live
    assert (row.revision, row.lifted_at, row.suspension) == (live, None, None)
    assert sheet.listing.taken_down_at == row.at
    assert events(sheet) == [("taken-down", "staff")]
    assert state(sheet) is SheetState.TAKEN_DOWN
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert "Contenu repris sans droit" in message.body
    assert WHY in message.body
    assert message.body.count("http") == 1 + message.body.split("\n--\n")[-1].count("http")


def test_its_address_says_so_without_a_word_of_the_vendor(sheet, hide, client):
    hide(sheet)
    answer = client.get("/solutions/ardoise-courrier/")
    assert answer.status_code == 410
    text = answer.content.decode()
    assert "Cette fiche n'est plus publiée" in text
    assert "Ardoise" not in text
    assert "Le courrier" not in text


def test_a_draft_that_nobody_took_down_is_still_unknown(vendor, owner, client):
    listing = sheets.draft(vendor, owner)
    assert client.get(f"/solutions/{listing.page.slug}/").status_code == 404


def test_what_was_live_comes_back_exactly(sheet, hide, judge, owner):
    before = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    SolutionPage.objects.filter(pk=sheet.pk).update(last_published_at=before)
    sheets.write(sheet.listing, owner, summary="Un brouillon jamais relu")
    row = hide(sheet)
    enforcement.put_back(takedown=row, by=judge)
    sheet = read(sheet)
    assert (sheet.live, sheet.summary, sheet.live_revision_id) == (
        True,
        "Le courrier",
        row.revision_id,
    )
    assert sheet.has_unpublished_changes
    assert sheet.get_latest_revision_as_object().summary == "Un brouillon jamais relu"
    assert sheet.last_published_at == before  # nobody confirmed anything
    assert sheet.listing.taken_down_at is None
    row.refresh_from_db()
    assert (row.lifted_by, bool(row.lifted_at)) == (judge, True)
    assert events(sheet) == [("taken-down", "staff"), ("put-back", "staff")]


def test_a_sheet_written_in_bulk_comes_back_too(site, vendor, owner, hide, judge):
    page = make_sheet("Orvalis", vendor=vendor, summary="Publié en masse")
    offer = make_offer(page, "En ligne")
    row = hide(page)
    enforcement.put_back(takedown=row, by=judge)
    assert read(page).summary == "Publié en masse"
    assert read(page).offers.get().uid == offer.uid


def test_a_draft_of_a_sheet_written_in_bulk_stays_the_latest(site, vendor, owner, hide, judge):
    page = make_sheet("Orvalis", vendor=vendor, summary="Publié en masse")
    sheets.write(page.listing, owner, summary="Brouillon")
    row = hide(page)
    assert read(page).get_latest_revision_as_object().summary == "Brouillon"
    enforcement.put_back(takedown=row, by=judge)
    assert read(page).summary == "Publié en masse"
    assert read(page).get_latest_revision_as_object().summary == "Brouillon"


def test_a_review_under_way_ends_with_the_reason_and_one_mail(
    sheet, hide, owner, django_capture_on_commit_callbacks
):
    submission = hand_in(sheet, owner)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        hide(sheet)
    submission.refresh_from_db()
    assert submission.outcome == Submission.Outcome.RETURNED
    assert WHY in submission.comment
    assert submission.reason == "essai-droits"
    assert read(sheet).current_workflow_state is None
    assert [m.subject for m in mail.outbox if m.to == [owner.email]] == [
        "[Catalogue GouvTech] Fiche retirée : Ardoise Courrier"
    ]


def test_a_corrected_version_is_handed_in_and_its_approval_brings_the_sheet_back(
    sheet, hide, owner, judge
):
    row = hide(sheet)
    hand_in(sheet, owner, summary="Corrigé")
    assert state(sheet) is SheetState.REVIEW
    approve(sheet, judge)
    sheet = read(sheet)
    assert (sheet.live, sheet.summary, sheet.listing.taken_down_at) == (True, "Corrigé", None)
    row.refresh_from_db()
    assert row.lifted_at
    assert ("put-back", "staff") in events(sheet)


def test_a_corrected_version_sent_back_leaves_the_sheet_hidden(sheet, hide, owner, judge):
    row = hide(sheet)
    hand_in(sheet, owner)
    read(sheet).current_workflow_task_state.reject(user=judge, comment="Encore le logo.")
    assert not read(sheet).live
    row.refresh_from_db()
    assert row.lifted_at is None


def test_putting_back_leaves_a_corrected_version_under_review(sheet, hide, owner, judge):
    row = hide(sheet)
    submission = hand_in(sheet, owner, summary="Corrigé")
    enforcement.put_back(takedown=row, by=judge)
    submission.refresh_from_db()
    assert submission.outcome == Submission.Outcome.WAITING
    assert state(sheet) is SheetState.LIVE_REVIEW
    assert read(sheet).summary == "Le courrier"
    approve(sheet, judge)
    assert read(sheet).summary == "Corrigé"


def test_a_moderator_who_publishes_lifts_the_takedown(
    sheet, hide, owner, judge, django_capture_on_commit_callbacks
):
    hide(sheet)
    with django_capture_on_commit_callbacks(execute=True):
        read(sheet).get_latest_revision().publish(user=judge)
    assert read(sheet).listing.taken_down_at is None
    assert not Takedown.objects.open().exists()
    assert "Fiche remise en ligne" in mail.outbox[-1].subject


def test_a_publication_scheduled_for_later_lifts_nothing_before(sheet, hide, owner, judge):
    row = hide(sheet)
    later = timezone.now() + dt.timedelta(days=2)
    sheets.write(sheet.listing, owner, go_live_at=later)
    read(sheet).get_latest_revision().publish(user=judge)
    row.refresh_from_db()
    assert row.lifted_at is None
    assert read(sheet).listing.taken_down_at
    assert Client().get("/solutions/ardoise-courrier/").status_code == 410
    with time_machine.travel(later + dt.timedelta(minutes=1)):
        call_command("publish_scheduled", verbosity=0)
    row.refresh_from_db()
    assert row.lifted_at
    assert read(sheet).listing.taken_down_at is None


def test_withdrawing_a_correction_approves_nothing(site, vendor, owner, hide, judge):
    """What comes back of a sheet written in bulk is a revision made late, of an early version."""
    page = make_sheet("Orvalis", vendor=vendor, summary="Publié en masse")
    sheets.write(page.listing, owner, summary="Corrigé", description="Suit le courrier.")
    row = hide(page)
    submission = sheets.submit(read(page).listing, owner)
    enforcement.put_back(takedown=row, by=judge)
    assert read(page).live_revision_id > submission.revision_id
    drafting.withdraw(listing=read(page).listing, by=owner)
    submission.refresh_from_db()
    assert submission.outcome == Submission.Outcome.WITHDRAWN
    assert read(page).listing.confirmed_on is None


@pytest.mark.parametrize("words", ["", "   ", "Trop court"[:9]])
def test_a_takedown_is_explained(sheet, judge, words):
    with pytest.raises(Refused, match="expliquez"):
        enforcement.take_down(listing=sheet.listing, reason=reason(), comment=words, by=judge)
    assert read(sheet).live


def test_what_is_not_public_is_not_taken_down(sheet, hide, judge):
    hide(sheet)
    with pytest.raises(Refused, match="pas en ligne"):
        hide(sheet)
    other = make_sheet()
    services.change_listing(listing=other.listing, by=judge, archived=True)
    with pytest.raises(Refused, match="archivée"):
        hide(other)


def test_a_takedown_is_lifted_once_and_not_while_archived(sheet, hide, judge):
    row = hide(sheet)
    services.change_listing(listing=read(sheet).listing, by=judge, archived=True)
    with pytest.raises(Refused, match="rétablissez"):
        enforcement.put_back(takedown=row, by=judge)
    services.change_listing(listing=read(sheet).listing, by=judge, archived=False)
    enforcement.put_back(takedown=row, by=judge)
    with pytest.raises(Refused, match="déjà levé"):
        enforcement.put_back(takedown=row, by=judge)


def test_a_version_that_is_no_longer_kept_is_not_made_up(sheet, hide, judge):
    row = hide(sheet)
    row.revision.delete()
    with pytest.raises(Refused, match="plus gardée"):
        enforcement.put_back(takedown=row, by=judge)


def test_a_sheet_archived_under_review_comes_back_as_sent_back(vendor, owner, judge):
    listing = sheets.draft(vendor, owner)
    sheets.submit(listing, owner)
    enforcement.archive(listing=listing, by=judge)
    enforcement.restore(listing=listing, by=judge)
    assert state(listing.page) is SheetState.RETURNED


def test_closed_accounts_and_those_without_address_get_no_mail(
    sheet, vendor, hide, django_capture_on_commit_callbacks
):
    gone = member(vendor)
    gone.is_active = False
    gone.save()
    with django_capture_on_commit_callbacks(execute=True):
        hide(sheet)
    assert not mail.outbox


def test_the_offers_of_a_hidden_sheet_keep_their_ids(sheet, hide, judge, site):
    Offer.objects.create(page=sheet, name="Abonnement", deployment="saas")
    sheet = read(sheet)
    sheet.save_revision().publish()
    uid = sheet.offers.get().uid
    enforcement.put_back(takedown=hide(sheet), by=judge)
    assert read(sheet).offers.get().uid == uid
    assert SheetEvent.objects.filter(kind="put-back").count() == 1
