"""Who enters which screen of the catalogue in the admin, and its dashboard."""

import pytest
from django.urls import reverse

from home.services import EDITORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import sheet_of, staff

pytestmark = pytest.mark.django_db

SCREENS = [
    "fiches",
    "offreurs",
    "allegations",
    "categories",
    "categories-acheteurs",
    "services-raccordables",
    "centrales-achat",
    "vehicules-achat",
    "seuils",
    "tranches-prix",
    "configurations",
]


@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_enters_without_signing_in(client, site, screen):
    response = client.get(reverse(f"{screen}:index"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("wagtailadmin_login"))


@pytest.mark.parametrize("screen", [name for name in SCREENS if name != "fiches"])
def test_an_editor_without_the_right_is_refused(client, site, screen):
    sign_in_staff(client, staff(EDITORS))
    for address in (reverse(f"{screen}:index"), reverse(f"{screen}:add")):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_moderator_sees_lists_and_forms(moderator, screen):
    assert moderator.get(reverse(f"{screen}:index")).status_code == 200
    if screen != "fiches":
        assert moderator.get(reverse(f"{screen}:add")).status_code == 200


def test_the_dashboard_counts_sheets_and_leads_to_them(moderator, site, vendor):
    sheet_of(vendor, site, "Une")
    sheet_of(vendor, site, "Deux").unpublish()
    page = moderator.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 fiche en ligne" in page
    assert "1 brouillon" in page
    assert "/gestion/fiches/?state=draft" in page
