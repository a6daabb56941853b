"""Writing, handing in, taking back and keeping a sheet: what members may do, and when."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from wagtail.models import Task

from catalogue import drafting
from catalogue.models import BasePage, Listing, Role, SolutionPage, Submission
from catalogue.states import SheetState
from home.services import MODERATORS
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def listing(vendor, owner):
    return sheets.draft(vendor, owner)


@pytest.fixture
def moderator():
    return staff(MODERATORS)


def approve(listing, moderator):
    page = SolutionPage.objects.get(pk=listing.page_id)
    page.current_workflow_task_state.approve(user=moderator)


def send_back(listing, moderator, comment="Précisez l'hébergeur."):
    page = SolutionPage.objects.get(pk=listing.page_id)
    page.current_workflow_task_state.reject(user=moderator, comment=comment)


def state(listing):
    return drafting.state_of(sheets.reread(listing))


def test_a_draft_is_a_page_below_the_catalogue_with_its_listing_and_nobody_sees_it(listing, client):
    page = SolutionPage.objects.get(pk=listing.page_id)
    assert not page.live
    assert page.get_parent().slug == "solutions"
    assert state(listing) == SheetState.DRAFT
    assert client.get(f"/solutions/{page.slug}/").status_code == 404


def test_a_form_sent_twice_makes_one_sheet(vendor, owner):
    uid = uuid.uuid4()
    first = drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uid)
    again = drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uid)
    assert first.pk == again.pk
    assert Listing.objects.count() == 1


def test_the_uid_of_another_company_is_refused(vendor, owner, listing):
    other = VendorFactory()
    with pytest.raises(ValidationError):
        drafting.create_draft(
            vendor=other, name="Ardoise", by=sheets.member(other), uid=listing.uid
        )


def test_two_sheets_of_one_name_have_two_addresses(vendor, owner):
    made = [
        drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uuid.uuid4())
        for _ in range(2)
    ]
    assert {row.page.slug for row in made} == {"ardoise", "ardoise-2"}
    assert not any(BasePage.find_problems())


def test_approval_publishes_what_was_read_and_confirms_it(listing, owner, moderator):
    submission = sheets.submit(listing, owner)
    assert state(listing) == SheetState.REVIEW
    approve(listing, moderator)
    submission.refresh_from_db()
    assert state(listing) == SheetState.LIVE
    assert submission.outcome == Submission.Outcome.APPROVED
    assert submission.decided_by == moderator
    assert sheets.reread(listing).confirmed_on == timezone.localdate(submission.submitted_at)
    assert SolutionPage.objects.get(pk=listing.page_id).summary == "Le courrier"


def test_a_sheet_sent_back_is_written_again_and_handed_in_again(listing, owner, moderator):
    first = sheets.submit(listing, owner)
    send_back(listing, moderator)
    first.refresh_from_db()
    assert (first.outcome, first.comment) == ("returned", "Précisez l'hébergeur.")
    assert state(listing) == SheetState.RETURNED
    sheets.write(listing, owner, description="Hébergée en France.")
    second = sheets.submit(listing, owner)
    approve(listing, moderator)
    second.refresh_from_db()
    assert second.outcome == "approved"
    assert SolutionPage.objects.get(pk=listing.page_id).description == "Hébergée en France."


def test_a_sheet_sent_back_without_a_word_says_whom_to_ask(listing, owner, moderator):
    submission = sheets.submit(listing, owner)
    send_back(listing, moderator, comment="")
    submission.refresh_from_db()
    assert "Contact" in submission.comment


def test_a_live_sheet_is_edited_while_the_public_reads_the_approved_one(listing, owner, moderator):
    sheets.submit(listing, owner)
    approve(listing, moderator)
    sheets.write(listing, owner, description="Nouveau texte")
    assert state(listing) == SheetState.LIVE_DRAFT
    assert SolutionPage.objects.get(pk=listing.page_id).description == "Suit le courrier."
    sheets.submit(listing, owner)
    assert state(listing) == SheetState.LIVE_REVIEW
    approve(listing, moderator)
    assert SolutionPage.objects.get(pk=listing.page_id).description == "Nouveau texte"


def test_a_submitted_sheet_is_left_alone_until_it_is_taken_back(listing, owner):
    submission = sheets.submit(listing, owner)
    with pytest.raises(ValidationError, match="En cours d'examen"):
        sheets.write(listing, owner, description="Après coup")
    drafting.withdraw(listing=listing, by=owner)
    submission.refresh_from_db()
    assert submission.outcome == "withdrawn"
    assert state(listing) == SheetState.DRAFT
    sheets.write(listing, owner, description="Après coup")


def test_a_sheet_that_a_moderator_locked_is_not_written(listing, owner):
    SolutionPage.objects.filter(pk=listing.page_id).update(locked=True)
    with pytest.raises(ValidationError, match="verrouillé"):
        sheets.write(listing, owner, description="Quand même")


def test_a_moderator_who_publishes_at_once_settles_the_submission(listing, owner, moderator):
    submission = sheets.submit(listing, owner)
    SolutionPage.objects.get(pk=listing.page_id).latest_revision.publish(user=moderator)
    submission.refresh_from_db()
    assert submission.outcome == "approved"


def test_a_moderator_who_breaks_the_review_off_sends_the_sheet_back(listing, owner, moderator):
    submission = sheets.submit(listing, owner)
    page = SolutionPage.objects.get(pk=listing.page_id)
    page.current_workflow_state.cancel(user=moderator)
    submission.refresh_from_db()
    assert submission.outcome == "returned"
    assert state(listing) == SheetState.RETURNED
    assert not page.workflow_in_progress
    sheets.write(listing, owner, description="Corrigée.")
    sheets.submit(listing, owner)
    assert state(listing) == SheetState.REVIEW
    approve(listing, moderator)
    assert state(listing) == SheetState.LIVE


def test_the_second_of_two_people_is_told_and_nothing_is_saved(listing, owner, vendor):
    page = SolutionPage.objects.get(pk=listing.page_id)
    opened, seen = page.get_latest_revision_as_object(), page.latest_revision_id
    colleague = sheets.member(vendor, Role.EDITOR)
    sheets.write(listing, colleague, description="La sienne")
    opened.description = "La mienne"
    with pytest.raises(drafting.EditConflict) as caught:
        drafting.save_draft(listing=listing, draft=opened, seen=seen, by=owner)
    assert caught.value.revision.user == colleague
    assert page.get_latest_revision().as_object().description != "La mienne"


def test_nothing_is_handed_in_that_was_not_read(listing, owner):
    seen = SolutionPage.objects.get(pk=listing.page_id).latest_revision_id
    sheets.write(listing, owner, description="Entre-temps")
    with pytest.raises(drafting.EditConflict):
        sheets.submit(listing, owner, seen=seen)


def test_an_incomplete_sheet_is_not_handed_in(vendor, owner):
    listing = drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uuid.uuid4())
    with pytest.raises(ValidationError) as caught:
        sheets.submit(listing, owner)
    assert {error.code for error in caught.value.error_list} == {"incomplete"}
    assert len(caught.value.messages) == 3
    assert not Submission.objects.exists()


def test_an_unattached_company_drafts_and_submits_nothing(site):
    vendor = VendorFactory()
    owner = sheets.member(vendor)
    listing = sheets.draft(vendor, owner)
    with pytest.raises(ValidationError) as caught:
        sheets.submit(listing, owner)
    assert caught.value.code == "unattached"


@pytest.mark.parametrize(
    ("changes", "code"), [({"terms_version": "0.9"}, "terms"), ({"attested": False}, "attestation")]
)
def test_terms_and_accuracy_are_agreed_to(listing, owner, changes, code):
    with pytest.raises(ValidationError) as caught:
        sheets.submit(listing, owner, **changes)
    assert caught.value.code == code


def test_what_was_agreed_to_is_kept(listing, owner):
    submission = sheets.submit(listing, owner)
    assert submission.terms_version == "1.0"
    assert submission.terms_effective_on == dt.date(2026, 11, 22)
    assert submission.text_licence == "etalab-2.0"
    assert submission.due_on > submission.submitted_at.date()


def test_a_sheet_renamed_before_it_is_public_takes_the_address_of_its_name(listing, owner):
    sheets.write(listing, owner, title="Plume Courrier")
    sheets.submit(listing, owner)
    page = SolutionPage.objects.get(pk=listing.page_id)
    assert page.slug == "plume-courrier"
    assert page.latest_revision.content["slug"] == "plume-courrier"
    assert page.url_path.endswith("/plume-courrier/")


def test_a_sheet_that_was_public_keeps_its_address(listing, owner, moderator):
    sheets.submit(listing, owner)
    approve(listing, moderator)
    sheets.write(listing, owner, title="Plume Courrier")
    sheets.submit(listing, owner)
    assert SolutionPage.objects.get(pk=listing.page_id).slug == "ardoise-courrier"


def test_archived_then_restored_as_it_was(listing, owner, moderator, client):
    sheets.submit(listing, owner)
    approve(listing, moderator)
    drafting.archive(listing=listing, by=owner)
    assert state(listing) == SheetState.ARCHIVED
    assert client.get("/solutions/ardoise-courrier/").status_code == 410
    drafting.restore(listing=listing, by=owner)
    assert state(listing) == SheetState.LIVE


def test_confirmed_for_another_year(listing, owner, moderator):
    sheets.submit(listing, owner)
    approve(listing, moderator)
    drafting.confirm(listing=listing, by=owner, on=dt.date(2027, 11, 1))
    assert sheets.reread(listing).confirmed_on == dt.date(2027, 11, 1)


def test_a_sheet_that_came_without_a_revision_is_handed_in(vendor, owner):
    page = make_sheet("Plume", vendor=vendor, live=False, summary="Une", description="Deux")
    sheets.submit(page.listing, owner)
    assert state(page.listing) == SheetState.REVIEW


def test_without_a_task_in_use_nothing_is_published(listing, owner):
    Task.objects.update(active=False)
    sheets.submit(listing, owner)
    assert not SolutionPage.objects.get(pk=listing.page_id).live


@pytest.mark.parametrize("role", ["stranger", "other_owner", "moderator", "closed"])
def test_nobody_else_does_anything(listing, owner, role, moderator):
    people = {
        "stranger": sheets.person,
        "other_owner": lambda: sheets.member(sheets.attached_vendor()),
        "moderator": lambda: moderator,
        "closed": lambda: sheets.member(listing.vendor),
    }
    user = people[role]()
    if role == "closed":
        user.is_active = False
        user.save()
    page = SolutionPage.objects.get(pk=listing.page_id)
    calls = [
        lambda: drafting.create_draft(vendor=listing.vendor, name="X", by=user, uid=uuid.uuid4()),
        lambda: drafting.save_draft(
            listing=listing, draft=page, seen=page.latest_revision_id, by=user
        ),
        lambda: sheets.submit(listing, user),
        lambda: drafting.withdraw(listing=listing, by=user),
        lambda: drafting.archive(listing=listing, by=user),
        lambda: drafting.restore(listing=listing, by=user),
        lambda: drafting.confirm(listing=listing, by=user, on=dt.date(2027, 1, 1)),
    ]
    for call in calls:
        with pytest.raises(PermissionDenied):
            call()
