"""Vendors in the admin."""

import pytest
from django.urls import reverse

from catalogue.models import Vendor
from tests.catalogue.admin.screens import sheet_of

pytestmark = pytest.mark.django_db


def test_a_vendor_is_refused_with_a_false_siren_and_told_why(moderator):
    response = moderator.post(
        reverse("offreurs:add"),
        {"name": "Ardoise", "slug": "ardoise", "country": "FR", "siren": "123456789",
         "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
    )  # fmt: skip
    assert "Ce SIREN n&#x27;existe pas" in response.content.decode()
    assert not Vendor.objects.exists()


def test_a_vendor_links_to_its_sheets_and_counts_them(moderator, site, vendor):
    sheet_of(vendor, site)
    response = moderator.get(reverse("offreurs:index"))
    assert response.context["object_list"][0].sheet_count == 1
    assert f"/gestion/fiches/?vendor={vendor.pk}" in response.content.decode()


def test_editing_a_vendor_is_written_in_its_history(moderator, vendor):
    moderator.post(
        reverse("offreurs:edit", args=[vendor.pk]),
        {"name": "Ardoise Nouvelle", "slug": "ardoise", "country": "FR", "siren": "732829320",
         "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
    )  # fmt: skip
    vendor.refresh_from_db()
    assert vendor.name == "Ardoise Nouvelle"
    history = moderator.get(reverse("offreurs:history", args=[vendor.pk]))
    assert "Ardoise Nouvelle" in history.content.decode()


def test_a_vendor_is_chosen_by_siren(moderator, vendor):
    Vendor.objects.create(slug="brume", name="Brume SAS")
    page = moderator.get(reverse("vendor_chooser:choose_results"), {"q": "732829"}).content.decode()
    assert "Ardoise Logiciels" in page
    assert "Brume" not in page


def test_a_siren_typed_with_spaces_is_kept_without(moderator):
    moderator.post(
        reverse("offreurs:add"),
        {"name": "Ardoise", "slug": "ardoise", "country": "FR", "siren": "732 829\N{NO-BREAK SPACE}320",
         "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
    )  # fmt: skip
    assert Vendor.objects.get().siren == "732829320"


def test_two_vendors_may_have_no_siren(moderator):
    for slug in ("ardoise", "brume"):
        moderator.post(
            reverse("offreurs:add"),
            {"name": slug, "slug": slug, "country": "FR", "siren": " ",
             "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
        )  # fmt: skip
    assert list(Vendor.objects.values_list("siren", flat=True)) == [None, None]
