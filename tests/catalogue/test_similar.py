"""Sheets that look like the one about to be created."""

import pytest

from catalogue.similar import similar_sheets
from tests.catalogue.factories import VendorFactory, make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    return VendorFactory()


def names(vendor, name, website=""):
    return [row.name for row in similar_sheets(vendor=vendor, name=name, website=website)]


@pytest.mark.parametrize("typed", ["Démat'Actes", "demat actes", "DÉMAT-ACTES", "Démat Actes Pro"])
def test_the_same_name_whatever_its_spelling(vendor, typed):
    make_sheet("Démat Actes")
    assert names(vendor, typed) == ["Démat Actes"]


@pytest.mark.parametrize("typed", ["Démarches", "Demat", "Actes", "De", ""])
def test_another_name_is_another_solution(vendor, typed):
    make_sheet("Dématique Actes")
    assert names(vendor, typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.orvalis.exemple/produit/",
        "orvalis.exemple/produit",
        "http://ORVALIS.exemple/produit",
    ],
)
def test_the_same_website_under_another_name(vendor, typed):
    make_sheet("Orvalis", website="https://orvalis.exemple/produit")
    assert names(vendor, "Plume", typed) == ["Orvalis"]


def test_the_site_of_a_company_is_not_one_solution(vendor):
    make_sheet("Orvalis", website="https://exemple.fr/orvalis")
    assert names(vendor, "Plume", "https://exemple.fr/plume") == []


def test_ones_own_drafts_come_first_and_those_of_others_are_not_told(vendor):
    make_sheet("Orvalis", vendor=VendorFactory(), live=False)
    make_sheet("Orvalis", vendor=VendorFactory())
    make_sheet("Orvalis", vendor=vendor, live=False)
    found = similar_sheets(vendor=vendor, name="Orvalis")
    assert [row.own for row in found] == [True, False]


def test_an_address_that_is_none_finds_nothing(vendor):
    make_sheet("Orvalis", website="https://orvalis.exemple")
    assert names(vendor, "", "http://[") == []


def test_the_words_of_a_name_may_be_joined_otherwise(vendor):
    make_sheet("E-Courrier")
    assert names(vendor, "eCourrier") == ["E-Courrier"]
