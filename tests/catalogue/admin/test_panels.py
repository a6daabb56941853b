"""What the editor of a sheet shows."""

import pytest
from django.urls import reverse

from catalogue.models import Category, SolutionPage
from tests.catalogue.admin.screens import create, edit, offer, sheet_of

pytestmark = pytest.mark.django_db


def test_the_editor_shows_what_the_rules_conclude(moderator, site, vendor):
    page = sheet_of(vendor, site)
    edit(moderator, page, offer(), **{"action-publish": "1"})
    text = moderator.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert str(page.listing.uid) in text
    assert (
        "12\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€\N{NO-BREAK SPACE}HT" in text
    )  # 100 × 48 × 2,50
    assert "Cloud au centre" in text


def test_categories_are_ticked_under_their_mother(moderator, site, vendor):
    leaf = Category.objects.leaves().first()
    create(moderator, site, vendor=vendor.pk, categories=leaf.pk)
    assert list(SolutionPage.objects.get().categories.all()) == [leaf]
    groups = dict(
        moderator.get(
            reverse("wagtailadmin_pages:add", args=["catalogue", "solutionpage", site.pk])
        )
        .context["form"]
        .fields["categories"]
        .choices
    )
    assert leaf.pk in [choice[0].value for choice in groups[leaf.parent.name]]
