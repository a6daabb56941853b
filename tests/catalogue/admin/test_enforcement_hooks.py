"""Wagtail's own ways to show, hide or erase sheets are closed."""

from uuid import uuid4

import pytest
from django.urls import reverse

from catalogue import drafting, enforcement
from home.services import EDITORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.people import member, person
from tests.catalogue.people import moderator as a_moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(vendor, site):
    return live_sheet(vendor, site)


@pytest.fixture
def hidden(sheet):
    return enforcement.take_down(
        listing=sheet.listing, reason=reason(), comment=WHY, by=a_moderator()
    )


def text(response):
    return response.content.decode()


def test_wagtail_does_not_unpublish_a_sheet_without_a_reason(moderator, sheet):
    there = reverse("wagtailadmin_pages:unpublish", args=[sheet.pk])
    assert there not in text(moderator.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk])))
    assert there not in text(moderator.get(reverse("fiches:index")))
    moderator.post(there)
    assert read(sheet).live


@pytest.mark.parametrize("action", ["unpublish", "delete", "publish"])
def test_wagtail_s_own_bulk_actions_are_not_for_sheets(client, site, sheet, vendor, action):
    draft = drafting.create_draft(vendor=vendor, name="Brouillon", by=member(vendor), uid=uuid4())
    admin = person()
    admin.is_staff = admin.is_superuser = True
    admin.save()
    sign_in_staff(client, admin)
    there = reverse("wagtail_bulk_action", args=["catalogue", "basepage", action])
    client.post(f"{there}?id={sheet.pk}&id={draft.page.pk}", {"include_descendants": ""})
    assert read(sheet).live
    assert not read(draft.page).live


def test_nor_are_they_for_what_sheets_lie_under(moderator, site, hidden, vendor):
    draft = drafting.create_draft(vendor=vendor, name="Brouillon", by=member(vendor), uid=uuid4())
    there = reverse("wagtail_bulk_action", args=["catalogue", "basepage", "publish"])
    page = moderator.post(f"{there}?id={site.pk}", {"include_descendants": "on"}, follow=True)
    assert "pas pour les fiches" in text(page)
    assert not read(draft.page).live
    assert not read(hidden.listing.page).live


def test_other_pages_are_published_in_bulk_as_ever(client, site):
    sign_in_staff(client, staff(EDITORS))
    legal = site.get_parent().get_children().exclude(pk=site.pk).live().first()
    legal.unpublish()
    there = reverse("wagtail_bulk_action", args=["catalogue", "basepage", "publish"])
    client.post(f"{there}?id={legal.pk}", {"include_descendants": "on"})
    legal.refresh_from_db()
    assert legal.live


def test_other_pages_are_unpublished_as_ever(client, site):
    sign_in_staff(client, staff(EDITORS))
    legal = site.get_parent().get_children().exclude(pk=site.pk).live().first()
    client.post(reverse("wagtailadmin_pages:unpublish", args=[legal.pk]))
    legal.refresh_from_db()
    assert not legal.live
