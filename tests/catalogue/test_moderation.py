"""Who is told of a moderation: a company's members by our mails, staff by Wagtail's."""

import pytest
from django.core import mail
from django.test import Client

from catalogue import drafting
from catalogue.models import Role, SolutionPage, Submission
from catalogue.sheet_mails import WORDS, submission_mails
from home.services import MODERATORS
from tests.catalogue.admin.screens import sheet_of, staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.vendor_space import sheets
from tests.catalogue.web_server import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def submission(vendor, owner):
    return sheets.submit(sheets.draft(vendor, owner), owner)


def task_of(submission):
    return SolutionPage.objects.get(pk=submission.listing.page_id).current_workflow_task_state


@pytest.mark.parametrize("outcome", WORDS)
def test_each_mail_is_french_names_the_sheet_and_has_one_action(submission, outcome):
    submission.outcome, submission.comment = outcome, "Précisez <b>ceci</b>."
    (message,) = submission_mails(submission)
    html = message.alternatives[0].content
    assert "Ardoise Courrier" in message.subject
    assert message.body.count("http://127.0.0.1:8000/") >= 1
    assert html.count("<strong>") - html.count("Explication") == 1
    assert "<b>ceci</b>" not in html
    assert "Précisez <b>ceci</b>." in message.body
    assert message.reply_to


def test_members_without_an_address_or_with_a_closed_account_get_nothing(submission, vendor):
    for change in ({"is_active": False}, {"email": None}):
        user = sheets.member(vendor, Role.EDITOR)
        for name, value in change.items():
            setattr(user, name, value)
        user.save()
    assert len(submission_mails(submission)) == 1


def test_a_line_break_in_a_name_does_not_reach_the_subject(submission):
    page = SolutionPage.objects.get(pk=submission.listing.page_id)
    page.title = "Ardoise\nCc: autre@exemple.fr"
    page.save_revision(clean=False)
    submission.refresh_from_db()
    (message,) = submission_mails(submission)
    assert "\n" not in message.subject


def test_taking_a_sheet_back_tells_nobody(submission, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        drafting.withdraw(listing=submission.listing, by=owner)
    assert not mail.outbox


def test_moderators_are_told_by_wagtail_that_a_sheet_waits_once_it_is_stored(
    vendor, owner, django_capture_on_commit_callbacks
):
    moderator = staff(MODERATORS)
    with django_capture_on_commit_callbacks(execute=True):
        sheets.submit(sheets.draft(vendor, owner), owner)
        assert not mail.outbox
    told = {address: message for message in mail.outbox for address in message.to}
    assert "/gestion/" in told[moderator.email].body
    assert "/gestion/" not in told[owner.email].body


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_moderator_who_asked_for_a_review_is_told_by_wagtail(
    site, decision, django_capture_on_commit_callbacks
):
    author, reviewer = staff(MODERATORS), staff(MODERATORS)
    page = sheet_of(VendorFactory(), site)
    page.save_revision(user=author)
    page.get_workflow().start(page, author)
    with django_capture_on_commit_callbacks(execute=True):
        getattr(page.current_workflow_task_state, decision)(user=reviewer)
    assert [message.to for message in mail.outbox] == [[author.email]]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_vendor_gets_one_mail_ours(
    submission, owner, decision, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        getattr(task_of(submission), decision)(user=staff(MODERATORS))
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert "/gestion/" not in message.body


def test_a_review_that_nobody_handed_in_here_settles_nothing(site):
    page = make_sheet()
    page.save_revision()
    page.get_workflow().start(page, staff(MODERATORS))
    page.current_workflow_task_state.approve(user=staff(MODERATORS))
    assert not Submission.objects.exists()


def test_a_published_repository_is_noted_as_reachable(
    vendor, owner, web, django_capture_on_commit_callbacks
):
    web.pages["/ardoise"] = Page(b"<html></html>", "text/html")
    listing = sheets.draft(vendor, owner, repository_url=f"{web.origin}/ardoise")
    submission = sheets.submit(listing, owner)
    with django_capture_on_commit_callbacks(execute=True):
        task_of(submission).approve(user=staff(MODERATORS))
    listing.refresh_from_db()
    assert listing.repository_reachable_on
    assert Client().get("/solutions/ardoise-courrier/").status_code == 200
