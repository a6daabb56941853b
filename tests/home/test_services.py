"""Setting the site up: who may do what."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupPagePermission, Site, WorkflowPage

from catalogue.models import BasePage
from home.models import ContentPage
from home.services import EDITORS, MODERATORS, init_site
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import make_sheet

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
    assert {"can_edit", "can_publish", "can_unpublish"} <= rights(moderator, make_sheet())
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
