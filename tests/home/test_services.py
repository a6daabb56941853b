"""Setting the site up: who may do what."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Site,
    Task,
    TaskState,
    WorkflowPage,
    WorkflowTask,
)

from catalogue import review_task
from catalogue.models import BasePage, ModerationTask, SolutionPage
from home.models import ContentPage
from home.services import EDITORS, MODERATORS, REVIEW, init_site
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

RIGHTS = ("can_edit", "can_publish", "can_unpublish", "can_delete", "can_move", "can_copy")


def rights(user, page):
    tester = page.permissions_for_user(user)
    return {name for name in RIGHTS if getattr(tester, name)()}


def test_editors_of_the_sites_pages_have_no_right_on_sheets(client, site):
    sheet, editor = make_sheet(), staff(EDITORS)
    assert rights(editor, sheet) == set()
    assert rights(editor, BasePage.objects.get(pk=sheet.pk)) == set()
    assert rights(editor, site) == set()
    assert not site.permissions_for_user(editor).can_add_subpage()
    assert "can_publish" in rights(editor, ContentPage.objects.first())
    sign_in_staff(client, editor)
    for view in ("edit", "delete", "unpublish"):
        response = client.get(reverse(f"wagtailadmin_pages:{view}", args=[sheet.pk]))
        assert response.status_code == 302
    assert client.get(
        reverse("wagtailadmin_pages:add", args=["catalogue", "solutionpage", site.pk])
    ).status_code == 302  # fmt: skip


def test_moderators_publish_sheets_and_nothing_else(site):
    moderator = staff(MODERATORS)
    assert {"can_edit", "can_publish"} <= rights(moderator, make_sheet())
    assert site.permissions_for_user(moderator).can_add_subpage()
    assert rights(moderator, ContentPage.objects.first()) == set()


def test_a_second_run_gives_back_nothing_that_an_administrator_took(site):
    GroupPagePermission.objects.filter(group__name=EDITORS).delete()
    group = Group.objects.get(name=MODERATORS)
    group.permissions.clear()
    WorkflowPage.objects.all().delete()
    Site.objects.update(site_name="Notre catalogue")
    init_site()
    assert not GroupPagePermission.objects.filter(group__name=EDITORS).exists()
    assert not group.permissions.exists()
    assert not WorkflowPage.objects.exists()
    assert Site.objects.get().site_name == "Notre catalogue"


def test_editors_write_referentials_that_moderators_read_and_nobody_edits_answers(site):
    editor, moderator = staff(EDITORS), staff(MODERATORS)
    assert editor.has_perm("labelling.change_referentialversion")
    assert moderator.has_perm("labelling.view_referentialversion")
    assert not moderator.has_perm("labelling.change_referentialversion")
    for model in ("selfassessment", "answer", "handover", "result"):
        for action in ("view", "change"):
            assert not editor.has_perm(f"labelling.{action}_{model}")
            assert not moderator.has_perm(f"labelling.{action}_{model}")


NEW_MODELS = ("proof", "anomalyreport", "takedown", "suspension", "reason", "submission")


def test_a_group_made_before_a_version_gets_its_rights_when_asked(site):
    group = Group.objects.get(name=MODERATORS)
    group.permissions.clear()
    GroupPagePermission.objects.filter(group__name=EDITORS).delete()
    call_command("init_site", "--grant-rights", stdout=StringIO())
    moderator = staff(MODERATORS)
    for model in ("takedown", "suspension", "listing", "solutionpage"):
        assert moderator.has_perm(f"catalogue.view_{model}")
        assert moderator.has_perm(f"catalogue.change_{model}")
    assert moderator.has_perm("sourcing.change_recommendationrequest")
    assert moderator.has_perm("wagtailadmin.access_admin")
    assert GroupPagePermission.objects.filter(group__name=EDITORS).exists()


def test_moderators_keep_the_new_data_and_never_read_what_buyers_and_vendors_write(site):
    moderator = staff(MODERATORS)
    for model in NEW_MODELS:
        assert moderator.has_perm(f"catalogue.change_{model}")
    for model in ("inquiry", "inquirymessage"):
        for action in ("view", "add", "change", "delete"):
            assert not moderator.has_perm(f"catalogue.{action}_{model}")
    assert moderator.has_perm("sourcing.view_recommendationrequest")
    assert not moderator.has_perm("sourcing.delete_recommendationrequest")


def test_a_site_made_before_typed_reasons_gets_them_with_its_reviews_under_way(site):
    plain = GroupApprovalTask.objects.create(name=REVIEW)
    plain.groups.add(Group.objects.get(name=MODERATORS))
    WorkflowTask.objects.filter(task__name=REVIEW).update(task=plain)
    ModerationTask.objects.exclude(pk=plain.pk).delete()
    vendor = sheets.attached_vendor()
    owner = sheets.member(vendor)
    submission = sheets.submit(sheets.draft(vendor, owner), owner)
    before = TaskState.objects.get()
    for _run in range(2):
        init_site()
        task = WorkflowTask.objects.get(task__name=REVIEW).task.specific
        assert isinstance(task, ModerationTask)
        assert (task.pk, task.name) == (plain.pk, REVIEW)
        assert task.active
        assert list(task.groups.values_list("name", flat=True)) == [MODERATORS]
        assert Task.objects.filter(name=REVIEW).count() == 1
    assert TaskState.objects.get() == before
    submission.refresh_from_db()
    values = {"reason": "prix", "comment": ""}
    review_task.decide_on(
        submission=submission, by=staff(MODERATORS), action="reject", values=values
    )
    sheets.submit(submission.listing, owner)
    state = SolutionPage.objects.get(pk=submission.listing.page_id).current_workflow_task_state
    assert isinstance(state.task.specific, ModerationTask)
