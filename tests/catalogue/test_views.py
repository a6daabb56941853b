"""The page of a vendor."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.catalogue.factories import VendorFactory, make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor():
    return VendorFactory(
        slug="atelier",
        name="Atelier <fictif> & Cie",
        siren="732829320",
        size="pe",
        size_source="sirene",
        size_year=2024,
        origin="fr",
        origin_proof="Statuts du 12 mars 2026",
        region="53",
        ess=True,
    )


def test_each_fact_comes_with_its_source(client: Client, site, vendor):
    make_sheet(vendor=vendor)
    page = client.get("/editeurs/atelier/").content.decode()
    assert "732\N{NO-BREAK SPACE}829\N{NO-BREAK SPACE}320" in page
    assert "selon SIRENE (Insee) 2024" in page
    assert "Preuve : Statuts du 12 mars 2026" in page
    assert "ne peuvent fonder le rejet" in page


def test_a_declared_size_says_that_the_vendor_declared_it(client: Client, site):
    make_sheet(vendor=VendorFactory(slug="a", size="tpe", size_source="declare"))
    assert "déclarée par l&#x27;offreur" in client.get("/editeurs/a/").content.decode()


def test_only_public_sheets_are_listed(client: Client, site, vendor):
    make_sheet("Fiche publique", vendor=vendor)
    make_sheet("Brouillon", vendor=vendor, live=False)
    archived = make_sheet("Archivée", vendor=vendor).listing
    archived.archived_at = timezone.now()
    archived.save()
    page = client.get("/editeurs/atelier/").content.decode()
    assert "Fiche publique" in page
    assert "Brouillon" not in page
    assert "Archivée" not in page
    assert "1 solution au catalogue" in page


def test_a_vendor_without_public_sheet_has_no_page(client: Client, site, vendor):
    make_sheet(vendor=vendor, live=False)
    assert client.get("/editeurs/atelier/").status_code == 404


def test_the_contact_address_is_never_published(client: Client, site):
    vendor = VendorFactory(slug="b", contact_email="personne@exemple.invalid")
    make_sheet(vendor=vendor)
    assert "personne@exemple.invalid" not in client.get("/editeurs/b/").content.decode()


def test_the_structured_data_is_json_whatever_the_name_holds(client: Client, site, vendor):
    vendor.name = "Ruse </script><b>"
    vendor.save()
    make_sheet(vendor=vendor)
    page = client.get("/editeurs/atelier/").content.decode()
    data = json.loads(re.search(r"ld\+json\">(.*?)</script>", page, re.DOTALL)[1])
    assert data["@type"] == "Organization"
    assert data["name"] == "Ruse </script><b>"
    assert data["identifier"] == "732829320"


@pytest.mark.parametrize("sheets", [2, 25])
def test_the_queries_do_not_grow_with_the_sheets(
    client: Client, site, vendor, sheets, django_assert_max_num_queries
):
    for _ in range(sheets):
        make_sheet(vendor=vendor)
    with django_assert_max_num_queries(8):
        client.get("/editeurs/atelier/")


@pytest.mark.parametrize("number", ["2", "0", "-1", "999999", "x", "\x00", "9" * 400])
def test_any_page_number_gives_a_page(client: Client, site, vendor, number):
    for _ in range(21):
        make_sheet(vendor=vendor)
    answer = client.get("/editeurs/atelier/", {"page": number})
    assert answer.status_code == 200
    assert "21 solutions au catalogue" in answer.content.decode()


def test_the_second_page_holds_the_rest_and_says_so(client: Client, site, vendor):
    for number in range(21):
        make_sheet(f"Fiche {number:02}", vendor=vendor)
    page = client.get("/editeurs/atelier/?page=2").content.decode()
    assert "Fiche 20" in page
    assert "Fiche 19" not in page
    assert "page 2 sur 2" in page


def test_a_sheet_updated_today_shows_the_day(client: Client, site, vendor):
    day = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    page = make_sheet(vendor=vendor)
    page.last_published_at = day
    page.save()
    assert "Mise à jour le 1er mars 2026" in client.get("/editeurs/atelier/").content.decode()
