"""Moderation: what is published is what the moderator read, corrected as they corrected it."""

import pytest
from django.test import Client
from wagtail.models import Task, WorkflowState

from catalogue import review_task
from catalogue.models import ModerationTask, SolutionPage
from home.services import MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import edit, sheet_of, staff
from tests.catalogue.factories import VendorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return staff(MODERATORS)


@pytest.fixture
def reviewer(client):
    """Somebody else than the author, signed in."""
    sign_in_staff(client, staff(MODERATORS))
    return client


@pytest.fixture
def submitted(site, author):
    """A live sheet whose author asks for a change."""
    page = sheet_of(VendorFactory(), site, summary="Avant")
    change(page, author, "Soumis")
    page.get_workflow().start(page, author)
    return page


def change(page, user, summary):
    page.summary = summary
    page.save_revision(user=user)


def approve(client: Client, page, **fields):
    data = {"action-workflow-action": "true", "workflow-action-name": "approve", **fields}
    response = edit(client, page, **data)
    assert response.status_code == 302
    return SolutionPage.objects.get(pk=page.pk)


def test_a_sheet_sent_by_its_form_waits_for_somebody_to_approve_it(site, author, reviewer):
    page = sheet_of(VendorFactory(), site, summary="Avant")
    writer = Client()
    sign_in_staff(writer, author)
    edit(writer, page, summary="Soumis", **{"action-submit": "1"})
    assert SolutionPage.objects.get(pk=page.pk).summary == "Avant"
    assert page.workflow_in_progress
    assert approve(reviewer, page, summary="Soumis").summary == "Soumis"
    assert WorkflowState.objects.get().status == "approved"


def test_what_the_reviewer_corrects_in_approving_is_published(submitted, reviewer):
    assert approve(reviewer, submitted, summary="Corrigé").summary == "Corrigé"


def test_what_somebody_else_saved_since_is_not_published(submitted, author, reviewer):
    task = submitted.current_workflow_task_state
    change(submitted, author, "Glissé après coup")
    task.approve(user=staff(MODERATORS))
    published = SolutionPage.objects.get(pk=submitted.pk)
    assert published.summary == "Soumis"
    assert published.get_latest_revision_as_object().summary == "Glissé après coup"


def test_what_was_sent_back_is_not_published(submitted):
    submitted.current_workflow_task_state.reject(user=staff(MODERATORS))
    assert SolutionPage.objects.get(pk=submitted.pk).summary == "Avant"


def test_a_workflow_without_a_task_publishes_nothing(site, author):
    Task.objects.update(active=False)
    page = sheet_of(VendorFactory(), site, summary="Avant")
    change(page, author, "Lu par personne")
    page.get_workflow().start(page, author)
    assert SolutionPage.objects.get(pk=page.pk).summary == "Avant"


def test_the_review_is_of_the_kind_that_asks_for_a_reason(submitted):
    assert isinstance(submitted.current_workflow_task, ModerationTask)


def test_a_decision_by_the_task_publishes_what_was_read(submitted, author):
    change(submitted, author, "Glissé après coup")
    state = submitted.current_workflow_task_state
    review_task.decide(state=state, by=staff(MODERATORS), action="approve", values={})
    assert SolutionPage.objects.get(pk=submitted.pk).summary == "Soumis"


def test_what_the_one_who_decides_corrected_before_is_published(submitted):
    reviewer = staff(MODERATORS)
    change(submitted, reviewer, "Corrigé")
    state = submitted.current_workflow_task_state
    review_task.decide(state=state, by=reviewer, action="approve", values={})
    assert SolutionPage.objects.get(pk=submitted.pk).summary == "Corrigé"


def test_a_review_that_no_vendor_asked_for_goes_back_with_its_reason(submitted):
    state = submitted.current_workflow_task_state
    values = {"reason": "prix", "comment": "Un prix."}
    review_task.decide(state=state, by=staff(MODERATORS), action="reject", values=values)
    state.refresh_from_db()
    assert state.comment == "Prix absents ou peu clairs : Un prix."
    assert SolutionPage.objects.get(pk=submitted.pk).summary == "Avant"


def test_a_task_taken_out_of_use_publishes_nothing(submitted, author):
    submitted.current_workflow_task.deactivate(user=author)
    assert SolutionPage.objects.get(pk=submitted.pk).summary == "Avant"
